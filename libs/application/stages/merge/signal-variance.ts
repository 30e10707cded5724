import {
  hourVariance,
  plannedMicros,
  planVariance,
  subtractInto,
  type AppliedRule,
  type Budget,
  type Measures,
  type Rule,
  type SignalVariance,
} from '#libs/domain';
import type { ScopeView } from './scope-view.js';

const HOUR_MS = 3_600_000;

/** Kinds whose signals are explained by the same hour of past weeks, once there are enough of those. */
const EXPLAINED_BY_HOURS: ReadonlySet<Rule['kind']> = new Set([
  'anomaly',
  'burn-rate',
  'unit-cost',
  'promotion-overspend',
] as const);

/** Of those with a budget, the ones that look at what was spent lately; the others look at the period to date. */
const ABOUT_THE_LAST_HOUR: ReadonlySet<Rule['kind']> = new Set(['burn-rate', 'promotion-overspend'] as const);

/** With fewer weeks of history the same hour of past weeks explains nothing. */
const MINIMUM_WEEKS = 3;

/**
 * Observed less expected cost, split (contract section 8): against the same hour of past weeks where that is known, else
 * against the plan where there is a budget; undefined where there is neither.
 */
export function varianceOf(rule: AppliedRule, view: ScopeView): SignalVariance | undefined {
  if (EXPLAINED_BY_HOURS.has(rule.kind)) {
    const past = view.pastHours();
    if (past.length >= MINIMUM_WEEKS) return hourVariance(view.lastHour(), past);
  }
  if (!('budget' in rule)) return undefined;
  return ABOUT_THE_LAST_HOUR.has(rule.kind) ? lastHourAgainst(rule.budget, view) : periodAgainst(rule.budget, view);
}

/** The last hour against what is planned for it; the period up to there says what work there is and what it costs. */
function lastHourAgainst(budget: Budget, view: ScopeView): SignalVariance {
  const observed = view.lastHour();
  const fromMs = Math.max(view.asOfMs - HOUR_MS, view.observedSinceMs);
  const before = view.spentInPeriod(budget);
  subtractInto(before, observed);
  return planVariance(observed, plannedMicros(budget, view.calendar, fromMs, view.asOfMs), before);
}

/** The period to date against what is planned for it; there is nothing before it to tell the kinds of work apart. */
function periodAgainst(budget: Budget, view: ScopeView): SignalVariance {
  const fromMs = Math.max(view.periodOf(budget).startMs, view.observedSinceMs);
  const observed: Measures = view.spentInPeriod(budget, fromMs);
  return planVariance(observed, plannedMicros(budget, view.calendar, fromMs, view.asOfMs), undefined);
}
