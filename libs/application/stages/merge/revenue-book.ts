import { accruedBetween, type AccruingAmount, type Micros } from '#libs/domain';
import type { RevenueDelta } from '../exchange/panes-message.js';
import type { ChangelogEntry } from '../stage.js';

const REVENUE_KEY = 'revenue/';

/** Revenue of the organisation, each period's accruing evenly over it; kept by the task that owns the whole's scope. */
export class RevenueBook {
  private readonly revenues = new Map<string, AccruingAmount>();
  private added: RevenueDelta[] = [];

  add(revenue: RevenueDelta): void {
    this.revenues.set(revenue.revenueId, revenue);
    this.added.push(revenue);
  }

  /** Accrued in [fromMs, toMs). */
  between(fromMs: number, toMs: number): Micros {
    let total = 0n;
    for (const revenue of this.revenues.values()) total += accruedBetween(revenue, fromMs, toMs);
    return total;
  }

  changes(): ChangelogEntry[] {
    const entries = this.added.map(({ revenueId, amountMicros, startMs, endMs }) => ({
      key: REVENUE_KEY + revenueId,
      value: JSON.stringify([String(amountMicros), startMs, endMs]),
    }));
    this.added = [];
    return entries;
  }

  /** Takes a changelog entry back; false when it is none of revenue. */
  restore(key: string, value: Buffer | null): boolean {
    if (!key.startsWith(REVENUE_KEY)) return false;
    if (value) {
      const [amount, startMs, endMs] = JSON.parse(value.toString('utf8')) as [string, number, number];
      this.revenues.set(key.slice(REVENUE_KEY.length), { amountMicros: BigInt(amount), startMs, endMs });
    }
    return true;
  }
}
