import type { Budget } from '../reference/index.js';
import type { Calendar, TimeSpan } from '../time/index.js';

/** The budget's month, quarter or year in the organisation's zone that holds `tMs`. */
export function budgetPeriodOf(budget: Pick<Budget, 'period'>, calendar: Calendar, tMs: number): TimeSpan {
  switch (budget.period) {
    case 'month':
      return calendar.monthOf(tMs);
    case 'quarter':
      return calendar.quarterOf(tMs);
    case 'year':
      return calendar.yearOf(tMs);
  }
}
