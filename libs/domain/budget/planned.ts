import { divideHalfEven, type Micros } from '../money/index.js';
import type { Budget } from '../reference/index.js';
import type { Calendar, TimeSpan } from '../time/index.js';
import { budgetPeriodOf } from './budget-period.js';
import { ProfileWeights } from './profile-weights.js';

/** Periods whose day weights are remembered for each budget: this one, and the last, which windows reach back to. */
const REMEMBERED_PERIODS = 3;

/** By budget and not by id: changed reference data brings new objects, and the old weights go with the old ones. */
const weightsByBudget = new WeakMap<Budget, { readonly calendar: Calendar; readonly periods: ProfileWeights[] }>();

/**
 * What the budget plans for [fromMs, toMs): its amount spread over each period by its profile, flat (by the
 * millisecond) without one. Planned up to t is round half-even (amount x weight up to t / weight of the period), and a
 * window is a difference of two such values, so any cut of a period adds up to the amount exactly. The window may span
 * periods: each has the whole amount. The dates between which the budget is in force do not matter here.
 */
export function plannedMicros(budget: Budget, calendar: Calendar, fromMs: number, toMs: number): Micros {
  let planned = 0n;
  for (let tMs = fromMs; tMs < toMs;) {
    const period = budgetPeriodOf(budget, calendar, tMs);
    planned += plannedUpTo(budget, calendar, period, Math.min(toMs, period.endMs));
    planned -= plannedUpTo(budget, calendar, period, tMs);
    tMs = period.endMs;
  }
  return planned;
}

function plannedUpTo(budget: Budget, calendar: Calendar, period: TimeSpan, tMs: number): Micros {
  if (tMs <= period.startMs) return 0n;
  if (tMs >= period.endMs) return budget.amountMicros;
  if (!budget.profile) {
    return divideHalfEven(budget.amountMicros * BigInt(tMs - period.startMs), BigInt(period.endMs - period.startMs));
  }
  const weights = weightsOf(budget, budget.profile, calendar, period);
  return divideHalfEven(budget.amountMicros * weights.weightUpTo(tMs), weights.totalWeight);
}

function weightsOf(
  budget: Budget,
  profile: NonNullable<Budget['profile']>,
  calendar: Calendar,
  period: TimeSpan,
): ProfileWeights {
  let remembered = weightsByBudget.get(budget);
  if (remembered?.calendar !== calendar) {
    remembered = { calendar, periods: [] };
    weightsByBudget.set(budget, remembered);
  }
  const known = remembered.periods.find((weights) => weights.period.startMs === period.startMs);
  if (known) return known;
  const weights = new ProfileWeights(profile, calendar, period);
  if (remembered.periods.length === REMEMBERED_PERIODS) remembered.periods.shift();
  remembered.periods.push(weights);
  return weights;
}
