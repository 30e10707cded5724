import { decimalOf, type Decimal } from '../money/index.js';
import type { BudgetProfile } from '../reference/index.js';
import type { Calendar, TimeSpan } from '../time/index.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A stretch of constant weight: `weight` units of plan for each millisecond. */
interface Stretch extends TimeSpan {
  readonly weight: bigint;
}

const DAYS_A_WEEK = 7;
const HOURS_A_DAY = 24;

/**
 * The weight of a period's parts under a profile: every moment weighs the product of what the profile gives for its
 * weekday, hour, hour of the week, day and hour of the period, absent weights being 1. Exact: weights are scaled to whole
 * numbers, and a part weighs the sum of its milliseconds. Where the clocks change, a local hour that comes twice weighs
 * twice, one that is left out nothing.
 */
export class ProfileWeights {
  readonly totalWeight: bigint;
  readonly #dayStartsMs: number[] = [];
  /** Weight of the period up to each day's start. */
  readonly #weightBefore: bigint[] = [];
  readonly #hoursOfDay = new Map<number, readonly Stretch[]>();
  readonly #weekdayWeights: readonly bigint[];
  readonly #hourWeights: readonly bigint[];
  readonly #hourOfWeekWeights: readonly bigint[];
  /** Undefined: all alike. */
  readonly #dayWeights: readonly bigint[] | undefined;
  readonly #hourOfPeriodWeights: readonly bigint[] | undefined;

  /** Throws RangeError when no moment of the period weighs anything: nothing could be planned. */
  constructor(
    profile: BudgetProfile,
    private readonly calendar: Calendar,
    readonly period: TimeSpan,
  ) {
    this.#weekdayWeights = wholeWeights(profile.weekdayWeights ?? ones(DAYS_A_WEEK));
    this.#hourWeights = wholeWeights(profile.hourWeights ?? ones(HOURS_A_DAY));
    this.#hourOfWeekWeights = wholeWeights(profile.hourOfWeekWeights ?? ones(DAYS_A_WEEK * HOURS_A_DAY));
    this.#dayWeights = profile.dayWeights && wholeWeights(profile.dayWeights);
    this.#hourOfPeriodWeights = profile.hourOfPeriodWeights && wholeWeights(profile.hourOfPeriodWeights);
    const plainDays = this.#hourOfPeriodWeights ? undefined : this.#weightsOfPlainDays();
    let total = 0n;
    let day = calendar.dayOf(period.startMs);
    for (let index = 0; day.startMs < period.endMs; day = calendar.dayOf(day.endMs), index += 1) {
      this.#dayStartsMs.push(day.startMs);
      this.#weightBefore.push(total);
      if (plainDays && day.endMs - day.startMs === DAY_MS) {
        const { weekday } = calendar.hourOf(day.startMs);
        total += (plainDays[weekday] ?? 0n) * this.#dayWeight(index);
      } else {
        for (const stretch of this.#hoursOf(day, index)) total += weightOf(stretch, stretch.endMs);
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
    for (const stretch of this.#hoursOf(this.calendar.dayOf(this.#dayStartsMs[dayIndex] ?? tMs), dayIndex)) {
      if (stretch.startMs >= tMs) break;
      weight += weightOf(stretch, Math.min(tMs, stretch.endMs));
    }
    return weight;
  }

  /** Of each weekday, as long as its day has 24 hours, without the weights of the period's days. */
  #weightsOfPlainDays(): bigint[] {
    return Array.from({ length: DAYS_A_WEEK }, (_, weekday) => {
      const hours = Array.from({ length: HOURS_A_DAY }, (_hour, hour) => this.#weightOfHour(weekday, hour));
      return hours.reduce((sum, weight) => sum + weight, 0n) * BigInt(HOUR_MS);
    });
  }

  #hoursOf(day: TimeSpan, dayIndex: number): readonly Stretch[] {
    const known = this.#hoursOfDay.get(day.startMs);
    if (known) return known;
    const stretches: Stretch[] = [];
    const dayWeight = this.#dayWeight(dayIndex);
    for (let tMs = day.startMs; tMs < day.endMs;) {
      const { endMs, weekday, hour } = this.calendar.hourOf(tMs);
      const weight = dayWeight * this.#weightOfHour(weekday, hour) * this.#weightOfPassed(tMs);
      stretches.push({ startMs: tMs, endMs, weight });
      tMs = endMs;
    }
    this.#hoursOfDay.set(day.startMs, stretches);
    return stretches;
  }

  #weightOfHour(weekday: number, hour: number): bigint {
    const ofWeek = this.#hourOfWeekWeights[weekday * HOURS_A_DAY + hour] ?? 0n;
    return (this.#weekdayWeights[weekday] ?? 0n) * (this.#hourWeights[hour] ?? 0n) * ofWeek;
  }

  #dayWeight(index: number): bigint {
    return this.#dayWeights ? (this.#dayWeights[index] ?? 0n) : 1n;
  }

  #weightOfPassed(tMs: number): bigint {
    if (!this.#hourOfPeriodWeights) return 1n;
    return this.#hourOfPeriodWeights[Math.floor((tMs - this.period.startMs) / HOUR_MS)] ?? 0n;
  }
}

function ones(count: number): number[] {
  return Array.from({ length: count }, () => 1);
}

function weightOf(stretch: Stretch, untilMs: number): bigint {
  return stretch.weight * BigInt(untilMs - stretch.startMs);
}

/** Weights as whole numbers in the same proportions. */
function wholeWeights(weights: readonly number[]): bigint[] {
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
