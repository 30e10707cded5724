import type { BillFacts } from '../facts/index.js';
import { decimalOf, formatMicros, type Micros } from '../money/index.js';
import type { Dimension, MisallocationPattern, MisallocationRule } from '../reference/index.js';
import type { AppliedRuleOf } from './rule-set.js';
import type { SignalContributor } from './signal-message.js';
import type { Verdict } from './verdict.js';
import { amountText, headlineOf, percentText, subjectName } from './wording.js';

/** A bill with what it accrued in the time judged. */
export interface AccruedBill extends BillFacts {
  readonly lineId: string;
  readonly dimension: Dimension;
  readonly amountMicros: Micros;
}

/** A bill that stands under `from` and belongs under `to`. */
export interface Misallocated {
  readonly from: Dimension;
  readonly to: Dimension;
}

/**
 * Where a bill stands and where it belongs, if that differs. It belongs under its `dimension`; a promotion's under
 * marketing (method section 1), and one that a pattern knows under the pattern's dimension. It stands under `bookedAs`,
 * else under its dimension.
 */
export function misallocationOf(
  bill: Pick<AccruedBill, 'dimension'> & BillFacts,
  patterns: readonly MisallocationPattern[],
): Misallocated | undefined {
  const text = `${bill.text ?? ''} ${bill.subcategory ?? ''}`.toLowerCase();
  const pattern = patterns.find((each) => text.includes(each.text.toLowerCase()));
  const to = pattern?.dimension ?? (bill.promotion === true ? 'marketing' : bill.dimension);
  const from = bill.bookedAs ?? bill.dimension;
  return from === to ? undefined : { from, to };
}

/** The verdict, and the bills that it is about. */
export interface MisallocationVerdict {
  readonly verdict: Verdict;
  readonly contributors: SignalContributor[];
}

const MAX_BILLS = 5;

/**
 * Rule misallocation (contract section 8; method section 2, "promotions booked to service distort the evaluation"):
 * bills of the month that stand under another dimension than they belong to, see {@link misallocationOf}. Formula:
 * accrued of such bills >= `shareRatio` x spend of the month (default 0.01), exact. Unit: currency. The summary gives
 * the corrected view: how much to take from which dimension to which. Contributors are the bills, largest first.
 *
 * @param spentMicros of the month to date, bills included
 */
export function evaluateMisallocation(
  applied: AppliedRuleOf<MisallocationRule>,
  bills: readonly AccruedBill[],
  spentMicros: Micros,
): MisallocationVerdict {
  const { rule, scope, id, currency } = applied;
  const moves = new Map<string, Micros>();
  const found: { lineId: string; amountMicros: Micros }[] = [];
  let totalMicros = 0n;
  for (const bill of bills) {
    const wrong = misallocationOf(bill, rule.patterns);
    if (!wrong || bill.amountMicros <= 0n) continue;
    totalMicros += bill.amountMicros;
    found.push(bill);
    const move = `from ${wrong.from} to ${wrong.to}`;
    moves.set(move, (moves.get(move) ?? 0n) + bill.amountMicros);
  }
  const share = decimalOf(rule.shareRatio);
  const limit = (spentMicros * share.unscaled) / 10n ** BigInt(share.scale);
  const isOver = totalMicros > 0n && totalMicros * 10n ** BigInt(share.scale) >= spentMicros * share.unscaled;
  const corrections = [...moves].map(([move, amount]) => `move ${currency} ${amountText(amount)} ${move}`);
  const part = spentMicros > 0n ? ` (${percentText(totalMicros, spentMicros)} of its spend)` : '';
  const verdict: Verdict = {
    condition: isOver,
    observed: Number(formatMicros(totalMicros)),
    threshold: Number(formatMicros(limit)),
    headline: headlineOf(Number(formatMicros(totalMicros))),
    unit: currency,
    severity: rule.severity,
    summary:
      totalMicros > 0n
        ? `${subjectName(scope, id)} has ${currency} ${amountText(totalMicros)}${part} this month under a dimension it does not belong to: ${corrections.join(', ')}`
        : `${subjectName(scope, id)} has no bills under a dimension that they do not belong to`,
    window: 'month',
  };
  return { verdict, contributors: billContributors(found, totalMicros) };
}

/** Bills as contributors: largest first, at most five, with their share of the total. */
export function billContributors(
  bills: readonly { readonly lineId: string; readonly amountMicros: Micros }[],
  totalMicros: Micros,
): SignalContributor[] {
  return bills
    .filter(({ amountMicros }) => amountMicros > 0n)
    .toSorted((a, b) =>
      a.amountMicros === b.amountMicros ? compare(a.lineId, b.lineId) : a.amountMicros > b.amountMicros ? -1 : 1,
    )
    .slice(0, MAX_BILLS)
    .map(({ lineId, amountMicros }) => ({
      scope: 'bill',
      id: lineId,
      amount: formatMicros(amountMicros),
      share: totalMicros > 0n ? Number((amountMicros * 10_000n) / totalMicros) / 10_000 : 0,
    }));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
