import { amountOf } from '../facts/index.js';
import type { Micros } from '../money/index.js';
import type { ScopeWindows } from './scope-windows.js';

interface Mark {
  readonly endMs: number;
  /** Spent before `endMs`, from an arbitrary origin: only differences mean anything. */
  totalMicros: Micros;
}

/**
 * Running total of one scope's spend from panes (bills accrue apart), with marks in time, so that what was spent in any
 * of a burn rate's windows is one subtraction. Between marks nothing is interpolated: the mark before counts.
 */
export class SpendHistory {
  private marks: Mark[] = [];

  constructor(private readonly retentionMs: number) {}

  /** Marks the total at `endMs`, a multiple of the fine pane width, after every pane before it was booked. */
  mark(windows: ScopeWindows, endMs: number): void {
    const last = this.marks.at(-1);
    if (!last) {
      this.rebuild(windows, endMs);
      return;
    }
    if (endMs <= last.endMs) return;
    this.marks.push({ endMs, totalMicros: last.totalMicros + amountOf(windows.fine.sum(last.endMs, endMs)) });
    // Trimmed in strides, so that most marks cost nothing.
    if (endMs - (this.marks[0]?.endMs ?? endMs) > this.retentionMs * 1.25) {
      this.marks = this.marks.filter((mark) => mark.endMs >= endMs - this.retentionMs);
    }
  }

  /** From the panes that are kept: coarse ones for what is old, fine ones for what is recent. */
  private rebuild(windows: ScopeWindows, endMs: number): void {
    const ends = [...windows.coarse.panes.keys()]
      .map((index) => (index + 1) * windows.coarse.widthMs)
      .filter((coarseEndMs) => coarseEndMs <= endMs)
      .sort((a, b) => a - b);
    let totalMicros = 0n;
    let atMs = -Infinity;
    for (const coarseEndMs of ends) {
      const startMs = coarseEndMs - windows.coarse.widthMs;
      if (startMs > atMs) this.marks.push({ endMs: startMs, totalMicros });
      totalMicros += amountOf(windows.coarse.sum(startMs, coarseEndMs));
      this.marks.push({ endMs: coarseEndMs, totalMicros });
      atMs = coarseEndMs;
    }
    if (endMs > atMs)
      this.marks.push({
        endMs,
        totalMicros: totalMicros + (atMs === -Infinity ? 0n : amountOf(windows.fine.sum(atMs, endMs))),
      });
  }

  /** A pane behind the last mark changed. */
  correct(paneStartMs: number, amountMicros: Micros): void {
    for (let index = this.marks.length - 1; index >= 0; index -= 1) {
      const mark = this.marks[index];
      if (!mark || mark.endMs <= paneStartMs) return;
      mark.totalMicros += amountMicros;
    }
  }

  /** Spent in [fromMs, toMs), as far back as is kept. */
  between(fromMs: number, toMs: number): Micros {
    return this.totalAt(toMs) - this.totalAt(fromMs);
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
