import { plannedMicros } from '../budget/index.js';
import { decimalOf, divideHalfEven, type Micros } from '../money/index.js';
import { formatDuration, type Calendar } from '../time/index.js';
import type { AppliedPromotionOverspend } from './rule-set.js';
import type { Verdict } from './verdict.js';
import { amountText, percentText, ratioText, subjectName } from './wording.js';

/** Spend of the rule's window, and the part of it that promotions made. */
export interface PromotionObservation {
  readonly calendar: Calendar;
  readonly fromMs: number;
  /** End of the window. */
  readonly asOfMs: number;
  readonly spentMicros: Micros;
  /** Direct marketing costs of contacts (gifts, allowances) and bills that are flagged as a promotion's. */
  readonly promotionMicros: Micros;
}

/**
 * Rule promotion-overspend (contract section 8; method section 6, "spend 30% over budget, the main driver promotions:
 * name the driver"): spend of the window over the budget's plan by more than `overRatio` (default 0.3), and promotions
 * at least `driverRatio` of what is over (default 0.5, so that nothing else is a larger driver). Formula: spent > plan x
 * (1 + overRatio) and promotions >= driverRatio x (spent - plan), exact. Unit: spent / plan. Of a window (default an
 * hour) not observed by half nothing is judged; of one observed in part, that part.
 */
export function evaluatePromotionOverspend(
  applied: AppliedPromotionOverspend,
  observation: PromotionObservation,
): Verdict {
  const { rule, budget, scope, id, currency } = applied;
  const { calendar, fromMs, asOfMs, spentMicros, promotionMicros } = observation;
  const window = formatDuration(rule.windowMs);
  const subject = subjectName(scope, id);
  const planned = plannedMicros(budget, calendar, fromMs, asOfMs);
  const about = { threshold: 1 + rule.overRatio, unit: 'ratio', severity: rule.severity, window } as const;
  if ((asOfMs - fromMs) * 2 < rule.windowMs || planned <= 0n) {
    const summary = `${subject}: not observed for long enough to judge promotions over ${window}`;
    return { ...about, condition: false, observed: 0, summary };
  }
  const excess = spentMicros - planned;
  const isOver = excess > times(planned, rule.overRatio);
  const isDriver = promotionMicros > 0n && promotionMicros >= times(excess, rule.driverRatio);
  const observed = Number(spentMicros) / Number(planned);
  const spend = `${currency} ${amountText(spentMicros)} over ${window} where ${amountText(planned)} is planned`;
  const driver = excess > 0n ? `, ${percentText(least(promotionMicros, excess), excess)} of the excess` : '';
  return {
    ...about,
    condition: isOver && isDriver,
    observed,
    ...(isDriver && { nearness: observed / (1 + rule.overRatio) }),
    summary: `${subject} spent ${spend} (over ${ratioText(rule.overRatio)} is too much): ${amountText(promotionMicros)} for promotions${driver}`,
  };
}

function times(amountMicros: Micros, ratio: number): Micros {
  const { unscaled, scale } = decimalOf(ratio);
  return divideHalfEven(amountMicros * unscaled, 10n ** BigInt(scale));
}

function least(a: Micros, b: Micros): Micros {
  return a < b ? a : b;
}
