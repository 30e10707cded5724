/** A span of time [fromMs, toMs) in epoch milliseconds of event time. */
export interface ReadSpan {
  readonly fromMs: number;
  readonly toMs: number;
}
