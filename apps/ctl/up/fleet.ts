import { type KeeperEvents, KeptProgram, type Program, type RestartPolicy } from './kept-program.js';
import type { PidFiles } from './pid-files.js';

/** All programs of one `up`, in the order in which they were started; they stop in the opposite one. */
export class Fleet {
  readonly #waves: KeptProgram[][] = [];
  #stopped: Promise<void> | undefined;

  constructor(
    private readonly pidFiles: PidFiles,
    private readonly events: KeeperEvents,
    private readonly policy?: RestartPolicy,
  ) {}

  /**
   * Starts programs side by side, each wrapped by `around` (which shows progress); resolves once all of them work.
   * Rejects with the first that does not come up, or when everything is stopped meanwhile.
   */
  async start(
    programs: readonly Program[],
    around: (program: Program, start: () => Promise<boolean>) => Promise<unknown>,
  ): Promise<void> {
    if (this.#stopped) throw new Error('Everything is being stopped.');
    const kept = programs.map((program) => new KeptProgram(program, this.pidFiles, this.events, this.policy));
    this.#waves.push(kept);
    await Promise.all(kept.map((each) => around(each.program, () => each.start())));
  }

  /** Stops everything, what came last first, each wave together; resolves when all of it has ended. Later calls wait for the same. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stopWaves();
    return this.#stopped;
  }

  /** Kills everything at once. */
  kill(): void {
    for (const each of this.#waves.flat()) each.kill();
  }

  async #stopWaves(): Promise<void> {
    for (const wave of this.#waves.toReversed()) await Promise.all(wave.map((each) => each.stop()));
  }
}
