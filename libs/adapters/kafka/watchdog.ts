const LOOKS = 8;
const BARKS_UNTIL_HOPELESS = 3;

/** What a {@link Watchdog} does. */
export interface WatchdogOptions {
  /** How long without a sign of life is too long. */
  readonly patienceMs: () => number;
  /** Whether Kafka answers at all; while it does not, silence proves nothing. */
  readonly kafkaAnswers: () => Promise<boolean>;
  /**
   * Twice in a row the patience ran out although Kafka answered. `hopeless`: for the third time without a sign of life
   * in between, and the last time.
   */
  readonly bark: (hopeless: boolean) => void;
}

/**
 * Finds a consumer that hangs. It counts its own looks rather than the clock, so that a process that was stopped and
 * goes on gets its chance to rejoin the group; and it waits out a broker that is away, as the consumer itself does.
 */
export class Watchdog {
  private looks = 0;
  private warned = false;
  private barks = 0;
  private stopped = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: WatchdogOptions) {}

  /** Begins to watch. */
  start(): void {
    this.alive();
    this.stopped = false;
    this.lookLater();
  }

  /** Something happened that shows life. */
  alive(): void {
    this.looks = 0;
    this.warned = false;
    this.barks = 0;
  }

  /** Watches no more. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private lookLater(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => this.look(), this.options.patienceMs() / LOOKS);
    this.timer.unref();
  }

  private look(): void {
    this.lookLater();
    this.looks += 1;
    if (this.looks === LOOKS) void this.suspect();
  }

  private async suspect(): Promise<void> {
    const answers = await this.options.kafkaAnswers();
    // Since the question somebody may have shown life.
    if (this.looks < LOOKS) return;
    this.looks = 0;
    const barking = answers && this.warned;
    this.warned = answers && !barking;
    if (!barking) return;
    this.barks += 1;
    const hopeless = this.barks === BARKS_UNTIL_HOPELESS;
    if (hopeless) this.stop();
    this.options.bark(hopeless);
  }
}
