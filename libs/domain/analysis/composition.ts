import type { Micros } from '../money/index.js';
import { DIMENSIONS, type Dimension } from '../reference/index.js';
import type { Benchmark } from './benchmarks.js';

/** One dimension of the cost. */
export interface CompositionPart {
  readonly dimension: Dimension;
  readonly amountMicros: Micros;
  /** Of the total, 0 to 1; null when the total is not positive. */
  readonly share: number | null;
  /** The benchmark's share; null without one that tells it. */
  readonly benchmarkShare: number | null;
  /** share - benchmarkShare: 0.05 is five points more than the benchmark. */
  readonly difference: number | null;
}

/** What the cost consists of. The parts add up to the total exactly. */
export interface Composition {
  readonly totalMicros: Micros;
  readonly parts: readonly CompositionPart[];
}

/**
 * The five dimensions as shares of their total, beside a benchmark (method sections 1 and 5), in the order of
 * {@link DIMENSIONS}. A dimension without an amount is 0.
 */
export function compositionOf(
  amounts: Readonly<Partial<Record<Dimension, Micros>>>,
  benchmark: Benchmark | null,
): Composition {
  const totalMicros = DIMENSIONS.reduce((sum, dimension) => sum + (amounts[dimension] ?? 0n), 0n);
  const parts = DIMENSIONS.map((dimension): CompositionPart => {
    const amountMicros = amounts[dimension] ?? 0n;
    const share = totalMicros > 0n ? Number(amountMicros) / Number(totalMicros) : null;
    const benchmarkShare = benchmark?.shares[dimension] ?? null;
    const difference = share === null || benchmarkShare === null ? null : share - benchmarkShare;
    return { dimension, amountMicros, share, benchmarkShare, difference };
  });
  return { totalMicros, parts };
}
