import type { Micros } from '../money/index.js';

/**
 * Shares an amount in proportion to whole weights so that the parts add up to it exactly (largest remainder, Hamilton's
 * method; the earlier part wins a tie). RangeError when the weights are negative or all zero.
 */
export function splitLargestRemainder(amountMicros: Micros, weights: readonly bigint[]): Micros[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0n);
  if (total <= 0n || weights.some((weight) => weight < 0n)) throw new RangeError('weights must be positive in sum');
  const negative = amountMicros < 0n;
  const magnitude = negative ? -amountMicros : amountMicros;
  const parts = weights.map((weight, index) => {
    const product = magnitude * weight;
    return { index, share: product / total, remainder: product % total };
  });
  let missing = magnitude - parts.reduce((sum, part) => sum + part.share, 0n);
  const byRemainder = [...parts].sort((a, b) =>
    a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1,
  );
  for (const part of byRemainder) {
    if (missing === 0n) break;
    part.share += 1n;
    missing -= 1n;
  }
  return parts.map((part) => (negative ? -part.share : part.share));
}
