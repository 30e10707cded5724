import { addAmount, DIMENSIONS, emptyMeasures, parseMicros, type Measures } from '#libs/domain';
import type { CostWindow } from '#libs/contract';

/** The fields of a cost-window.v1 that metrics are made from. */
export type OpenWindow = Pick<
  CostWindow,
  'currency' | 'breakdown' | 'interactions' | 'handledByAgents' | 'automated' | 'resolved' | 'complaints'
>;

/** One window of one id or of several, with exact amounts. */
export interface WindowTotals {
  readonly currency: string;
  readonly measures: Measures;
}

/** The windows of one scope and id, by window name. */
export interface KeyTotals {
  readonly scope: string;
  readonly id: string;
  readonly windows: ReadonlyMap<string, WindowTotals>;
}

/** An open window's figures. Throws RangeError for an amount that is not a contract decimal. */
export function totalsOf(window: OpenWindow): WindowTotals {
  const measures = emptyMeasures();
  for (const dimension of DIMENSIONS) {
    const amount = window.breakdown[dimension];
    if (amount !== undefined) addAmount(measures, dimension, parseMicros(amount));
  }
  measures.interactions = window.interactions;
  measures.handledByAgents = window.handledByAgents;
  measures.automated = window.automated;
  measures.resolved = window.resolved;
  measures.complaints = window.complaints ?? 0;
  return { currency: window.currency, measures };
}
