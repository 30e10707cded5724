import type { LiveDelta, LiveSnapshot, Series, SeriesDelta, SeriesPoint } from './snapshot.js';

/** The snapshot that a reader has after a delta: equal to the one the server had when it sent it. */
export function applyDelta(snapshot: LiveSnapshot, delta: LiveDelta): LiveSnapshot {
  const { series, seriesTail, ...sections } = delta;
  return { ...snapshot, ...sections, series: series ?? continued(snapshot.series, seriesTail) };
}

function continued(series: Series, tail: SeriesDelta | undefined): Series {
  if (!tail) return series;
  const pointsByTime = new Map<number, SeriesPoint>();
  for (const point of series.points) {
    if (point.at >= tail.keepFrom && point.at <= tail.keepTo) pointsByTime.set(point.at, point);
  }
  for (const point of tail.points) pointsByTime.set(point.at, point);
  const points = [...pointsByTime.values()].sort((a, b) => a.at - b.at);
  return { ...series, points, head: tail.head };
}
