/**
 * Exact money. Outside the product an amount is a decimal string with at most six fraction digits; inside it is a
 * whole number of micros (1e-6 of a currency unit) in a `bigint`, so no float ever holds money and no sum overflows.
 */

/** Whole micros: 1_000_000n is one currency unit. */
export type Micros = bigint;

/** Micros in one currency unit. */
export const MICROS_PER_UNIT = 1_000_000n;

/** Largest magnitude an amount may have on the wire: ten integer digits and six fraction digits. */
export const MAX_WIRE_MICROS: Micros = 9_999_999_999_999_999n;

const LARGEST_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

const DECIMAL = /^(-?)(\d+)(?:\.(\d{1,6}))?$/;

/** Whether an amount can be written on the wire. */
export function fitsWire(amountMicros: Micros): boolean {
  return amountMicros <= MAX_WIRE_MICROS && amountMicros >= -MAX_WIRE_MICROS;
}

/** An amount that does not fit the contract's decimal: an error, never a wrong number. */
export class MoneyOverflowError extends Error {
  constructor(amountMicros: Micros) {
    super(`amount of ${String(amountMicros)} micros has more than ten integer digits`);
    this.name = 'MoneyOverflowError';
  }
}

/** Parses a contract decimal such as "12.50" to micros. Throws RangeError when it is not one. */
export function parseMicros(decimal: string): Micros {
  const match = DECIMAL.exec(decimal);
  if (!match) throw new RangeError(`not a decimal of at most six fraction digits: ${decimal}`);
  const [, sign, whole = '0', fraction = ''] = match;
  const magnitude = BigInt(whole) * MICROS_PER_UNIT + BigInt(fraction.padEnd(6, '0'));
  return sign === '-' ? -magnitude : magnitude;
}

/**
 * Formats micros as the shortest contract decimal with at least two fraction digits ("12.50", "0.000001").
 * Throws {@link MoneyOverflowError} beyond ten integer digits.
 */
export function formatMicros(amountMicros: Micros): string {
  if (amountMicros >= -LARGEST_SAFE && amountMicros <= LARGEST_SAFE) return formatSafe(Number(amountMicros));
  const negative = amountMicros < 0n;
  const magnitude = negative ? -amountMicros : amountMicros;
  if (!fitsWire(amountMicros)) throw new MoneyOverflowError(amountMicros);
  const whole = magnitude / MICROS_PER_UNIT;
  const digits = String(magnitude % MICROS_PER_UNIT).padStart(6, '0');
  let end = 6;
  while (end > 2 && digits.charCodeAt(end - 1) === 48) end -= 1;
  return `${negative ? '-' : ''}${String(whole)}.${digits.slice(0, end)}`;
}

/** The same for a whole number of micros that a double holds exactly, as nearly all are: no bigint division. */
function formatSafe(micros: number): string {
  const sign = micros < 0 ? '-' : '';
  const magnitude = Math.abs(micros);
  const fraction = magnitude % 1_000_000;
  const whole = (magnitude - fraction) / 1_000_000;
  if (fraction === 0) return `${sign}${String(whole)}.00`;
  if (fraction % 10_000 === 0) return `${sign}${String(whole)}.${String(100 + fraction / 10_000).slice(1)}`;
  let rest = fraction;
  let digits = 1_000_000;
  for (; rest % 10 === 0; rest /= 10) digits /= 10;
  // The leading 1 keeps the zeros behind the point.
  return `${sign}${String(whole)}.${String(digits + rest).slice(1)}`;
}

/** a / b rounded half to even (banker's rounding); b must be positive. */
export function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  if (denominator <= 0n) throw new RangeError('the denominator must be positive');
  const negative = numerator < 0n;
  const magnitude = negative ? -numerator : numerator;
  let quotient = magnitude / denominator;
  const twice = (magnitude - quotient * denominator) * 2n;
  if (twice > denominator || (twice === denominator && (quotient & 1n) === 1n)) quotient += 1n;
  return negative ? -quotient : quotient;
}

/** The least of some amounts; undefined where there are none. */
export function least(amounts: Iterable<Micros>): Micros | undefined {
  let lowest: Micros | undefined;
  for (const amount of amounts) if (lowest === undefined || amount < lowest) lowest = amount;
  return lowest;
}
