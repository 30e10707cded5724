import { relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type EmbeddedServer, type StartControl, lastLines } from '#libs/adapters/embedded';
import { Advice } from '../advice.js';
import type { PidFiles } from './pid-files.js';

/** A program that is kept running. */
export interface Program {
  /** Names its log and its pid file: `monitor`. */
  readonly name: string;
  /** For people: `The monitor`. */
  readonly title: string;
  readonly logFile: string;
  readonly stopSignal: 'SIGTERM' | 'SIGINT';
  /** A first start that fails is not tried again: what is wrong then is not going to mend itself. */
  readonly firstStartMustSucceed: boolean;
  /** The rest goes on without it. */
  readonly isOptional?: true;
  /** Starts it; resolves once it works, rejects with a message that holds the end of its log. */
  readonly launch: (control: StartControl) => Promise<EmbeddedServer>;
}

/** How often and how fast a program that ends is started again; wall clock. */
export interface RestartPolicy {
  /** The first wait; each further one is twice as long. */
  readonly firstDelayMs: number;
  /** Ends in a row after which it is given up. */
  readonly maxEnds: number;
  /** Having run this long, a program starts with a clean record. */
  readonly settledMs: number;
}

/** A second, then 2, 4 and 8; given up at the fifth end in a row. */
export const PATIENT: RestartPolicy = { firstDelayMs: 1000, maxEnds: 5, settledMs: 60_000 };

/** What happens to kept programs is told here. */
export interface KeeperEvents {
  /** A line or several for the person at the terminal. */
  readonly tell: (text: string) => void;
  /** The program is given up; the message says why. Called after it had been up, otherwise `start` rejects. */
  readonly onGivenUp: (reason: Advice) => void;
}

/** One program: started, started again with growing waits when it ends by itself, stopped when asked. */
export class KeptProgram {
  readonly #stopping = new AbortController();
  #running: EmbeddedServer | undefined;
  #wasUp = false;
  #loop: Promise<void> = Promise.resolve();

  constructor(
    readonly program: Program,
    private readonly pidFiles: PidFiles,
    private readonly events: KeeperEvents,
    private readonly policy: RestartPolicy = PATIENT,
  ) {}

  /**
   * Resolves with true once it works for the first time, with false when it is optional and given up before;
   * rejects when it is given up otherwise, or stopped.
   */
  start(): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#loop = this.#keep(() => resolve(true)).then((givenUp) => {
        if (givenUp === undefined) reject(this.#stopping.signal.reason as Error);
        else if (this.program.isOptional) {
          this.events.tell(`${givenUp.message}\nThe rest goes on without it.`);
          resolve(false);
        } else if (this.#wasUp) this.events.onGivenUp(givenUp);
        else reject(givenUp);
      });
    });
  }

  /** Stops it in good order and resolves when it has ended; it is not started again. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running?.stop();
    await this.#loop;
  }

  /** Kills it; it is not started again. */
  kill(): void {
    this.#stopping.abort();
    this.#running?.kill();
  }

  /** Runs it again and again; resolves with why it is given up, or with undefined when it was stopped. */
  async #keep(onUp: () => void): Promise<Advice | undefined> {
    let ends = 0;
    while (!this.#isStopping()) {
      const end = await this.#runOnce(onUp);
      if (this.#isStopping()) return undefined;
      ends = end.ranMs >= this.policy.settledMs ? 1 : ends + 1;
      if (!this.#wasUp && this.program.firstStartMustSucceed) return new Advice(end.how);
      if (ends >= this.policy.maxEnds)
        return new Advice(`${this.program.title} ended ${ends} times in a row. ${end.how}`);
      const delayMs = this.policy.firstDelayMs * 2 ** (ends - 1);
      this.events.tell(`${end.how}\n${this.program.title} starts again in ${delayMs / 1000} s.`);
      await sleep(delayMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
    }
    return undefined;
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** Resolves with how it ended, whether it came up or not. */
  async #runOnce(onUp: () => void): Promise<{ how: string; ranMs: number }> {
    const { program, pidFiles } = this;
    try {
      this.#running = await program.launch({
        signal: this.#stopping.signal,
        onSpawned: (pid) => pidFiles.record(program.name, pid, program.stopSignal),
      });
      // It was told to stop while the last look at it was on its way, so nobody has stopped this one.
      if (this.#isStopping()) await this.#running.stop();
      const begun = performance.now();
      if (!this.#isStopping()) {
        this.#wasUp = true;
        onUp();
      }
      const end = await this.#running.ended;
      return { how: this.#describeEnd(end), ranMs: performance.now() - begun };
    } catch (error) {
      return { how: (error as Error).message, ranMs: 0 };
    } finally {
      this.#running = undefined;
      pidFiles.forget(program.name);
    }
  }

  #describeEnd(end: string): string {
    const { title, logFile } = this.program;
    const lines = lastLines(logFile).replaceAll(/^/gm, '    ');
    return `${title} ended by itself (${end}). The last lines of ${relative(process.cwd(), logFile)}:\n${lines}`;
  }
}
