export * from './accrual.js';
