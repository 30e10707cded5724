import type { CostWindow } from '#libs/contract';
import {
  budgetsInForce,
  divideHalfEven,
  formatMicros,
  MAX_WIRE_MICROS,
  parseMicros,
  rfc3339,
  type Budget,
  type Calendar,
} from '#libs/domain';

import { amountRatio, subtractAmounts } from './figures.js';
import type { LiveRecord } from './live-record.js';
import type { StepHistory } from './step-history.js';
import type { MonthForecast, MonthView, Totals } from './wire/index.js';

const HOUR_MS = 3_600_000;

/** Month to date of scope all, where it is heading, and how that compares with its budget. */
export function monthViewOf(window: CostWindow, calendar: Calendar, budgets: readonly Budget[]): MonthView {
  const startMs = Date.parse(window.start);
  const { endMs } = calendar.monthOf(startMs);
  const elapsedMs = Math.max(0, Math.min(Date.parse(window.end), endMs) - startMs);
  const forecast = elapsedShareForecast(window.amount, elapsedMs, endMs - startMs);
  const budget = budgetsInForce(budgets, 'all', 'all', startMs + elapsedMs).find(({ period }) => period === 'month');
  const budgetAmount = budget && formatMicros(budget.amountMicros);
  return {
    start: window.start,
    end: rfc3339(endMs),
    amount: window.amount,
    elapsedRatio: elapsedMs / (endMs - startMs),
    forecast,
    budget:
      budget && budgetAmount !== undefined
        ? {
            budgetId: budget.budgetId,
            amount: budgetAmount,
            spentRatio: amountRatio(window.amount, budgetAmount) ?? 0,
            forecastRatio: forecast && amountRatio(forecast.amount, budgetAmount),
          }
        : null,
  };
}

/** Month to date / elapsed share of the month, to the micro. Null in the first hour: a guess, not a forecast. */
function elapsedShareForecast(amount: string, elapsedMs: number, monthMs: number): MonthForecast | null {
  if (elapsedMs < HOUR_MS) return null;
  const projectedMicros = divideHalfEven(parseMicros(amount) * BigInt(monthMs), BigInt(elapsedMs));
  // Early in a month one large bill can project to more than an amount may be: no forecast rather than no page.
  if (projectedMicros > MAX_WIRE_MICROS) return null;
  return { amount: formatMicros(projectedMicros), method: 'elapsed-share' };
}

/**
 * What was spent since midnight: month to date less what it was at midnight, as the month's windows of the time before
 * tell. Null when no such window is known, since "nothing was spent" and "nobody remembers" look the same then, and
 * while the watermark has not passed midnight, since yesterday is not complete then.
 */
export function todayOf(
  month: CostWindow,
  { asOf, watermark }: Pick<LiveRecord, 'asOf' | 'watermark'>,
  calendar: Calendar,
  history: StepHistory,
): Totals['today'] {
  const { startMs } = calendar.dayOf(asOf);
  const monthStartMs = Date.parse(month.start);
  const start = rfc3339(startMs);
  if (startMs <= monthStartMs) return { start, amount: month.amount };
  const before = history.holding(startMs);
  if (before === null || watermark === null || watermark < startMs) return null;
  const spentBefore = before.endMs > monthStartMs ? before.amount : '0';
  return { start, amount: subtractAmounts(month.amount, spentBefore) };
}
