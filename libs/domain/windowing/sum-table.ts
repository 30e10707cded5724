import type { Measures } from '../facts/index.js';
import type { Micros } from '../money/index.js';
import type { PackedStore } from './packed-store.js';

/**
 * Sums by whole numbers: panes by their index, months by their start. Sparse: an idle agent costs nothing. In order, as
 * nearly all that comes belongs at the end, and windows want stretches of it.
 */
export class SumTable implements Iterable<[key: number, sums: Measures]> {
  /** Key, number of the row, key, …: by key. */
  private entries: number[] = [];
  private additionCount = 0;

  constructor(private readonly store: PackedStore) {}

  /** Grows with whatever is added to any row, so that somebody who keeps sums of them knows when they are old. */
  get additions(): number {
    return this.additionCount;
  }

  get size(): number {
    return this.entries.length / 2;
  }

  /** In order. */
  *keys(): Generator<number> {
    for (let at = 0; at < this.entries.length; at += 2) yield this.entries[at] as number;
  }

  /** The highest key; -Infinity when there is nothing. */
  get lastKey(): number {
    return this.entries.at(-2) ?? -Infinity;
  }

  /** Whether there is anything under keys from `first` to `last`. */
  hasBetween(first: number, last: number): boolean {
    return (this.entries[this.from(first)] ?? Infinity) <= last;
  }

  get(key: number): Measures | undefined {
    const at = this.from(key);
    return this.entries[at] === key ? this.store.read(this.entries[at + 1] as number) : undefined;
  }

  *[Symbol.iterator](): Generator<[number, Measures]> {
    for (let at = 0; at < this.entries.length; at += 2)
      yield [this.entries[at] as number, this.store.read(this.entries[at + 1] as number)];
  }

  add(key: number, delta: Measures): void {
    const { entries, store } = this;
    const at = this.from(key);
    this.additionCount += 1;
    if (entries[at] === key) entries[at + 1] = store.add(entries[at + 1], delta);
    else this.insert(at, key, store.add(undefined, delta));
  }

  /** Adds a row as it comes from a cost task; `mask` names its fields. */
  addRow(key: number, row: Float64Array, mask: number): void {
    const { entries, store } = this;
    const at = this.from(key);
    this.additionCount += 1;
    if (entries[at] === key) entries[at + 1] = store.addRow(entries[at + 1] as number, row, 0, mask);
    else this.insert(at, key, store.takeRow(row, 0, mask));
  }

  /** The same for sums. */
  addSums(key: number, sums: Float64Array): void {
    const { entries, store } = this;
    const at = this.from(key);
    this.additionCount += 1;
    if (entries[at] === key) entries[at + 1] = store.addSums(entries[at + 1], sums);
    else this.insert(at, key, store.addSums(undefined, sums));
  }

  /** The amounts of all rows together. */
  totalMicros(): Micros {
    let totalMicros = 0n;
    for (let at = 1; at < this.entries.length; at += 2)
      totalMicros += this.store.totalMicros(this.entries[at] as number);
    return totalMicros;
  }

  /** target += what is under keys from `first` to `last`. */
  addTo(target: Float64Array, at: number, first: number, last = first): void {
    const { entries, store } = this;
    for (let entry = this.from(first); entry < entries.length && (entries[entry] as number) <= last; entry += 2)
      store.addTo(target, at, entries[entry + 1] as number);
  }

  /** Calls `visit` with each key from `first` to `last`, what is under it standing in `sums` until it returns. */
  forEachBetween(first: number, last: number, sums: Float64Array, visit: (key: number) => void): void {
    const { entries, store } = this;
    for (let entry = this.from(first); entry < entries.length && (entries[entry] as number) <= last; entry += 2) {
      sums.fill(0);
      store.addTo(sums, 0, entries[entry + 1] as number);
      visit(entries[entry] as number);
    }
  }

  /** target -= what is under keys from `first` to `last`. */
  subtractFrom(target: Float64Array, at: number, first: number, last: number): void {
    const { entries, store } = this;
    for (let entry = this.from(first); entry < entries.length && (entries[entry] as number) <= last; entry += 2)
      store.subtractFrom(target, at, entries[entry + 1] as number);
  }

  /** How many keys there are from `first` on. */
  countFrom(first: number): number {
    return (this.entries.length - this.from(first)) / 2;
  }

  delete(key: number): void {
    const at = this.from(key);
    if (this.entries[at] !== key) return;
    const [, row] = this.entries.splice(at, 2);
    this.store.give(row as number);
  }

  /** Forgets what is under keys below `key` and gives them. */
  deleteBefore(key: number): number[] {
    const gone = this.entries.splice(0, this.from(key));
    for (let at = 1; at < gone.length; at += 2) this.store.give(gone[at] as number);
    return gone.filter((_, at) => at % 2 === 0);
  }

  private insert(at: number, key: number, row: number): void {
    // Just as long as that: most scopes have one month, and an array that grows is given room for many.
    if (this.entries.length === 0) this.entries = [key, row];
    else if (at === this.entries.length) this.entries.push(key, row);
    else this.entries.splice(at, 0, key, row);
  }

  /** Where the first entry stands whose key is not below `key`. */
  private from(key: number): number {
    const { entries } = this;
    let high = entries.length;
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
