import {
  addMeasures,
  addRow,
  addSums,
  readSums,
  subtractSums,
  SUM_FIELDS,
  totalAt,
  type Measures,
} from '../facts/index.js';
import type { Micros } from '../money/index.js';

const ROWS_BITS = 9;
const ROWS = 2 ** ROWS_BITS;

/**
 * Rows of sums for all scopes of a task, in blocks outside of the collector's sight; rows that are no longer needed are used
 * again. A row is known by its number.
 */
export class SumStore {
  private readonly blocks: Float64Array[] = [];
  private readonly free: number[] = [];
  private used = 0;

  /** A row of zeros. */
  take(): number {
    const free = this.free.pop();
    if (free !== undefined) return free;
    if (this.used === this.blocks.length * ROWS) this.blocks.push(new Float64Array(ROWS * SUM_FIELDS));
    this.used += 1;
    return this.used - 1;
  }

  give(row: number): void {
    const at = this.at(row);
    this.block(row).fill(0, at, at + SUM_FIELDS);
    this.free.push(row);
  }

  /** The block that holds a row, from {@link at} on. */
  block(row: number): Float64Array {
    return this.blocks[row >>> ROWS_BITS] as Float64Array;
  }

  at(row: number): number {
    return (row & (ROWS - 1)) * SUM_FIELDS;
  }
}

/** Sums by whole numbers: panes by their index, months by their start. Sparse: an idle agent costs nothing. */
export class SumTable implements Iterable<[key: number, sums: Measures]> {
  private readonly rows = new Map<number, number>();

  constructor(private readonly store: SumStore) {}

  get size(): number {
    return this.rows.size;
  }

  keys(): IterableIterator<number> {
    return this.rows.keys();
  }

  get(key: number): Measures | undefined {
    const row = this.rows.get(key);
    return row === undefined ? undefined : readSums(this.store.block(row), this.store.at(row));
  }

  *[Symbol.iterator](): Generator<[number, Measures]> {
    for (const [key, row] of this.rows) yield [key, readSums(this.store.block(row), this.store.at(row))];
  }

  add(key: number, delta: Measures): void {
    const row = this.rowOf(key);
    addMeasures(this.store.block(row), this.store.at(row), delta);
  }

  /** Adds a row as it comes from a cost task. */
  addRow(key: number, delta: Float64Array, from: number): void {
    const row = this.rowOf(key);
    addRow(this.store.block(row), this.store.at(row), delta, from);
  }

  addSums(key: number, delta: Float64Array): void {
    const row = this.rowOf(key);
    addSums(this.store.block(row), this.store.at(row), delta, 0);
  }

  has(key: number): boolean {
    return this.rows.has(key);
  }

  /** target += what is under the key. */
  addTo(target: Float64Array, at: number, key: number): void {
    const row = this.rows.get(key);
    if (row !== undefined) addSums(target, at, this.store.block(row), this.store.at(row));
  }

  /** target -= what is under the key. */
  subtractFrom(target: Float64Array, at: number, key: number): void {
    const row = this.rows.get(key);
    if (row !== undefined) subtractSums(target, at, this.store.block(row), this.store.at(row));
  }

  /** The amounts of all rows together. */
  totalMicros(): Micros {
    let total = 0n;
    for (const row of this.rows.values()) total += totalAt(this.store.block(row), this.store.at(row));
    return total;
  }

  delete(key: number): void {
    const row = this.rows.get(key);
    if (row === undefined) return;
    this.rows.delete(key);
    this.store.give(row);
  }

  private rowOf(key: number): number {
    let row = this.rows.get(key);
    if (row === undefined) this.rows.set(key, (row = this.store.take()));
    return row;
  }
}
