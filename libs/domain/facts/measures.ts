import type { Micros } from '../money/index.js';
import { DIMENSIONS, type Dimension } from '../reference/index.js';

/**
 * What a window adds up: money by dimension and the counts of the contract's cost-window. Measures form a group under
 * {@link addInto} and {@link subtractInto}, which is what lets panes be corrected and rolled exactly.
 * Handle time and CSAT are kept as whole millionths so that sums do not depend on the order of addition.
 */
export interface Measures {
  labour: Micros;
  system: Micros;
  marketing: Micros;
  outsourcing: Micros;
  training: Micros;
  /** Labour outside the scheduled shift; a part of `labour`, not in addition to it. */
  overtime: Micros;
  interactions: number;
  handledByAgents: number;
  automated: number;
  resolved: number;
  /** Handle time of agents and vendors in millionths of a second. */
  handleMicroseconds: number;
  complaints: number;
  /** Sum of CSAT scores in millionths. */
  csatMicros: number;
  csatCount: number;
  repetitiveByAgents: number;
  errors: number;
}

/** Whole-number fields, in the order of the packed form. */
const COUNTS = [
  'interactions',
  'handledByAgents',
  'automated',
  'resolved',
  'handleMicroseconds',
  'complaints',
  'csatMicros',
  'csatCount',
  'repetitiveByAgents',
  'errors',
] as const satisfies readonly (keyof Measures)[];

const MONEY = [...DIMENSIONS, 'overtime'] as const;

/** All zero. */
export function emptyMeasures(): Measures {
  return {
    labour: 0n,
    system: 0n,
    marketing: 0n,
    outsourcing: 0n,
    training: 0n,
    overtime: 0n,
    interactions: 0,
    handledByAgents: 0,
    automated: 0,
    resolved: 0,
    handleMicroseconds: 0,
    complaints: 0,
    csatMicros: 0,
    csatCount: 0,
    repetitiveByAgents: 0,
    errors: 0,
  };
}

/** target += delta, in place. */
export function addInto(target: Measures, delta: Measures): void {
  for (const field of MONEY) if (delta[field] !== 0n) target[field] += delta[field];
  for (const field of COUNTS) target[field] += delta[field];
}

/** target -= delta, in place. */
export function subtractInto(target: Measures, delta: Measures): void {
  for (const field of MONEY) if (delta[field] !== 0n) target[field] -= delta[field];
  for (const field of COUNTS) target[field] -= delta[field];
}

/** A copy that can be changed without changing the original. */
export function copyMeasures(measures: Measures): Measures {
  return { ...measures };
}

/** The inverse: added to the original it gives zero. */
export function negated(measures: Measures): Measures {
  const result = emptyMeasures();
  subtractInto(result, measures);
  return result;
}

/** Same content in every field. */
export function equalMeasures(a: Measures, b: Measures): boolean {
  return COUNTS.every((field) => a[field] === b[field]) && MONEY.every((field) => a[field] === b[field]);
}

/** Nothing in it. */
export function isZero(measures: Measures): boolean {
  return COUNTS.every((field) => measures[field] === 0) && MONEY.every((field) => measures[field] === 0n);
}

/** Exact sum of the five dimensions. */
export function amountOf(measures: Measures): Micros {
  return DIMENSIONS.reduce((sum, dimension) => sum + measures[dimension], 0n);
}

/** Adds money of one dimension, in place. */
export function addAmount(target: Measures, dimension: Dimension, amountMicros: Micros): void {
  target[dimension] += amountMicros;
}

/** Compact form for Kafka: sparse `[fieldIndex, value, ...]`; money as text, since JSON has no bigint. */
export type PackedMeasures = (number | string)[];

/** Packs only the fields that are not zero. */
export function packMeasures(measures: Measures): PackedMeasures {
  const packed: PackedMeasures = [];
  for (const [index, field] of MONEY.entries()) if (measures[field] !== 0n) packed.push(index, String(measures[field]));
  for (const [index, field] of COUNTS.entries()) {
    if (measures[field] !== 0) packed.push(index + MONEY.length, measures[field]);
  }
  return packed;
}

/** Inverse of {@link packMeasures}. */
export function unpackMeasures(packed: PackedMeasures): Measures {
  const measures = emptyMeasures();
  for (let at = 0; at + 1 < packed.length; at += 2) {
    const index = Number(packed[at]);
    const money = MONEY[index];
    const count = COUNTS[index - MONEY.length];
    if (money !== undefined) measures[money] = BigInt(packed[at + 1] ?? 0);
    else if (count !== undefined) measures[count] = Number(packed[at + 1]);
  }
  return measures;
}
