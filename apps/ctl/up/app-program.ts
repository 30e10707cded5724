import { join } from 'node:path';
import { startServer } from '#libs/adapters/embedded';
import { projectRoot } from '#libs/config';
import type { Program } from './kept-program.js';

/** One of our own programs, run as a child process. */
export interface AppOptions {
  /** Folder below apps/. */
  readonly name: string;
  /** For people: `The monitor`. */
  readonly title: string;
  /** Where its health endpoints are, without a slash at the end. */
  readonly address: string;
  readonly logFile: string;
  /** All of its environment. */
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Our programs share a machine with a broker and a database. Two cores: garbage is collected on the thread that made it. Its
 * memory: collected when the heap has grown by half and not, as V8 does with that much memory free, to several times.
 */
const NODE_OPTIONS = ['--single-threaded-gc', '--max-semi-space-size=8', '--heap-growing-percent=50'];

/**
 * For glibc's allocator, where that is what Node uses: what takes 256 KiB or more comes from the system and goes back to it.
 * Left to itself it keeps what large buffers leave behind, once it has seen that they come and go.
 */
const ALLOCATOR = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '262144',
  MALLOC_TRIM_THRESHOLD_: '262144',
};

/** A child process that stops by itself when we are gone; it is up once `/health/live` says so. */
export function appProgram({ name, title, address, logFile, env }: AppOptions): Program {
  return {
    name,
    title,
    logFile,
    stopSignal: 'SIGTERM',
    firstStartMustSucceed: false,
    launch: (control) =>
      startServer(
        {
          title,
          command: process.execPath,
          args: [...NODE_OPTIONS, appMain(name)],
          cwd: projectRoot(),
          env: { ...ALLOCATOR, ...env },
          logFile,
          stopSignal: 'SIGTERM',
          graceMs: 60_000,
          watchesParent: true,
          isReady: () => isHealthy(`${address}/health/live`),
        },
        control,
      ),
  };
}

/** The compiled entry file of one of our programs. */
export function appMain(name: string): string {
  return join(projectRoot(), 'dist', 'apps', name, 'main.js');
}

/** Whether a health endpoint answers that all is well. */
export async function isHealthy(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2000) })).ok;
  } catch {
    return false;
  }
}
