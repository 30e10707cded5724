import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const LARGE_LOG_BYTES = 20 * 1024 * 1024;

/** An embedded server that could not do what was asked; the message says what to do, on one line unless it shows a log's end. */
export class EmbeddedServerError extends Error {
  override readonly name = 'EmbeddedServerError';
}

/** A program to run as a server. */
export interface ServerSpec {
  /** For messages: "Kafka". */
  readonly title: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Asked until it is true: whether the server does its work now. */
  readonly isReady: (pid: number) => boolean | Promise<boolean>;
  /** Its output is appended here. */
  readonly logFile: string;
  /** Asks it to stop in good order. */
  readonly stopSignal: 'SIGTERM' | 'SIGINT';
  /** How long it may take to answer, and to stop before it is killed; wall clock. */
  readonly graceMs: number;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** It notices our death by its IPC channel and stops by itself; others are given a guard that stops them. */
  readonly watchesParent?: true;
  /** Run as this account instead of our own. */
  readonly account?: { readonly uid: number; readonly gid: number } | undefined;
}

/** What whoever starts a server may want to do meanwhile. */
export interface StartControl {
  /** Told as soon as there is a process, long before it answers. */
  readonly onSpawned?: (pid: number) => void;
  /** Gives the start up: what was begun is stopped, and the start rejects. */
  readonly signal?: AbortSignal;
}

/** A server that runs beside us. */
export interface EmbeddedServer {
  readonly pid: number;
  /** Resolves when the process has ended, with what ended it: an exit code or a signal. */
  readonly ended: Promise<string>;
  /** Stops it in good order, by force after a while, and resolves when it has ended. */
  stop(): Promise<void>;
  /** Kills it. */
  kill(): void;
}

/**
 * Starts a server and resolves once it is ready. It runs in a session of its own, so that Ctrl-C reaches only us
 * and we can stop things in order; should we be killed, a guard (a waiting shell) stops it a few seconds later.
 * Throws EmbeddedServerError with the end of its log if it ends or stays silent.
 */
export async function startServer(spec: ServerSpec, control: StartControl = {}): Promise<EmbeddedServer> {
  control.signal?.throwIfAborted();
  mkdirSync(dirname(spec.logFile), { recursive: true });
  setAsideLargeLog(spec.logFile);
  const log = openSync(spec.logFile, 'a');
  const child = spawn(spec.command, spec.args, {
    detached: true,
    stdio: spec.watchesParent ? ['ignore', log, log, 'ipc'] : ['ignore', log, log],
    ...(spec.cwd === undefined ? {} : { cwd: spec.cwd }),
    ...(spec.env === undefined ? {} : { env: spec.env }),
    ...spec.account,
  });
  closeSync(log);
  const ended = endOf(child);
  if (child.pid === undefined) throw new EmbeddedServerError(`${spec.title} could not be started: ${await ended}.`);
  control.onSpawned?.(child.pid);
  if (!spec.watchesParent) {
    const guard = guardAgainstOurDeath(child.pid, spec.stopSignal);
    void ended.then(() => guard.kill('SIGKILL'));
  }
  const server = {
    pid: child.pid,
    ended,
    stop: () => stop(child, ended, spec),
    kill: () => void child.kill('SIGKILL'),
  };
  await answering(spec, server, control.signal);
  return server;
}

/** Logs are appended to from start to start; one that has grown large is kept aside once, so that two at most take up space. */
function setAsideLargeLog(file: string): void {
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LARGE_LOG_BYTES) renameSync(file, `${file}.old`);
}

/** The last lines of a log, for a message; empty when there is none. */
export function lastLines(file: string, count = 8): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
  } catch {
    return '';
  }
}

/** Whether something accepts connections on a loopback port. */
export function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => settle(true)).once('error', () => settle(false));
  });
}

async function answering(spec: ServerSpec, server: EmbeddedServer, signal?: AbortSignal): Promise<void> {
  const deadline = performance.now() + spec.graceMs;
  let end: string | undefined;
  void server.ended.then((how) => (end = how));
  while (!(await spec.isReady(server.pid))) {
    if (end !== undefined) {
      throw new EmbeddedServerError(
        `${spec.title} ended while starting (${end}); the end of ${spec.logFile}:\n${lastLines(spec.logFile)}`,
      );
    }
    if (performance.now() > deadline) {
      server.kill();
      throw new EmbeddedServerError(
        `${spec.title} was not ready within ${spec.graceMs / 1000} s; see ${spec.logFile}.`,
      );
    }
    if (signal?.aborted) {
      await server.stop();
      signal.throwIfAborted();
    }
    await sleep(100);
  }
}

async function stop(child: ChildProcess, ended: Promise<string>, spec: ServerSpec): Promise<void> {
  child.kill(spec.stopSignal);
  const tooLong = setTimeout(() => child.kill('SIGKILL'), spec.graceMs);
  await ended;
  clearTimeout(tooLong);
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code ?? 'unknown'}`));
  });
}

/**
 * A shell that waits for the end of our pipe: the kernel closes it however we die. It waits a little before it acts,
 * since our own programs stop by themselves then and should find the server until they have.
 */
function guardAgainstOurDeath(pid: number, signal: ServerSpec['stopSignal']): ChildProcess {
  const script = `read -r _; sleep 4; kill -s ${signal.slice(3)} "$1"`;
  const guard = spawn('/bin/sh', ['-c', script, 'spendline-guard', String(pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.unref();
  return guard;
}
