export * from './analysis-queries.js';
export * from './facts.js';
export * from './read-span.js';
export * from './reader.js';
export * from './record-batch.js';
export * from './store.js';
