import type { AppliedBudgetThreshold, AppliedBurnRate, AppliedRule, AppliedUnapprovedSpend } from './rule-set.js';

/** Rules whose condition only more spend can bring about and nothing but a correction can take back. */
export type AppliedOnSpend = AppliedBudgetThreshold | AppliedBurnRate | AppliedUnapprovedSpend;

/**
 * Whether a rule is judged on what has come so far, ahead of the watermark. Of a given minute these rules compare what was
 * spent up to its end with a limit that is known beforehand. What comes in until the minute is complete only adds to it, so
 * the condition and its severity hold then if they hold now. Ratios of two figures that both grow (unit costs, shares of
 * revenue, rates of errors), medians and projections can fall again, and wait.
 */
export function isJudgedEarly(applied: AppliedRule): applied is AppliedOnSpend {
  return 'early' in applied.rule && applied.rule.early;
}
