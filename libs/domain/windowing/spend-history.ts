import { amountOf, type Measures } from '../facts/index.js';
import { divideHalfEven, type Micros } from '../money/index.js';
import type { ScopeWindows } from './scope-windows.js';
import { floorTo, type PaneLayout } from './window-spec.js';

interface Mark {
  readonly endMs: number;
  /** Spent before `endMs`, from an arbitrary origin: only differences mean anything. */
  totalMicros: Micros;
}

/**
 * Running total of one scope's spend from panes (bills accrue apart), with marks in time, so that what was spent in any
 * of a burn rate's windows is one subtraction. It answers the same whether it was there all along or was rebuilt from
 * the panes after a restart.
 */
export class SpendHistory {
  private marks: Mark[] = [];

  private readonly exactMs: number;
  private readonly coarseMs: number;

  /**
   * @param retentionMs longest stretch that is asked for
   * @param stepMs times asked for are multiples of it
   * @param layout of the scope's panes. Stretches as long as fine panes are surely kept for are exact; a longer one may
   *   begin inside a coarse pane, which then counts by the share of its time
   * @param amountIn what of the panes is counted, all of it unless told otherwise
   */
  constructor(
    private readonly retentionMs: number,
    private readonly stepMs: number,
    layout: PaneLayout,
    private readonly amountIn: (measures: Measures) => Micros = amountOf,
  ) {
    this.coarseMs = layout.coarseMs;
    this.exactMs = layout.fineRetentionMs - layout.coarseMs;
  }

  /** Marks that are kept. */
  get size(): number {
    return this.marks.length;
  }

  /** Marks the total at `endMs`, a multiple of the step, after every pane before it was booked. */
  mark(windows: ScopeWindows, endMs: number): void {
    const last = this.marks.at(-1);
    if (last && endMs <= last.endMs) return;
    if (!last || endMs - last.endMs > this.exactMs) this.rebuild(windows, endMs);
    this.markSteps(windows, endMs);
    // Trimmed in strides, so that most marks cost nothing.
    if (endMs - (this.marks[0]?.endMs ?? endMs) > this.retentionMs * 1.25) {
      this.marks = this.marks.filter((mark) => mark.endMs >= endMs - this.retentionMs);
    }
  }

  /** Every step from the last mark on, also those that passed unmarked: late data may still fall between them. */
  private markSteps(windows: ScopeWindows, endMs: number): void {
    let last = this.marks.at(-1);
    while (last && last.endMs < endMs) {
      const nextMs = Math.min(floorTo(last.endMs, this.stepMs) + this.stepMs, endMs);
      const { fine } = windows;
      // Most of the steps of a history that begins lie before the scope's first pane.
      const spentMicros = fine.hasBetween(last.endMs, nextMs) ? this.amountIn(fine.sum(last.endMs, nextMs)) : 0n;
      last = { endMs: nextMs, totalMicros: last.totalMicros + spentMicros };
      this.marks.push(last);
    }
  }

  /** Marks the coarse panes, as far as the fine ones that are surely kept do not tell more. */
  private rebuild(windows: ScopeWindows, endMs: number): void {
    const { coarse } = windows;
    const { coarseMs } = this;
    const exactFromMs = floorTo(endMs - this.exactMs, coarseMs);
    const starts = [...coarse.panes.keys()].map((index) => index * coarseMs).sort((a, b) => a - b);
    let totalMicros = 0n;
    this.marks = [];
    const push = (markMs: number): void => {
      if (markMs > (this.marks.at(-1)?.endMs ?? -Infinity)) this.marks.push({ endMs: markMs, totalMicros });
    };
    for (const startMs of starts.filter((each) => each < exactFromMs)) {
      push(startMs);
      totalMicros += this.amountIn(coarse.sum(startMs, startMs + coarseMs));
      push(startMs + coarseMs);
    }
    push(exactFromMs);
  }

  /** A pane behind the last mark changed. */
  correct(paneStartMs: number, delta: Measures): void {
    const amountMicros = this.amountIn(delta);
    for (let index = this.marks.length - 1; index >= 0; index -= 1) {
      const mark = this.marks[index];
      if (!mark || mark.endMs <= paneStartMs) return;
      mark.totalMicros += amountMicros;
    }
  }

  /**
   * Spent in [fromMs, toMs), as far back as is kept; `toMs` is the last mark, or later: what was booked behind the mark is
   * then taken from the panes of `windows`.
   */
  between(fromMs: number, toMs: number, windows: ScopeWindows): Micros {
    const markedMs = this.marks.at(-1)?.endMs ?? -Infinity;
    const open = toMs > markedMs ? this.amountIn(windows.fine.sum(Math.max(markedMs, fromMs), toMs)) : 0n;
    return this.marked(fromMs, toMs) + open;
  }

  private marked(fromMs: number, toMs: number): Micros {
    const paneMs = floorTo(fromMs, this.coarseMs);
    if (toMs - fromMs <= this.exactMs || paneMs === fromMs) return this.totalAt(toMs) - this.totalAt(fromMs);
    const before = this.totalAt(paneMs);
    const inPane = this.totalAt(paneMs + this.coarseMs) - before;
    return this.totalAt(toMs) - before - divideHalfEven(inPane * BigInt(fromMs - paneMs), BigInt(this.coarseMs));
  }

  private totalAt(tMs: number): Micros {
    let low = 0;
    let high = this.marks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.marks[middle]?.endMs ?? Infinity) <= tMs) low = middle + 1;
      else high = middle;
    }
    return this.marks[low - 1]?.totalMicros ?? this.marks[0]?.totalMicros ?? 0n;
  }
}
