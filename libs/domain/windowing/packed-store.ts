import {
  addMeasures,
  addNarrow,
  addPacked,
  addRow,
  addRowInPlace,
  addRowToNarrow,
  addSums,
  fieldsIn,
  fitsNarrow,
  isSum,
  maskOf,
  packNarrow,
  packSums,
  readSums,
  subtractNarrow,
  subtractPacked,
  SUM_FIELDS,
  totalAt,
  unpackNarrow,
  unpackSums,
  type Measures,
} from '../facts/index.js';
import type { Micros } from '../money/index.js';

const ROWS_BITS = 9;
const ROWS = 2 ** ROWS_BITS;

/** Packed rows of one width and kind, known by their index. */
abstract class PackedRows<Block> {
  private readonly blocks: Block[] = [];
  private readonly masks: Int32Array[] = [];
  private readonly free: number[] = [];
  private used = 0;

  constructor(readonly width: number) {}

  take(): number {
    const free = this.free.pop();
    if (free !== undefined) return free;
    if (this.used === this.blocks.length * ROWS) {
      this.blocks.push(this.newBlock(ROWS * this.width));
      this.masks.push(new Int32Array(ROWS));
    }
    this.used += 1;
    return this.used - 1;
  }

  give(index: number): void {
    this.free.push(index);
  }

  protected blockOf(index: number): Block {
    return this.blocks[index >>> ROWS_BITS] as Block;
  }

  protected placeOf(index: number): number {
    return (index & (ROWS - 1)) * this.width;
  }

  /** Its fields. */
  protected maskOf(index: number): number {
    return (this.masks[index >>> ROWS_BITS] as Int32Array)[index & (ROWS - 1)] as number;
  }

  protected setMask(index: number, mask: number): void {
    (this.masks[index >>> ROWS_BITS] as Int32Array)[index & (ROWS - 1)] = mask;
  }

  protected abstract newBlock(length: number): Block;

  /** Writes the fields of `mask` of a row. */
  abstract write(index: number, row: Float64Array, from: number, mask: number): void;
  /** Makes `row` what was written. */
  abstract read(index: number, row: Float64Array): void;
  /** Adds a row of a cost task; false, and nothing is added, where that takes more room. */
  abstract addInPlace(index: number, row: Float64Array, from: number, mask: number): boolean;
  /** target += row. */
  abstract addTo(target: Float64Array, at: number, index: number): void;
  /** target -= row. */
  abstract subtractFrom(target: Float64Array, at: number, index: number): void;
}

/** Rows of whatever a double holds. */
class WideRows extends PackedRows<Float64Array> {
  protected newBlock(length: number): Float64Array {
    return new Float64Array(length);
  }

  write(index: number, row: Float64Array, from: number, mask: number): void {
    packSums(row, from, mask, this.blockOf(index), this.placeOf(index));
    this.setMask(index, mask);
  }

  read(index: number, row: Float64Array): void {
    unpackSums(this.blockOf(index), this.placeOf(index), this.maskOf(index), row);
  }

  addInPlace(index: number, row: Float64Array, from: number, mask: number): boolean {
    return addRowInPlace(this.blockOf(index), this.placeOf(index), this.maskOf(index), row, from, mask);
  }

  addTo(target: Float64Array, at: number, index: number): void {
    addPacked(target, at, this.blockOf(index), this.placeOf(index), this.maskOf(index));
  }

  subtractFrom(target: Float64Array, at: number, index: number): void {
    subtractPacked(target, at, this.blockOf(index), this.placeOf(index), this.maskOf(index));
  }
}

/** Rows of what {@link fitsNarrow}. */
class NarrowRows extends PackedRows<Int32Array> {
  protected newBlock(length: number): Int32Array {
    return new Int32Array(length);
  }

  write(index: number, row: Float64Array, from: number, mask: number): void {
    packNarrow(row, from, mask, this.blockOf(index), this.placeOf(index));
    this.setMask(index, mask);
  }

  read(index: number, row: Float64Array): void {
    unpackNarrow(this.blockOf(index), this.placeOf(index), this.maskOf(index), row);
  }

  addInPlace(index: number, row: Float64Array, from: number, mask: number): boolean {
    return addRowToNarrow(this.blockOf(index), this.placeOf(index), this.maskOf(index), row, from, mask);
  }

  addTo(target: Float64Array, at: number, index: number): void {
    addNarrow(target, at, this.blockOf(index), this.placeOf(index), this.maskOf(index));
  }

