/**
 * An exact decimal, for quantities that arrive as JSON numbers (seconds, units) and are multiplied by a price:
 * value = unscaled / 10^scale. The shortest decimal text of the number is taken as what the sender meant.
 */
export interface Decimal {
  readonly unscaled: bigint;
  readonly scale: number;
}

/** Zero, the neutral element of {@link addDecimal}. */
export const ZERO_DECIMAL: Decimal = { unscaled: 0n, scale: 0 };

/** The exact decimal of a finite number's shortest text; RangeError when it is not finite. */
export function decimalOf(value: number): Decimal {
  if (Number.isSafeInteger(value)) return { unscaled: BigInt(value), scale: 0 };
  if (!Number.isFinite(value)) throw new RangeError(`not a finite number: ${String(value)}`);
  const [mantissa = '0', exponentText = '0'] = String(value).toLowerCase().split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  const scale = fraction.length - Number(exponentText);
  const unscaled = BigInt(whole + fraction);
  return scale >= 0 ? { unscaled, scale } : { unscaled: unscaled * 10n ** BigInt(-scale), scale: 0 };
}

/** Exact sum. */
export function addDecimal(a: Decimal, b: Decimal): Decimal {
  if (a.scale === b.scale) return { unscaled: a.unscaled + b.unscaled, scale: a.scale };
  const scale = Math.max(a.scale, b.scale);
  return {
    unscaled: a.unscaled * 10n ** BigInt(scale - a.scale) + b.unscaled * 10n ** BigInt(scale - b.scale),
    scale,
  };
}

/** The nearest number, for display and for wire fields that are JSON numbers. Never for money. */
export function numberOf(decimal: Decimal): number {
  return decimal.scale === 0
    ? Number(decimal.unscaled)
    : Number(`${String(decimal.unscaled)}e-${String(decimal.scale)}`);
}
