export * from './figures.js';
export * from './live-budget.js';
export * from './live-feed.js';
export * from './live-record.js';
export * from './live-view.js';
export * from './live-topics.js';
export * from './wire/index.js';
