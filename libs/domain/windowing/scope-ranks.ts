import type { ScopeWindows } from './scope-windows.js';

const INITIAL_RANKS = 64;

/**
 * Puts scopes in the order of their keys by numbers: each end of each window is closed in that order, for hundreds of scopes,
 * and to compare texts took longer than to close. Ranks are given anew when scopes have come.
 */
export class ScopeRanks {
  private readonly ranked: ScopeWindows[] = [];
  /** By the scope's number. */
  private rankOf = new Int32Array(INITIAL_RANKS);
  private ranks = new Int32Array(INITIAL_RANKS);

  /** The scopes of these numbers in the order of their keys, each once; `all`: those of the set, which are only ever added to. */
  inOrder(numbers: ArrayLike<number>, all: ReadonlyMap<string, ScopeWindows>): ScopeWindows[] {
    if (all.size !== this.ranked.length) this.rank(all);
    const { length } = numbers;
    if (this.ranks.length < length) this.ranks = new Int32Array(2 * length);
    const ranks = this.ranks.subarray(0, length);
    for (let at = 0; at < length; at += 1) ranks[at] = this.rankOf[numbers[at] as number] as number;
    ranks.sort();
    const ordered: ScopeWindows[] = [];
    let before = -1;
    for (const rank of ranks) {
      if (rank !== before) ordered.push(this.ranked[rank] as ScopeWindows);
      before = rank;
    }
    return ordered;
  }

  private rank(all: ReadonlyMap<string, ScopeWindows>): void {
    const added = [...all.values()].slice(this.ranked.length);
    // Those that have ranks are in order already, which the sort takes advantage of.
    this.ranked.push(...added);
    this.ranked.sort(byKey);
    if (this.rankOf.length < all.size) this.rankOf = new Int32Array(2 * all.size);
    for (const [rank, { number }] of this.ranked.entries()) this.rankOf[number] = rank;
  }
}

function byKey(a: ScopeWindows, b: ScopeWindows): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}
