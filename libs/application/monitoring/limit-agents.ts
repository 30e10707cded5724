import { addInto, amountOf, emptyMeasures } from '#libs/domain';
import { OTHER } from './sample.js';
import type { KeyTotals, WindowTotals } from './window-totals.js';

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
  const kept = new Set(dearestFirst(agents.filter(({ id }) => id !== OTHER)).slice(0, maxAgents));
  const rest = agents.filter((key) => !kept.has(key));
  if (rest.length === 0) return { keys, beyondLimit: 0 };
  const own = keys.filter((key) => key.scope !== 'agent' || kept.has(key));
  return { keys: [...own, { scope: 'agent', id: OTHER, windows: sumByWindow(rest) }], beyondLimit: rest.length };
}

function dearestFirst(agents: readonly KeyTotals[]): KeyTotals[] {
  const spends = agents.map((key) => {
    const ranking = key.windows.get(RANKING_WINDOW);
    return { key, micros: ranking ? amountOf(ranking.measures) : 0n };
  });
  spends.sort((a, b) => (a.micros === b.micros ? (a.key.id < b.key.id ? -1 : 1) : a.micros > b.micros ? -1 : 1));
  return spends.map(({ key }) => key);
}

function sumByWindow(keys: readonly KeyTotals[]): Map<string, WindowTotals> {
  const sums = new Map<string, WindowTotals>();
  for (const { windows } of keys) {
    for (const [name, { currency, measures }] of windows) {
      const sum = sums.get(name) ?? { currency, measures: emptyMeasures() };
      addInto(sum.measures, measures);
      sums.set(name, sum);
    }
  }
  return sums;
}
