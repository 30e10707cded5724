import type { CostWindow } from '#libs/contract';
import {
  budgetPeriodOf,
  formatMicros,
  parseMicros,
  plannedMicros,
  projectSpend,
  rfc3339,
  type Budget,
  type Calendar,
} from '#libs/domain';
import type { LiveBudget } from './live-budget.js';
import type { BudgetSpending } from './wire/index.js';

const HOUR_MS = 3_600_000;
/** How much a day strays from the profile; the built-in rule's own figure. */
const DAILY_SPREAD = 0.2;

/** How a month's budget stands, from the open month window of its scope. The forecast follows the plan's profile. */
export function spendingOf(budget: Budget, month: CostWindow, calendar: Calendar): BudgetSpending {
  const asOfMs = Date.parse(month.end);
  const { startMs } = budgetPeriodOf(budget, calendar, asOfMs - 1);
  const spentMicros = parseMicros(month.amount);
  const observation = { calendar, asOfMs, observedSinceMs: startMs, spentMicros: () => spentMicros };
  const projection = asOfMs - startMs < HOUR_MS ? undefined : projectSpend(budget, DAILY_SPREAD, observation);
  const forecast = projection && {
    low: formatMicros(projection.lowMicros),
    expected: formatMicros(projection.expectedMicros),
    high: formatMicros(projection.highMicros),
  };
  return spendingTold(budget, { asOf: asOfMs, spent: month.amount, forecast: forecast ?? null }, calendar);
}

/** How any budget stood when the rules last judged it. */
export function spendingTold(budget: Budget, told: Omit<LiveBudget, 'budgetId'>, calendar: Calendar): BudgetSpending {
  const { asOf, spent, forecast } = told;
  const { startMs, endMs } = budgetPeriodOf(budget, calendar, asOf - 1);
  const ratio = (amount: string): number => Number(parseMicros(amount)) / Number(budget.amountMicros);
  return {
    periodStart: rfc3339(startMs),
    periodEnd: rfc3339(endMs),
    asOf: rfc3339(asOf),
    spent,
    plannedToDate: formatMicros(plannedMicros(budget, calendar, startMs, asOf)),
    forecast,
    spentRatio: ratio(spent),
    forecastRatio: forecast && ratio(forecast.expected),
  };
}
