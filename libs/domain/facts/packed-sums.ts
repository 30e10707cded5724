import { ROW_FIELDS } from './measure-row.js';
import { HIGH, LIMB, MONEY_FIELDS } from './sum-row.js';

/**
 * Sums as they are kept in great numbers: of a row of SUM_FIELDS doubles only those that are not zero, one after the
 * other, and a mask with a bit for each field that says which. A pane of ten seconds of one agent has six or eight of 24.
 */

/** Those of the first fields, which rows of cost tasks have too. */
const ROW_MASK = 2 ** ROW_FIELDS - 1;
const MONEY_MASK = 2 ** MONEY_FIELDS - 1;

/** Which of the first `fields` of a row are not zero. */
export function maskOf(row: Float64Array, at: number, fields: number): number {
  let mask = 0;
  for (let field = 0; field < fields; field += 1) if (row[at + field] !== 0) mask |= 1 << field;
  return mask;
}

/** Fields that a mask stands for. */
export function fieldsIn(mask: number): number {
  let count = 0;
  for (let left = mask; left !== 0; left &= left - 1) count += 1;
  return count;
}

/** Writes the fields of `mask` of the row at `at`. */
export function packSums(row: Float64Array, at: number, mask: number, packed: Float64Array, from: number): void {
  let slot = from;
  for (let left = mask; left !== 0; left &= left - 1, slot += 1) packed[slot] = row[at + lowest(left)] as number;
}

/** Makes `row`, of SUM_FIELDS, what was packed. */
export function unpackSums(packed: Float64Array, from: number, mask: number, row: Float64Array): void {
  row.fill(0);
  let slot = from;
  for (let left = mask; left !== 0; left &= left - 1, slot += 1) row[lowest(left)] = packed[slot] as number;
}

/** Packed += row of a cost task whose fields `rowMask` names. False, and nothing is added, where that takes another mask. */
export function addRowInPlace(
  packed: Float64Array,
  from: number,
  mask: number,
  row: Float64Array,
  rowFrom: number,
  rowMask: number,
): boolean {
  if ((rowMask & ~mask) !== 0) return false;
  let slot = from;
  for (let left = mask & MONEY_MASK; left !== 0; left &= left - 1, slot += 1) {
    const rest = (packed[slot] as number) + (row[rowFrom + lowest(left)] as number);
    if (rest < 0 || rest >= LIMB) return false;
  }
  slot = from;
  for (let left = mask & ROW_MASK; left !== 0; left &= left - 1, slot += 1)
    packed[slot] = (packed[slot] as number) + (row[rowFrom + lowest(left)] as number);
  return true;
}

/** target += packed; a target of SUM_FIELDS. */
export function addPacked(target: Float64Array, at: number, packed: Float64Array, from: number, mask: number): void {
  let slot = from;
  for (let left = mask; left !== 0; left &= left - 1, slot += 1) {
    const field = at + lowest(left);
    const sum = (target[field] as number) + (packed[slot] as number);
    if (sum >= LIMB && field < at + MONEY_FIELDS) {
      target[field] = sum - LIMB;
      target[field + HIGH] = (target[field + HIGH] as number) + 1;
    } else target[field] = sum;
  }
}

/** target -= packed. */
export function subtractPacked(
  target: Float64Array,
  at: number,
  packed: Float64Array,
  from: number,
  mask: number,
): void {
  let slot = from;
  for (let left = mask; left !== 0; left &= left - 1, slot += 1) {
    const field = at + lowest(left);
    const rest = (target[field] as number) - (packed[slot] as number);
    if (rest < 0 && field < at + MONEY_FIELDS) {
      target[field] = rest + LIMB;
      target[field + HIGH] = (target[field + HIGH] as number) - 1;
    } else target[field] = rest;
  }
}

/** Number of the lowest bit that is set. */
export function lowest(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}
