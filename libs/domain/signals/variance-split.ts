import { divideHalfEven, formatMicros, type Micros } from '../money/index.js';
import type { SignalVariance } from './signal-message.js';

/** What one cell (a channel, an agent) did in the window, or was expected to do. Counts are whole and not negative. */
export interface CellFigures {
  readonly contacts: number | bigint;
  /** Handle time in millionths of a second, as in Measures; 0 where there is none, as for a bot. */
  readonly handleMicroseconds: number | bigint;
  readonly costMicros: Micros;
}

export interface VarianceCell {
  readonly observed: CellFigures;
  readonly expected: CellFigures;
}

/** Observed minus expected cost, and its four parts, which add up to it exactly. */
export interface VarianceSplit {
  readonly totalMicros: Micros;
  readonly volumeMicros: Micros;
  readonly mixMicros: Micros;
  readonly efficiencyMicros: Micros;
  readonly rateMicros: Micros;
}

/**
 * Price-volume-mix with the labour variances of standard costing (flexible budget; Horngren, Cost Accounting, chapters
 * on flexible budgets and on sales mix). Between the expected and the observed cost lie three flexed budgets, each with
 * one more thing as it was observed, and the parts are their differences:
 *
 *     expected  E = sum of expected cost
 *     volume    V = observed contacts x E / expected contacts          volume     = V - E
 *     mix       M = sum of (contacts of the cell x its expected cost per contact)     mix = M - V
 *     handling  H = sum of (handle time of the cell x its expected cost per second)   efficiency = H - M
 *     observed  O = sum of observed cost                                rate       = O - H
 *
 * Every flexed budget is rounded half-even to micros (M and H cell by cell), so the parts always add up to O - E and
 * the rounding, at most a micro a cell, lies in the two parts beside it.
 *
 * Where a figure to flex with is missing: a cell expected to cost nothing and to have no contacts (a new channel) is
 * priced at the average expected cost per contact; one expected to cost something without contacts (rent) is not flexed,
 * its difference is rate; without expected handle time (a bot) the efficiency is 0; without any expected contacts all
 * is rate.
 */
export function varianceSplit(cells: readonly VarianceCell[]): VarianceSplit {
  const fixed = cells.filter(({ expected }) => isZero(expected.contacts) && expected.costMicros !== 0n);
  const flexible = cells.filter((cell) => !fixed.includes(cell));
  const fixedMicros = sum(fixed.map(({ expected }) => expected.costMicros));
  const expectedMicros = sum(flexible.map(({ expected }) => expected.costMicros));
  const expectedContacts = sum(flexible.map(({ expected }) => BigInt(expected.contacts)));
  const observedContacts = sum(flexible.map(({ observed }) => BigInt(observed.contacts)));
  const average = (contacts: bigint): Micros =>
    expectedContacts > 0n ? divideHalfEven(expectedMicros * contacts, expectedContacts) : 0n;

  const volume = average(observedContacts);
  const priced = flexible.map(({ observed, expected }) => {
    const contacts = BigInt(observed.contacts);
    if (isZero(expected.contacts)) return average(contacts);
    return divideHalfEven(expected.costMicros * contacts, BigInt(expected.contacts));
  });
  const handled = flexible.map(({ observed, expected }, index) => {
    if (isZero(expected.contacts) || isZero(expected.handleMicroseconds)) return priced[index] ?? 0n;
    return divideHalfEven(
      expected.costMicros * BigInt(observed.handleMicroseconds),
      BigInt(expected.handleMicroseconds),
    );
  });

  const observedTotal = sum(cells.map(({ observed }) => observed.costMicros));
  const [mix, handling] = [sum(priced), sum(handled)];
  return {
    totalMicros: observedTotal - expectedMicros - fixedMicros,
    volumeMicros: volume - expectedMicros,
    mixMicros: mix - volume,
    efficiencyMicros: handling - mix,
    rateMicros: observedTotal - fixedMicros - handling,
  };
}

/** The split in the form of signal.v1. */
export function signalVariance(split: VarianceSplit): SignalVariance {
  return {
    total: formatMicros(split.totalMicros),
    volume: formatMicros(split.volumeMicros),
    mix: formatMicros(split.mixMicros),
    efficiency: formatMicros(split.efficiencyMicros),
    rate: formatMicros(split.rateMicros),
  };
}

function isZero(count: number | bigint): boolean {
  return BigInt(count) === 0n;
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}
