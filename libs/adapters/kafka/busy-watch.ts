const EVERY_MS = 250;

/** The part of a delay that must have gone into work for it to be the work's: a process that was stopped used none. */
const LEAST_SHARE = 0.2;

/** A look at the clocks of this process, in milliseconds since some start. */
export interface Look {
  readonly nowMs: number;
  /** CPU time that the process has used. */
  readonly cpuMs: number;
}

/** How long nothing but work was done between two looks that should have been `everyMs` apart; 0 if nothing was late. */
export function busyMs(before: Look, after: Look, everyMs: number): number {
  const lateMs = after.nowMs - before.nowMs - everyMs;
  return lateMs > everyMs && after.cpuMs - before.cpuMs >= LEAST_SHARE * lateMs ? lateMs : 0;
}

/**
 * Tells of stretches in which this process worked on one thing and did nothing else: no heartbeat left it meanwhile. A
 * process that was stopped, or whose machine slept, is not meant: that says nothing of the next time.
 */
export class BusyWatch {
  private timer: NodeJS.Timeout | undefined;
  private last: Look = lookNow();

  /** `onBusy` hears of stretches of at least `leastMs()`. */
  constructor(
    private readonly leastMs: () => number,
    private readonly onBusy: (busyMs: number) => void,
  ) {}

  start(): void {
    this.last = lookNow();
    this.timer = setInterval(() => this.look(), EVERY_MS);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    const now = lookNow();
    const busy = busyMs(this.last, now, EVERY_MS);
    this.last = now;
    if (busy > 0 && busy >= this.leastMs()) this.onBusy(busy);
  }
}

function lookNow(): Look {
  const { user, system } = process.cpuUsage();
  return { nowMs: performance.now(), cpuMs: (user + system) / 1000 };
}
