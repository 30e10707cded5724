import type { Budget, BudgetPeriod, BudgetScope } from '../reference/index.js';

const PERIODS: readonly BudgetPeriod[] = ['month', 'quarter', 'year'];

/** By the list, which changed reference data replaces whole. */
const listsByScope = new WeakMap<readonly Budget[], ReadonlyMap<string, readonly Budget[]>>();

/** All budgets of one scope and id, whatever became of them, in the order of the list. */
export function budgetsOf(budgets: readonly Budget[], scope: BudgetScope, id: string): readonly Budget[] {
  let lists = listsByScope.get(budgets);
  if (!lists) listsByScope.set(budgets, (lists = byScope(budgets)));
  return lists.get(keyOf(scope, id)) ?? [];
}

function byScope(budgets: readonly Budget[]): Map<string, Budget[]> {
  const lists = new Map<string, Budget[]>();
  for (const budget of budgets) {
    const key = keyOf(budget.scope, budget.id);
    const list = lists.get(key);
    if (list) list.push(budget);
    else lists.set(key, [budget]);
  }
  return lists;
}

function keyOf(scope: BudgetScope, id: string): string {
  return `${scope}:${id}`;
}

/**
 * The budgets that hold for one scope and id at event time `tMs`: approved and effective, one for each period, month
 * before quarter before year. Of several, the one that came into force last holds (a month's own budget before the
 * standing one), then the highest version, then the first in order of `budgetId`.
 */
export function budgetsInForce(budgets: readonly Budget[], scope: BudgetScope, id: string, tMs: number): Budget[] {
  const candidates = budgetsOf(budgets, scope, id).filter((budget) => isInForce(budget, tMs));
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

/** Approved, and effective at event time `tMs`. */
export function isInForce(budget: Budget, tMs: number): boolean {
  return budget.status === 'approved' && tMs >= (budget.fromMs ?? -Infinity) && tMs < (budget.toMs ?? Infinity);
}

function byPrecedence(a: Budget, b: Budget): number {
  const fromA = a.fromMs ?? -Infinity;
  const fromB = b.fromMs ?? -Infinity;
  if (fromA !== fromB) return fromB > fromA ? 1 : -1;
  return b.version - a.version || (a.budgetId < b.budgetId ? -1 : 1);
}
