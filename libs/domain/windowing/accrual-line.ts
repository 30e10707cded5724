import { accruedBetween, type AccruingAmount } from '../accrual/index.js';
import { addAmount, emptyMeasures, type BillFacts, type Measures } from '../facts/index.js';
import type { Dimension } from '../reference/index.js';

/**
 * A bill's share in one scope. It is never cut into panes: what it adds to a window is accrued(end) - accrued(start),
 * whatever the window's length (its differences telescope, see accrual).
 */
export interface AccrualLine extends AccruingAmount, BillFacts {
  readonly lineId: string;
  readonly dimension: Dimension;
  /**
   * Rolling windows count it from here on only: a line that arrives behind the watermark by more than the grace is late
   * for the earlier minutes (contract section 5), but not for the calendar's. Absent: from its start.
   */
  readonly rollingFromMs?: number;
}

/** What the lines add to [fromMs, toMs) of a rolling or of a calendar window. */
export function accruedMeasures(
  lines: Iterable<AccrualLine>,
  fromMs: number,
  toMs: number,
  kind: 'rolling' | 'calendar',
): Measures {
  const measures = emptyMeasures();
  for (const line of lines) {
    // Most are over, or not begun.
    if (line.startMs >= toMs || (line.endMs <= fromMs && line.startMs < fromMs)) continue;
    const from = kind === 'rolling' ? Math.max(fromMs, line.rollingFromMs ?? -Infinity) : fromMs;
    addAmount(measures, line.dimension, accruedBetween(line, from, toMs));
  }
  return measures;
}
