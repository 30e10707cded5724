import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { postgresMissing, startTestPostgres, type TestPostgres } from '#libs/testing';
import { createDataSource, isMigrated, migrate } from './index.js';
import { MIGRATIONS } from './migrations/index.js';

const missing = await postgresMissing();
if (missing) console.warn(`skipped: ${missing}`);
const withPostgres = missing ? describe.skip : describe;

const ROLES_SQL = readFileSync(join(process.cwd(), 'deploy/postgres/roles.sql'), 'utf8');

withPostgres('migrations', () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startTestPostgres();
  });
  afterAll(() => postgres.remove());
  beforeEach(() => postgres.clear());

  const names = MIGRATIONS.map((migration) => new migration().name);

  it('bring an empty database up, and do nothing the second time', async () => {
    expect(await migrate(postgres.url)).toEqual({ applied: names });
    expect(await migrate(postgres.url)).toEqual({ applied: [] });
  });

  it('wait for each other when several start together', async () => {
    const reports = await Promise.all([migrate(postgres.url), migrate(postgres.url), migrate(postgres.url)]);
    expect(reports.flatMap(({ applied }) => applied)).toEqual(names);
  });

  it('make the tables that the code maps, column by column', async () => {
    await migrate(postgres.url);
    const dataSource = await createDataSource({ databaseUrl: postgres.url, applicationName: 'test' }).initialize();
    try {
      const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
      // Indexes and constraints are the migrations' own business: the mapping does not repeat them.
      const columns = upQueries.map(({ query }) => query).filter((query) => !/DROP (INDEX|CONSTRAINT)/.test(query));
      expect(columns).toEqual([]);
    } finally {
      await dataSource.destroy();
    }
  });

  it('can be taken back', async () => {
    await migrate(postgres.url);
    const dataSource = await createDataSource({ databaseUrl: postgres.url, applicationName: 'test' }).initialize();
    try {
      expect(await isMigrated(dataSource)).toBe(true);
      for (const _ of names) await dataSource.undoLastMigration();
      expect(await isMigrated(dataSource)).toBe(false);
    } finally {
      await dataSource.destroy();
    }
    const tables = await postgres.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
    );
    expect(tables).toEqual([{ name: 'migration' }]);
  });

  it('are missing in a database that nobody has migrated', async () => {
    const dataSource = await createDataSource({ databaseUrl: postgres.url, applicationName: 'test' }).initialize();
    try {
      expect(await isMigrated(dataSource)).toBe(false);
    } finally {
      await dataSource.destroy();
    }
  });
});

withPostgres('roles', () => {
  let postgres: TestPostgres;
  const asRole = (role: string, sql: string): Promise<unknown> => attempt(postgres.urlOf(role, 'secret'), sql);

  beforeAll(async () => {
    postgres = await startTestPostgres();
    await postgres.query(ROLES_SQL);
    await postgres.query(ROLES_SQL);
    await postgres.query(`
      CREATE ROLE owner LOGIN PASSWORD 'secret' IN ROLE spendline_migrate;
      CREATE ROLE app LOGIN PASSWORD 'secret' IN ROLE spendline_run;
      CREATE ROLE reports LOGIN PASSWORD 'secret' IN ROLE spendline_read;
      CREATE ROLE stranger LOGIN PASSWORD 'secret'`);
    await migrate(postgres.urlOf('owner', 'secret'));
  });
  afterAll(() => postgres.remove());

  it.each([
    [
      'app',
      `INSERT INTO reference_audit (at, actor, action, kind, id, version) VALUES (now(), 'a', 'delete', 'agent', 'a', 1)`,
    ],
    ['app', `DELETE FROM reference_entry`],
    [
      'app',
      `INSERT INTO decision_audit (at, actor, actor_name, subject, subject_id, part, action) VALUES (now(), 'a', 'A', 'budget', 'b', '1', 'draft')`,
    ],
    ['app', `SELECT * FROM decision_audit_fault`],
    ['reports', `SELECT * FROM decision_audit`],
    ['app', `UPDATE ledger_offset SET next_offset = 0`],
    ['app', `SELECT * FROM cost_event_current`],
    ['reports', `SELECT * FROM cost_event_current`],
    ['reports', `SELECT * FROM reference_entry`],
  ])('%s may: %s', async (role, sql) => {
    expect(await asRole(role, sql)).toBe('done');
  });

  it.each([
    ['app', `UPDATE reference_audit SET actor = 'somebody else'`],
    ['app', `DELETE FROM reference_audit`],
    ['app', `UPDATE decision_audit SET actor = 'somebody else'`],
    ['app', `DELETE FROM decision_audit`],
    ['app', `TRUNCATE decision_audit`],
    ['app', `DELETE FROM budget_version`],
    ['app', `ALTER TABLE budget_version DISABLE TRIGGER ALL`],
    ['app', `UPDATE cost_event SET amount = 0`],
    ['app', `DELETE FROM cost_event`],
    ['app', `TRUNCATE cost_window`],
    ['app', `CREATE TABLE mine (x int)`],
    ['app', `DROP TABLE outbox`],
    ['reports', `DELETE FROM reference_entry`],
    ['reports', `INSERT INTO ledger_offset VALUES ('x', 0, 0)`],
    ['reports', `SELECT * FROM outbox`],
    ['reports', `SELECT * FROM idempotent_answer`],
    ['stranger', `SELECT 1`],
  ])('%s may not: %s', async (role, sql) => {
    expect(await asRole(role, sql)).toMatch(/permission denied|must be owner/);
  });
});

async function attempt(url: string, sql: string): Promise<unknown> {
  const dataSource = createDataSource({ databaseUrl: url, applicationName: 'test', poolSize: 1 });
  try {
    await dataSource.initialize();
    await dataSource.query(sql);
    return 'done';
  } catch (error) {
    return String(error);
  } finally {
    if (dataSource.isInitialized) await dataSource.destroy();
  }
}
