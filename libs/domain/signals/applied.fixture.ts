import { parseMicros } from '../money/index.js';
import type { Budget, Rule } from '../reference/index.js';
import { fixedOffsetCalendar } from '../time/index.js';

/** What the tests of rules share: a rule's common fields, a flat budget of CNY 31,000 in March 2026, Shanghai. */
export const COMMON = { ruleId: 'r', version: 1, enabled: true, forMs: 0, keepFiringMs: 0 } as const;

/** Epoch milliseconds of a time. */
export const at = (iso: string): number => Date.parse(iso);

/** Days and months of Shanghai. */
export const SHANGHAI = fixedOffsetCalendar(8 * 3_600_000);

/** CNY 1,000 a day. */
export const MARCH_BUDGET: Budget = {
  budgetId: 'march',
  scope: 'channel',
  id: 'voice',
  period: 'month',
  amountMicros: parseMicros('31000'),
  currency: 'CNY',
  status: 'approved',
  version: 1,
};

/** The rule as it applies to channel voice. */
export function appliedTo<R extends Rule>(
  rule: R,
): {
  kind: R['kind'];
  rule: R;
  scope: 'channel';
  id: string;
  currency: string;
  basis: string;
} {
  return { kind: rule.kind, rule, scope: 'channel', id: 'voice', currency: 'CNY', basis: '1' };
}
