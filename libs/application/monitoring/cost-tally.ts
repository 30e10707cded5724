import { DIMENSIONS, numberOf, type Dimension, type HandledBy, type Micros, type Outcome } from '#libs/domain';
import { OTHER, type MetricSample } from './sample.js';

/** An increment of a counter, by metric name. */
export interface MetricChange extends MetricSample {
  readonly metric: string;
}

/** Observations of one series of a histogram, by metric name. */
export interface MetricObservations {
  readonly metric: string;
  readonly labels: MetricSample['labels'];
  readonly values: readonly number[];
}

/** What is to be counted once it is committed. */
export interface TallyChanges {
  readonly increments: readonly MetricChange[];
  readonly observations: readonly MetricObservations[];
}

/** One contact, counted when it is first costed, not again when a better copy replaces it. */
export interface CountedInteraction {
  readonly channel: string;
  readonly handledBy: HandledBy;
  readonly outcome: Outcome;
  /** Absent for a bot's, which is not handle time of anybody. */
  readonly handleSeconds?: number;
}

/** What a cost without a channel (a billing line, paid time) is counted under. */
const NO_CHANNEL = 'none';

/** Channels come from events, so a faulty source could invent them without end; beyond these they count as `other`. */
const DEFAULT_MAX_CHANNELS = 100;

interface PendingCost {
  readonly labels: Readonly<Record<'channel' | 'dimension' | 'currency', string>>;
  amountMicros: Micros;
}

/**
 * Adds up what cost events say, for `spendline_cost_total`, `spendline_interactions_total` and
 * `spendline_handle_seconds`, between two commits. Give {@link addCost} the difference that an event makes: for a
 * revision, new minus old. A counter cannot fall, so where the difference is negative it waits and is set off against
 * the cost that follows in the same series: the counter is the running maximum of the true sum.
 */
export class CostTally {
  readonly #pending = new Map<string, PendingCost>();
  readonly #interactions = new Map<string, { readonly labels: MetricSample['labels']; count: number }>();
  readonly #channels = new Set<string>([NO_CHANNEL, OTHER]);
  readonly #maxChannels: number;
  /** By channel. */
  readonly #handleSeconds = new Map<string, number[]>();

  constructor({ maxChannels = DEFAULT_MAX_CHANNELS }: { readonly maxChannels?: number } = {}) {
    this.#maxChannels = maxChannels + this.#channels.size;
  }

  /** Adds the difference that a cost event makes, by dimension, in the organisation's currency. */
  addCost(channel: string | undefined, currency: string, differenceMicros: Readonly<Record<Dimension, Micros>>): void {
    const bounded = this.#bounded(channel ?? NO_CHANNEL);
    for (const dimension of DIMENSIONS) {
      const amountMicros = differenceMicros[dimension];
      if (amountMicros === 0n) continue;
      const key = `${bounded}/${dimension}/${currency}`;
      const pending = this.#pending.get(key);
      if (pending) pending.amountMicros += amountMicros;
      else this.#pending.set(key, { labels: { channel: bounded, dimension, currency }, amountMicros });
    }
  }

  /** Counts a contact. */
  addInteraction({ handleSeconds, ...interaction }: CountedInteraction): void {
    this.addInteractions(interaction, 1);
    if (handleSeconds !== undefined) this.addHandleSeconds(interaction.channel, [handleSeconds]);
  }

  /** Counts contacts that are alike in this. */
  addInteractions({ channel, handledBy, outcome }: Omit<CountedInteraction, 'handleSeconds'>, count: number): void {
    const bounded = this.#bounded(channel);
    const key = `${bounded}/${handledBy}/${outcome}`;
    const counted = this.#interactions.get(key);
    if (counted) counted.count += count;
    else this.#interactions.set(key, { labels: { channel: bounded, handled_by: handledBy, outcome }, count });
  }

  /** Observes the handle times of contacts of one channel, in seconds. */
  addHandleSeconds(channel: string, handleSeconds: readonly number[]): void {
    if (handleSeconds.length === 0) return;
    const bounded = this.#bounded(channel);
    const observed = this.#handleSeconds.get(bounded);
    if (!observed) this.#handleSeconds.set(bounded, [...handleSeconds]);
    else for (const value of handleSeconds) observed.push(value);
  }

  /** Everything since the last call; negative differences stay behind. */
  drain(): TallyChanges {
    const increments: MetricChange[] = [];
    for (const [key, { labels, amountMicros }] of this.#pending) {
      if (amountMicros < 0n) continue;
      this.#pending.delete(key);
      if (amountMicros > 0n) {
        increments.push({
          metric: 'spendline_cost_total',
          labels,
          value: numberOf({ unscaled: amountMicros, scale: 6 }),
        });
      }
    }
    for (const { labels, count } of this.#interactions.values()) {
      increments.push({ metric: 'spendline_interactions_total', labels, value: count });
    }
    this.#interactions.clear();
    const observations = [...this.#handleSeconds].map(([channel, values]) => ({
      metric: 'spendline_handle_seconds',
      labels: { channel },
      values,
    }));
    this.#handleSeconds.clear();
    return { increments, observations };
  }

  #bounded(channel: string): string {
    if (this.#channels.has(channel)) return channel;
    if (this.#channels.size >= this.#maxChannels) return OTHER;
    this.#channels.add(channel);
    return channel;
  }
}
