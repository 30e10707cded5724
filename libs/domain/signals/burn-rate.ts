import { budgetPeriodOf, plannedMicros } from '../budget/index.js';
import { decimalOf, least, type Micros } from '../money/index.js';
import type { Budget, BurnRateRule, Severity } from '../reference/index.js';
import { formatDuration, type Calendar } from '../time/index.js';
import type { AppliedBurnRate } from './rule-set.js';
import { severityRank, type Verdict } from './verdict.js';
import { amountText, subjectName } from './wording.js';

/** Tolerated variance of a budget, tau of the contract, unless the budget says otherwise. */
export const DEFAULT_TOLERANCE_RATIO = 0.1;

/** What a scope spent lately. */
export interface SpendObservation {
  readonly calendar: Calendar;
  /** End of the windows: the watermark, or the window end just reached. */
  readonly asOfMs: number;
  /** Since when the scope's spend is known without a gap; make it a multiple of the pane width. */
  readonly observedSinceMs: number;
  /** Spent in [fromMs, toMs): `fromMs` is asOfMs - window or observedSinceMs, `toMs` is asOfMs. */
  readonly spentMicros: (fromMs: number, toMs: number) => Micros;
}

/** Spend of one window against the plan. */
export interface Burn {
  /** The window judged; shorter than the one asked for while it has not been observed whole. */
  readonly windowMs: number;
  readonly spentMicros: Micros;
  readonly plannedMicros: Micros;
  /** How many times as fast as tolerated the variance budget is used up; 1 uses it up in exactly the period. */
  readonly rate: number;
  /** Whether the rate is above a factor, exactly. */
  isOver(factor: number): boolean;
  /** How much more has to be spent in the window until the rate is above a factor, exact to the micro; not above zero where it is. */
  missing(factor: number): Micros;
}

/**
 * Burn rate on money (contract section 8): burn = (actual - planned in the window) / (variance budget x window /
 * period), where the variance budget is tau x amount (tau default 0.10) and the plan is the budget's profile over hours
 * and days. Undefined while less than half the window has been observed.
 *
 * Of a window not yet observed whole the observed part is judged, plan and window cut alike: planned spend of hours
 * that nobody counted would hide an overspend, and waiting for all of 72 h would blind the rule for three days after
 * each first start. Less than half is not judged: a pair's long window is there so that a short burst does not fire
 * it, and a fraction of it would be such a burst.
 */
export function burnRate(budget: Budget, windowMs: number, observation: SpendObservation): Burn | undefined {
  const { calendar, asOfMs, observedSinceMs } = observation;
  const fromMs = Math.max(asOfMs - windowMs, observedSinceMs);
  const observedMs = asOfMs - fromMs;
  if (observedMs * 2 < windowMs || budget.amountMicros <= 0n) return undefined;
  const spent = observation.spentMicros(fromMs, asOfMs);
  const planned = plannedMicros(budget, calendar, fromMs, asOfMs);
  // The window ends just before asOfMs: at the first moment of a month it still lies in the last one.
  const period = budgetPeriodOf(budget, calendar, asOfMs - 1);
  const periodMs = period.endMs - period.startMs;
  const tolerance = decimalOf(budget.toleranceRatio ?? DEFAULT_TOLERANCE_RATIO);
  // rate = excess / tolerated, both multiplied by the period and by the tolerance's scale to stay whole.
  const excess = (spent - planned) * BigInt(periodMs) * 10n ** BigInt(tolerance.scale);
  const tolerated = tolerance.unscaled * budget.amountMicros * BigInt(observedMs);
  const missing = (factor: number): Micros => {
    const { unscaled, scale } = decimalOf(factor);
    // The least excess above: what is tolerated is not below zero, so that the division rounds down.
    const base = BigInt(periodMs) * 10n ** BigInt(tolerance.scale + scale);
    return (tolerated * unscaled) / base + 1n - (spent - planned);
  };
  return {
    windowMs: observedMs,
    spentMicros: spent,
    plannedMicros: planned,
    rate: Number(excess) / Number(tolerated),
    isOver: (factor) => missing(factor) <= 0n,
    missing,
  };
}

