import { readSums, SUM_FIELDS, type Measures } from '../facts/index.js';
import { PackedStore, SumTable } from './sum-table.js';

/**
 * Panes of one width for one scope: start index (start / width) to sums.
 */
export class PaneTier {
  readonly panes: SumTable;

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

  /** Sum of the panes that start in [fromMs, toMs), both multiples of the width. */
  sum(fromMs: number, toMs: number): Measures {
    const total = new Float64Array(SUM_FIELDS);
    this.addRangeTo(total, 0, fromMs, toMs);
    return readSums(total, 0);
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
    return this.panes.deleteBefore(Math.floor(tMs / this.widthMs));
  }
}
