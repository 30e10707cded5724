import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { EmbeddedServerError } from './server.js';

/** For data and binaries that the account of Postgres could not reach where they are. */
const ELSEWHERE = '/var/lib/spendline';

/** Who runs Postgres, with which binaries and where. */
export interface PostgresHome {
  /** Undefined: our own account. */
  readonly account: { readonly uid: number; readonly gid: number } | undefined;
  /** Folder that holds bin/, lib/ and share/. */
  readonly native: string;
  /** The data folder; it need not exist yet. */
  readonly data: string;
  /** Where a link to the data folder belongs, when that had to be moved away from there. */
  readonly link?: string;
}

/**
 * Decides who runs Postgres, which refuses to run as root. An ordinary user runs it himself. For root it is the owner of the
 * data folder where there is one, else the account `postgres`, made if it is missing. That account often cannot reach
 * root's own folders: then binaries and data go below /var/lib/spendline, and `folder` becomes a link to them.
 * Throws EmbeddedServerError.
 */
export function postgresHome(native: string, folder: string): PostgresHome {
  if (process.getuid?.() !== 0) {
    if (existsSync(folder)) requireOwnership(folder);
    return { account: undefined, native, data: folder };
  }
  const account = (existsSync(folder) ? ownerOf(folder) : undefined) ?? postgresAccount();
  openForPassage(dirname(folder));
  if (isReachable(native) && isReachable(dirname(folder))) return { account, native, data: folder };
  return { account, ...movedOut(native, folder) };
}

function requireOwnership(folder: string): void {
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    throw new EmbeddedServerError(
      `${folder} belongs to another account; start as that one, or move the data with SPENDLINE_DATA_DIR.`,
    );
  }
}

function ownerOf(folder: string): PostgresHome['account'] {
  const { uid, gid } = statSync(folder);
  return uid === 0 ? undefined : { uid, gid };
}

function postgresAccount(): { uid: number; gid: number } {
  const found = idsOf('postgres');
  if (found !== undefined) return found;
  try {
    execFileSync('useradd', [
      '--system',
      '--user-group',
      '--no-create-home',
      '--shell',
      '/usr/sbin/nologin',
      'postgres',
    ]);
  } catch {
    // Told below: without the account there is nothing to return.
  }
  const made = idsOf('postgres');
  if (made !== undefined) return made;
  throw new EmbeddedServerError(
    'Postgres refuses to run as root and the account "postgres" could not be made; start as an ordinary user, or set DATABASE_URL.',
  );
}

function idsOf(account: string): { uid: number; gid: number } | undefined {
  try {
    const id = (flag: string) => Number(execFileSync('id', [flag, account], { stdio: ['ignore', 'pipe', 'ignore'] }));
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined;
  }
}

/** Whether any account may pass through every folder on the way. */
function isReachable(folder: string): boolean {
  for (let here = folder; here !== dirname(here); here = dirname(here)) {
    if (existsSync(here) && (statSync(here).mode & constants.S_IXOTH) === 0) return false;
  }
  return true;
}

/** Lets other accounts pass through a folder of our own, without reading it; somebody's home is not ours to open. */
function openForPassage(folder: string): void {
  const { mode, uid } = statSync(folder);
  if (uid === 0 && folder !== homedir()) chmodSync(folder, mode | constants.S_IXOTH);
}

function movedOut(native: string, folder: string): Omit<PostgresHome, 'account'> {
  const place = join(ELSEWHERE, createHash('sha256').update(folder).digest('hex').slice(0, 12));
  mkdirSync(place, { recursive: true });
  for (const each of [ELSEWHERE, place]) chmodSync(each, 0o755);
  return { native: copyOf(native), data: join(place, 'postgres'), link: folder };
}

/** The binaries where everybody can run them; one copy for each version, whole before it has its name. */
function copyOf(native: string): string {
  const { version } = JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8')) as { version: string };
  const copy = join(ELSEWHERE, `native-${version}`);
  if (existsSync(copy)) return copy;
  const unfinished = mkdtempSync(`${copy}.`);
  chmodSync(unfinished, 0o755);
  cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true });
  try {
    renameSync(unfinished, copy);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    // Somebody else was first.
    if (!existsSync(copy)) throw error;
  }
  return copy;
}

/** Gives a file or folder to the account that runs Postgres. */
export function giveTo(account: PostgresHome['account'], path: string): void {
  if (account !== undefined) chownSync(path, account.uid, account.gid);
}
