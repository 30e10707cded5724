export * from './budget-period.js';
export * from './budgets-in-force.js';
export * from './planned.js';
