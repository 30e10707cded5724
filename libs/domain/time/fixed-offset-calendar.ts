import type { Calendar, TimeSpan } from './calendar.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * The calendar of a place whose clocks never change, `offsetMs` ahead of UTC: what tests and virtual time need. The
 * organisation's own zone is the calendar adapter's, which knows clock changes.
 */
export function fixedOffsetCalendar(offsetMs: number): Calendar {
  const span = (from: number, to: number): TimeSpan => ({ startMs: from - offsetMs, endMs: to - offsetMs });
  const months = (tMs: number, count: number): TimeSpan => {
    const wall = new Date(tMs + offsetMs);
    const first = Math.floor(wall.getUTCMonth() / count) * count;
    return span(Date.UTC(wall.getUTCFullYear(), first), Date.UTC(wall.getUTCFullYear(), first + count));
  };
  const floor = (tMs: number, sizeMs: number): number => Math.floor((tMs + offsetMs) / sizeMs) * sizeMs;
  return {
    zone: `UTC${offsetMs < 0 ? '-' : '+'}${String(Math.abs(offsetMs) / HOUR_MS)}`,
    dayOf: (tMs) => span(floor(tMs, DAY_MS), floor(tMs, DAY_MS) + DAY_MS),
    monthOf: (tMs) => months(tMs, 1),
    quarterOf: (tMs) => months(tMs, 3),
    yearOf: (tMs) => months(tMs, 12),
    hourOf: (tMs) => {
      const wall = new Date(tMs + offsetMs);
      const startMs = floor(tMs, HOUR_MS);
      return {
        ...span(startMs, startMs + HOUR_MS),
        weekday: (wall.getUTCDay() + 6) % 7,
        hour: wall.getUTCHours(),
      };
    },
  };
}
