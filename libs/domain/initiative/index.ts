export * from './initiative-flow.js';
export * from './saved-hours.js';
