export { Database, createDataSource, type DatabaseOptions } from './database.js';
export { PostgresDecisionStore } from './decision-store.js';
export { PostgresLedgerReader } from './ledger-reader.js';
export { PostgresLedgerStore } from './ledger-store.js';
export { isMigrated, migrate, type MigrationReport } from './migrate.js';
export { PostgresDecisionOutbox } from './decision-outbox.js';
export { PostgresReferenceStore } from './reference-store.js';
