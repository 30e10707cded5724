import { parseMicros } from '#libs/domain';

/**
 * Value of a `spendline.live` record of a budget, key `budget:<budgetId>`: what its scope had spent in its period when the
 * rules were last judged. Amounts are decimal strings, `asOf` event time in epoch milliseconds.
 */
export interface LiveBudget {
  readonly budgetId: string;
  readonly asOf: number;
  readonly spent: string;
  /** At the period's end; null before anything was planned, and where no rule projects it. */
  readonly forecast: { readonly low: string; readonly expected: string; readonly high: string } | null;
}

/** What the keys of {@link LiveBudget} records begin with; no scope is called so. */
export const LIVE_BUDGET_KEY = 'budget:';

/** Whether parsed JSON is a {@link LiveBudget}. */
export function isLiveBudget(value: unknown): value is LiveBudget {
  if (typeof value !== 'object' || value === null) return false;
  const { budgetId, asOf, spent, forecast } = value as Record<string, unknown>;
  return (
    typeof budgetId === 'string' &&
    Number.isSafeInteger(asOf) &&
    isAmount(spent) &&
    (forecast === null ||
      (typeof forecast === 'object' &&
        (['low', 'expected', 'high'] as const).every((end) => isAmount((forecast as Record<string, unknown>)[end]))))
  );
}

function isAmount(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  try {
    parseMicros(value);
    return true;
  } catch {
    return false;
  }
}
