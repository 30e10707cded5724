import type { Micros } from '../money/index.js';
import type { Budget, BudgetScope } from '../reference/index.js';

/** Budgets below another one, of one scope. */
export interface BudgetChildren {
  readonly scope: BudgetScope;
  readonly budgets: readonly Budget[];
  readonly amountMicros: Micros;
  /** Parent less children: above zero what nobody was given yet, below zero what was given away twice. */
  readonly differenceMicros: Micros;
}

/**
 * Scopes that cut the whole; each adds up to it, or to a part of it, on its own. Groups do not: an agent may be in several.
 */
const PARTS: readonly BudgetScope[] = [
  'channel',
  'team',
  'vendor',
  'queue',
  'region',
  'topic',
  'stage',
  'customer-tier',
  'dimension',
  'system',
];

/**
 * The budgets in force below `parent`, scope by scope: of the whole its channels, teams, vendors and so on, of a team its
 * agents. Only those of the same period and currency can be added up. They need not add up to the parent: the
 * difference is what is told.
 */
export function childrenOf(
  parent: Budget,
  inForce: readonly Budget[],
  teamOf: (agentId: string) => string | undefined,
): BudgetChildren[] {
  const alike = inForce.filter(({ period, currency }) => period === parent.period && currency === parent.currency);
  const group = (scope: BudgetScope, budgets: readonly Budget[]): BudgetChildren[] => {
    if (budgets.length === 0) return [];
    const amountMicros = budgets.reduce((sum, budget) => sum + budget.amountMicros, 0n);
    return [{ scope, budgets, amountMicros, differenceMicros: parent.amountMicros - amountMicros }];
  };
  if (parent.scope === 'all')
    return PARTS.flatMap((scope) =>
      group(
        scope,
        alike.filter((each) => each.scope === scope),
      ),
    );
  if (parent.scope !== 'team') return [];
  return group(
    'agent',
    alike.filter(({ scope, id }) => scope === 'agent' && teamOf(id) === parent.id),
  );
}
