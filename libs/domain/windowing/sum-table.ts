import type { Measures } from '../facts/index.js';
import type { Micros } from '../money/index.js';
import type { PackedStore } from './packed-store.js';

/** Up to so many entries an array is smaller than what V8 and the system keep of memory outside of the heap. */
const FEW_ENTRIES = 32;
const GROWTH = 1.5;
/** So full an array outside of the heap is kept. */
const SHRINKS_BELOW = 0.25;

/**
 * Sums by whole numbers: panes by their index, months by their start. Sparse: an idle agent costs nothing. In order, as
 * nearly all that comes belongs at the end, and windows want stretches of it. What is more than a few entries of 32 bits is
 * kept outside of the heap, which is collected each time that it has grown by half: panes were a quarter of it.
 */
export class SumTable implements Iterable<[key: number, sums: Measures]> {
  /** Key, number of the row, key, …: by key, up to `end`. */
  private entries: number[] | Int32Array = [];
  private end = 0;
  private additionCount = 0;

  constructor(private readonly store: PackedStore) {}

  /** Grows with whatever is added to any row, so that somebody who keeps sums of them knows when they are old. */
  get additions(): number {
    return this.additionCount;
  }

  get size(): number {
    return this.end / 2;
  }

  /** In order. */
  *keys(): Generator<number> {
    for (let at = 0; at < this.end; at += 2) yield this.entries[at] as number;
  }

  /** The highest key; -Infinity when there is nothing. */
  get lastKey(): number {
    return this.end === 0 ? -Infinity : (this.entries[this.end - 2] as number);
  }

  /** Whether there is anything under keys from `first` to `last`. */
  hasBetween(first: number, last: number): boolean {
    const at = this.from(first);
    return at < this.end && (this.entries[at] as number) <= last;
  }

  get(key: number): Measures | undefined {
    const at = this.from(key);
    return this.isAt(at, key) ? this.store.read(this.entries[at + 1] as number) : undefined;
  }

  *[Symbol.iterator](): Generator<[number, Measures]> {
    for (let at = 0; at < this.end; at += 2)
      yield [this.entries[at] as number, this.store.read(this.entries[at + 1] as number)];
  }

  add(key: number, delta: Measures): void {
    const { entries, store } = this;
    const at = this.from(key);
    this.additionCount += 1;
    if (this.isAt(at, key)) entries[at + 1] = store.add(entries[at + 1], delta);
    else this.insert(at, key, store.add(undefined, delta));
  }

  /** Adds a row as it comes from a cost task; `mask` names its fields. */
  addRow(key: number, row: Float64Array, mask: number): void {
    const { entries, store } = this;
    const at = this.from(key);
    this.additionCount += 1;
    if (this.isAt(at, key)) entries[at + 1] = store.addRow(entries[at + 1] as number, row, 0, mask);
    else this.insert(at, key, store.takeRow(row, 0, mask));
  }

  /** The same for sums. */
  addSums(key: number, sums: Float64Array): void {
    const { entries, store } = this;
    const at = this.from(key);
    this.additionCount += 1;
    if (this.isAt(at, key)) entries[at + 1] = store.addSums(entries[at + 1], sums);
    else this.insert(at, key, store.addSums(undefined, sums));
  }

  /** The amounts of all rows together. */
  totalMicros(): Micros {
    let totalMicros = 0n;
    for (let at = 1; at < this.end; at += 2) totalMicros += this.store.totalMicros(this.entries[at] as number);
    return totalMicros;
  }

  /** target += what is under keys from `first` to `last`. */
  addTo(target: Float64Array, at: number, first: number, last = first): void {
    const { entries, end, store } = this;
    for (let entry = this.from(first); entry < end && (entries[entry] as number) <= last; entry += 2)
      store.addTo(target, at, entries[entry + 1] as number);
  }

