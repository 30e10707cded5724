import type { Budget, BudgetPeriod, BudgetScope } from '../reference/index.js';

const PERIODS: readonly BudgetPeriod[] = ['month', 'quarter', 'year'];

/**
 * The budgets that hold for one scope and id at event time `tMs`: approved and effective, one for each period, month
 * before quarter before year. Of several, the one that came into force last holds (a month's own budget before the
 * standing one), then the highest version, then the first in order of `budgetId`.
 */
export function budgetsInForce(budgets: readonly Budget[], scope: BudgetScope, id: string, tMs: number): Budget[] {
  const candidates = budgets.filter((budget) => budget.scope === scope && budget.id === id && isInForce(budget, tMs));
  return PERIODS.flatMap(
    (period) => candidates.filter((budget) => budget.period === period).sort(byPrecedence)[0] ?? [],
  );
}

/** The budget of the shortest period out of {@link budgetsInForce}; undefined where nobody approved one. */
export function budgetInForce(
  budgets: readonly Budget[],
  scope: BudgetScope,
  id: string,
  tMs: number,
): Budget | undefined {
  return budgetsInForce(budgets, scope, id, tMs)[0];
}

function isInForce(budget: Budget, tMs: number): boolean {
  return budget.status === 'approved' && tMs >= (budget.fromMs ?? -Infinity) && tMs < (budget.toMs ?? Infinity);
}

function byPrecedence(a: Budget, b: Budget): number {
  const fromA = a.fromMs ?? -Infinity;
  const fromB = b.fromMs ?? -Infinity;
  if (fromA !== fromB) return fromB > fromA ? 1 : -1;
  return b.version - a.version || (a.budgetId < b.budgetId ? -1 : 1);
}
