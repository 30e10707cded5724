import type { Micros } from '../money/index.js';
import { readFields, ROW, ROW_FIELDS } from './measure-row.js';
import type { Measures, PackedMeasures } from './measures.js';

/**
 * Sums of measures as rows of doubles: no objects, nothing for the collector to look at. The first fields are those of a
 * {@link ROW}, but an amount is two doubles: its rest, a whole number from 0 to 2^40, and how many times 2^40 micros come on
 * top. So a sum is exact whatever is added, up to 2^93 micros. There is one form for each amount: sums are equal where their
 * rows are.
 */
export const SUM_FIELDS = ROW_FIELDS + 6;

/** Money comes first in a row: five dimensions, and overtime. */
export const MONEY_FIELDS = 6;
/** So many fields behind an amount's rest is its higher half. */
export const HIGH = ROW_FIELDS;
/** An amount's rest is below it. */
export const LIMB = 2 ** 40;
const LIMB_BITS = 40n;
/** Larger ones are added as bigints, so that no sum of two doubles goes beyond 2^53. */
const MAX_ADDEND = 2n ** 52n;
/** The last counts, from here to the amounts' higher halves, are in no published window. */
const UNPUBLISHED = ROW.abandoned;

/** Whether a row of a {@link ROW} is a sum as it stands, its amounts' higher halves being zero. */
export function isSum(row: Float64Array, at: number): boolean {
  for (let field = 0; field < MONEY_FIELDS; field += 1) {
    const amountMicros = row[at + field] as number;
    if (amountMicros < 0 || amountMicros >= LIMB) return false;
  }
  return true;
}

/** target += row, a row of a {@link ROW} with amounts up to 2^52. */
export function addRow(target: Float64Array, at: number, row: Float64Array, from: number): void {
  for (let field = 0; field < MONEY_FIELDS; field += 1) {
    const amountMicros = row[from + field] as number;
    if (amountMicros !== 0) addAmountAt(target, at + field, amountMicros);
  }
  for (let field = MONEY_FIELDS; field < ROW_FIELDS; field += 1)
    target[at + field] = (target[at + field] as number) + (row[from + field] as number);
}

function addAmountAt(target: Float64Array, at: number, amountMicros: number): void {
  const rest = (target[at] as number) + amountMicros;
  if (rest >= 0 && rest < LIMB) target[at] = rest;
  else {
    const high = Math.floor(rest / LIMB);
    target[at] = rest - high * LIMB;
    target[at + HIGH] = (target[at + HIGH] as number) + high;
  }
}

/** target += delta, however large. */
export function addMeasures(target: Float64Array, at: number, delta: Measures): void {
  addMoney(target, at + ROW.labour, delta.labour);
  addMoney(target, at + ROW.system, delta.system);
  addMoney(target, at + ROW.marketing, delta.marketing);
  addMoney(target, at + ROW.outsourcing, delta.outsourcing);
  addMoney(target, at + ROW.training, delta.training);
  addMoney(target, at + ROW.overtime, delta.overtime);
  addCount(target, at + ROW.interactions, delta.interactions);
  addCount(target, at + ROW.handledByAgents, delta.handledByAgents);
  addCount(target, at + ROW.automated, delta.automated);
  addCount(target, at + ROW.resolved, delta.resolved);
  addCount(target, at + ROW.handleMicroseconds, delta.handleMicroseconds);
  addCount(target, at + ROW.complaints, delta.complaints);
  addCount(target, at + ROW.csatMicros, delta.csatMicros);
  addCount(target, at + ROW.csatCount, delta.csatCount);
  addCount(target, at + ROW.repetitiveByAgents, delta.repetitiveByAgents);
  addCount(target, at + ROW.errors, delta.errors);
  addCount(target, at + ROW.abandoned, delta.abandoned);
  addCount(target, at + ROW.paidMicroseconds, delta.paidMicroseconds);
}

function addCount(target: Float64Array, at: number, count: number): void {
  target[at] = (target[at] as number) + count;
}

function addMoney(target: Float64Array, at: number, amountMicros: Micros): void {
  if (amountMicros === 0n) return;
  if (amountMicros >= -MAX_ADDEND && amountMicros <= MAX_ADDEND) addAmountAt(target, at, Number(amountMicros));
  else {
    target[at + HIGH] = (target[at + HIGH] as number) + Number(amountMicros >> LIMB_BITS);
    addAmountAt(target, at, Number(BigInt.asUintN(40, amountMicros)));
  }
}

