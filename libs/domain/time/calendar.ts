/** A half-open span of time [startMs, endMs) in epoch milliseconds. */
export interface TimeSpan {
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * A stretch of one local hour. It lasts an hour, except where the clocks change: there it is cut at the change, so that
 * an hour which comes twice is two stretches with the same `hour`, and one that is left out is none.
 */
export interface LocalHour extends TimeSpan {
  /** 0 is Monday, 6 is Sunday. */
  readonly weekday: number;
  /** 0 to 23, as the clock on the wall shows. */
  readonly hour: number;
}

/**
 * The days and months of the organisation's zone. All times are epoch milliseconds of event time. For each of `dayOf`,
 * `monthOf`, `quarterOf`, `yearOf` and `hourOf` the spans tile time: no gap, no overlap, also where the clocks change,
 * and the span of t holds t.
 */
export interface Calendar {
  /** IANA name, e.g. Asia/Shanghai. */
  readonly zone: string;
  dayOf(tMs: number): TimeSpan;
  monthOf(tMs: number): TimeSpan;
  /** Calendar quarters: January to March and so on. */
  quarterOf(tMs: number): TimeSpan;
  yearOf(tMs: number): TimeSpan;
  hourOf(tMs: number): LocalHour;
}
