import type { BudgetFigures } from './judge-rule.js';

/**
 * How the budgets stand that were judged in the last minute. Each minute begins anew: a budget that ended or was closed, and
 * what no rule judges any more, is not there the next time, rather than standing still until a restart.
 */
export class JudgedBudgets {
  private figures = new Map<string, BudgetFigures>();

  /** A minute is about to be judged. */
  begin(): void {
    this.figures = new Map<string, BudgetFigures>();
  }

  /** What one rule found out about a budget. */
  show(budgetId: string, part: Partial<BudgetFigures>): void {
    const before = this.figures.get(budgetId) ?? { budgetId, spentRatio: 0, burnRates: {} };
    this.figures.set(budgetId, { ...before, ...part, burnRates: { ...before.burnRates, ...part.burnRates } });
  }

  values(): Iterable<BudgetFigures> {
    return this.figures.values();
  }
}
