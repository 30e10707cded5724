import { SUM_FIELDS } from '../facts/index.js';

const ROWS_BITS = 9;
const ROWS = 2 ** ROWS_BITS;
/** Behind the content. */
const CLOSED = SUM_FIELDS;
const SCHEDULED = SUM_FIELDS + 1;
const BEFORE = SUM_FIELDS + 2;
const WIDTH = SUM_FIELDS + 3;
/** Ends that are remembered: bits of an integer. */
const REMEMBERED = 32;

/**
 * What each scope of a task keeps of each kind of windows: its content at the last closed end (panes only, without
 * accruals), that end, and of the last ends those that something was scheduled to enter at. Doubles in blocks, outside of the
 * collector's sight, as agents are many. A row is known by its number.
 */
export class KindRows {
  private readonly blocks: Float64Array[] = [];
  private used = 0;

  /** `kinds`: of windows. */
  constructor(private readonly kinds: number) {}

  /** Rows of zeros for a new scope, one for each kind in the order of their numbers; gives the first. */
  take(): number {
    const first = this.used;
    this.used += this.kinds;
    while (this.used > this.blocks.length * ROWS) this.blocks.push(new Float64Array(ROWS * WIDTH));
    for (let row = first; row < this.used; row += 1) {
      this.setClosed(row, Number.NaN);
      this.block(row)[this.at(row) + SCHEDULED] = -Infinity;
    }
    return first;
  }

  /** The block that holds a row's content, from {@link at} on. */
  block(row: number): Float64Array {
    return this.blocks[row >>> ROWS_BITS] as Float64Array;
  }

  at(row: number): number {
    return (row & (ROWS - 1)) * WIDTH;
  }

  /** The end that the content stands at; NaN: none was closed. */
  closedMs(row: number): number {
    return this.block(row)[this.at(row) + CLOSED] as number;
  }

  setClosed(row: number, endMs: number): void {
    this.block(row)[this.at(row) + CLOSED] = endMs;
  }

  /** Whether {@link setScheduled} was told of this end, by its number, as far as that is remembered. */
  isScheduled(row: number, endStep: number): boolean {
    const block = this.block(row);
    const at = this.at(row);
    const back = (block[at + SCHEDULED] as number) - endStep;
    return back >= 0 && back < REMEMBERED && (((block[at + BEFORE] as number) >>> back) & 1) === 1;
  }

  setScheduled(row: number, endStep: number): void {
    const block = this.block(row);
    const at = this.at(row);
    const before = block[at + BEFORE] as number;
    const ahead = endStep - (block[at + SCHEDULED] as number);
    if (ahead <= 0) block[at + BEFORE] = ahead > -REMEMBERED ? before | (1 << -ahead) : before;
    else {
      block[at + SCHEDULED] = endStep;
      block[at + BEFORE] = ahead < REMEMBERED ? (before << ahead) | 1 : 1;
    }
  }
}
