import type { Budget, Reference, UnitCostRule } from '../reference/index.js';
import { budgetInForce } from '../budget/index.js';
import { rulesFor } from './rule-set.js';

const RULE: UnitCostRule = {
  ruleId: 'unit',
  kind: 'unit-cost',
  version: 9,
  enabled: true,
  per: 'interaction',
  window: '1h',
  targetMicros: 1n,
  minimumUnits: 1,
  severity: 'warning',
  forMs: 0,
  keepFiringMs: 0,
};
const BUDGET: Budget = {
  budgetId: 'b',
  scope: 'all',
  id: 'all',
  period: 'month',
  amountMicros: 1n,
  currency: 'CNY',
  status: 'approved',
  version: 9,
};

it('lets what began later hold, however often the earlier entry was edited', () => {
  const reference: Reference = {
    organisation: { name: 'o', zone: 'UTC', currency: 'CNY', unitCostTargets: {} },
    rateCards: [],
    agents: [],
    agentGroups: [],
    initiatives: [],
    fxRates: [],
    budgets: [],
    rules: [RULE, { ...RULE, version: 1, fromMs: 1000, targetMicros: 2n }],
  };
  const targetAt = (tMs: number) =>
    rulesFor(reference, 'all', 'all', tMs).map((applied) => applied.kind === 'unit-cost' && applied.targetMicros);
  expect(targetAt(999)).toEqual([1n]);
  expect(targetAt(1000)).toEqual([2n]);
  const budgets = [BUDGET, { ...BUDGET, version: 1, fromMs: 1000, amountMicros: 2n }];
  expect(budgetInForce(budgets, 'all', 'all', 999)?.amountMicros).toBe(1n);
  expect(budgetInForce(budgets, 'all', 'all', 1000)?.amountMicros).toBe(2n);
});