  subtractFrom(target: Float64Array, at: number, index: number): void {
    subtractNarrow(target, at, this.blockOf(index), this.placeOf(index), this.maskOf(index));
  }
}

type Rows = WideRows | NarrowRows;

/** Fields that the narrow shape has room for; it comes first, as nearly every pane fits into it. */
const NARROW_WIDTH = 8;
/** Doubles that the other shapes have room for. */
const WIDE_WIDTHS = [8, 14, SUM_FIELDS] as const;
const SHAPE_BITS = 2;

/** A row that is worked on; one for all, as nothing waits in between. */
const whole = new Float64Array(SUM_FIELDS);

/**
 * Sums of panes and months for all scopes of a task: only the fields that are not zero, outside of the collector's sight. A
 * row is known by its number, which changes when it needs more room.
 */
export class PackedStore {
  private readonly shapes: readonly Rows[] = [
    new NarrowRows(NARROW_WIDTH),
    ...WIDE_WIDTHS.map((width) => new WideRows(width)),
  ];

  /** A new row of what a cost task sent, whose fields `mask` names. */
  takeRow(row: Float64Array, from: number, mask: number): number {
    if (isSum(row, from)) return this.put(undefined, row, from, mask);
    whole.fill(0);
    addRow(whole, 0, row, from);
    return this.keep(undefined);
  }

  /** Adds what a cost task sent, whose fields `mask` names; gives the number that the row has from now on. */
  addRow(number: number, row: Float64Array, from: number, mask: number): number {
    if (this.rowsOf(number).addInPlace(number >>> SHAPE_BITS, row, from, mask)) return number;
    this.unpack(number);
    addRow(whole, 0, row, from);
    return this.keep(number);
  }

  /** Adds a row of {@link SUM_FIELDS}; undefined: to a row of zeros. Gives the number that the row has from now on. */
  addSums(number: number | undefined, sums: Float64Array): number {
    this.unpack(number);
    addSums(whole, 0, sums, 0);
    return this.keep(number);
  }

  /** The same for measures. */
  add(number: number | undefined, measures: Measures): number {
    this.unpack(number);
    addMeasures(whole, 0, measures);
    return this.keep(number);
  }

  read(number: number): Measures {
    this.unpack(number);
    return readSums(whole, 0);
  }

  totalMicros(number: number): Micros {
    this.unpack(number);
    return totalAt(whole, 0);
  }

  /** target += row. */
  addTo(target: Float64Array, at: number, number: number): void {
    this.rowsOf(number).addTo(target, at, number >>> SHAPE_BITS);
  }

  /** target -= row. */
  subtractFrom(target: Float64Array, at: number, number: number): void {
    this.rowsOf(number).subtractFrom(target, at, number >>> SHAPE_BITS);
  }

  give(number: number): void {
    this.rowsOf(number).give(number >>> SHAPE_BITS);
  }

  private unpack(number: number | undefined): void {
    if (number === undefined) whole.fill(0);
    else this.rowsOf(number).read(number >>> SHAPE_BITS, whole);
  }

  /** Writes what is being worked on to where it was, if it fits there, or else to another row. */
  private keep(before: number | undefined): number {
    return this.put(before, whole, 0, maskOf(whole, 0, SUM_FIELDS));
  }

  private put(before: number | undefined, row: Float64Array, from: number, mask: number): number {
    const number = this.place(before, fieldsIn(mask), fitsNarrow(row, from, mask));
    this.rowsOf(number).write(number >>> SHAPE_BITS, row, from, mask);
    return number;
  }

  /** Where there is room for so many fields, narrow or not: where they were, or else another row. */
  private place(before: number | undefined, fields: number, areNarrow: boolean): number {
    if (before !== undefined && hasRoom(this.rowsOf(before), fields, areNarrow)) return before;
    if (before !== undefined) this.give(before);
    let shape = 0;
    while (!hasRoom(this.shapes[shape] as Rows, fields, areNarrow)) shape += 1;
    return ((this.shapes[shape] as Rows).take() << SHAPE_BITS) | shape;
  }

  private rowsOf(number: number): Rows {
    return this.shapes[number & (2 ** SHAPE_BITS - 1)] as Rows;
  }
}

function hasRoom(rows: Rows, fields: number, areNarrow: boolean): boolean {
  return rows.width >= fields && (areNarrow || rows instanceof WideRows);
}
