import type { Signal } from '#libs/contract';
import { rfc3339 } from '#libs/domain';
import { z } from 'zod';

/** Somebody wants to hear nothing of an episode until a time. Times are epoch milliseconds of the wall clock. */
export interface Snooze {
  readonly signalKey: string;
  readonly episodeId: string;
  readonly madeAtMs: number;
  readonly untilMs: number;
  /** Name of who asked for it. */
  readonly by: string;
}

const INSTANT = z.iso.datetime().transform((text) => Date.parse(text));
const WIRE = z.object({
  signalKey: z.string(),
  episodeId: z.string(),
  madeAt: INSTANT,
  until: INSTANT,
  by: z.string(),
});

/** The value of a record of `spendline.snoozes`; its key is the episode's id. */
export function snoozeToWire({ madeAtMs, untilMs, ...rest }: Snooze): string {
  return JSON.stringify({ ...rest, madeAt: rfc3339(madeAtMs), until: rfc3339(untilMs) });
}

/** The snooze in a record's value; undefined if it holds none. */
export function snoozeFromWire(value: Uint8Array | null): Snooze | undefined {
  if (value === null) return undefined;
  try {
    const { madeAt, until, ...rest } = WIRE.parse(JSON.parse(new TextDecoder().decode(value)));
    return { ...rest, madeAtMs: madeAt, untilMs: until };
  } catch {
    return undefined;
  }
}

/**
 * What people want to hear nothing of, the latest word on each episode. It ends with its time and with the episode: that a
 * signal was resolved is told in any case.
 */
export class Snoozes {
  readonly #byEpisode = new Map<string, Snooze>();

  /** @param now wall clock, epoch milliseconds */
  constructor(private readonly now: () => number) {}

  /** Takes the newest record of an episode; undefined where the topic forgot it. */
  accept(episodeId: string, snooze: Snooze | undefined): void {
    if (snooze) this.#byEpisode.set(episodeId, snooze);
    else this.#byEpisode.delete(episodeId);
  }

  /** The one that holds for the episode now. */
  of(episodeId: string): Snooze | undefined {
    const snooze = this.#byEpisode.get(episodeId);
    return snooze && snooze.untilMs > this.now() ? snooze : undefined;
  }

  /** All that hold now. */
  active(): Snooze[] {
    return [...this.#byEpisode.values()].filter(({ untilMs }) => untilMs > this.now());
  }

  /**
   * For messages that were dealt with before a restart: whether this one was kept back, as far as its time tells; and
   * whether the snooze ended after it, so that the episode is to be told again. In doubt it is told twice.
   */
  past({ episodeId, observedAt }: Signal): { readonly keptBack: boolean; readonly endsLater: boolean } {
    const snooze = this.#byEpisode.get(episodeId);
    const observedAtMs = Date.parse(observedAt);
    const endsLater = snooze !== undefined && observedAtMs < snooze.untilMs;
    return { keptBack: endsLater && observedAtMs >= snooze.madeAtMs, endsLater };
  }

  /** When the latest snooze of the episode ends or ended: names the message that tells it again. */
  endOf(episodeId: string): number | undefined {
    return this.#byEpisode.get(episodeId)?.untilMs;
  }
}
