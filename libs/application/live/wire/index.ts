export * from './apply-delta.js';
export * from './snapshot.js';
