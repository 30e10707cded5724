export * from './activity-costs.js';
export * from './benchmarks.js';
export * from './composition.js';
export * from './correlation.js';
export * from './csat-against-cost.js';
export * from './pareto.js';
