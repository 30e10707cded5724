import { setTimeout as sleep } from 'node:timers/promises';

/** How fast a replay goes: a multiple of real time, or as fast as Kafka takes it. */
export type Speed = number | 'max';

/** Speed of `max`, `1x`, `60x`, `0.5x`; undefined when it is none. */
export function parseSpeed(text: string): Speed | undefined {
  if (text === 'max') return 'max';
  const factor = Number(/^(\d{1,6}(?:\.\d{1,3})?)x$/.exec(text)?.[1]);
  return factor > 0 ? factor : undefined;
}

/** Holds records back until they are due, in event time. */
export class Pacer {
  #begin: { readonly eventMs: number; readonly wallMs: number } | undefined;

  constructor(private readonly speed: Speed) {}

  /** How long until a record is due, in milliseconds of the wall clock; the first one is due at once. */
  dueInMs(eventMs: number, nowMs: number): number {
    if (this.speed === 'max') return 0;
    this.#begin ??= { eventMs, wallMs: nowMs };
    return this.#begin.wallMs + (eventMs - this.#begin.eventMs) / this.speed - nowMs;
  }

  /** Waits so long, or until the signal. */
  async wait(waitMs: number, signal: AbortSignal): Promise<void> {
    await sleep(Math.max(0, waitMs), undefined, { signal }).catch(() => undefined);
  }
}
