import { SUM_FIELDS } from '../facts/index.js';

const ROWS_BITS = 9;
const ROWS = 2 ** ROWS_BITS;
/** Behind the content. */
const CLOSED = SUM_FIELDS;
const SCHEDULED = SUM_FIELDS + 1;
const WIDTH = SUM_FIELDS + 2;

/**
 * What each scope of a task keeps of each kind of windows: its content at the last closed end (panes only, without
 * accruals), that end, and the last end that something was scheduled to enter at. Doubles in blocks, outside of the
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
      this.setScheduled(row, Number.NaN);
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

  /** The end that the content stands at; undefined: none was closed. */
  closedMs(row: number): number | undefined {
    const endMs = this.block(row)[this.at(row) + CLOSED] as number;
    return Number.isNaN(endMs) ? undefined : endMs;
  }

  setClosed(row: number, endMs: number): void {
    this.block(row)[this.at(row) + CLOSED] = endMs;
  }

  isScheduled(row: number, endMs: number): boolean {
    return this.block(row)[this.at(row) + SCHEDULED] === endMs;
  }

  setScheduled(row: number, endMs: number): void {
    this.block(row)[this.at(row) + SCHEDULED] = endMs;
  }
}
