export * from './micros.js';
export * from './decimal.js';
