import { amountOf, type Measures } from '../facts/index.js';
import { medianWeek } from './anomaly.js';
import type { SignalVariance } from './signal-message.js';
import { signalVariance, varianceSplit, type CellFigures, type VarianceCell } from './variance-split.js';

/**
 * Why the last hour cost more or less than the same hour of the week of the median: volume, mix, efficiency and rate,
 * which add up to the difference exactly (see `varianceSplit`). The cells are what people handled and what nobody did:
 * mix is work moving between the bot and people, efficiency their handle time, rate all that changed at the same work
 * (prices, overtime, bills). Handle time of vendors counts with that of the own people, as in windows.
 */
export function hourVariance(observed: Measures, past: readonly Measures[]): SignalVariance | undefined {
  const usual = medianWeek(past);
  if (!usual) return undefined;
  const byPeople = usual.handledByAgents > 0 || observed.handledByAgents > 0;
  const [now, then] = [cellsOf(observed, byPeople), cellsOf(usual, byPeople)];
  const cells = now.map((cell, index): VarianceCell => ({ observed: cell, expected: then[index] ?? cell }));
  return signalVariance(varianceSplit(cells));
}

/** What people handled, and the rest; where nobody of one's own handles anything, a vendor's contacts are the rest. */
export function cellsOf(measures: Measures, byPeople: boolean): CellFigures[] {
  const { interactions, handledByAgents, handleMicroseconds, labour } = measures;
  const total = amountOf(measures);
  if (!byPeople) return [{ contacts: interactions, handleMicroseconds, costMicros: total }];
  return [
    { contacts: handledByAgents, handleMicroseconds, costMicros: labour },
    { contacts: interactions - handledByAgents, handleMicroseconds: 0, costMicros: total - labour },
  ];
}
