import { decimalOf, least, type Micros } from '../money/index.js';
import type { Severity } from '../reference/index.js';
import type { AppliedBudgetThreshold } from './rule-set.js';
import type { Verdict } from './verdict.js';
import { amountText, headlineOf, percentText, ratioText, subjectName } from './wording.js';

/** Spent / budget at which budget-threshold fires, unless the budget says otherwise (contract section 8). */
export const DEFAULT_THRESHOLD_RATIOS: readonly number[] = [0.5, 0.75, 0.9, 1];

/** What was spent in the budget's period up to the watermark. */
export interface BudgetObservation {
  readonly actualMicros: Micros;
  /** Start of the period that `actualMicros` counts from; see `budgetPeriodOf`. */
  readonly periodStartMs: number;
}

/**
 * Rule budget-threshold (contract section 8): actual of the period at one of the thresholds of an approved budget
 * (default 50, 75, 90, 100%). Formula: actual >= threshold x amount, exact. Unit: ratio. The highest threshold reached
 * is the one reported, and makes the severity: below 0.75 info, below 1 warning, from 1 on critical.
 */
export function evaluateBudgetThreshold(applied: AppliedBudgetThreshold, observation: BudgetObservation): Verdict {
  const { budget, scope, id, currency } = applied;
  const { actualMicros, periodStartMs } = observation;
  const ratios = (budget.thresholdRatios ?? DEFAULT_THRESHOLD_RATIOS).toSorted((a, b) => a - b);
  const reached = ratios.filter((ratio) => isReached(actualMicros, budget.amountMicros, ratio));
  const threshold = reached.at(-1) ?? ratios[0] ?? 1;
  const share = percentText(actualMicros, budget.amountMicros);
  const amounts = `${currency} ${amountText(actualMicros)} of ${amountText(budget.amountMicros)}`;
  return {
    condition: reached.length > 0,
    observed: Number(actualMicros) / Number(budget.amountMicros),
    threshold,
    unit: 'ratio',
    severity: severityOf(threshold),
    summary: `${subjectName(scope, id)} has spent ${share} of its budget of the ${budget.period}: ${amounts}, threshold ${ratioText(threshold)}`,
    window: budget.period,
    headline: headlineOf(Number(actualMicros) / Number(budget.amountMicros)),
    periodStartMs,
  };
}

/**
 * How much more has to be spent in the period until the next threshold is reached, exact to the micro; undefined where all are.
 */
export function toNextThreshold({ budget }: AppliedBudgetThreshold, actualMicros: Micros): Micros | undefined {
  const ratios = budget.thresholdRatios ?? DEFAULT_THRESHOLD_RATIOS;
  const missing = ratios
    .map((ratio) => reachedAt(budget.amountMicros, ratio) - actualMicros)
    .filter((more) => more > 0n);
  return least(missing);
}

/** The least amount that reaches the threshold. */
function reachedAt(amountMicros: Micros, ratio: number): Micros {
  const { unscaled, scale } = decimalOf(ratio);
  const base = 10n ** BigInt(scale);
  return (amountMicros * unscaled + base - 1n) / base;
}

function isReached(actualMicros: Micros, amountMicros: Micros, ratio: number): boolean {
  return actualMicros >= reachedAt(amountMicros, ratio);
}

function severityOf(threshold: number): Severity {
  if (threshold < 0.75) return 'info';
  return threshold < 1 ? 'warning' : 'critical';
}
