export * from './reference.js';
export * from './rules.js';
export * from './terms.js';
