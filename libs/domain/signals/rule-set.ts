import { budgetsInForce, budgetsOf, isInForce } from '../budget/index.js';
import { initiativesOn } from '../initiative/index.js';
import { UNALLOCATED } from '../windowing/index.js';
import type { Micros } from '../money/index.js';
import type {
  AnomalyRule,
  BlindCutRule,
  Budget,
  BudgetForecastRule,
  BudgetScope,
  BudgetThresholdRule,
  BurnRateRule,
  CostShareRule,
  Initiative,
  IntegrationCostRule,
  MisallocationRule,
  OverAutomationRule,
  PromotionOverspendRule,
  Reference,
  Rule,
  UnapprovedSpendRule,
  UnitCostRule,
  VendorQualityRule,
} from '../reference/index.js';

interface Applied {
  readonly scope: BudgetScope;
  readonly id: string;
  /** ISO 4217 of the amounts judged. */
  readonly currency: string;
  /**
   * What people decided that the verdict rests on (versions of rule and budget, the target) as one text: when it
   * differs from the last verdict's, the plan was changed.
   */
  readonly basis: string;
}

/** A rule on one scope and id. */
export interface AppliedRuleOf<R extends Rule> extends Applied {
  readonly kind: R['kind'];
  readonly rule: R;
}

/** A unit-cost rule on one scope and id, with the target that holds there. */
export interface AppliedUnitCost extends AppliedRuleOf<UnitCostRule> {
  readonly targetMicros: Micros;
}

/** An unapproved-spend rule on a scope and id without a budget in force, and those that wait for an approval. */
export interface AppliedUnapprovedSpend extends AppliedRuleOf<UnapprovedSpendRule> {
  readonly waiting: readonly Budget[];
}

/** A blind-cut rule with the accepted initiatives that bear on its scope, whenever they are in force. */
export interface AppliedBlindCut extends AppliedRuleOf<BlindCutRule> {
  readonly registered: readonly Initiative[];
}

/** A rule on one budget. */
interface AppliedToBudget<R extends Rule> extends AppliedRuleOf<R> {
  readonly budget: Budget;
}

export type AppliedBudgetThreshold = AppliedToBudget<BudgetThresholdRule>;
export type AppliedBurnRate = AppliedToBudget<BurnRateRule>;
export type AppliedBudgetForecast = AppliedToBudget<BudgetForecastRule>;
export type AppliedPromotionOverspend = AppliedToBudget<PromotionOverspendRule>;
export type AppliedVendorQuality = AppliedRuleOf<VendorQualityRule>;
export type AppliedCostShare = AppliedRuleOf<CostShareRule>;

/** A rule as it applies to one scope and id: what is evaluated, and what an episode belongs to. */
export type AppliedRule =
  | AppliedUnitCost
  | AppliedBudgetThreshold
  | AppliedBurnRate
  | AppliedBudgetForecast
  | AppliedPromotionOverspend
  | AppliedUnapprovedSpend
  | AppliedCostShare
  | AppliedRuleOf<MisallocationRule>
  | AppliedRuleOf<IntegrationCostRule>
  | AppliedRuleOf<OverAutomationRule>
  | AppliedVendorQuality
  | AppliedRuleOf<AnomalyRule>
  | AppliedBlindCut;

/**
 * Where each kind is judged unless its rule says otherwise; undefined: wherever there is a budget. An agent's hour has
 * too few contacts to judge, revenue and most bills are the organisation's.
 */
const DEFAULT_SCOPES: Readonly<Record<Rule['kind'], readonly BudgetScope[] | undefined>> = {
  'unit-cost': ['all', 'channel', 'team', 'vendor'],
  'budget-threshold': undefined,
  'burn-rate': undefined,
  'budget-forecast': undefined,
  'promotion-overspend': undefined,
  'unapproved-spend': ['all', 'channel', 'vendor'],
  'cost-share': ['all'],
  misallocation: ['all'],
  'integration-cost': ['all'],
  'over-automation': ['all', 'channel'],
  'vendor-quality': ['vendor'],
  anomaly: ['all', 'channel', 'team', 'vendor'],
  'blind-cut': ['all', 'team'],
};

/** As long as a part of the centre may be ahead of the whole, see `partOfTheWhole`. */
const PARTS_WAIT_MS = 15 * 60_000;

/** Scopes that a rule looks at, beside those of budgets. */
export function scopesOf(rule: Rule): readonly BudgetScope[] {
  return rule.scopes ?? DEFAULT_SCOPES[rule.kind] ?? [];
}

