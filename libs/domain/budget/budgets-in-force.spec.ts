import type { Budget } from '../reference/index.js';
import { budgetInForce, budgetsInForce } from './budgets-in-force.js';

const budget = (over: Partial<Budget>): Budget => ({
  budgetId: 'voice',
  scope: 'channel',
  id: 'voice',
  period: 'month',
  amountMicros: 1_000_000n,
  currency: 'CNY',
  status: 'approved',
  version: 1,
  ...over,
});
const found = (budgets: readonly Budget[], tMs = 50): string | undefined => {
  const inForce = budgetInForce(budgets, 'channel', 'voice', tMs);
  return inForce && `${inForce.budgetId} v${String(inForce.version)}`;
};

describe('budgetInForce', () => {
  it.each(['draft', 'submitted', 'rejected', 'superseded', 'closed'] as const)('ignores a %s one', (status) => {
    expect(found([budget({ status, version: 9 }), budget({})])).toBe('voice v1');
    expect(found([budget({ status })])).toBeUndefined();
  });

  it.each([
    [9, undefined],
    [10, 'voice v1'],
    [19, 'voice v1'],
    [20, undefined],
  ])('holds from its first moment to before its last: at %d', (tMs, expected) => {
    expect(found([budget({ fromMs: 10, toMs: 20 })], tMs)).toBe(expected);
  });

  it('holds for its scope and id only', () => {
    expect(found([budget({ id: 'chat' }), budget({ scope: 'team' })])).toBeUndefined();
  });

  it('takes the highest version of one budget, wherever it stands', () => {
    const versions = [budget({ version: 2 }), budget({ version: 10, fromMs: 1 }), budget({ version: 9 })];
    expect(found(versions)).toBe('voice v10');
    expect(found(versions.reverse())).toBe('voice v10');
  });

  it('takes the one that came into force last before the standing one', () => {
    const special = budget({ budgetId: 'double-eleven', fromMs: 40, toMs: 60 });
    expect(found([budget({ version: 7 }), special])).toBe('double-eleven v1');
    expect(found([budget({ version: 7 }), special], 60)).toBe('voice v7');
  });

  it('does not depend on the order of equals', () => {
    const twins = [budget({ budgetId: 'b' }), budget({ budgetId: 'a' })];
    expect(found(twins)).toBe('a v1');
    expect(found(twins.reverse())).toBe('a v1');
  });

  it('gives one for each period, the shortest first', () => {
    const all = [
      budget({ budgetId: 'y', period: 'year' }),
      budget({ budgetId: 'm' }),
      budget({ budgetId: 'q', period: 'quarter' }),
    ];
    expect(budgetsInForce(all, 'channel', 'voice', 0).map((each) => each.budgetId)).toEqual(['m', 'q', 'y']);
  });
});
