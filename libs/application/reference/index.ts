export * from './build-reference.js';
export * from './convert-wire.js';
export * from './defaults.js';
export * from './entry.js';
