export * from './bearer-token.guard.js';
export * from './console-files.js';
export * from './live-streams.js';
export * from './problem.filter.js';
export * from './problem.js';
export * from './query.js';
export * from './security-headers.js';
export * from './sse.js';
