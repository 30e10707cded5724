export * from './analyses.js';
export * from './apply-delta.js';
export * from './snapshot.js';
export type * from './decisions.js';
