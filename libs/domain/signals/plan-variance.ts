import { amountOf, type Measures } from '../facts/index.js';
import { fitsWire, type Micros } from '../money/index.js';
import { splitLargestRemainder } from '../rating/index.js';
import { cellsOf } from './hour-variance.js';
import type { SignalVariance } from './signal-message.js';
import { signalVariance, varianceSplit, type CellFigures, type VarianceCell } from './variance-split.js';

/**
 * Why a stretch of time cost more or less than a budget plans for it: volume, mix, efficiency and rate, which add up to
 * the difference exactly (see `varianceSplit`). A budget plans money alone. So what it plans is taken to be for work as
 * in `standard`, an earlier time of the same scope: the same mix, handle time and rates, and as much of it as the planned
 * money pays for. Without an earlier time it is for work as observed, and the difference is volume.
 *
 * @param standard the earlier time; ignored where it has no contacts or no cost
 */
export function planVariance(
  observed: Measures,
  plannedMicros: Micros,
  standard: Measures | undefined,
): SignalVariance {
  const like = standard && isUsable(standard) ? standard : observed;
  const byPeople = observed.handledByAgents > 0 || like.handledByAgents > 0;
  const [now, then] = [cellsOf(observed, byPeople), cellsOf(like, byPeople)];
  const likeMicros = then.reduce((sum, { costMicros }) => sum + costMicros, 0n);
  if (likeMicros <= 0n) return signalVariance(allRate(amountOf(observed) - plannedMicros));
  const shares = splitLargestRemainder(
    plannedMicros,
    then.map(({ costMicros }) => (costMicros > 0n ? costMicros : 0n)),
  );
  // As many contacts and seconds as the plan pays for are no whole numbers: both sides are counted in the same fractions.
  const cells = now.map((cell, index): VarianceCell => ({
    observed: inParts(cell, likeMicros, cell.costMicros),
    expected: inParts(then[index] ?? cell, plannedMicros, shares[index] ?? 0n),
  }));
  const split = varianceSplit(cells);
  // Flexed by an earlier time that was quite another, a part may be larger than the contract has room for.
  return signalVariance(Object.values(split).every(fitsWire) ? split : allRate(split.totalMicros));
}

function inParts({ contacts, handleMicroseconds }: CellFigures, parts: Micros, costMicros: Micros): CellFigures {
  return {
    contacts: BigInt(contacts) * parts,
    handleMicroseconds: BigInt(handleMicroseconds) * parts,
    costMicros,
  };
}

function isUsable(measures: Measures): boolean {
  return measures.interactions > 0 && measures.handledByAgents >= 0 && amountOf(measures) > 0n;
}

function allRate(totalMicros: Micros): Parameters<typeof signalVariance>[0] {
  return { totalMicros, volumeMicros: 0n, mixMicros: 0n, efficiencyMicros: 0n, rateMicros: totalMicros };
}
