export * from './cost-tally.js';
export * from './live-samples.js';
export * from './sample.js';
export * from './signal-samples.js';
export type { OpenWindow } from './window-totals.js';
