import type { Calendar } from '#libs/domain';

import type { MonthCut, ReadSpan } from '../ledger/index.js';
import type { AnalysisPeriod } from '../live/wire/index.js';

const WEEK_MS = 7 * 86_400_000;
const MONTH = /^(\d{4})-(\d{2})$/;

/** A period by name, or a month such as 2026-10. */
export type PeriodName = AnalysisPeriod | `${number}-${number}`;

/**
 * The span of a period, in the organisation's zone. What has not ended goes to `asOfMs`, where the stream stands in event
 * time; a month that has not begun is empty.
 */
export function periodSpan(period: PeriodName, calendar: Calendar, asOfMs: number): ReadSpan {
  switch (period) {
    case 'this-month':
      return { fromMs: calendar.monthOf(asOfMs).startMs, toMs: asOfMs };
    case 'last-month':
      return monthSpan(calendar, calendar.monthOf(asOfMs).startMs - 1);
    case 'last-7-days':
      return { fromMs: asOfMs - WEEK_MS, toMs: asOfMs };
    default: {
      const [, year, month] = MONTH.exec(period) ?? [];
      // Noon of the 15th is in the same month in every zone.
      const { fromMs, toMs } = monthSpan(calendar, Date.UTC(Number(year), Number(month) - 1, 15, 12));
      return { fromMs, toMs: Math.max(fromMs, Math.min(toMs, asOfMs)) };
    }
  }
}

function monthSpan(calendar: Calendar, inMonthMs: number): ReadSpan {
  const { startMs, endMs } = calendar.monthOf(inMonthMs);
  return { fromMs: startMs, toMs: endMs };
}

/** Where months to date have to be read so that they add up to what was booked in the span. */
export function monthCuts({ fromMs, toMs }: ReadSpan, calendar: Calendar): MonthCut[] {
  const cuts: MonthCut[] = [];
  for (let atMs = fromMs; atMs < toMs;) {
    const { startMs, endMs } = calendar.monthOf(atMs);
    cuts.push({ atMs: Math.min(toMs, endMs), monthStartMs: startMs, sign: 1 });
    if (atMs > startMs) cuts.push({ atMs, monthStartMs: startMs, sign: -1 });
    atMs = endMs;
  }
  return cuts;
}
