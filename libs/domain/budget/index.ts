export * from './budget-flow.js';
export * from './budget-period.js';
export * from './budget-tree.js';
export * from './budgets-in-force.js';
export * from './planned.js';
export * from './spend-shape.js';
