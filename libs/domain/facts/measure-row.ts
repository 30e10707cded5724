import type { Micros } from '../money/index.js';
import type { Measures } from './measures.js';

/**
 * Measures as a row of doubles, for the places where they are added up for each event: no object, no bigint. A double
 * holds whole numbers exactly up to 2^53; whoever adds rows keeps below that ({@link MAX_ROW_MICROS} and
 * {@link MAX_ROW_ADDITIONS}), and what is larger stays in {@link Measures}. So no rounding ever touches an amount.
 */
export const ROW = {
  labour: 0,
  system: 1,
  marketing: 2,
  outsourcing: 3,
  training: 4,
  overtime: 5,
  interactions: 6,
  handledByAgents: 7,
  automated: 8,
  resolved: 9,
  handleMicroseconds: 10,
  complaints: 11,
  csatMicros: 12,
  csatCount: 13,
  repetitiveByAgents: 14,
  errors: 15,
  abandoned: 16,
  paidMicroseconds: 17,
} as const satisfies Record<keyof Measures, number>;

/** Doubles of a row. */
export const ROW_FIELDS = 18;

/** Largest magnitude of one amount in a row that others are added to: a million currency units. */
export const MAX_ROW_MICROS = 2 ** 40;

/** So many of the largest amounts stay below 2^53. */
export const MAX_ROW_ADDITIONS = 2 ** 13;

/** Largest magnitude that a zigzag varint takes exactly, for it doubles the value. */
export const MAX_PACKED = 2 ** 52 - 1;

/** Writes measures as a row; false, and the row is of no use, where a value is larger than `limitMicros`. */
export function writeRow(measures: Measures, row: Float64Array, at: number, limitMicros = MAX_PACKED): boolean {
  row[at + ROW.labour] = Number(measures.labour);
  row[at + ROW.system] = Number(measures.system);
  row[at + ROW.marketing] = Number(measures.marketing);
  row[at + ROW.outsourcing] = Number(measures.outsourcing);
  row[at + ROW.training] = Number(measures.training);
  row[at + ROW.overtime] = Number(measures.overtime);
  row[at + ROW.interactions] = measures.interactions;
  row[at + ROW.handledByAgents] = measures.handledByAgents;
  row[at + ROW.automated] = measures.automated;
  row[at + ROW.resolved] = measures.resolved;
  row[at + ROW.handleMicroseconds] = measures.handleMicroseconds;
  row[at + ROW.complaints] = measures.complaints;
  row[at + ROW.csatMicros] = measures.csatMicros;
  row[at + ROW.csatCount] = measures.csatCount;
  row[at + ROW.repetitiveByAgents] = measures.repetitiveByAgents;
  row[at + ROW.errors] = measures.errors;
  row[at + ROW.abandoned] = measures.abandoned;
  row[at + ROW.paidMicroseconds] = measures.paidMicroseconds;
  for (let field = at; field < at + ROW_FIELDS; field += 1) {
    const value = row[field] as number;
    if (value > limitMicros || value < -limitMicros) return false;
  }
  return true;
}

/** The measures of a row. */
export function readRow(row: Float64Array, at: number): Measures {
  return readFields(row, at, (field) => BigInt(row[at + field] as number));
}

/** The measures of a row whose amounts are read by `money`; counts stand in it as they are. */
export function readFields(row: Float64Array, at: number, money: (field: number) => Micros): Measures {
  const count = (field: number): number => row[at + field] as number;
  return {
    labour: money(ROW.labour),
    system: money(ROW.system),
    marketing: money(ROW.marketing),
    outsourcing: money(ROW.outsourcing),
    training: money(ROW.training),
    overtime: money(ROW.overtime),
    interactions: count(ROW.interactions),
    handledByAgents: count(ROW.handledByAgents),
    automated: count(ROW.automated),
    resolved: count(ROW.resolved),
    handleMicroseconds: count(ROW.handleMicroseconds),
    complaints: count(ROW.complaints),
    csatMicros: count(ROW.csatMicros),
    csatCount: count(ROW.csatCount),
    repetitiveByAgents: count(ROW.repetitiveByAgents),
    errors: count(ROW.errors),
    abandoned: count(ROW.abandoned),
    paidMicroseconds: count(ROW.paidMicroseconds),
  };
}
