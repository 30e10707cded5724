export * from './approval-limits.js';
export * from './decide-budget.js';
export * from './decisions.js';
