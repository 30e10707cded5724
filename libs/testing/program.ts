import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A program of ours in a process of its own, from its sources, to be asked, stopped and killed. */
export class Program {
  /** Last lines of its output, for a look after a failure. */
  readonly lines: string[] = [];
  private readonly child: ChildProcess;

  /** `main` is a path from the project's root, such as `apps/monitor/main.ts`. */
  constructor(main: string, environment: Readonly<Record<string, string>>) {
    const args = ['--enable-source-maps', '--import', './libs/testing/typescript/register.js', main];
    this.child = spawn(process.execPath, args, {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      if (stream) createInterface(stream).on('line', (line) => this.lines.push(line) > 200 && this.lines.shift());
    }
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Sends a signal and waits for the end. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (!this.isRunning) return;
    const ended = once(this.child, 'exit');
    this.child.kill(signal);
    await ended;
  }
}
