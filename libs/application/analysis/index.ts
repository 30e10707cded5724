export * from './analyses.js';
export * from './analysis-period.js';
