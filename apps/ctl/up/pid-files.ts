import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isSameProcess, processIdentity } from '#libs/adapters/process';
import { z } from 'zod';

const RECORD = z.object({ pid: z.int().positive(), identity: z.string(), stopSignal: z.enum(['SIGTERM', 'SIGINT']) });

/** The supervisor's own file: there is one supervisor for a data folder. */
const SUPERVISOR = 'up';

/** A process of ours that still runs. */
export interface FoundProcess {
  readonly name: string;
  readonly pid: number;
  readonly stopSignal: 'SIGTERM' | 'SIGINT';
}

/**
 * One file for each process that belongs to a data folder. A process is only ever taken for ours when it has the pid
 * and the start time that were written down, so one that merely got the pid later is left alone.
 */
export class PidFiles {
  constructor(private readonly folder: string) {}

  /** Takes the folder for this supervisor; answers the pid of another one that has it. */
  claim(): number | undefined {
    const other = this.#find(SUPERVISOR);
    if (other !== undefined && other.pid !== process.pid) return other.pid;
    this.record(SUPERVISOR, process.pid, 'SIGTERM');
    return undefined;
  }

  /** The supervisor that has the folder now, if one runs. */
  supervisor(): number | undefined {
    return this.#find(SUPERVISOR)?.pid;
  }

  /** Writes down that a process is ours. */
  record(name: string, pid: number, stopSignal: FoundProcess['stopSignal']): void {
    const identity = processIdentity(pid);
    // It has ended already, and there is nothing to find again.
    if (identity === undefined) return;
    mkdirSync(this.folder, { recursive: true });
    writeFileSync(this.#file(name), JSON.stringify({ pid, identity, stopSignal }));
  }

  /** Forgets a process that has ended. */
  forget(name: string): void {
    rmSync(this.#file(name), { force: true });
  }

  /** Forgets this supervisor: the folder is free again. */
  release(): void {
    this.forget(SUPERVISOR);
  }

  /** Our processes that still run without a supervisor; files of those that ended are removed. */
  leftovers(): FoundProcess[] {
    if (!existsSync(this.folder)) return [];
    const names = readdirSync(this.folder).filter((file) => file.endsWith('.json'));
    return names.flatMap((file) => {
      const name = file.slice(0, -'.json'.length);
      if (name === SUPERVISOR) return [];
      const found = this.#find(name);
      if (found === undefined) this.forget(name);
      return found ?? [];
    });
  }

  /** Ends a leftover in good order, by force after `graceMs` (wall clock); answers false when it would not end. */
  async end({ name, pid, stopSignal }: FoundProcess, graceMs: number): Promise<boolean> {
    for (const each of [stopSignal, 'SIGKILL'] as const) {
      signal(pid, each);
      const deadline = performance.now() + graceMs;
      while (this.#find(name) !== undefined && performance.now() < deadline) await sleep(50);
    }
    if (this.#find(name) !== undefined) return false;
    this.forget(name);
    return true;
  }

  #find(name: string): FoundProcess | undefined {
    const file = this.#file(name);
    if (!existsSync(file)) return undefined;
    const record = RECORD.safeParse(parseJson(readFileSync(file, 'utf8'))).data;
    if (record === undefined || !isSameProcess(record.pid, record.identity)) return undefined;
    return { name, pid: record.pid, stopSignal: record.stopSignal };
  }

  #file(name: string): string {
    return join(this.folder, `${name}.json`);
  }
}

/** A file that was cut off while it was written says nothing. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended in between, or belongs to another account; the caller sees which by asking again.
  }
}
