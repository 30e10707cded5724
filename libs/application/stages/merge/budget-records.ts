import { formatMicros } from '#libs/domain';
import { LIVE_BUDGET_KEY, type LiveBudget } from '../../live/index.js';
import type { OutputRecord } from '../stage.js';
import type { BudgetFigures } from './judge-rule.js';
import { unlessOverflow } from './unless-overflow.js';

/** Budgets are told of at most this often, wall clock; they are judged once a minute of event time. */
const INTERVAL_MS = 1_000;

/** How the budgets of a merge task's scopes stand, for those who have no window to tell it from: quarters, years, parts. */
export class BudgetRecords {
  private readonly sent = new Map<string, BudgetFigures>();
  private lastSent: readonly BudgetFigures[] | undefined;
  private sentAtMs = -Infinity;

  constructor(private readonly partition: number) {}

  /** Records of the budgets that were judged anew, if it is time; `budgets` is another list only once they were. */
  send(budgets: readonly BudgetFigures[], nowMs: number): OutputRecord[] {
    if (budgets === this.lastSent || nowMs - this.sentAtMs < INTERVAL_MS) return [];
    this.lastSent = budgets;
    const records: OutputRecord[] = [];
    const judged = new Set<string>();
    for (const figures of budgets) {
      judged.add(figures.budgetId);
      if (this.sent.get(figures.budgetId) === figures) continue;
      this.sent.set(figures.budgetId, figures);
      const record = unlessOverflow(() => recordOf(figures));
      if (!record) continue;
      const key = LIVE_BUDGET_KEY + figures.budgetId;
      records.push({ topic: 'live', partition: this.partition, key, value: JSON.stringify(record) });
    }
    this.forgetAllBut(judged);
    if (records.length > 0) this.sentAtMs = nowMs;
    return records;
  }

  /** What is not judged any more is not kept either; who reads sees by the time of its figures that it stands still. */
  private forgetAllBut(judged: ReadonlySet<string>): void {
    for (const budgetId of this.sent.keys()) if (!judged.has(budgetId)) this.sent.delete(budgetId);
  }
}

function recordOf({ budgetId, asOfMs, spentMicros, projection }: BudgetFigures): LiveBudget | undefined {
  if (asOfMs === undefined || spentMicros === undefined) return undefined;
  const forecast = projection && {
    low: formatMicros(projection.lowMicros),
    expected: formatMicros(projection.expectedMicros),
    high: formatMicros(projection.highMicros),
  };
  return { budgetId, asOf: asOfMs, spent: formatMicros(spentMicros), forecast: forecast ?? null };
}
