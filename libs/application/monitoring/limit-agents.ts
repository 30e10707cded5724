import type { Micros } from '#libs/domain';
import { OTHER } from './sample.js';
import { addTotals, emptyTotals, type KeyTotals, type WindowTotals } from './window-totals.js';

/** The window whose spend decides who gets series of their own: slow to change, so series do not come and go. */
const RANKING_WINDOW = 'month';

/** Keys with the agents beyond the limit added up in one key, and how many those are. */
export interface LimitedKeys {
  readonly keys: readonly KeyTotals[];
  readonly beyondLimit: number;
}

/**
 * Keeps the `maxAgents` agents with the largest month to date (ties by id) and adds up the others, exactly, under the
 * id `other`. Keys of other scopes pass as they are.
 */
export function limitAgents(keys: readonly KeyTotals[], maxAgents: number): LimitedKeys {
  const agents = keys.filter(({ scope }) => scope === 'agent');
  const ranked = agents.filter(({ id }) => id !== OTHER).sort(bySpend);
  const kept = new Set(ranked.slice(0, maxAgents));
  const rest = agents.filter((key) => !kept.has(key));
  if (rest.length === 0) return { keys, beyondLimit: 0 };
  const own = keys.filter((key) => key.scope !== 'agent' || kept.has(key));
  return { keys: [...own, { scope: 'agent', id: OTHER, windows: sumByWindow(rest) }], beyondLimit: rest.length };
}

function bySpend(a: KeyTotals, b: KeyTotals): number {
  const [spendA, spendB] = [spendOf(a), spendOf(b)];
  if (spendA !== spendB) return spendA > spendB ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

function spendOf(key: KeyTotals): Micros {
  return key.windows.get(RANKING_WINDOW)?.amountMicros ?? 0n;
}

function sumByWindow(keys: readonly KeyTotals[]): Map<string, WindowTotals> {
  const sums = new Map<string, WindowTotals>();
  for (const { windows } of keys) {
    for (const [name, totals] of windows) {
      const sum = sums.get(name) ?? emptyTotals(totals.currency);
      addTotals(sum, totals);
      sums.set(name, sum);
    }
  }
  return sums;
}
