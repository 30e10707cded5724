export type { Drivers } from './drivers.js';
export type * from './episodes.js';
export * from './explain.js';
export type * from './moved-cost.js';
export * from './past-pipeline.js';
export * from './past-insight.js';
export * from './past-record.js';
export * from './rehearse.js';
