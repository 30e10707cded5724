import type { Micros } from '../money/index.js';
import { splitLargestRemainder } from '../rating/index.js';
import type { Calendar } from '../time/index.js';

/** The weights of a week add up to this. */
const WEEK_WEIGHT = 1_000_000n;
const HOURS_A_WEEK = 168;
const WEEK_MS = HOURS_A_WEEK * 3_600_000;

/** What was spent in a stretch of one local hour. */
export interface HourSpend {
  readonly startMs: number;
  readonly endMs: number;
  readonly amountMicros: Micros;
}

/**
 * The shape of past spend as weights for the hours of a week (168, Monday 0 o'clock first): what an hour cost on average,
 * as whole parts of a million for the whole week, by largest remainder, so that they add up exactly. An hour in which more
 * was taken back than spent weighs nothing. Undefined for less than a week of hours, and where nothing was spent.
 */
export function hourOfWeekWeightsOf(hours: readonly HourSpend[], calendar: Calendar): number[] | undefined {
  const spent = Array.from({ length: HOURS_A_WEEK }, () => 0n);
  const lengthMs = Array.from({ length: HOURS_A_WEEK }, () => 0);
  for (const { startMs, endMs, amountMicros } of hours) {
    const { weekday, hour } = calendar.hourOf(startMs);
    const index = weekday * 24 + hour;
    spent[index] = (spent[index] ?? 0n) + amountMicros;
    lengthMs[index] = (lengthMs[index] ?? 0) + endMs - startMs;
  }
  if (lengthMs.reduce((sum, each) => sum + each, 0) < WEEK_MS) return undefined;
  // The average of a week's hour in micros, a millionth of one kept.
  const averages = spent.map((micros, index) => {
    const length = BigInt(lengthMs[index] ?? 0);
    return micros > 0n && length > 0n ? (micros * 3_600_000_000_000n) / length : 0n;
  });
  if (averages.every((average) => average === 0n)) return undefined;
  return splitLargestRemainder(WEEK_WEIGHT, averages).map(Number);
}