/** target += another sum. */
export function addSums(target: Float64Array, at: number, source: Float64Array, from: number): void {
  for (let field = 0; field < MONEY_FIELDS; field += 1) {
    let rest = (target[at + field] as number) + (source[from + field] as number);
    let high = (target[at + HIGH + field] as number) + (source[from + HIGH + field] as number);
    if (rest >= LIMB) {
      rest -= LIMB;
      high += 1;
    }
    target[at + field] = rest;
    target[at + HIGH + field] = high;
  }
  for (let field = MONEY_FIELDS; field < ROW_FIELDS; field += 1)
    target[at + field] = (target[at + field] as number) + (source[from + field] as number);
}

/** target -= another sum. */
export function subtractSums(target: Float64Array, at: number, source: Float64Array, from: number): void {
  for (let field = 0; field < MONEY_FIELDS; field += 1) {
    let rest = (target[at + field] as number) - (source[from + field] as number);
    let high = (target[at + HIGH + field] as number) - (source[from + HIGH + field] as number);
    if (rest < 0) {
      rest += LIMB;
      high -= 1;
    }
    target[at + field] = rest;
    target[at + HIGH + field] = high;
  }
  for (let field = MONEY_FIELDS; field < ROW_FIELDS; field += 1)
    target[at + field] = (target[at + field] as number) - (source[from + field] as number);
}

/** Same content in every field that windows publish. */
export function samePublished(a: Float64Array, aFrom: number, b: Float64Array, bFrom: number): boolean {
  for (let field = 0; field < SUM_FIELDS; field += 1)
    if (a[aFrom + field] !== b[bFrom + field] && !isUnpublished(field)) return false;
  return true;
}

/** Nothing in any field that windows publish. */
export function publishesNothing(row: Float64Array, at: number): boolean {
  for (let field = 0; field < SUM_FIELDS; field += 1) if (row[at + field] !== 0 && !isUnpublished(field)) return false;
  return true;
}

function isUnpublished(field: number): boolean {
  return field >= UNPUBLISHED && field < HIGH;
}

/** The amount in a field as a double, NaN where a double does not hold it exactly: then there is {@link amountAt}. */
export function safeAmountAt(row: Float64Array, at: number, field: number): number {
  const amountMicros = (row[at + HIGH + field] as number) * LIMB + (row[at + field] as number);
  return Number.isSafeInteger(amountMicros) ? amountMicros : Number.NaN;
}

/** The amount in a field. */
export function amountAt(row: Float64Array, at: number, field: number): Micros {
  const rest = row[at + field] as number;
  const high = row[at + HIGH + field] as number;
  return high === 0 ? BigInt(rest) : (BigInt(high) << LIMB_BITS) + BigInt(rest);
}

/** The amounts of all dimensions together; overtime is in labour already. */
export function totalAt(row: Float64Array, at: number): Micros {
  let totalMicros = 0;
  for (let field = 0; field < ROW.overtime; field += 1) totalMicros += safeAmountAt(row, at, field);
  if (Number.isSafeInteger(totalMicros)) return BigInt(totalMicros);
  let exact = 0n;
  for (let field = 0; field < ROW.overtime; field += 1) exact += amountAt(row, at, field);
  return exact;
}

/** A sum in the compact form of `packMeasures`, whose numbers of fields are those of a {@link ROW}. */
export function packedSum(row: Float64Array, at: number): PackedMeasures {
  const packed: PackedMeasures = [];
  for (let field = 0; field < MONEY_FIELDS; field += 1) {
    const amountMicros = safeAmountAt(row, at, field);
    if (amountMicros === 0) continue;
    packed.push(field, String(Number.isNaN(amountMicros) ? amountAt(row, at, field) : amountMicros));
  }
  for (let field = MONEY_FIELDS; field < ROW_FIELDS; field += 1) {
    const count = row[at + field] as number;
    if (count !== 0) packed.push(field, count);
  }
  return packed;
}

/** The measures of a sum. */
export function readSums(row: Float64Array, at: number): Measures {
  return readFields(row, at, (field) => amountAt(row, at, field));
}
