import { ROW_FIELDS } from './measure-row.js';
import { lowest } from './packed-sums.js';
import { HIGH, LIMB, MONEY_FIELDS } from './sum-row.js';

/**
 * Packed sums (packed-sums.ts) whose fields are all whole numbers of 32 bits, as those of nearly every pane are: in half the
 * room. Functions of their own, as the engine makes slower code of one that sees arrays of two kinds.
 */

const ROW_MASK = 2 ** ROW_FIELDS - 1;

/** Whether the fields of `mask` of the row at `at` are such numbers. */
export function fitsNarrow(row: Float64Array, at: number, mask: number): boolean {
  for (let left = mask; left !== 0; left &= left - 1) if (!isNarrow(row[at + lowest(left)] as number)) return false;
  return true;
}

function isNarrow(value: number): boolean {
  return value === (value | 0);
}

/** Writes the fields of `mask` of the row at `at`, which {@link fitsNarrow}. */
export function packNarrow(row: Float64Array, at: number, mask: number, packed: Int32Array, from: number): void {
  let slot = from;
  for (let left = mask; left !== 0; left &= left - 1, slot += 1) packed[slot] = row[at + lowest(left)] as number;
}

/** Makes `row`, of SUM_FIELDS, what was packed. */
export function unpackNarrow(packed: Int32Array, from: number, mask: number, row: Float64Array): void {
  row.fill(0);
  let slot = from;
  for (let left = mask; left !== 0; left &= left - 1, slot += 1) row[lowest(left)] = packed[slot] as number;
}

/**
 * Packed += row of a cost task whose fields `rowMask` names. False, and nothing is added, where that takes another mask or
 * larger numbers.
 */
export function addRowToNarrow(
  packed: Int32Array,
  from: number,
  mask: number,
  row: Float64Array,
  rowFrom: number,
  rowMask: number,
): boolean {
  if ((rowMask & ~mask) !== 0) return false;
  let slot = from;
  for (let left = mask & ROW_MASK; left !== 0; left &= left - 1, slot += 1) {
    const field = lowest(left);
    const sum = (packed[slot] as number) + (row[rowFrom + field] as number);
    if (!isNarrow(sum) || (sum < 0 && field < MONEY_FIELDS)) return false;
  }
  slot = from;
  for (let left = mask & ROW_MASK; left !== 0; left &= left - 1, slot += 1)
    packed[slot] = (packed[slot] as number) + (row[rowFrom + lowest(left)] as number);
  return true;
}

/** target += packed; a target of SUM_FIELDS. */
export function addNarrow(target: Float64Array, at: number, packed: Int32Array, from: number, mask: number): void {
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
export function subtractNarrow(target: Float64Array, at: number, packed: Int32Array, from: number, mask: number): void {
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
