import { amountOf, type Measures } from '../facts/index.js';
import { divideHalfEven, formatMicros, type Micros } from '../money/index.js';
import type { UnitCost } from '../reference/index.js';
import type { AppliedUnitCost } from './rule-set.js';
import type { Verdict } from './verdict.js';
import { amountText, subjectName } from './wording.js';

const UNIT_NAMES: Readonly<Record<UnitCost, string>> = {
  interaction: 'interaction',
  resolution: 'resolution',
  handled: 'contact handled',
};

/** Numerator and denominator of a unit cost; it is undefined while `units` is 0. */
export interface UnitCostFigure {
  readonly amountMicros: Micros;
  readonly units: number;
}

/**
 * The unit costs of method section 4, from the sums of one scope's window:
 * - interaction: all cost / all interactions;
 * - resolution: all cost / resolved interactions;
 * - handled: labour + direct cost of agent-handled contacts / their number. A window does not tell direct costs by who
 *   handled, so what is counted is all cost of the scope but outsourcing, which is the vendors' and never an agent's.
 *   That is exact for agents and teams; a channel, and the whole centre, also count the system cost of their bots and
 *   of their vendors' calls and the bills booked there, and read that much too high.
 */
export function unitCostFigure(measures: Measures, per: UnitCost): UnitCostFigure {
  const amountMicros = amountOf(measures);
  switch (per) {
    case 'interaction':
      return { amountMicros, units: measures.interactions };
    case 'resolution':
      return { amountMicros, units: measures.resolved };
    case 'handled':
      return { amountMicros: amountMicros - measures.outsourcing, units: measures.handledByAgents };
  }
}

/**
 * Rule unit-cost (contract section 8): cost per unit over the rule's window above its target, the organisation's where
 * the rule gives none. Formula: amount > target x units, exact; see {@link unitCostFigure}. Unit: currency per unit.
 * With fewer than `minimumUnits` units (built in: 20) one dear contact would decide, so it does not fire.
 *
 * @param measures of the scope and id over `rule.window`
 */
export function evaluateUnitCost(applied: AppliedUnitCost, measures: Measures): Verdict {
  const { rule, scope, id, currency, targetMicros } = applied;
  const { amountMicros, units } = unitCostFigure(measures, rule.per);
  const unitName = UNIT_NAMES[rule.per];
  const costMicros = units > 0 ? divideHalfEven(amountMicros, BigInt(units)) : 0n;
  const judged = units > 0 && units >= rule.minimumUnits;
  const subject = subjectName(scope, id);
  const [cost, target] = distinctTexts(costMicros, targetMicros);
  return {
    condition: judged && amountMicros > targetMicros * BigInt(units),
    observed: Number(costMicros) / 1e6,
    threshold: Number(targetMicros) / 1e6,
    unit: `${currency} per ${unitName}`,
    severity: rule.severity,
    ...(judged && targetMicros > 0n && { nearness: Number(costMicros) / Number(targetMicros) }),
    summary: judged
      ? `${subject} costs ${currency} ${cost} per ${unitName} over ${rule.window}, target ${target}`
      : `${subject}: too few to judge the cost per ${unitName} over ${rule.window} (${String(units)} of ${String(rule.minimumUnits)} needed)`,
    window: rule.window,
  };
}

/** A cost just above its target must not read "18.00, target 18.00". */
function distinctTexts(costMicros: Micros, targetMicros: Micros): [string, string] {
  const [cost, target] = [amountText(costMicros), amountText(targetMicros)];
  if (cost !== target || costMicros === targetMicros) return [cost, target];
  return [formatMicros(costMicros), formatMicros(targetMicros)];
}
