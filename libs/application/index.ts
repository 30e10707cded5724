export * from './stages/index.js';
export type * from './ports/kafka-settings.js';
export * from './reference/index.js';
export * from './live/index.js';
export * from './monitoring/index.js';
export * from './pipelines/index.js';
export * from './ledger/index.js';
export * from './simulation/index.js';
export * from './replay/index.js';
