import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startServer } from '#libs/adapters/embedded';
import { isPortFree } from '#libs/adapters/process';
import type { UpConfig } from '#libs/config';
import { isHealthy } from './app-program.js';
import type { Program } from './kept-program.js';

/** A server that is run beside the rest if it is installed and its port is free. */
export interface OptionalServer {
  readonly name: string;
  readonly title: string;
  /** What it may be called, the first that answers is taken. */
  readonly commands: readonly string[];
  /** Debian's package. */
  readonly package: string;
  readonly port: number;
  /** Moves the port. */
  readonly setting: string;
  /** Written when it starts. */
  readonly args: () => readonly string[];
}

/** The server to start, or why there is none; `shown` is for the closing table. */
export type OptionalPlan = { readonly program: Program | undefined; readonly shown: string };

/** Plans a server that answers at `/-/ready`. */
export async function planOptional(server: OptionalServer, { places }: UpConfig): Promise<OptionalPlan> {
  const command = await firstInstalled(server.commands);
  if (command === undefined)
    return { program: undefined, shown: `not installed (Debian: apt-get install ${server.package})` };
  if (!(await isPortFree(server.port))) {
    return { program: undefined, shown: `not started: port ${server.port} is taken (${server.setting})` };
  }
  const { name, title, port, args } = server;
  const address = `http://127.0.0.1:${port}`;
  const logFile = join(places.logs, `${name}.log`);
  const program: Program = {
    ...{ name, title, logFile, stopSignal: 'SIGTERM', firstStartMustSucceed: true, isOptional: true },
    launch: (control) =>
      startServer(
        {
          ...{ title, command, args: [...args(), `--web.listen-address=127.0.0.1:${port}`], logFile },
          ...{ stopSignal: 'SIGTERM', graceMs: 30_000, isReady: () => isHealthy(`${address}/-/ready`) },
        },
        control,
      ),
  };
  return { program, shown: address };
}

async function firstInstalled(commands: readonly string[]): Promise<string | undefined> {
  for (const command of commands) {
    const answers = await promisify(execFile)(command, ['--version']).then(
      () => true,
      () => false,
    );
    if (answers) return command;
  }
  return undefined;
}
