import { decimalOf, type Decimal } from '../money/index.js';
import type { BudgetProfile } from '../reference/index.js';
import type { Calendar, TimeSpan } from '../time/index.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A stretch of constant weight: `weight` units of plan for each millisecond. */
interface Stretch extends TimeSpan {
  readonly weight: bigint;
}

/**
 * The weight of a period's parts under a profile: every moment weighs weekday weight x hour weight, absent weights
 * being 1. Exact: weights are scaled to whole numbers, and a part weighs the sum of its milliseconds. Where the clocks
 * change, an hour that comes twice weighs twice, one that is left out nothing.
 */
export class ProfileWeights {
  readonly totalWeight: bigint;
  readonly #dayStartsMs: number[] = [];
  /** Weight of the period up to each day's start. */
  readonly #weightBefore: bigint[] = [];
  readonly #hoursOfDay = new Map<number, readonly Stretch[]>();
  readonly #weekdayWeights: readonly bigint[];
  readonly #hourWeights: readonly bigint[];

  /** Throws RangeError when no moment of the period weighs anything: nothing could be planned. */
  constructor(
    profile: BudgetProfile,
    private readonly calendar: Calendar,
    readonly period: TimeSpan,
  ) {
    this.#weekdayWeights = wholeWeights(profile.weekdayWeights, 7);
    this.#hourWeights = wholeWeights(profile.hourWeights, 24);
    const weightOfPlainDay = this.#hourWeights.reduce((sum, weight) => sum + weight, 0n) * BigInt(HOUR_MS);
    let total = 0n;
    let day = calendar.dayOf(period.startMs);
    for (; day.startMs < period.endMs; day = calendar.dayOf(day.endMs)) {
      this.#dayStartsMs.push(day.startMs);
      this.#weightBefore.push(total);
      if (day.endMs - day.startMs === DAY_MS) {
        total += this.weekdayWeight(calendar.hourOf(day.startMs).weekday) * weightOfPlainDay;
      } else {
        for (const stretch of this.hoursOf(day)) total += weightOf(stretch, stretch.endMs);
      }
    }
    if (total <= 0n) throw new RangeError('a budget profile needs a weekday weight and an hour weight above zero');
    this.totalWeight = total;
  }

  /** Weight of [period start, tMs). */
  weightUpTo(tMs: number): bigint {
    if (tMs <= this.period.startMs) return 0n;
    if (tMs >= this.period.endMs) return this.totalWeight;
    const dayIndex = lastNotAfter(this.#dayStartsMs, tMs);
    let weight = this.#weightBefore[dayIndex] ?? 0n;
    for (const stretch of this.hoursOf(this.calendar.dayOf(this.#dayStartsMs[dayIndex] ?? tMs))) {
      if (stretch.startMs >= tMs) break;
      weight += weightOf(stretch, Math.min(tMs, stretch.endMs));
    }
    return weight;
  }

  private hoursOf(day: TimeSpan): readonly Stretch[] {
    const known = this.#hoursOfDay.get(day.startMs);
    if (known) return known;
    const stretches: Stretch[] = [];
    for (let tMs = day.startMs; tMs < day.endMs;) {
      const { endMs, weekday, hour } = this.calendar.hourOf(tMs);
      stretches.push({ startMs: tMs, endMs, weight: this.weekdayWeight(weekday) * (this.#hourWeights[hour] ?? 0n) });
      tMs = endMs;
    }
    this.#hoursOfDay.set(day.startMs, stretches);
    return stretches;
  }

  private weekdayWeight(weekday: number): bigint {
    return this.#weekdayWeights[weekday] ?? 0n;
  }
}

function weightOf(stretch: Stretch, untilMs: number): bigint {
  return stretch.weight * BigInt(untilMs - stretch.startMs);
}

/** Weights as whole numbers in the same proportions. */
function wholeWeights(weights: readonly number[] | undefined, count: number): bigint[] {
  if (!weights) return Array.from({ length: count }, () => 1n);
  const decimals: Decimal[] = weights.map(decimalOf);
  const scale = decimals.reduce((largest, decimal) => Math.max(largest, decimal.scale), 0);
  return decimals.map((decimal) => decimal.unscaled * 10n ** BigInt(scale - decimal.scale));
}

/** Index of the last of the ascending values that is not above `value`; 0 when all are. */
function lastNotAfter(ascending: readonly number[], value: number): number {
  let low = 0;
  let high = ascending.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? Infinity) <= value) low = middle;
    else high = middle;
  }
  return low;
}
