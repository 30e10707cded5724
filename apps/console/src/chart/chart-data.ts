import type { Series, SeriesPoint } from '#libs/application/live/wire';

const HOUR_MS = 3_600_000;

/** Cost that no channel bears, as one more series. */
export const OUTSIDE = 'outside';

/** The series as columns for drawing. Here alone amounts become floats: for pixels, never for a figure that is read. */
export interface ChartData {
  /** Channels in order, then {@link OUTSIDE}. */
  readonly ids: readonly string[];
  /** Epoch seconds of each point, ascending; the last is the open window. */
  readonly seconds: readonly number[];
  /** Values of each id. */
  readonly values: readonly (readonly number[])[];
  /** Running sums over the ids: the upper edge of each layer. The last one is the total. */
  readonly edges: readonly (readonly number[])[];
  /** Totals as they came, for the figures that are read. */
  readonly totals: readonly string[];
}

/** The last `hours` of a series, ending in its head. */
export function chartDataOf(series: Series, hours: number): ChartData {
  const points = pointsWithin(series, hours);
  const channels = series.ids.slice(1);
  const inChannels = channels.map((_, index) => points.map(({ amounts }) => Number(amounts[index + 1] ?? 0)));
  const totals = points.map(({ amounts }) => amounts[0] ?? '0');
  // Channels and total close at the same moments, but the open ones move one by one: never below nothing.
  const outside = totals.map((total, at) =>
    Math.max(0, roundedCents(Number(total) - inChannels.reduce((sum, column) => sum + (column[at] ?? 0), 0))),
  );
  const values = [...inChannels, outside];
  return {
    ids: [...channels, OUTSIDE],
    seconds: points.map(({ at }) => at / 1000),
    values,
    edges: runningSums(values),
    totals,
  };
}

/** Index of the greatest total; -1 without points. */
export function peakIndex({ totals }: ChartData): number {
  let peak = -1;
  totals.forEach((total, index) => {
    if (peak < 0 || Number(total) > Number(totals[peak])) peak = index;
  });
  return peak;
}

function pointsWithin({ points, head }: Series, hours: number): SeriesPoint[] {
  const last = points.at(-1);
  const all = head && (!last || head.at > last.at) ? [...points, head] : [...points];
  const end = all.at(-1)?.at ?? 0;
  return all.filter(({ at }) => at >= end - hours * HOUR_MS);
}

function runningSums(columns: readonly (readonly number[])[]): number[][] {
  const sums: number[][] = [];
  for (const column of columns) {
    const below = sums.at(-1);
    sums.push(column.map((value, index) => value + (below?.[index] ?? 0)));
  }
  return sums;
}

function roundedCents(value: number): number {
  return Math.round(value * 100) / 100;
}
