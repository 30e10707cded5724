export * from './stage.js';
export * from './stage-options.js';
export * from './cost/cost-stage.js';
export { CostTask } from './cost/cost-task.js';
export * from './merge/merge-stage.js';
export { MergeTask } from './merge/merge-task.js';
export type { BudgetFigures } from './merge/judge-rule.js';
export * from './reference-feed.js';
