export * from './approval-limits.js';
export * from './budget-plan.js';
export * from './budget-views.js';
export * from './decide-budget.js';
export * from './decide-signal.js';
export * from './decisions.js';
export * from './outbox.js';
export * from './outbox-relay.js';
