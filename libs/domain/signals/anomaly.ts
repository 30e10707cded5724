import { amountOf, type Measures } from '../facts/index.js';
import { decimalOf, divideHalfEven, formatMicros, type Micros } from '../money/index.js';
import { DIMENSIONS, type AnomalyRule } from '../reference/index.js';
import { contributors } from './contributors.js';
import type { AppliedRuleOf } from './rule-set.js';
import type { SignalContributor } from './signal-message.js';
import type { Verdict } from './verdict.js';
import { amountText, percentText, subjectName } from './wording.js';

/** What makes the median absolute deviation of normally spread values their standard deviation: 1 / 0.6745. */
const MAD_TO_DEVIATION = 1.4826;

/** The last hour, and the same hour of the week in past weeks, newest first. */
export interface AnomalyObservation {
  readonly observed: Measures;
  readonly past: readonly Measures[];
}

/**
 * Rule anomaly (contract section 8): spend of the last hour against the same hour of the week in at least
 * `minimumWeeks` (default 3) of the past five weeks. With m their median and MAD the median of the distances from it, it
 * fires where all hold, since each alone cries wolf: on a small scope the relative, on a large one the absolute, on one
 * that hardly varies the statistical:
 *
 *     spend > m + `deviations` (default 4) x 1.4826 x MAD
 *     spend - m >= `relativeRatio` (default 0.3) x m
 *     spend - m >= `absolute` (default 500 currency units)
 *
 * Unit: currency an hour. Only too much fires: too little is the monitor's health or good news. Contributors are the
 * dimensions, with what each cost more than in the week of the median.
 */
export function evaluateAnomaly(
  applied: AppliedRuleOf<AnomalyRule>,
  { observed, past }: AnomalyObservation,
): { verdict: Verdict; contributors: SignalContributor[] } {
  const { rule, scope, id, currency } = applied;
  const subject = subjectName(scope, id);
  const unit = `${currency} an hour`;
  const about = { unit, severity: rule.severity, window: '1h' } as const;
  const median = medianWeek(past);
  const spent = amountOf(observed);
  if (!median || past.length < rule.minimumWeeks) {
    const summary = `${subject}: ${String(past.length)} of ${String(rule.minimumWeeks)} weeks seen that this hour can be compared with`;
    const verdict = { ...about, condition: false, observed: Number(formatMicros(spent)), threshold: 0, summary };
    return { verdict, contributors: [] };
  }
  const usual = medianOf(past.map(amountOf));
  const deviation = medianOf(past.map((week) => distance(amountOf(week), usual)));
  const limit = [
    times(deviation, rule.deviations * MAD_TO_DEVIATION),
    times(usual, rule.relativeRatio),
    rule.absoluteMicros,
  ].reduce((largest, each) => (each > largest ? each : largest), 0n);
  const excess = spent - usual;
  const more = usual > 0n && excess > 0n ? `, ${percentText(excess, usual)} more` : '';
  const verdict: Verdict = {
    ...about,
    condition: excess > 0n && excess >= limit,
    observed: Number(formatMicros(spent)),
    threshold: Number(formatMicros(usual + limit)),
    nearness: Number(spent) / Number(usual + limit),
    summary: `${subject} spent ${currency} ${amountText(spent)} in the last hour, usual at this time of the week is ${amountText(usual)} (median of ${String(past.length)} weeks)${more}`,
  };
  const candidates = DIMENSIONS.map((dimension) => ({
    scope: 'dimension',
    id: dimension,
    amountMicros: observed[dimension],
    expectedMicros: median[dimension],
  }));
  return { verdict, contributors: contributors(candidates, spent - amountOf(median)) };
}

/** The week whose spend is the median; of an even number the lesser of the two in the middle. */
export function medianWeek(past: readonly Measures[]): Measures | undefined {
  return past.toSorted((a, b) => compare(amountOf(a), amountOf(b)))[(past.length - 1) >> 1];
}

/** Of an even number the mean of the two in the middle, half-even. */
function medianOf(values: readonly Micros[]): Micros {
  const sorted = values.toSorted(compare);
  const low = sorted[(sorted.length - 1) >> 1] ?? 0n;
  const high = sorted[sorted.length >> 1] ?? 0n;
  return divideHalfEven(low + high, 2n);
}

function times(amountMicros: Micros, factor: number): Micros {
  const { unscaled, scale } = decimalOf(factor);
  return divideHalfEven(amountMicros * unscaled, 10n ** BigInt(scale));
}

function distance(a: Micros, b: Micros): Micros {
  return a > b ? a - b : b - a;
}

function compare(a: Micros, b: Micros): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
