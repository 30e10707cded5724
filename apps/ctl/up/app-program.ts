import { join } from 'node:path';
import { startServer } from '#libs/adapters/embedded';
import { ALLOCATOR_ENVIRONMENT, ENGINE_FLAGS, projectRoot } from '#libs/config';
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
          args: [...ENGINE_FLAGS, appMain(name)],
          cwd: projectRoot(),
          env: { ...ALLOCATOR_ENVIRONMENT, ...env },
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

/** The file that one of our programs is started from: bundled by the build. */
export function appMain(name: string): string {
  return join(projectRoot(), 'dist', 'programs', `${name}.js`);
}

/** Whether a health endpoint answers that all is well. */
export async function isHealthy(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2000) })).ok;
  } catch {
    return false;
  }
}