/**
 * The rules that apply to one scope and id at event time `tMs`: enabled, effective, of one ruleId the one that began last, then the highest version.
 * A unit-cost rule applies where it or the organisation has a target; budget rules apply once for each budget in force
 * (see `budgetsInForce`) that is above zero and in the organisation's currency.
 */
export function rulesFor(reference: Reference, scope: BudgetScope, id: string, tMs: number): AppliedRule[] {
  const rules = rulesInForce(reference.rules, tMs).filter(
    (rule) => appliesIn(rule, scope) && (rule.ids?.includes(id) ?? true),
  );
  if (rules.length === 0) return [];
  const { currency } = reference.organisation;
  const approved = budgetsInForce(reference.budgets, scope, id, tMs);
  const budgets = approved.filter((budget) => budget.amountMicros > 0n && budget.currency === currency);
  const plain = <R extends Rule>(rule: R): AppliedRuleOf<R> => {
    return { kind: rule.kind, rule, scope, id, currency, basis: String(rule.version) };
  };
  const onBudgets = <R extends Rule>(rule: R): AppliedToBudget<R>[] => {
    return budgets.map((budget) => ({ kind: rule.kind, rule, budget, ...applied(rule, budget) }));
  };
  return rules.flatMap((rule): AppliedRule[] => {
    switch (rule.kind) {
      case 'unit-cost': {
        const targetMicros = rule.targetMicros ?? reference.organisation.unitCostTargets[rule.per];
        if (targetMicros === undefined) return [];
        const basis = `${String(rule.version)} target ${String(targetMicros)}`;
        return [{ kind: rule.kind, rule, scope, id, currency, basis, targetMicros }];
      }
      case 'budget-threshold':
        return onBudgets(rule);
      case 'burn-rate':
        return onBudgets(rule);
      case 'budget-forecast':
        return onBudgets(rule);
      case 'promotion-overspend':
        return onBudgets(partOfTheWhole(rule, reference.budgets, scope, tMs));
      case 'unapproved-spend':
        // What is shared out and went to nobody yet: it is in the plan of the whole, and nobody plans it for itself.
        if (id === UNALLOCATED && !rule.ids?.includes(id)) return [];
        if (approved.length > 0 || !isPlannedIn(rule, reference.budgets, scope, tMs)) return [];
        return [{ ...plain(rule), waiting: waitingFor(reference.budgets, scope, id) }];
      case 'cost-share':
        return [plain(rule)];
      case 'misallocation':
        return [plain(rule)];
      case 'integration-cost':
        return [plain(rule)];
      case 'anomaly':
        return [plain(rule)];
      case 'blind-cut': {
        const registered = initiativesOn(reference.initiatives, scope, id);
        const named = registered.map(({ initiativeId, version }) => ` initiative ${String(version)} ${initiativeId}`);
        return [{ ...plain(rule), basis: [String(rule.version), ...named.sort()].join(''), registered }];
      }
      case 'vendor-quality':
        return [plain(rule)];
      case 'over-automation':
        return [plain(rule)];
    }
  });
}

/**
 * A promotion is mostly the whole centre's, and a part that it hits harder is over its plan some minutes before the whole:
 * where the whole is planned too, the parts wait for it, so that what is told first is the whole, which silences them.
 */
function partOfTheWhole(
  rule: PromotionOverspendRule,
  budgets: readonly Budget[],
  scope: BudgetScope,
  tMs: number,
): PromotionOverspendRule {
  if (scope === 'all' || !appliesIn(rule, 'all') || budgetsInForce(budgets, 'all', 'all', tMs).length === 0)
    return rule;
  return { ...rule, forMs: rule.forMs + PARTS_WAIT_MS };
}

function applied(rule: Rule, budget: Budget): Applied {
  const { scope, id, currency, budgetId, version } = budget;
  return { scope, id, currency, basis: `${String(rule.version)} budget ${String(version)} ${budgetId}` };
}

function appliesIn(rule: Rule, scope: BudgetScope): boolean {
  const scopes = rule.scopes ?? DEFAULT_SCOPES[rule.kind];
  return scopes === undefined || scopes.includes(scope);
}

/** Whether a scope without a budget is an oversight, see `evaluateUnapprovedSpend`. */
function isPlannedIn(rule: UnapprovedSpendRule, budgets: readonly Budget[], scope: BudgetScope, tMs: number): boolean {
  if (rule.scopes || scope === 'all') return true;
  return budgets.some((budget) => budget.scope === scope && isInForce(budget, tMs));
}

function waitingFor(budgets: readonly Budget[], scope: BudgetScope, id: string): Budget[] {
  return budgetsOf(budgets, scope, id).filter(({ status }) => status === 'draft' || status === 'submitted');
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
