import type { Budget, Scope } from '../reference/index.js';
import { childrenOf } from './budget-tree.js';

function budget(scope: Scope, id: string, amountMicros: bigint, fields: Partial<Budget> = {}): Budget {
  const rest = { period: 'month', currency: 'CNY', status: 'approved', version: 1 } as const;
  return { budgetId: `${scope}-${id}`, scope, id, amountMicros, ...rest, ...fields };
}

const noTeam = (): undefined => undefined;

describe('budgets below another', () => {
  it('are added up scope by scope, and the difference is told', () => {
    const parent = budget('all', 'all', 100n);
    const below = [budget('channel', 'voice', 70n), budget('channel', 'chat', 40n), budget('vendor', 'v', 25n), parent];
    expect(
      childrenOf(parent, below, noTeam).map(({ budgets, ...rest }) => ({ ...rest, ids: budgets.map(({ id }) => id) })),
    ).toEqual([
      { scope: 'channel', ids: ['voice', 'chat'], amountMicros: 110n, differenceMicros: -10n },
      { scope: 'vendor', ids: ['v'], amountMicros: 25n, differenceMicros: 75n },
    ]);
  });

  it('of another period or currency cannot be added up', () => {
    const parent = budget('all', 'all', 100n);
    const others = [
      budget('channel', 'voice', 70n, { period: 'year' }),
      budget('channel', 'chat', 40n, { currency: 'EUR' }),
    ];
    expect(childrenOf(parent, others, noTeam)).toEqual([]);
  });

  it('of a team are its agents’, of others there are none', () => {
    const agents = [budget('agent', 'a', 4n), budget('agent', 'b', 5n)];
    const teamOf = (id: string): string => (id === 'a' ? 't' : 'u');
    expect(childrenOf(budget('team', 't', 10n), agents, teamOf)).toMatchObject([
      { scope: 'agent', differenceMicros: 6n },
    ]);
    expect(childrenOf(budget('channel', 'voice', 10n), agents, teamOf)).toEqual([]);
  });
});
