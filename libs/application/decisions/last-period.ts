import {
  budgetPeriodOf,
  hourOfWeekWeightsOf,
  isPublishedScope,
  parseMicros,
  rfc3339,
  type BudgetProfile,
  type Calendar,
  type Dimension,
  type HourSpend,
  type LocalHour,
} from '#libs/domain';
import type { LedgerReader, MonthToDateQuery } from '../ledger/index.js';
import { DecisionRefused, type BudgetPlan } from './decisions.js';

/**
 * The profile of a plan that is to go as its last period went: weights of the hours of the week (`hourOfWeekWeightsOf`), from what
 * the ledger says that its scope spent in each hour of the last period that is over at `nowMs`, bills as they accrue
 * included. They are kept with the plan, so that it stays what was approved. Throws {@link DecisionRefused} where less than a
 * week of the period was recorded, or nothing spent; rejects when the ledger cannot be reached.
 */
export async function lastPeriodProfile(
  ledger: Pick<LedgerReader, 'monthToDate'>,
  plan: Pick<BudgetPlan, 'scope' | 'id' | 'period'>,
  calendar: Calendar,
  nowMs: number,
): Promise<BudgetProfile> {
  const subject = subjectOf(plan);
  if (!subject)
    throw refused(`last-period is not known of a ${plan.scope}: the ledger has no windows of it; give the weights`);
  const { startMs, endMs } = budgetPeriodOf(plan, calendar, budgetPeriodOf(plan, calendar, nowMs).startMs - 1);
  const hours: LocalHour[] = [];
  for (let tMs = startMs; tMs < endMs; tMs = calendar.hourOf(tMs).endMs)
    hours.push({ ...calendar.hourOf(tMs), startMs: tMs });
  const moments = hours.map((hour) => ({ atMs: hour.endMs, monthStartMs: calendar.monthOf(hour.startMs).startMs }));
  const toDate = await ledger.monthToDate({ ...subject, moments });
  const weights = hourOfWeekWeightsOf(spentIn(hours, moments, toDate), calendar);
  const span = `${rfc3339(startMs)} to ${rfc3339(endMs)}`;
  if (!weights) throw refused(`last-period, ${span}, has less than a week of spend on record; give the weights`);
  return { hourOfWeekWeights: weights, source: `spend of ${span}` };
}

/** The scope whose windows tell it. */
function subjectOf({ scope, id }: Pick<BudgetPlan, 'scope' | 'id'>): Omit<MonthToDateQuery, 'moments'> | undefined {
  if (scope === 'dimension') return { scope: 'all', id: 'all', dimension: id as Dimension };
  return isPublishedScope(scope) ? { scope, id } : undefined;
}

/** Each hour's part of the month to date. What was before the first window that is on record is not known. */
function spentIn(
  hours: readonly LocalHour[],
  moments: MonthToDateQuery['moments'],
  toDate: readonly (string | null)[],
): HourSpend[] {
  const firstKnown = toDate.findIndex((amount) => amount !== null);
  if (firstKnown < 0) return [];
  const micros = toDate.map((amount) => (amount === null ? 0n : parseMicros(amount)));
  return hours.flatMap(({ startMs, endMs }, index) => {
    // The hour of the first window may have been seen in part only.
    if (index <= firstKnown && firstKnown > 0) return [];
    const isFirstOfMonth = moments[index]?.monthStartMs === startMs;
    const before = isFirstOfMonth ? 0n : (micros[index - 1] ?? 0n);
    return [{ startMs, endMs, amountMicros: (micros[index] ?? 0n) - before }];
  });
}

function refused(message: string): DecisionRefused {
  return new DecisionRefused('invalid-budget', 'The budget has faults.', [{ path: 'profile', message }]);
}
