export * from './facts.js';
export * from './reader.js';
export * from './record-batch.js';
export * from './store.js';
