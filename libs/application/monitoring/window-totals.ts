import { DIMENSIONS, parseMicros, type Dimension, type Micros } from '#libs/domain';
import type { CostWindow } from '#libs/contract';

/** The fields of a cost-window.v1 that metrics are made from. */
export type OpenWindow = Pick<
  CostWindow,
  'currency' | 'amount' | 'breakdown' | 'interactions' | 'handledByAgents' | 'automated' | 'resolved' | 'complaints'
>;

const COUNTS = ['interactions', 'handledByAgents', 'automated', 'resolved', 'complaints'] as const;

/** One window of one id or of several, with exact amounts. */
export interface WindowTotals extends Record<(typeof COUNTS)[number], number> {
  readonly currency: string;
  amountMicros: Micros;
  readonly byDimension: Map<Dimension, Micros>;
}

/** The windows of one scope and id, by window name. */
export interface KeyTotals {
  readonly scope: string;
  readonly id: string;
  readonly windows: ReadonlyMap<string, WindowTotals>;
}

/** Nothing, in a currency. */
export function emptyTotals(currency: string): WindowTotals {
  return {
    currency,
    amountMicros: 0n,
    byDimension: new Map(),
    interactions: 0,
    handledByAgents: 0,
    automated: 0,
    resolved: 0,
    complaints: 0,
  };
}

/** An open window's figures. Throws RangeError for an amount that is not a contract decimal. */
export function totalsOf(window: OpenWindow): WindowTotals {
  const byDimension = new Map<Dimension, Micros>();
  for (const dimension of DIMENSIONS) {
    const amount = window.breakdown[dimension];
    if (amount !== undefined) byDimension.set(dimension, parseMicros(amount));
  }
  return {
    currency: window.currency,
    amountMicros: parseMicros(window.amount),
    byDimension,
    interactions: window.interactions,
    handledByAgents: window.handledByAgents,
    automated: window.automated,
    resolved: window.resolved,
    complaints: window.complaints ?? 0,
  };
}

/** sum += totals, in place. */
export function addTotals(sum: WindowTotals, totals: WindowTotals): void {
  sum.amountMicros += totals.amountMicros;
  for (const [dimension, amountMicros] of totals.byDimension) {
    sum.byDimension.set(dimension, (sum.byDimension.get(dimension) ?? 0n) + amountMicros);
  }
  for (const count of COUNTS) sum[count] += totals[count];
}
