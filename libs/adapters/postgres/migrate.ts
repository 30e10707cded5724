import type { DataSource, QueryRunner } from 'typeorm';
import { createDataSource } from './database.js';
import { GRANTS } from './privileges.js';

/** One number for all who migrate the same database; it means nothing elsewhere. */
const MIGRATION_LOCK = 763_900_001;

/** What a migration run did. */
export interface MigrationReport {
  /** Names of the migrations that were run now, oldest first; empty when there was nothing to do. */
  readonly applied: readonly string[];
}

/**
 * Brings a database to the newest tables and privileges, one transaction a migration. Several at once wait for each
 * other. `databaseUrl` should be of the role that owns the tables, which the running product is not.
 */
export async function migrate(databaseUrl: string): Promise<MigrationReport> {
  const dataSource = createDataSource({ databaseUrl, applicationName: 'spendline-migrate', poolSize: 2 });
  await dataSource.initialize();
  try {
    return await locked(dataSource, async (runner) => {
      const applied = await dataSource.runMigrations();
      await grantPrivileges(runner);
      return { applied: applied.map(({ name }) => name) };
    });
  } finally {
    await dataSource.destroy();
  }
}

/** Whether the database has every migration that this program knows. */
export async function isMigrated(dataSource: DataSource): Promise<boolean> {
  const [found] = await dataSource.query<{ table: string | null }[]>(`SELECT to_regclass('migration') AS table`);
  if (!found?.table) return false;
  const done = await dataSource.query<{ name: string }[]>(`SELECT name FROM migration`);
  const names = new Set(done.map(({ name }) => name));
  return dataSource.migrations.every(({ name }) => name !== undefined && names.has(name));
}

async function locked<T>(dataSource: DataSource, work: (runner: QueryRunner) => Promise<T>): Promise<T> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.query(`SET statement_timeout = 0`);
    await runner.query(`SELECT pg_advisory_lock($1)`, [MIGRATION_LOCK]);
    return await work(runner);
  } finally {
    // Session locks end with the connection, also when this statement cannot be sent any more.
    await runner.query(`SELECT pg_advisory_unlock($1)`, [MIGRATION_LOCK]).catch(() => undefined);
    await runner.release();
  }
}

async function grantPrivileges(runner: QueryRunner): Promise<void> {
  const roles = (await runner.query(`SELECT rolname FROM pg_roles`)) as { rolname: string }[];
  const existing = new Set(roles.map(({ rolname }) => rolname));
  for (const { role, sql } of GRANTS) if (existing.has(role)) await runner.query(sql);
}
