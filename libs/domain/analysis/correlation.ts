/** Two figures of the same member: what a contact of it costs, and how satisfied its customers are. */
export interface Pair {
  readonly x: number;
  readonly y: number;
}

/** How two figures go together over the members. */
export interface Correlation {
  /** Pearson's r, -1 to 1; null when there are too few pairs, or one of the figures is the same everywhere. */
  readonly coefficient: number | null;
  readonly pairs: number;
}

/** Fewer pairs say nothing: any two lie on a line, and of four at random every fifth r is beyond 0.8. */
export const LEAST_PAIRS = 5;

/**
 * Pearson's product-moment correlation, each pair counting once. Says how closely the figures lie on a line, not which of
 * them is the reason, and nothing of relations that are not lines. Computed with doubles, since it is a statistic and no
 * money. RangeError when a figure is not finite.
 */
export function correlationOf(pairs: readonly Pair[]): Correlation {
  if (pairs.some(({ x, y }) => !Number.isFinite(x) || !Number.isFinite(y))) throw new RangeError('not a finite figure');
  if (pairs.length < LEAST_PAIRS) return { coefficient: null, pairs: pairs.length };
  const xs = deviations(pairs.map(({ x }) => x));
  const ys = deviations(pairs.map(({ y }) => y));
  if (xs === null || ys === null) return { coefficient: null, pairs: pairs.length };
  const products = xs.reduce((sum, x, index) => sum + x * (ys[index] ?? 0), 0);
  const coefficient = products / (Math.hypot(...xs) * Math.hypot(...ys));
  return { coefficient: Math.max(-1, Math.min(1, coefficient)), pairs: pairs.length };
}

/**
 * Deviations from the mean, scaled to at most 1 so that no square over- or underflows; null when all values are equal
 * (the mean of equal doubles may differ from them in the last place, so the deviations cannot tell).
 */
function deviations(values: readonly number[]): number[] | null {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (least === most) return null;
  const mean = values.reduce((sum, value) => sum + value / values.length, 0);
  const differences = values.map((value) => value - mean);
  const largest = Math.max(...differences.map(Math.abs));
  return differences.map((difference) => difference / largest);
}
