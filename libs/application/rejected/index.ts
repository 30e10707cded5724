export * from './examine.js';
export * from './rejection.js';
export * from './remedies.js';
export * from './replay-plan.js';
