import fc from 'fast-check';
import type { Budget, Reference, Rule } from '../reference/index.js';
import { RuleBook } from './rule-book.js';
import { rulesFor } from './rule-set.js';

const common = { version: 1, enabled: true, forMs: 0, keepFiringMs: 0 } as const;
const anyDates = fc
  .tuple(fc.option(fc.nat({ max: 20 }), { nil: undefined }), fc.option(fc.nat({ max: 20 }), { nil: undefined }))
  .map(([fromMs, toMs]) => ({ ...(fromMs !== undefined && { fromMs }), ...(toMs !== undefined && { toMs }) }));
const anyRule: fc.Arbitrary<Rule> = fc
  .tuple(fc.constantFrom('a', 'b'), fc.nat({ max: 3 }), fc.boolean(), anyDates)
  .map(([ruleId, version, enabled, dates]) => ({
    ...common,
    ruleId,
    kind: 'budget-threshold',
    version,
    enabled,
    ...dates,
  }));
const anyBudget: fc.Arbitrary<Budget> = fc
  .tuple(fc.constantFrom('voice', 'chat'), fc.constantFrom('month', 'year'), fc.nat({ max: 3 }), anyDates)
  .map(([id, period, version, dates]) => ({
    ...{ budgetId: `${id}-${period}`, scope: 'channel', id, period, version, status: 'approved', ...dates },
    ...{ amountMicros: 100n, currency: 'CNY' },
  }));
const referenceOf = (rules: readonly Rule[], budgets: readonly Budget[]): Reference => ({
  organisation: { name: 'o', zone: 'Asia/Shanghai', currency: 'CNY', unitCostTargets: {} },
  ...{ rateCards: [], agents: [], agentGroups: [], initiatives: [], fxRates: [], rules, budgets },
});
const anyReference: fc.Arbitrary<Reference> = fc
  .tuple(fc.array(anyRule, { maxLength: 5 }), fc.array(anyBudget, { maxLength: 5 }))
  .map(([rules, budgets]) => referenceOf(rules, budgets));
const anyQuestion = fc.tuple(fc.constantFrom('voice', 'chat', 'email'), fc.integer({ min: -1, max: 21 }));

describe('RuleBook', () => {
  it('gives what is found anew, whatever was asked before', () => {
    fc.assert(
      fc.property(anyReference, fc.array(anyQuestion, { maxLength: 40 }), (reference, questions) => {
        const book = new RuleBook(reference);
        for (const [id, tMs] of questions)
          expect(book.rulesFor('channel', id, tMs)).toEqual(rulesFor(reference, 'channel', id, tMs));
      }),
    );
  });

  it('gives the same list while nothing begins or ends', () => {
    const rule: Rule = { ...common, ruleId: 'a', kind: 'budget-threshold', fromMs: 10 };
    const book = new RuleBook(referenceOf([rule], []));
    expect(book.rulesFor('channel', 'voice', 1_000)).toBe(book.rulesFor('channel', 'voice', 10));
    expect(book.rulesFor('channel', 'voice', 10)).not.toBe(book.rulesFor('channel', 'voice', 9));
  });
});
