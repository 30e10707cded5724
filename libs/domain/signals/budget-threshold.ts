import { decimalOf, least, type Micros } from '../money/index.js';
import type { Budget, Severity } from '../reference/index.js';
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
  const thresholds = thresholdsOf(budget);
  const reached = thresholds.findLast(({ atMicros }) => actualMicros >= atMicros);
  const threshold = (reached ?? thresholds[0])?.ratio ?? 1;
  const share = percentText(actualMicros, budget.amountMicros);
  const amounts = `${currency} ${amountText(actualMicros)} of ${amountText(budget.amountMicros)}`;
  return {
    condition: reached !== undefined,
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
  return least(
    thresholdsOf(budget).flatMap(({ atMicros }) => (atMicros > actualMicros ? atMicros - actualMicros : [])),
  );
}

interface Threshold {
  readonly ratio: number;
  /** The least amount that reaches it. */
  readonly atMicros: Micros;
}

/** By budget and not by id: changed reference data brings new objects. */
const thresholdsByBudget = new WeakMap<Budget, readonly Threshold[]>();

/** The budget's thresholds, the lowest first. */
function thresholdsOf(budget: Budget): readonly Threshold[] {
  let thresholds = thresholdsByBudget.get(budget);
  if (!thresholds) {
    const ratios = (budget.thresholdRatios ?? DEFAULT_THRESHOLD_RATIOS).toSorted((a, b) => a - b);
    thresholds = ratios.map((ratio) => ({ ratio, atMicros: reachedAt(budget.amountMicros, ratio) }));
    thresholdsByBudget.set(budget, thresholds);
  }
  return thresholds;
}

function reachedAt(amountMicros: Micros, ratio: number): Micros {
  const { unscaled, scale } = decimalOf(ratio);
  const base = 10n ** BigInt(scale);
  return (amountMicros * unscaled + base - 1n) / base;
}

function severityOf(threshold: number): Severity {
  if (threshold < 0.75) return 'info';
  return threshold < 1 ? 'warning' : 'critical';
}
