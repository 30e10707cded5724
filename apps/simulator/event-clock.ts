/** How fast history is sent: a multiple of real time, as fast as Kafka takes it, or a day in twenty seconds. */
export type CatchUpSpeed = number | 'max' | 'auto';

const AUTO_FACTOR = (24 * 3600) / 20;

/** Wall time that history takes, in milliseconds. */
export function catchUpMs(historyMs: number, speed: CatchUpSpeed): number {
  if (speed === 'max') return 0;
  const factor = speed === 'auto' ? AUTO_FACTOR : speed;
  return factor <= 1 ? 0 : historyMs / (factor - 1);
}

/** Speed of `auto`, `max`, `1x` or `60x`; undefined when it is none. */
export function parseCatchUpSpeed(text: string): CatchUpSpeed | undefined {
  if (text === 'auto' || text === 'max') return text;
  const factor = Number(/^(\d{1,6})x$/.exec(text)?.[1]);
  return factor >= 1 ? factor : undefined;
}

/** Event time that runs after the wall clock at its speed and, once it has caught up, with it. */
export class EventClock {
  readonly #startedMs: number;
  #caughtUp = false;

  constructor(
    private readonly fromMs: number,
    private readonly speed: CatchUpSpeed,
    nowMs: number,
  ) {
    this.#startedMs = nowMs;
  }

  /** Whether it has reached the wall clock; at 1x from the past it never does. */
  get caughtUp(): boolean {
    return this.#caughtUp;
  }

  /** What may be sent by now, epoch milliseconds of event time; never ahead of the wall clock. */
  at(nowMs: number): number {
    if (this.#caughtUp || this.speed === 'max') return this.#reach(nowMs, nowMs);
    const factor = this.speed === 'auto' ? AUTO_FACTOR : this.speed;
    return this.#reach(this.fromMs + (nowMs - this.#startedMs) * factor, nowMs);
  }

  #reach(eventMs: number, nowMs: number): number {
    if (eventMs >= nowMs) this.#caughtUp = true;
    return Math.floor(Math.min(eventMs, nowMs));
  }
}
