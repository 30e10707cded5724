import { plannedMicros } from '../budget/index.js';
import { decimalOf, formatMicros, type Micros } from '../money/index.js';
import type { Budget, IntegrationCostRule } from '../reference/index.js';
import type { Calendar, TimeSpan } from '../time/index.js';
import { billContributors, type AccruedBill } from './misallocation.js';
import type { AppliedRuleOf } from './rule-set.js';
import type { SignalContributor } from './signal-message.js';
import type { Verdict } from './verdict.js';
import { amountText, headlineOf, subjectName } from './wording.js';

/** Bills of the period to date. */
export interface IntegrationObservation {
  readonly calendar: Calendar;
  /** The rule's period that holds the moment before `asOfMs`. */
  readonly period: TimeSpan;
  readonly asOfMs: number;
  /** With what each accrued in the period up to `asOfMs`. */
  readonly bills: readonly AccruedBill[];
}

/**
 * Rule integration-cost (contract section 8; method sections 2 and 6, "CRM and ERP not connected: 3M a year", spend on
 * integration "beyond plan (2M)"): bills for systems that do not work together (`subcategories`, by default
 * integration, duplicate-entry and redundant-system) in the period to date against a plan of their own, spread evenly
 * (default 2,000,000 a year). Formula: accrued > plan to date x (1 + tolerance), exact; tolerance 0.1 by default. Unit:
 * currency. Critical once the plan of the whole period is used up. Contributors are the bills, largest first.
 */
export function evaluateIntegrationCost(
  applied: AppliedRuleOf<IntegrationCostRule>,
  observation: IntegrationObservation,
): { verdict: Verdict; contributors: SignalContributor[] } {
  const { rule, scope, id, currency } = applied;
  const bills = observation.bills.filter(({ subcategory = '' }) => rule.subcategories.includes(subcategory));
  const spentMicros = bills.reduce((sum, { amountMicros }) => sum + amountMicros, 0n);
  const plan = planOf(applied);
  const { calendar, period, asOfMs } = observation;
  const planned = rule.planMicros > 0n ? plannedMicros(plan, calendar, period.startMs, asOfMs) : 0n;
  const limit = decimalOf(1 + rule.toleranceRatio);
  const isOver = spentMicros * 10n ** BigInt(limit.scale) > planned * limit.unscaled;
  const figures = `${currency} ${amountText(spentMicros)} where ${amountText(planned)} was planned by now`;
  const verdict: Verdict = {
    condition: spentMicros > 0n && isOver,
    observed: numberOfMicros(spentMicros),
    threshold: numberOfMicros(planned),
    headline: headlineOf(numberOfMicros(spentMicros)),
    unit: currency,
    severity: spentMicros > rule.planMicros ? 'critical' : 'warning',
    summary: `${subjectName(scope, id)} has spent on systems that do not work together ${figures} (${amountText(rule.planMicros)} for the ${rule.period})`,
    window: rule.period,
    periodStartMs: period.startMs,
  };
  return { verdict, contributors: billContributors(bills, spentMicros) };
}

function planOf({ rule, scope, id, currency }: AppliedRuleOf<IntegrationCostRule>): Budget {
  const { period, planMicros, version } = rule;
  return { budgetId: rule.ruleId, scope, id, period, amountMicros: planMicros, currency, status: 'approved', version };
}

function numberOfMicros(amountMicros: Micros): number {
  return Number(formatMicros(amountMicros));
}
