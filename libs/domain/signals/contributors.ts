import { formatMicros, type Micros } from '../money/index.js';
import type { SignalContributor } from './signal-message.js';

/** One part of what a signal is about: an agent of a team, a channel of the whole. */
export interface ContributorCandidate {
  /** A window's scope, or `dimension`. */
  readonly scope: string;
  readonly id: string;
  readonly amountMicros: Micros;
  /** What it was planned or used to cost; absent: nothing, and the whole amount counts. */
  readonly expectedMicros?: Micros;
}

/** More names than this nobody reads in a page at night. */
const MAX_CONTRIBUTORS = 5;

/**
 * Who drove it: the children that cost more than expected, largest excess first (ties in order of scope and id), five
 * at most. `amount` is the excess, `share` its part in `totalExcessMicros`, cut to four digits; shares add up to more
 * than 1 where other children saved, and are 0 where nothing is in excess in total.
 */
export function contributors(
  children: readonly ContributorCandidate[],
  totalExcessMicros: Micros,
): SignalContributor[] {
  return children
    .map(({ scope, id, amountMicros, expectedMicros = 0n }) => ({ scope, id, excess: amountMicros - expectedMicros }))
    .filter(({ excess }) => excess > 0n)
    .sort((a, b) => (a.excess === b.excess ? compareNames(a, b) : a.excess > b.excess ? -1 : 1))
    .slice(0, MAX_CONTRIBUTORS)
    .map(({ scope, id, excess }) => ({
      scope,
      id,
      amount: formatMicros(excess),
      share: share(excess, totalExcessMicros),
    }));
}

function share(part: Micros, whole: Micros): number {
  return whole > 0n ? Number((part * 10_000n) / whole) / 10_000 : 0;
}

function compareNames(a: { scope: string; id: string }, b: { scope: string; id: string }): number {
  const [left, right] = [`${a.scope}:${a.id}`, `${b.scope}:${b.id}`];
  return left < right ? -1 : left > right ? 1 : 0;
}
