import { formatMicros, type Micros } from '../money/index.js';
import type { AppliedUnapprovedSpend } from './rule-set.js';
import type { Verdict } from './verdict.js';
import { amountText, headlineOf, subjectName } from './wording.js';

/**
 * Rule unapproved-spend (contract section 8; method section 2, "no budget approval: 2M overspent in a year"): spend of
 * the month in a scope that has no approved budget in force. Formula: spent > `minimumMicros` (default 0, so any).
 * Unit: currency. Where a budget waits for its approval the summary names it.
 *
 * The rule looks at the whole centre, and at the channels and vendors as soon as any of their kind has a budget: where
 * nobody plans by channel, a channel without a budget is no oversight. A rule that names its `scopes` looks there
 * whatever the others have.
 *
 * @param spentMicros of the month to date
 */
export function evaluateUnapprovedSpend(applied: AppliedUnapprovedSpend, spentMicros: Micros): Verdict {
  const { rule, scope, id, currency, waiting } = applied;
  const [first] = waiting;
  const hint = first ? `; ${first.budgetId} is ${first.status} and not approved yet` : '';
  return {
    condition: spentMicros > rule.minimumMicros,
    observed: Number(formatMicros(spentMicros)),
    threshold: Number(formatMicros(rule.minimumMicros)),
    headline: headlineOf(Number(formatMicros(spentMicros))),
    unit: currency,
    severity: rule.severity,
    summary: `${subjectName(scope, id)} has spent ${currency} ${amountText(spentMicros)} this month without an approved budget${hint}`,
    window: 'month',
  };
}

/** How much more has to be spent until the rule's condition holds; undefined where it does. */
export function toUnapproved({ rule }: AppliedUnapprovedSpend, spentMicros: Micros): Micros | undefined {
  const missing = rule.minimumMicros - spentMicros + 1n;
  return missing > 0n ? missing : undefined;
}
