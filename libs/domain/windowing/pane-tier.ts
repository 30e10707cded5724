import { readSums, SUM_FIELDS, type Measures } from '../facts/index.js';
import { PackedStore } from './packed-store.js';
import { SumTable } from './sum-table.js';

/** Up to so many panes are added up anew each time: that is less than keeping their sum. */
const FEW = 32;

/** What was in the panes from `fromMs` on when there had been so many additions. */
interface LaterSums {
  fromMs: number;
  readonly additions: number;
  readonly sums: Float64Array;
}

/**
 * Panes of one width for one scope: start index (start / width) to sums.
 */
export class PaneTier {
  readonly panes: SumTable;
  private later: LaterSums | undefined;

  constructor(
    readonly widthMs: number,
    store = new PackedStore(),
  ) {
    this.panes = new SumTable(store);
  }

  indexOf(tMs: number): number {
    return Math.floor(tMs / this.widthMs);
  }

  add(index: number, delta: Measures): void {
    this.panes.add(index, delta);
  }

  /** Whether any pane starts in [fromMs, toMs), both multiples of the width. */
  hasBetween(fromMs: number, toMs: number): boolean {
    return this.panes.hasBetween(Math.round(fromMs / this.widthMs), Math.round(toMs / this.widthMs) - 1);
  }

  /** Sum of the panes that start in [fromMs, toMs), both multiples of the width. */
  sum(fromMs: number, toMs: number): Measures {
    const total = new Float64Array(SUM_FIELDS);
    this.addRangeTo(total, 0, fromMs, toMs);
    return readSums(total, 0);
  }

  /**
   * Sum of the panes that start at `fromMs`, a multiple of the width, or later. Goes on from the answer before where nothing
   * was added since: a backlog is judged minute by minute, each with days of panes ahead of it.
   */
  sumFrom(fromMs: number): Measures {
    const { panes, later } = this;
    if (later && later.additions === panes.additions && later.fromMs <= fromMs) {
      this.subtractRangeFrom(later.sums, 0, later.fromMs, fromMs);
      later.fromMs = fromMs;
      return readSums(later.sums, 0);
    }
    const sums = new Float64Array(SUM_FIELDS);
    this.addRangeTo(sums, 0, fromMs, Infinity);
    const isWorthKeeping = panes.countFrom(Math.round(fromMs / this.widthMs)) > FEW;
    this.later = isWorthKeeping ? { fromMs, additions: panes.additions, sums } : undefined;
    return readSums(sums, 0);
  }

  /** target += {@link sum}, without anything in between. */
  addRangeTo(target: Float64Array, at: number, fromMs: number, toMs: number): void {
    const first = Math.round(fromMs / this.widthMs);
    const last = Math.round(toMs / this.widthMs) - 1;
    this.panes.addTo(target, at, first, last);
  }

  /** target -= {@link sum}. */
  subtractRangeFrom(target: Float64Array, at: number, fromMs: number, toMs: number): void {
    const first = Math.round(fromMs / this.widthMs);
    const last = Math.round(toMs / this.widthMs) - 1;
    this.panes.subtractFrom(target, at, first, last);
  }

  /** Forgets the panes that start before `tMs` and gives their indexes. */
  pruneBefore(tMs: number): number[] {
    if (this.later && this.later.fromMs < tMs) this.later = undefined;
    return this.panes.deleteBefore(Math.floor(tMs / this.widthMs));
  }
}
