import type { BudgetFigures } from './judge-rule.js';

/**
 * How the budgets stand that were judged in the last minute. Each minute begins anew: a budget that ended or was closed, and
 * what no rule judges any more, is not there the next time, rather than standing still until a restart.
 */
export class JudgedBudgets {
  private judged = new Map<string, BudgetFigures>();
  private shown: readonly BudgetFigures[] = [];

  /** A minute is about to be judged. What was found before is shown until it is. */
  begin(): void {
    this.judged = new Map<string, BudgetFigures>();
  }

  /** The minute is judged. */
  finish(): void {
    this.shown = [...this.judged.values()];
  }

  /** What one rule found out about a budget. */
  show(budgetId: string, part: Partial<BudgetFigures>): void {
    const before = this.judged.get(budgetId) ?? { budgetId, spentRatio: 0, burnRates: {} };
    this.judged.set(budgetId, { ...before, ...part, burnRates: { ...before.burnRates, ...part.burnRates } });
  }

  /** The same list until another minute is judged. */
  values(): readonly BudgetFigures[] {
    return this.shown;
  }
}
