import { budgetsInForce } from '../budget/index.js';
import type { Micros } from '../money/index.js';
import type {
  Budget,
  BudgetThresholdRule,
  BurnRateRule,
  Reference,
  Rule,
  Scope,
  UnitCostRule,
} from '../reference/index.js';

interface Applied {
  readonly scope: Scope;
  readonly id: string;
  /** ISO 4217 of the amounts judged. */
  readonly currency: string;
  /**
   * What people decided that the verdict rests on (versions of rule and budget, the target) as one text: when it
   * differs from the last verdict's, the plan was changed.
   */
  readonly basis: string;
}

/** A unit-cost rule on one scope and id, with the target that holds there. */
export interface AppliedUnitCost extends Applied {
  readonly kind: 'unit-cost';
  readonly rule: UnitCostRule;
  readonly targetMicros: Micros;
}

/** A budget-threshold rule on one budget. */
export interface AppliedBudgetThreshold extends Applied {
  readonly kind: 'budget-threshold';
  readonly rule: BudgetThresholdRule;
  readonly budget: Budget;
}

/** A burn-rate rule on one budget. */
export interface AppliedBurnRate extends Applied {
  readonly kind: 'burn-rate';
  readonly rule: BurnRateRule;
  readonly budget: Budget;
}

/** A rule as it applies to one scope and id: what is evaluated, and what an episode belongs to. */
export type AppliedRule = AppliedUnitCost | AppliedBudgetThreshold | AppliedBurnRate;

/** Where unit costs are judged unless the rule says otherwise; an agent's hour has too few contacts to judge. */
export const UNIT_COST_SCOPES: readonly Scope[] = ['all', 'channel', 'team', 'vendor'];

/**
 * The rules that apply to one scope and id at event time `tMs`: enabled, effective, of one ruleId the one that began last, then the highest version.
 * A unit-cost rule applies where it or the organisation has a target; budget rules apply once for each budget in force
 * (see `budgetsInForce`) that is above zero and in the organisation's currency.
 */
export function rulesFor(reference: Reference, scope: Scope, id: string, tMs: number): AppliedRule[] {
  const rules = rulesInForce(reference.rules, tMs).filter(
    (rule) => (rule.scopes?.includes(scope) ?? isDefaultScope(rule, scope)) && (rule.ids?.includes(id) ?? true),
  );
  if (rules.length === 0) return [];
  const { currency } = reference.organisation;
  const budgets = budgetsInForce(reference.budgets, scope, id, tMs).filter(
    (budget) => budget.amountMicros > 0n && budget.currency === currency,
  );
  return rules.flatMap((rule): AppliedRule[] => {
    switch (rule.kind) {
      case 'unit-cost': {
        const targetMicros = rule.targetMicros ?? reference.organisation.unitCostTargets[rule.per];
        if (targetMicros === undefined) return [];
        const basis = `${String(rule.version)} target ${String(targetMicros)}`;
        return [{ kind: rule.kind, rule, scope, id, currency, basis, targetMicros }];
      }
      case 'budget-threshold':
        return budgets.map((budget) => ({ kind: rule.kind, rule, budget, ...applied(rule, budget) }));
      case 'burn-rate':
        return budgets.map((budget) => ({ kind: rule.kind, rule, budget, ...applied(rule, budget) }));
    }
  });
}

function applied(rule: Rule, budget: Budget): Applied {
  const { scope, id, currency, budgetId, version } = budget;
  return { scope, id, currency, basis: `${String(rule.version)} budget ${String(version)} ${budgetId}` };
}

function isDefaultScope(rule: Rule, scope: Scope): boolean {
  return rule.kind !== 'unit-cost' || UNIT_COST_SCOPES.includes(scope);
}

/** Of each ruleId the highest version in force, if that is enabled: switching a version off hides the ones before. */
function rulesInForce(rules: readonly Rule[], tMs: number): Rule[] {
  const newest = new Map<string, Rule>();
  for (const rule of rules) {
    if (tMs < (rule.fromMs ?? -Infinity) || tMs >= (rule.toMs ?? Infinity)) continue;
    const known = newest.get(rule.ruleId);
    if (!known || supersedes(rule, known)) newest.set(rule.ruleId, rule);
  }
  return [...newest.values()].filter((rule) => rule.enabled);
}

/** Versions count within an entry, and a later start is an entry of its own: so the start comes first. */
function supersedes(rule: Rule, known: Rule): boolean {
  const fromMs = rule.fromMs ?? -Infinity;
  const knownFromMs = known.fromMs ?? -Infinity;
  return fromMs === knownFromMs ? rule.version > known.version : fromMs > knownFromMs;
}
