import { DIMENSIONS, divideHalfEven, numberOf, UNIT_COSTS, unitCostFigure, type Micros } from '#libs/domain';
import { limitAgents } from './limit-agents.js';
import type { GaugeSamples, MetricSample } from './sample.js';
import { totalsOf, type KeyTotals, type OpenWindow, type WindowTotals } from './window-totals.js';

/** The open windows of one scope and id, by window name; as much of a live record as metrics need. */
export interface LiveWindows {
  readonly scope: string;
  readonly id: string;
  readonly windows: Readonly<Record<string, OpenWindow>>;
}

/** The gauges that show open windows. */
export type LiveGauge =
  | 'spendline_window_cost'
  | 'spendline_window_interactions'
  | 'spendline_unit_cost'
  | 'spendline_automation_ratio'
  | 'spendline_complaint_ratio'
  | 'spendline_agents_beyond_limit';

/** Agents that get series of their own if nothing else is said (contract section 9). */
const DEFAULT_MAX_AGENTS = 1000;

/**
 * Every series of the window gauges, from all open windows. Money stays exact until a sample is made. Agents beyond
 * `maxAgents`, by month to date, are added up under the id `other`; an agent who is really called `other` is always
 * among them. A quotient whose denominator is 0 has no series, as there is nothing to say.
 * Throws RangeError for an amount that is not a contract decimal.
 */
export function liveSamples(
  live: Iterable<LiveWindows>,
  { maxAgents = DEFAULT_MAX_AGENTS }: { readonly maxAgents?: number } = {},
): GaugeSamples<LiveGauge> {
  const { keys, beyondLimit } = limitAgents(Array.from(live, keyTotalsOf), maxAgents);
  return {
    spendline_window_cost: keys.flatMap(costSamples),
    spendline_window_interactions: keys.flatMap((key) =>
      perWindow(key, ({ measures }) => [{ labels: {}, value: measures.interactions }]),
    ),
    spendline_unit_cost: keys.flatMap((key) => perWindow(key, unitCostSamples)),
    spendline_automation_ratio: keys.filter(({ scope }) => scope === 'all').flatMap(automationSamples),
    spendline_complaint_ratio: keys.flatMap((key) =>
      perWindow(key, ({ measures }) => ratioSample({}, measures.complaints, measures.interactions)),
    ),
    spendline_agents_beyond_limit: [{ labels: {}, value: beyondLimit }],
  };
}

function keyTotalsOf({ scope, id, windows }: LiveWindows): KeyTotals {
  return { scope, id, windows: new Map(Object.entries(windows).map(([name, window]) => [name, totalsOf(window)])) };
}

function perWindow(key: KeyTotals, samplesOf: (totals: WindowTotals) => readonly MetricSample[]): MetricSample[] {
  return Array.from(key.windows).flatMap(([window, totals]) =>
    samplesOf(totals).map(({ labels, value }) => ({
      labels: { scope: key.scope, id: key.id, window, ...labels },
      value,
    })),
  );
}

/** A dimension that costs something in any window of a key is shown in all of them, so that a quiet 5 minutes read 0. */
function costSamples(key: KeyTotals): MetricSample[] {
  const windows = [...key.windows.values()];
  const dimensions = DIMENSIONS.filter((dimension) => windows.some(({ measures }) => measures[dimension] !== 0n));
  return perWindow(key, ({ measures, currency }) =>
    dimensions.map((dimension) => ({ labels: { dimension, currency }, value: unitsOf(measures[dimension]) })),
  );
}

/** The same figures that the unit-cost rule judges. */
function unitCostSamples({ measures, currency }: WindowTotals): MetricSample[] {
  return UNIT_COSTS.flatMap((per) => {
    const { amountMicros, units } = unitCostFigure(measures, per);
    if (units <= 0) return [];
    return [{ labels: { per, currency }, value: unitsOf(divideHalfEven(amountMicros, BigInt(units))) }];
  });
}

function automationSamples({ windows }: KeyTotals): MetricSample[] {
  return Array.from(windows).flatMap(([window, { measures }]) =>
    ratioSample({ window }, measures.automated, measures.interactions),
  );
}

function ratioSample(labels: MetricSample['labels'], part: number, whole: number): MetricSample[] {
  return whole > 0 ? [{ labels, value: part / whole }] : [];
}

/** The last step from exact micros to the nearest float, in currency units. */
function unitsOf(amountMicros: Micros): number {
  return numberOf({ unscaled: amountMicros, scale: 6 });
}
