import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { KafkaSettings } from '#libs/application';
import type { PartitionCounts, RunnerTiming } from '#libs/adapters/kafka';

/** What a counting process is told on its command line. */
export interface StageProcessOptions {
  readonly settings: KafkaSettings;
  readonly group: string;
  readonly partitionCounts: PartitionCounts;
  readonly chunkRecords: number;
  readonly timing: Partial<RunnerTiming>;
}

const FOLDER = join('libs', 'testing');

/** A runner of the counting stage in a process of its own, to be killed, stopped and continued. */
export class StageProcess {
  /** Lines that it wrote: JSON log lines, and `FATAL` with a message. */
  readonly lines: string[] = [];
  readonly ended: Promise<void>;
  private readonly child: ChildProcess;

  constructor(options: StageProcessOptions) {
    const loader = `./${join(FOLDER, 'typescript', 'register.js')}`;
    const program = join(FOLDER, 'kafka', 'counting-main.ts');
    const args = ['--enable-source-maps', '--import', loader, program, JSON.stringify(options)];
    this.child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.ended = new Promise((resolve) => this.child.once('exit', () => resolve()));
    if (this.child.stdout) createInterface(this.child.stdout).on('line', (line) => this.lines.push(line));
  }

  /** Has written a line with this text. */
  said(text: string): boolean {
    return this.lines.some((line) => line.includes(text));
  }

  /** Sends a signal. */
  signal(name: 'SIGTERM' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    this.child.kill(name);
  }

  /** Kills it, whatever it does. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended;
  }
}
