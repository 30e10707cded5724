import { divideHalfEven } from '../money/index.js';

/**
 * The price rule of {@link rateContact} for whole numbers that doubles hold exactly, which nearly all are. Every step is
 * checked to stay below 2^53, where it is exact, and is done with bigints where it would not.
 */

/** quantity x price / divisor, rounded half-even once; all whole and not negative, `divisor` positive. */
export function exactPrice(quantity: number, priceMicros: number, divisor: number): number {
  const product = quantity * priceMicros;
  if (product > Number.MAX_SAFE_INTEGER)
    return Number(divideHalfEven(BigInt(quantity) * BigInt(priceMicros), BigInt(divisor)));
  let quotient = Math.floor(product / divisor);
  let rest = product - quotient * divisor;
  // The division rounds, so that near a whole number it may have come out one too high.
  if (rest < 0) {
    quotient -= 1;
    rest += divisor;
  }
  const twice = 2 * rest;
  return twice > divisor || (twice === divisor && quotient % 2 === 1) ? quotient + 1 : quotient;
}

/** `exactPrice` with a multiplier in millionths. */
export function exactPriceTimes(
  quantity: number,
  priceMicros: number,
  divisor: number,
  multiplierMicros: number,
): number {
  if (multiplierMicros === 1_000_000) return exactPrice(quantity, priceMicros, divisor);
  const numerator = BigInt(quantity) * BigInt(priceMicros) * BigInt(multiplierMicros);
  return Number(divideHalfEven(numerator, BigInt(divisor) * 1_000_000n));
}

/**
 * Shares an amount in proportion to three whole weights, as `splitLargestRemainder` does; writes the parts into `into`. The
 * sum of the weights is positive, and amount x weight below 2^53: false where it is not.
 */
export function exactSplit(amountMicros: number, weights: readonly number[], into: Float64Array): boolean {
  const [first = 0, second = 0, third = 0] = weights;
  const total = first + second + third;
  if (amountMicros * total > Number.MAX_SAFE_INTEGER) return false;
  let missing = amountMicros;
  const remainders: [number, number, number] = [0, 0, 0];
  for (let index = 0; index < 3; index += 1) {
    const product = amountMicros * (weights[index] ?? 0);
    const remainder = product % total;
    const share = (product - remainder) / total;
    remainders[index] = remainder;
    into[index] = share;
    missing -= share;
  }
  for (; missing > 0; missing -= 1) {
    let largest = 0;
    for (let index = 1; index < 3; index += 1)
      if ((remainders[index] as number) > (remainders[largest] as number)) largest = index;
    into[largest] = (into[largest] as number) + 1;
    remainders[largest] = -1;
  }
  return true;
}
