export * from './agent-state.js';
export * from './bill.js';
export * from './measures.js';
export * from './contact.js';
export * from './feedback.js';
export * from './measure-row.js';
export * from './packed-sums.js';
export * from './sum-row.js';
