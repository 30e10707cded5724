import type { Budget } from '#libs/domain';
import type { BudgetSpending } from './wire/index.js';

/** What is known of the world around budgets. */
export interface BudgetSurroundings {
  /** Every budget that counts now. */
  readonly inForce: readonly Budget[];
  readonly teamOf: (agentId: string) => string | undefined;
  /** Undefined where the stream does not say it: nothing was spent yet, or the rules on budgets are switched off. */
  readonly spendingOf: (budget: Budget) => BudgetSpending | undefined;
}
