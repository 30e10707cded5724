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
  /** Contacts that ended because the customer gave up. Not in published windows, as all from here on. */
  abandoned: number;
  /** Paid time of agents in millionths of a second: handling, and the other paid states where they are sent. */
  paidMicroseconds: number;
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
  'abandoned',
  'paidMicroseconds',
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
    abandoned: 0,
    paidMicroseconds: 0,
  };
}

const ZERO: Readonly<Measures> = emptyMeasures();

// Field by field, here and below: a loop over their names takes ten times as long, and every window rests on these.

/** target += delta, in place. */
export function addInto(target: Measures, delta: Measures): void {
  if (delta.labour !== 0n) target.labour += delta.labour;
  if (delta.system !== 0n) target.system += delta.system;
  if (delta.marketing !== 0n) target.marketing += delta.marketing;
  if (delta.outsourcing !== 0n) target.outsourcing += delta.outsourcing;
  if (delta.training !== 0n) target.training += delta.training;
  if (delta.overtime !== 0n) target.overtime += delta.overtime;
  target.interactions += delta.interactions;
  target.handledByAgents += delta.handledByAgents;
  target.automated += delta.automated;
  target.resolved += delta.resolved;
  target.handleMicroseconds += delta.handleMicroseconds;
  target.complaints += delta.complaints;
  target.csatMicros += delta.csatMicros;
  target.csatCount += delta.csatCount;
  target.repetitiveByAgents += delta.repetitiveByAgents;
  target.errors += delta.errors;
  target.abandoned += delta.abandoned;
  target.paidMicroseconds += delta.paidMicroseconds;
}

/** target -= delta, in place. */
export function subtractInto(target: Measures, delta: Measures): void {
  if (delta.labour !== 0n) target.labour -= delta.labour;
  if (delta.system !== 0n) target.system -= delta.system;
  if (delta.marketing !== 0n) target.marketing -= delta.marketing;
  if (delta.outsourcing !== 0n) target.outsourcing -= delta.outsourcing;
  if (delta.training !== 0n) target.training -= delta.training;
  if (delta.overtime !== 0n) target.overtime -= delta.overtime;
  target.interactions -= delta.interactions;
  target.handledByAgents -= delta.handledByAgents;
  target.automated -= delta.automated;
  target.resolved -= delta.resolved;
  target.handleMicroseconds -= delta.handleMicroseconds;
  target.complaints -= delta.complaints;
  target.csatMicros -= delta.csatMicros;
  target.csatCount -= delta.csatCount;
  target.repetitiveByAgents -= delta.repetitiveByAgents;
  target.errors -= delta.errors;
  target.abandoned -= delta.abandoned;
  target.paidMicroseconds -= delta.paidMicroseconds;
}

/** A copy that can be changed without changing the original. */
export function copyMeasures(measures: Measures): Measures {
  return {
    labour: measures.labour,
    system: measures.system,
    marketing: measures.marketing,
    outsourcing: measures.outsourcing,
    training: measures.training,
    overtime: measures.overtime,
    interactions: measures.interactions,
    handledByAgents: measures.handledByAgents,
    automated: measures.automated,
    resolved: measures.resolved,
    handleMicroseconds: measures.handleMicroseconds,
    complaints: measures.complaints,
    csatMicros: measures.csatMicros,
    csatCount: measures.csatCount,
    repetitiveByAgents: measures.repetitiveByAgents,
    errors: measures.errors,
    abandoned: measures.abandoned,
    paidMicroseconds: measures.paidMicroseconds,
  };
}

/** The inverse: added to the original it gives zero. */
export function negated(measures: Measures): Measures {
  const result = emptyMeasures();
  subtractInto(result, measures);
  return result;
}

/** Same content in every field. */
export function equalMeasures(a: Measures, b: Measures): boolean {
  return equalPublished(a, b) && a.abandoned === b.abandoned && a.paidMicroseconds === b.paidMicroseconds;
}

/** Same content in every field that windows publish. */
export function equalPublished(a: Measures, b: Measures): boolean {
  return (
    a.interactions === b.interactions &&
    a.handledByAgents === b.handledByAgents &&
    a.automated === b.automated &&
    a.resolved === b.resolved &&
    a.handleMicroseconds === b.handleMicroseconds &&
    a.complaints === b.complaints &&
    a.csatMicros === b.csatMicros &&
    a.csatCount === b.csatCount &&
    a.repetitiveByAgents === b.repetitiveByAgents &&
    a.errors === b.errors &&
    a.labour === b.labour &&
    a.system === b.system &&
    a.marketing === b.marketing &&
    a.outsourcing === b.outsourcing &&
    a.training === b.training &&
    a.overtime === b.overtime
  );
}

/** Nothing in it. */
export function isZero(measures: Measures): boolean {
  return equalMeasures(measures, ZERO);
}

/** Exact sum of the five dimensions. */
export function amountOf({ labour, system, marketing, outsourcing, training }: Measures): Micros {
  return labour + system + marketing + outsourcing + training;
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
  let index = 0;
  for (const field of MONEY) {
    if (measures[field] !== 0n) packed.push(index, String(measures[field]));
    index += 1;
  }
  for (const field of COUNTS) {
    if (measures[field] !== 0) packed.push(index, measures[field]);
    index += 1;
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
