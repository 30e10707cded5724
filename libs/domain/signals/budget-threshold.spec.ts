import fc from 'fast-check';

import { parseMicros } from '../money/index.js';
import type { Budget } from '../reference/index.js';
import { evaluateBudgetThreshold, toNextThreshold } from './budget-threshold.js';
import type { AppliedBudgetThreshold } from './rule-set.js';

const applied = (over: Partial<Budget> = {}): AppliedBudgetThreshold => ({
  kind: 'budget-threshold',
  rule: {
    kind: 'budget-threshold',
    ruleId: 'budget-threshold',
    version: 1,
    enabled: true,
    forMs: 0,
    keepFiringMs: 0,
  },
  budget: {
    budgetId: 'b',
    scope: 'channel',
    id: 'voice',
    period: 'month',
    amountMicros: parseMicros('50000'),
    currency: 'CNY',
    status: 'approved',
    version: 1,
    ...over,
  },
  scope: 'channel',
  id: 'voice',
  currency: 'CNY',
  basis: '1',
});
const evaluate = (actual: string, over: Partial<Budget> = {}): ReturnType<typeof evaluateBudgetThreshold> =>
  evaluateBudgetThreshold(applied(over), { actualMicros: parseMicros(actual), periodStartMs: 7 });

describe('evaluateBudgetThreshold', () => {
  it('names scope, share, amounts, period and threshold', () => {
    expect(evaluate('46150')).toEqual({
      condition: true,
      observed: 0.923,
      headline: '0.92',
      threshold: 0.9,
      unit: 'ratio',
      severity: 'warning',
      summary: 'Channel voice has spent 92.3% of its budget of the month: CNY 46150.00 of 50000.00, threshold 90%',
      window: 'month',
      periodStartMs: 7,
    });
  });

  it.each([
    ['0', false, 0.5, 'info'],
    ['24999.999999', false, 0.5, 'info'],
    ['25000', true, 0.5, 'info'],
    ['37499.999999', true, 0.5, 'info'],
    ['37500', true, 0.75, 'warning'],
    ['45000', true, 0.9, 'warning'],
    ['49999.999999', true, 0.9, 'warning'],
    ['50000', true, 1, 'critical'],
    ['130000', true, 1, 'critical'],
    ['-10', false, 0.5, 'info'],
  ] as const)('at %s of 50000', (actual, condition, threshold, severity) => {
    expect(evaluate(actual)).toMatchObject({ condition, threshold, severity });
  });

  it("takes the budget's own thresholds, in whatever order", () => {
    const thresholdRatios = [1.3, 0.8];
    expect(evaluate('39999', { thresholdRatios }).condition).toBe(false);
    expect(evaluate('40000', { thresholdRatios })).toMatchObject({
      condition: true,
      threshold: 0.8,
      severity: 'warning',
    });
    expect(evaluate('65000', { thresholdRatios })).toMatchObject({ threshold: 1.3, severity: 'critical' });
  });

  it('never shows 100.0% before it is reached', () => {
    expect(evaluate('49999.99').summary).toContain('has spent 99.9% of');
    expect(evaluate('50000').summary).toContain('has spent 100.0% of');
  });

  it('is exact at a threshold for any amount', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 10n ** 12n }), fc.integer({ min: 1, max: 200 }), (units, percent) => {
        // A multiple of 100, so that the threshold falls on a whole micro.
        const amountMicros = units * 100n;
        const at = { ...applied({ amountMicros, thresholdRatios: [percent / 100] }) };
        const limit = units * BigInt(percent);
        const reached = (actualMicros: bigint): boolean =>
          evaluateBudgetThreshold(at, { actualMicros, periodStartMs: 0 }).condition;
        expect([reached(limit - 1n), reached(limit)]).toEqual([false, true]);
      }),
    );
  });
});

it('tells how much more spend reaches the next threshold, to the micro', () => {
  const micros = fc.bigInt({ min: 0n, max: 1_200n });
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 1_000n }), micros, (amountMicros, actualMicros) => {
      const rule = applied({ amountMicros, thresholdRatios: [0.333, 0.5, 1] });
      const reached = (spent: bigint) => {
        const { condition, threshold } = evaluateBudgetThreshold(rule, { actualMicros: spent, periodStartMs: 0 });
        return condition ? threshold : 0;
      };
      const more = toNextThreshold(rule, actualMicros);
      if (more === undefined) expect(reached(actualMicros)).toBe(1);
      else {
        expect(reached(actualMicros + more - 1n)).toBe(reached(actualMicros));
        expect(reached(actualMicros + more)).toBeGreaterThan(reached(actualMicros));
      }
    }),
  );
});
