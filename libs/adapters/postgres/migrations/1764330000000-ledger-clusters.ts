import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = [
  ['ledger_offset', 'topic, partition_id'],
  ['ledger_rejected', 'topic, partition_id, record_offset'],
] as const;

/**
 * Offsets mean something in one Kafka cluster only. Those that were stored before have no cluster's name (''): the first
 * ledger to ask takes them for its own, as they were until now.
 */
export class LedgerClusters1764330000000 implements MigrationInterface {
  readonly name = 'LedgerClusters1764330000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const [table, key] of TABLES) {
      await runner.query(`ALTER TABLE ${table} ADD COLUMN cluster_id text NOT NULL DEFAULT ''`);
      await runner.query(`ALTER TABLE ${table} DROP CONSTRAINT ${table}_pkey`);
      await runner.query(`ALTER TABLE ${table} ADD PRIMARY KEY (cluster_id, ${key})`);
    }
  }

  /** Keeps the rows of the cluster whose offsets went furthest: only one of each partition has a place. */
  async down(runner: QueryRunner): Promise<void> {
    for (const [table, key] of TABLES) {
      const furthest = table === 'ledger_offset' ? 'next_offset DESC, ' : '';
      await runner.query(`
        DELETE FROM ${table} WHERE (cluster_id, ${key}) NOT IN (
          SELECT DISTINCT ON (${key}) cluster_id, ${key} FROM ${table} ORDER BY ${key}, ${furthest}cluster_id)`);
      await runner.query(`ALTER TABLE ${table} DROP CONSTRAINT ${table}_pkey`);
      await runner.query(`ALTER TABLE ${table} ADD PRIMARY KEY (${key})`);
      await runner.query(`ALTER TABLE ${table} DROP COLUMN cluster_id`);
    }
  }
}