type Pair = BurnRateRule['pairs'][number];

interface JudgedPair {
  readonly pair: Pair;
  readonly long: Burn;
  readonly short: Burn;
  readonly over: boolean;
}

/**
 * Rule burn-rate (contract section 8): both windows of a pair burn above its factor; built in (1h, 5m, 14.4) and
 * (6h, 30m, 6) critical, (24h, 2h, 3) and (72h, 6h, 1) warning. With a flat plan and tau 0.10 that is spend at more than
 * 2.44, 1.6, 1.3 and 1.1 times plan. The long window says that it matters, the short one that it still goes on. Unit:
 * ratio. Reported is the worst pair that is over (severity, then factor), else the nearest to being so.
 */
export function evaluateBurnRate(applied: AppliedBurnRate, observation: SpendObservation): Verdict {
  const { rule, budget, scope, id, currency } = applied;
  const worst = rule.pairs.flatMap((pair) => judge(pair, budget, observation) ?? []).sort(byGravity)[0];
  const subject = subjectName(scope, id);
  if (!worst) return unjudged(rule, subject);
  const { pair, long, short } = worst;
  const spend = `${currency} ${amountText(long.spentMicros)} over ${formatDuration(pair.longMs)}`;
  const plan = `its budget of the ${budget.period} plans ${amountText(long.plannedMicros)}`;
  const rates = `burn rate ${long.rate.toFixed(1)}, and ${short.rate.toFixed(1)} over ${formatDuration(pair.shortMs)}`;
  return {
    condition: worst.over,
    observed: long.rate,
    threshold: pair.factor,
    unit: 'ratio',
    severity: pair.severity,
    nearness: pressure(worst),
    summary: `${subject} spent ${spend} where ${plan}: ${rates}, limit ${String(pair.factor)}`,
    window: formatDuration(pair.longMs),
  };
}

/**
 * How much more has to be spent by the end of the windows until the rule fires, or with a higher severity than `severity`;
 * undefined where it cannot.
 */
export function toNextBurn(
  { rule, budget }: AppliedBurnRate,
  observation: SpendObservation,
  severity: Severity | undefined,
): Micros | undefined {
  const missing = rule.pairs.flatMap((pair) => {
    if (severityRank(pair.severity) <= severityRank(severity)) return [];
    const judged = judge(pair, budget, observation);
    if (!judged || judged.over) return [];
    const [long, short] = [judged.long.missing(pair.factor), judged.short.missing(pair.factor)];
    return [long > short ? long : short];
  });
  return least(missing);
}

function judge(pair: Pair, budget: Budget, observation: SpendObservation): JudgedPair | undefined {
  const long = burnRate(budget, pair.longMs, observation);
  const short = burnRate(budget, pair.shortMs, observation);
  return long && short && { pair, long, short, over: long.isOver(pair.factor) && short.isOver(pair.factor) };
}

function byGravity(a: JudgedPair, b: JudgedPair): number {
  if (a.over !== b.over) return a.over ? -1 : 1;
  if (!a.over) return pressure(b) - pressure(a);
  return severityRank(b.pair.severity) - severityRank(a.pair.severity) || b.pair.factor - a.pair.factor;
}

/** Above 1 the pair is over its factor; both windows have to be. */
function pressure({ pair, long, short }: JudgedPair): number {
  return Math.min(long.rate, short.rate) / pair.factor;
}

function unjudged(rule: BurnRateRule, subject: string): Verdict {
  const first = rule.pairs.toSorted((a, b) => a.longMs - b.longMs)[0];
  const window = formatDuration(first?.longMs ?? 0);
  return {
    condition: false,
    observed: 0,
    threshold: first?.factor ?? 0,
    unit: 'ratio',
    severity: first?.severity ?? 'info',
    summary: `${subject}: not observed for long enough to judge its burn rate over ${window}`,
    window,
  };
}
