export * from './window-spec.js';
export * from './window-kind.js';
export * from './pane-tier.js';
export * from './accrual-line.js';
export * from './due-schedule.js';
export * from './scope-windows.js';
export * from './window-set.js';
export * from './spend-history.js';
