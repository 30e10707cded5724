import { MAX_WIRE_MICROS, parseDuration, parseMicros, type Micros } from '#libs/domain';
import { isKnownCurrency } from '#libs/contract';
import { z } from 'zod';

/** How one spelling of reference data (the wire's, the file's) writes the values that JSON has no type for. */
export interface Scalars {
  readonly amount: z.ZodType<Micros>;
  /** Epoch milliseconds. */
  readonly instant: z.ZodType<number>;
  /** Milliseconds. */
  readonly duration: z.ZodType<number>;
  readonly currency: z.ZodType<string>;
  /** A file refuses fields that it does not know, since they are typing errors; the wire ignores them. */
  readonly unknownFields: 'refuse' | 'ignore';
}

type Parse<T> = (value: unknown) => T;

/** A zod type from a function that throws RangeError with a text for the user. */
export function scalar<T>(parse: Parse<T>): z.ZodType<T> {
  return z.unknown().transform((value, context) => {
    try {
      if (value === undefined || value === null) throw new RangeError('is missing');
      return parse(value);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      context.addIssue(error.message);
      return z.NEVER;
    }
  });
}

/**
 * Micros of an amount written as a decimal text or as a plain number. A number of more than 15 digits may not be what
 * was typed, so it has to be written as a text.
 */
export function parseAmount(value: unknown): Micros {
  const text = typeof value === 'number' ? numberText(value) : value;
  if (typeof text !== 'string') throw new RangeError('must be an amount such as 12.50');
  let amountMicros: Micros;
  try {
    amountMicros = parseMicros(text.trim());
  } catch {
    throw new RangeError(`must be a decimal of at most six fraction digits, such as 12.50, and is ${text}`);
  }
  if (amountMicros < 0n) throw new RangeError(`must not be negative, and is ${text}`);
  if (amountMicros > MAX_WIRE_MICROS)
    throw new RangeError(`must have at most ten digits before the point, and is ${text}`);
  return amountMicros;
}

function numberText(value: number): string {
  const text = String(value);
  if (text.replace(/\D/g, '').length > 15) throw new RangeError('has too many digits for a number: put it in quotes');
  return text;
}

/** Milliseconds of a duration such as `90s`, `5m`, `1h` or `3d`. */
export function parseDurationText(value: unknown): number {
  if (typeof value !== 'string') throw new RangeError('must be a duration such as 90s, 5m, 1h or 3d');
  return parseDuration(value.trim());
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/i;

/** Epoch milliseconds of an RFC 3339 date-time with its offset. */
export function parseInstant(value: unknown): number {
  const atMs = typeof value === 'string' && INSTANT.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(atMs)) throw new RangeError('must be a time such as 2026-11-01T09:00:00+08:00');
  return atMs;
}

/** ISO 4217 code. */
export const CURRENCY = z.string().refine(isKnownCurrency, 'must be a currency code of ISO 4217, such as CNY');

/** The spelling of `spendline.reference` and of the database: decimal texts, RFC 3339 UTC, durations such as 5m. */
export const WIRE_SCALARS: Scalars = {
  amount: scalar(parseAmount),
  instant: scalar(parseInstant),
  duration: scalar(parseDurationText),
  currency: CURRENCY,
  unknownFields: 'ignore',
};
