import { decimalOf, type Micros } from '../money/index.js';
import type { AppliedCostShare } from './rule-set.js';
import type { Verdict } from './verdict.js';
import { amountText, headlineOf, percentText, ratioText, subjectName } from './wording.js';

/** Cost and revenue of the same stretch of the month. */
export interface CostShareObservation {
  readonly costMicros: Micros;
  readonly revenueMicros: Micros;
  /** How long the stretch is. */
  readonly observedMs: number;
}

/**
 * Rule cost-share (contract section 8; method section 3, "service cost at most 5% of revenue, 5.5% by the end of
 * 2026"): service cost of the month to date / revenue of the same time, which accrues evenly over the period that it is
 * of. Formula: cost > ratio x revenue, exact; over `warningRatio` (default 0.05) a warning, over `criticalRatio` (0.055)
 * critical. Unit: ratio. Without revenue, and before `minimumObservedMs` (default a day) was seen, nothing is judged.
 */
export function evaluateCostShare(applied: AppliedCostShare, observation: CostShareObservation): Verdict {
  const { rule, scope, id, currency } = applied;
  const { costMicros, revenueMicros, observedMs } = observation;
  const subject = subjectName(scope, id);
  if (revenueMicros <= 0n || observedMs < rule.minimumObservedMs) {
    return {
      condition: false,
      observed: 0,
      threshold: rule.warningRatio,
      unit: 'ratio',
      severity: 'warning',
      summary: `${subject}: too little revenue or time to say what share of it the service cost is`,
      window: 'month',
    };
  }
  const isCritical = isOver(costMicros, revenueMicros, rule.criticalRatio);
  const threshold = isCritical ? rule.criticalRatio : rule.warningRatio;
  const amounts = `${currency} ${amountText(costMicros)} of ${amountText(revenueMicros)}`;
  const observed = Number(costMicros) / Number(revenueMicros);
  return {
    condition: isCritical || isOver(costMicros, revenueMicros, rule.warningRatio),
    observed,
    threshold,
    unit: 'ratio',
    severity: isCritical ? 'critical' : 'warning',
    headline: headlineOf(observed),
    nearness: observed / rule.warningRatio,
    summary: `${subject} costs ${percentText(costMicros, revenueMicros)} of revenue this month: ${amounts}, target ${ratioText(threshold)}`,
    window: 'month',
  };
}

function isOver(costMicros: Micros, revenueMicros: Micros, ratio: number): boolean {
  const { unscaled, scale } = decimalOf(ratio);
  return costMicros * 10n ** BigInt(scale) > revenueMicros * unscaled;
}
