/**
 * Pareto: which few members make most of the whole (method section 5: 80% of the cost from 20% of the agents or topics).
 * Quantities are whole numbers, micros of money or counts, so sums and the cut are exact; only shares are numbers.
 */

/** What one member has: micros, or a count. Credits make it negative. */
export interface ParetoMember {
  readonly id: string;
  readonly quantity: bigint;
}

/** All members together, where only the largest are at hand. */
export interface ParetoWhole {
  readonly quantity: bigint;
  readonly members: number;
}

/** A member in its place. */
export interface ParetoRow extends ParetoMember {
  /** Of the whole, 0 to 1; null when the whole is not positive. */
  readonly share: number | null;
  /** Share of this member and all before it. */
  readonly cumulativeShare: number | null;
}

/** The fewest members that reach the share that was asked for. */
export interface VitalFew {
  readonly members: number;
  /** Of all members, 0 to 1. */
  readonly memberShare: number;
  /** What they make together. */
  readonly quantity: bigint;
  /** Of the whole: at least what was asked for. */
  readonly share: number;
  /**
   * Members with the same quantity of which some are among the few and some are not, by id: which of them are in is
   * chance. Empty where the cut is clear.
   */
  readonly tied: readonly string[];
}

/** The members, largest first (by id where equal), and the vital few. */
export interface Pareto {
  readonly whole: ParetoWhole;
  readonly rows: readonly ParetoRow[];
  /** Null when the whole is not positive, or when the members at hand do not reach it. */
  readonly vitalFew: VitalFew | null;
}

/** The share of the whole that the method looks for, in percent. */
export const VITAL_PERCENT = 80;

/**
 * Orders members by what they have and finds the fewest that make `percent` of the whole. Members whose credits make
 * them negative come last and count in the whole, so that shares may rise above 1 before they fall back to it.
 * @param members at least the largest of them, in any order; ids are unique
 * @param whole of all members, where `members` is only a part; their sum and number otherwise
 */
export function paretoOf(members: readonly ParetoMember[], whole = wholeOf(members), percent = VITAL_PERCENT): Pareto {
  const sorted = [...members].sort((a, b) => descending(a.quantity, b.quantity) || (a.id < b.id ? -1 : 1));
  const shareOf = (quantity: bigint): number | null =>
    whole.quantity > 0n ? Number(quantity) / Number(whole.quantity) : null;
  const rows: ParetoRow[] = [];
  let reached = 0n;
  let vitalFew: VitalFew | null = null;
  for (const member of sorted) {
    reached += member.quantity;
    const cumulativeShare = shareOf(reached);
    rows.push({ ...member, share: shareOf(member.quantity), cumulativeShare });
    if (vitalFew !== null || cumulativeShare === null) continue;
    if (reached * 100n < whole.quantity * BigInt(percent)) continue;
    const count = rows.length;
    const few = { members: count, memberShare: count / whole.members, quantity: reached, share: cumulativeShare };
    vitalFew = { ...few, tied: tiedAt(sorted, count) };
  }
  return { whole, rows, vitalFew };
}

/** Members that are equal across the cut behind the first `count`; none when the last in and the first out differ. */
function tiedAt(sorted: readonly ParetoMember[], count: number): string[] {
  const lastIn = sorted[count - 1]?.quantity;
  if (lastIn === undefined || sorted[count]?.quantity !== lastIn) return [];
  return sorted.filter(({ quantity }) => quantity === lastIn).map(({ id }) => id);
}

function wholeOf(members: readonly ParetoMember[]): ParetoWhole {
  return { quantity: members.reduce((sum, { quantity }) => sum + quantity, 0n), members: members.length };
}

function descending(a: bigint, b: bigint): number {
  return a === b ? 0 : a > b ? -1 : 1;
}
