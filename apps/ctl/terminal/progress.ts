const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const TICK_MS = 100;

/** Where progress is written; `process.stdout` is one. */
export interface Terminal {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/**
 * Tells what is going on: on a terminal one line that moves and names everything under way, elsewhere a plain line for
 * what takes over a second. Each step that is done leaves a line behind.
 */
export class Progress {
  readonly #running = new Map<string, number>();
  readonly #announced = new Set<string>();
  #ticker: NodeJS.Timeout | undefined;
  #frame = 0;

  constructor(private readonly terminal: Terminal) {}

  /** Shows `doing` while the work runs, and what `done` makes of its result afterwards; undefined leaves no line. */
  async step<T>(doing: string, work: () => Promise<T>, done: (result: T) => string | undefined): Promise<T> {
    const begun = performance.now();
    this.#running.set(doing, begun);
    this.#ticker ??= setInterval(() => this.#tick(), TICK_MS);
    try {
      const result = await work();
      const line = done(result);
      if (line !== undefined) this.say(`  ${line} (${secondsSince(begun)} s)`);
      return result;
    } finally {
      this.#running.delete(doing);
      this.#announced.delete(doing);
      if (this.#running.size === 0) this.#rest();
    }
  }

  /** Writes a line of its own. */
  say(line: string): void {
    this.#clear();
    this.terminal.write(`${line}\n`);
  }

  #tick(): void {
    if (this.terminal.isTTY === true) {
      const titles = [...this.#running].map(([doing, begun]) => `${doing} (${secondsSince(begun, 0)} s)`);
      this.#frame = (this.#frame + 1) % FRAMES.length;
      this.#clear();
      this.terminal.write(`${FRAMES[this.#frame] ?? ''} ${titles.join(', ')}`);
      return;
    }
    for (const [doing, begun] of this.#running) {
      if (performance.now() - begun < 1000 || this.#announced.has(doing)) continue;
      this.#announced.add(doing);
      this.say(`${doing} ...`);
    }
  }

  #rest(): void {
    clearInterval(this.#ticker);
    this.#ticker = undefined;
    this.#clear();
  }

  #clear(): void {
    if (this.terminal.isTTY === true) this.terminal.write('\r\x1b[K');
  }
}

function secondsSince(begun: number, digits = 1): string {
  return ((performance.now() - begun) / 1000).toFixed(digits);
}
