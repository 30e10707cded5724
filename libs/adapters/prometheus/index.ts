export * from './exposition.js';
export * from './health.js';
export * from './keep-alive.js';
export * from './metric-types.js';
export * from './metrics-registry.js';
export * from './metrics-server.js';
export * from './metrics.module.js';
