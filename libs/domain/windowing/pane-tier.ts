import { addInto, copyMeasures, emptyMeasures, subtractInto, type Measures } from '../facts/index.js';

/**
 * Panes of one width for one scope: start index (start / width) to measures. Sparse: an idle agent costs nothing.
 */
export class PaneTier {
  readonly panes = new Map<number, Measures>();

  constructor(readonly widthMs: number) {}

  indexOf(tMs: number): number {
    return Math.floor(tMs / this.widthMs);
  }

  add(index: number, delta: Measures): void {
    const pane = this.panes.get(index);
    if (pane) addInto(pane, delta);
    else this.panes.set(index, copyMeasures(delta));
  }

  /** Sum of the panes that start in [fromMs, toMs), both multiples of the width. */
  sum(fromMs: number, toMs: number): Measures {
    const total = emptyMeasures();
    this.addRangeInto(total, fromMs, toMs);
    return total;
  }

  /** target += {@link sum}, without anything in between. */
  addRangeInto(target: Measures, fromMs: number, toMs: number): void {
    this.forEachIn(fromMs, toMs, (pane) => addInto(target, pane));
  }

  /** target -= {@link sum}. */
  subtractRangeFrom(target: Measures, fromMs: number, toMs: number): void {
    this.forEachIn(fromMs, toMs, (pane) => subtractInto(target, pane));
  }

  private forEachIn(fromMs: number, toMs: number, visit: (pane: Measures) => void): void {
    const first = Math.round(fromMs / this.widthMs);
    const last = Math.round(toMs / this.widthMs) - 1;
    if (last - first < this.panes.size) {
      for (let index = first; index <= last; index += 1) {
        const pane = this.panes.get(index);
        if (pane) visit(pane);
      }
    } else {
      for (const [index, pane] of this.panes) if (index >= first && index <= last) visit(pane);
    }
  }

  /** Forgets the panes that start before `tMs` and gives their indexes. */
  pruneBefore(tMs: number): number[] {
    const first = Math.floor(tMs / this.widthMs);
    const gone = [...this.panes.keys()].filter((index) => index < first);
    for (const index of gone) this.panes.delete(index);
    return gone;
  }
}