  /** Calls `visit` with each key from `first` to `last`, what is under it standing in `sums` until it returns. */
  forEachBetween(first: number, last: number, sums: Float64Array, visit: (key: number) => void): void {
    const { entries, end, store } = this;
    for (let entry = this.from(first); entry < end && (entries[entry] as number) <= last; entry += 2) {
      sums.fill(0);
      store.addTo(sums, 0, entries[entry + 1] as number);
      visit(entries[entry] as number);
    }
  }

  /** target -= what is under keys from `first` to `last`. */
  subtractFrom(target: Float64Array, at: number, first: number, last: number): void {
    const { entries, end, store } = this;
    for (let entry = this.from(first); entry < end && (entries[entry] as number) <= last; entry += 2)
      store.subtractFrom(target, at, entries[entry + 1] as number);
  }

  /** How many keys there are from `first` on. */
  countFrom(first: number): number {
    return (this.end - this.from(first)) / 2;
  }

  delete(key: number): void {
    const at = this.from(key);
    if (this.isAt(at, key)) this.remove(at, at + 2);
  }

  /** Forgets what is under keys below `key` and gives them. */
  deleteBefore(key: number): number[] {
    const end = this.from(key);
    const gone = Array.from(this.entries.slice(0, end)).filter((_, at) => at % 2 === 0);
    this.remove(0, end);
    return gone;
  }

  private remove(from: number, to: number): void {
    const { entries, store } = this;
    for (let at = from + 1; at < to; at += 2) store.give(entries[at] as number);
    if (entries instanceof Int32Array) entries.copyWithin(from, to, this.end);
    else entries.splice(from, to - from);
    this.end -= to - from;
    const isNearlyEmpty = entries instanceof Int32Array && SHRINKS_BELOW * entries.length > this.end;
    if (isNearlyEmpty) this.entries = Array.from(entries.subarray(0, this.end));
  }

  private insert(at: number, key: number, row: number): void {
    const entries = this.withRoomFor(key);
    if (entries instanceof Int32Array) {
      entries.copyWithin(at + 2, at, this.end);
      entries[at] = key;
      entries[at + 1] = row;
    } else if (this.end === 0) {
      // Just as long as that: most scopes have one month, and an array that grows is given room for many.
      this.entries = [key, row];
    } else if (at === this.end) entries.push(key, row);
    else entries.splice(at, 0, key, row);
    this.end += 2;
  }

  /** The entries, with room for one more of this key, in the form that is right for it. */
  private withRoomFor(key: number): number[] | Int32Array {
    const { entries, end } = this;
    if (entries instanceof Int32Array) {
      if (!isInt32(key)) this.entries = Array.from(entries.subarray(0, end));
      else if (end === entries.length) this.entries = enlarged(entries);
    } else if (end >= 2 * FEW_ENTRIES && [key, entries[0], this.lastKey].every(isInt32))
      this.entries = enlarged(entries);
    return this.entries;
  }

  /** Whether the entry that stands there is that of `key`. */
  private isAt(at: number, key: number): boolean {
    return at < this.end && this.entries[at] === key;
  }

  /** Where the first entry stands whose key is not below `key`. */
  private from(key: number): number {
    const { entries, end } = this;
    let high = end;
    // Mostly the newest, or behind it.
    if (high === 0 || (entries[high - 2] as number) < key) return high;
    // Keys are whole numbers: of those from here to the last, or to the first, there are at most so many. Often it is all of
    // them, and the search is over before it begins.
    let low = Math.max(0, high - 2 * ((entries[high - 2] as number) - key + 1));
    high = Math.min(high, 2 * (key - (entries[0] as number)));
    while (low < high) {
      const middle = ((low + high) >>> 2) << 1;
      if ((entries[middle] as number) < key) low = middle + 2;
      else high = middle;
    }
    return low;
  }
}

function enlarged(entries: number[] | Int32Array): Int32Array {
  const larger = new Int32Array(2 * Math.ceil((GROWTH * entries.length) / 2));
  larger.set(entries);
  return larger;
}

function isInt32(key: number | undefined): boolean {
  return key !== undefined && (key | 0) === key;
}
