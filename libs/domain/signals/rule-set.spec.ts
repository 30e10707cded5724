import type { Budget, BudgetThresholdRule, Reference, Rule, UnitCostRule } from '../reference/index.js';
import { rulesFor } from './rule-set.js';

const common = { version: 1, enabled: true, forMs: 0, keepFiringMs: 0 } as const;
const unitCost = (over: Partial<UnitCostRule> = {}): UnitCostRule => ({
  ...common,
  ruleId: 'unit',
  kind: 'unit-cost',
  per: 'handled',
  window: '1h',
  minimumUnits: 1,
  severity: 'warning',
  ...over,
});
const threshold = (over: Partial<BudgetThresholdRule> = {}): BudgetThresholdRule => ({
  ...common,
  ruleId: 'threshold',
  kind: 'budget-threshold',
  ...over,
});
const burn: Rule = { ...common, ruleId: 'burn', kind: 'burn-rate', pairs: [] };
const budget = (over: Partial<Budget> = {}): Budget => ({
  budgetId: 'b',
  scope: 'channel',
  id: 'voice',
  period: 'month',
  amountMicros: 100n,
  currency: 'CNY',
  status: 'approved',
  version: 4,
  ...over,
});
const reference = (rules: readonly Rule[], over: Partial<Reference> = {}): Reference => ({
  organisation: { name: 'o', zone: 'Asia/Shanghai', currency: 'CNY', unitCostTargets: { handled: 18n } },
  rateCards: [],
  agents: [],
  agentGroups: [],
  initiatives: [],
  budgets: [],
  rules,
  fxRates: [],
  ...over,
});
const ids = (from: Reference, scope: Budget['scope'] = 'channel', id = 'voice', tMs = 50): string[] =>
  rulesFor(from, scope, id, tMs).map(({ rule }) => `${rule.ruleId} v${String(rule.version)}`);

describe('rulesFor', () => {
  it.each([
    ['all', true],
    ['channel', true],
    ['team', true],
    ['vendor', true],
    ['agent', false],
    ['queue', false],
  ] as const)('judges unit costs by default in scope %s: %s', (scope, applies) => {
    expect(ids(reference([unitCost()]), scope, 'x')).toEqual(applies ? ['unit v1'] : []);
  });

  it("keeps to the rule's scopes and ids", () => {
    const rules = reference([unitCost({ scopes: ['agent', 'channel'], ids: ['voice', 'agent-001'] })]);
    expect(ids(rules, 'agent', 'agent-001')).toEqual(['unit v1']);
    expect(ids(rules, 'agent', 'agent-002')).toEqual([]);
    expect(ids(rules, 'team', 'voice')).toEqual([]);
  });

  it("is silent without a target, and takes the rule's before the organisation's", () => {
    expect(ids(reference([unitCost({ per: 'resolution' })]))).toEqual([]);
    const targets = [unitCost(), unitCost({ ruleId: 'own', targetMicros: 7n })];
    expect(rulesFor(reference(targets), 'all', 'all', 0)).toMatchObject([{ targetMicros: 18n }, { targetMicros: 7n }]);
  });

  it('takes the highest version in force, and none if that is switched off', () => {
    const versions = [unitCost({ version: 2 }), unitCost({ version: 10, toMs: 100 }), unitCost({ version: 9 })];
    expect(ids(reference(versions))).toEqual(['unit v10']);
    expect(ids(reference(versions), 'channel', 'voice', 100)).toEqual(['unit v9']);
    expect(ids(reference([...versions, unitCost({ version: 11, enabled: false })]))).toEqual([]);
    expect(ids(reference([unitCost({ fromMs: 51 })]))).toEqual([]);
  });

  it('applies budget rules once for each budget in force of that scope and id', () => {
    const budgets = [budget(), budget({ budgetId: 'y', period: 'year' }), budget({ budgetId: 'd', status: 'draft' })];
    const from = reference([threshold(), burn], { budgets });
    expect(
      rulesFor(from, 'channel', 'voice', 0).map((applied) =>
        'budget' in applied ? `${applied.kind} ${applied.budget.budgetId}` : '',
      ),
    ).toEqual(['budget-threshold b', 'budget-threshold y', 'burn-rate b', 'burn-rate y']);
    expect(ids(from, 'channel', 'chat')).toEqual([]);
  });

  it.each([
    ['of another currency', { currency: 'USD' }],
    ['of nothing', { amountMicros: 0n }],
  ])('leaves out a budget %s', (_, over) => {
    expect(ids(reference([threshold()], { budgets: [budget(over)] }))).toEqual([]);
  });

  it('asks for no budget of what is shared out and went to nobody, unless a rule names it', () => {
    const unapproved: Rule = {
      ...common,
      ruleId: 'u',
      kind: 'unapproved-spend',
      minimumMicros: 0n,
      severity: 'warning',
    };
    const from = (rule: Rule) => reference([rule], { budgets: [budget()] });
    expect(ids(from(unapproved), 'channel', 'chat')).toEqual(['u v1']);
    expect(ids(from(unapproved), 'channel', 'unallocated')).toEqual([]);
    expect(ids(from({ ...unapproved, ids: ['unallocated'] }), 'channel', 'unallocated')).toEqual(['u v1']);
  });

  it('lets a part of the centre wait with a promotion for the whole, where the whole is planned', () => {
    const promotion: Rule = {
      ...common,
      ruleId: 'promotion',
      kind: 'promotion-overspend',
      windowMs: 3_600_000,
      overRatio: 0.3,
      driverRatio: 0.5,
      severity: 'critical',
    };
    const whole = budget({ budgetId: 'w', scope: 'all', id: 'all' });
    const waits = (rule: Rule, scope: Budget['scope'], budgets: readonly Budget[]): number | undefined =>
      rulesFor(reference([rule], { budgets }), scope, scope === 'all' ? 'all' : 'voice', 0)[0]?.rule.forMs;
    expect(waits(promotion, 'channel', [budget(), whole])).toBe(15 * 60_000);
    expect(waits(promotion, 'all', [budget(), whole])).toBe(0);
    expect(waits(promotion, 'channel', [budget()])).toBe(0);
    expect(waits({ ...promotion, scopes: ['channel'] }, 'channel', [budget(), whole])).toBe(0);
  });

  it('has another basis when rule, budget or target changes, and only then', () => {
    const basisOf = (rule: Rule, budgets: readonly Budget[] = [budget()], target = 18n): string | undefined => {
      const from = reference([rule], { budgets });
      const organisation = { ...from.organisation, unitCostTargets: { handled: target } };
      return rulesFor({ ...from, organisation }, 'channel', 'voice', 0)[0]?.basis;
    };
    const bases = [
      basisOf(unitCost()),
      basisOf(unitCost({ version: 2 })),
      basisOf(unitCost(), [], 19n),
      basisOf(threshold()),
      basisOf(threshold({ version: 2 })),
      basisOf(threshold(), [budget({ version: 5 })]),
      basisOf(threshold(), [budget({ budgetId: 'c' })]),
    ];
    expect(new Set(bases).size).toBe(bases.length);
    expect(basisOf(unitCost(), [])).toBe(bases[0]);
    expect(basisOf(threshold(), [budget()], 19n)).toBe(bases[3]);
  });
});
