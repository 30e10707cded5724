import { budgetPeriodOf, plannedMicros } from '../budget/index.js';
import { decimalOf, divideHalfEven, type Micros } from '../money/index.js';
import type { Budget } from '../reference/index.js';
import type { Calendar } from '../time/index.js';
import type { AppliedBudgetForecast } from './rule-set.js';
import { DEFAULT_TOLERANCE_RATIO } from './burn-rate.js';
import type { Verdict } from './verdict.js';
import { amountText, headlineOf, percentText, subjectName } from './wording.js';

const DAY_MS = 86_400_000;
const PPM = 1_000_000;

/** Quantile of the normal distribution that cuts 5% off each end: the interval holds the end of nine periods in ten. */
const NINETY_PERCENT = 1.645;

/** What was spent of a budget's period. */
export interface PeriodObservation {
  readonly calendar: Calendar;
  /** Up to when; the period is the one that holds the moment before. */
  readonly asOfMs: number;
  /** Since when the scope's spend is known without a gap. */
  readonly observedSinceMs: number;
  /** Spent in [fromMs, asOfMs). */
  readonly spentMicros: (fromMs: number) => Micros;
}

/** Spend at the end of a budget's period, projected. */
export interface Projection {
  readonly lowMicros: Micros;
  readonly expectedMicros: Micros;
  readonly highMicros: Micros;
  /** How much of the period it rests on. */
  readonly observedMs: number;
}

/**
 * Spend at the period's end (contract section 8): spent so far + what the plan's profile has left x the ratio of spent
 * to planned so far. So the hours and days that cost more are taken from the profile, and the projection is right from
 * the first day on if spend follows it. Where the period's start was not seen, the ratio is that of the part that was.
 *
 * The interval is what is left x (1 -+ 1.645 x s / sqrt(d)), d being the days observed and s how much one day strays
 * from the profile (`dailySpreadRatio`): the error of a mean of d days, 90% of them inside. Undefined before anything
 * was planned.
 */
export function projectSpend(
  budget: Budget,
  dailySpreadRatio: number,
  observation: PeriodObservation,
): Projection | undefined {
  const { calendar, asOfMs, observedSinceMs } = observation;
  const { startMs, endMs } = budgetPeriodOf(budget, calendar, asOfMs - 1);
  const fromMs = Math.max(startMs, observedSinceMs);
  const planned = plannedMicros(budget, calendar, fromMs, asOfMs);
  if (planned <= 0n) return undefined;
  const observedMs = asOfMs - fromMs;
  const left = plannedMicros(budget, calendar, asOfMs, endMs);
  const toCome = divideHalfEven(left * observation.spentMicros(fromMs), planned);
  const spent = observation.spentMicros(startMs);
  const spread = (NINETY_PERCENT * dailySpreadRatio) / Math.sqrt(observedMs / DAY_MS);
  const part = (ratio: number): Micros =>
    divideHalfEven(toCome * BigInt(Math.round(Math.max(0, ratio) * PPM)), BigInt(PPM));
  return {
    lowMicros: spent + part(1 - spread),
    expectedMicros: spent + toCome,
    highMicros: spent + part(1 + spread),
    observedMs,
  };
}

/**
 * Rule budget-forecast (contract section 8; method section 2, "2M overspent in a year" for want of control): the low
 * end of the projected spend over `limitRatio` x amount (default 1). Formula: see {@link projectSpend}. Unit: ratio of
 * the amount. Critical when even the low end is over by more than the budget's tolerance. Not judged before
 * `minimumObservedMs` (default a day): one morning says nothing of a month.
 */
export function evaluateBudgetForecast(applied: AppliedBudgetForecast, observation: PeriodObservation): Verdict {
  const { rule, budget, scope, id, currency } = applied;
  const subject = subjectName(scope, id);
  const { startMs } = budgetPeriodOf(budget, observation.calendar, observation.asOfMs - 1);
  const about = { threshold: rule.limitRatio, unit: 'ratio', window: budget.period, periodStartMs: startMs } as const;
  const projection = projectSpend(budget, rule.dailySpreadRatio, observation);
  if (!projection || projection.observedMs < rule.minimumObservedMs) {
    const summary = `${subject}: too little of the ${budget.period} was seen to project what it comes to`;
    return { ...about, condition: false, observed: 0, severity: 'warning', summary };
  }
  const { lowMicros, expectedMicros, highMicros } = projection;
  const over = (ratio: number): boolean => {
    const { unscaled, scale } = decimalOf(ratio);
    return lowMicros * 10n ** BigInt(scale) > budget.amountMicros * unscaled;
  };
  const range = `${percentText(lowMicros, budget.amountMicros)} to ${percentText(highMicros, budget.amountMicros)}`;
  const amounts = `${currency} ${amountText(expectedMicros)} of ${amountText(budget.amountMicros)}`;
  const observed = Number(lowMicros) / Number(budget.amountMicros);
  const tolerated = rule.limitRatio + (budget.toleranceRatio ?? DEFAULT_TOLERANCE_RATIO);
  return {
    ...about,
    condition: over(rule.limitRatio),
    observed,
    severity: observed > tolerated ? 'critical' : 'warning',
    headline: headlineOf(observed),
    nearness: observed / rule.limitRatio,
    summary: `${subject} is on its way to ${range} of its budget of the ${budget.period}: ${amounts} expected at its end`,
  };
}
