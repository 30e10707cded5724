const LOOKS = 8;

/**
 * Barks once when nobody has called `alive` for a while. It counts its own looks rather than the clock, so that a
 * process that was stopped and goes on gets its chance to rejoin the group.
 */
export class Watchdog {
  private looks = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly patienceMs: number,
    private readonly bark: () => void,
  ) {}

  /** Begins to watch. */
  start(): void {
    this.looks = 0;
    this.timer = setInterval(() => this.look(), this.patienceMs / LOOKS);
    this.timer.unref();
  }

  /** Something happened that shows life. */
  alive(): void {
    this.looks = 0;
  }

  /** Watches no more. */
  stop(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    this.looks += 1;
    if (this.looks < LOOKS) return;
    this.stop();
    this.bark();
  }
}
