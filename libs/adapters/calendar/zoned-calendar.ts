import type { Calendar, LocalHour, TimeSpan } from '#libs/domain';

import { zoneOffset } from './zone-offset.js';

const HOUR_MS = 3_600_000;

/** The Gregorian calendar repeats after 400 years. */
const CYCLE_YEARS = 400;
const CYCLE_MS = 146_097 * 24 * HOUR_MS;

/** No zone is further than 15 hours from UTC (Apia's day across the date line included). */
const MAX_OFFSET_MS = 15 * HOUR_MS;

/** Spans that are remembered for each unit: the one in use, and those that late events and windows reach back to. */
const REMEMBERED_SPANS = 4;

type Midnight = (year: number, month: number, day: number) => number;
type Bounds = (wall: Date, shift: number, midnight: Midnight) => number;

/**
 * Days, months, quarters, years and local hours of an IANA zone, cached. luxon knows the zone's offsets; where a day
 * starts is decided here, because luxon's `startOf` takes either of two midnights (Havana in November) depending on
 * the time it starts from, and then days would overlap. A day starts at the first moment at which the wall clock shows
 * its date or a later one. Throws RangeError when the zone is unknown.
 */
export function zonedCalendar(zone: string): Calendar {
  const offsetMsAt = zoneOffset(zone);
  const midnight: Midnight = (year, month, day) => firstMomentOf(wallMsOf(year, month, day), offsetMsAt);
  const spans = (bounds: Bounds): ((tMs: number) => TimeSpan) => {
    return remember((tMs) => spanAround(tMs, new Date(tMs + offsetMsAt(tMs)), bounds, midnight));
  };
  return {
    zone,
    dayOf: spans((wall, shift, at) => at(wall.getUTCFullYear(), wall.getUTCMonth(), wall.getUTCDate() + shift)),
    monthOf: spans((wall, shift, at) => at(wall.getUTCFullYear(), wall.getUTCMonth() + shift, 1)),
    quarterOf: spans((wall, shift, at) => {
      return at(wall.getUTCFullYear(), (Math.floor(wall.getUTCMonth() / 3) + shift) * 3, 1);
    }),
    yearOf: spans((wall, shift, at) => at(wall.getUTCFullYear() + shift, 0, 1)),
    hourOf: remember((tMs) => localHourAt(tMs, offsetMsAt)),
  };
}

/**
 * The period whose wall clock is shown at `tMs`; one later when the clocks went back over its end (St John's, until
 * 2011, showed a minute of the next day and then the last hour once more).
 */
function spanAround(tMs: number, wall: Date, bounds: Bounds, midnight: Midnight): TimeSpan {
  let shift = 0;
  while (bounds(wall, shift + 1, midnight) <= tMs) shift += 1;
  return { startMs: bounds(wall, shift, midnight), endMs: bounds(wall, shift + 1, midnight) };
}

/** Midnight of a date as if it were UTC; one cycle later and back, as Date.UTC takes the years 0 to 99 for 1900 to 1999. */
function wallMsOf(year: number, month: number, day: number): number {
  return Date.UTC(year + CYCLE_YEARS, month, day) - CYCLE_MS;
}

/** The first moment at which the wall clock shows `wallMs` (a wall time written as if it were UTC) or later. */
function firstMomentOf(wallMs: number, offsetMsAt: (tMs: number) => number): number {
  const beforeMs = wallMs - MAX_OFFSET_MS;
  const afterMs = wallMs + MAX_OFFSET_MS;
  const offsetBeforeMs = offsetMsAt(beforeMs);
  const offsetAfterMs = offsetMsAt(afterMs);
  const plainMs = wallMs - offsetBeforeMs;
  if (offsetBeforeMs === offsetAfterMs) return plainMs;
  const changeMs = clockChangeWithin(beforeMs, afterMs, offsetMsAt);
  return plainMs < changeMs ? plainMs : Math.max(changeMs, wallMs - offsetAfterMs);
}

function localHourAt(tMs: number, offsetMsAt: (tMs: number) => number): LocalHour {
  const wallMs = tMs + offsetMsAt(tMs);
  const wall = new Date(wallMs);
  let startMs = tMs - modulo(wallMs, HOUR_MS);
  let endMs = startMs + HOUR_MS;
  if (offsetMsAt(startMs) !== offsetMsAt(tMs)) startMs = clockChangeWithin(startMs, tMs, offsetMsAt);
  if (offsetMsAt(endMs - 1) !== offsetMsAt(tMs)) endMs = clockChangeWithin(tMs, endMs - 1, offsetMsAt);
  return { startMs, endMs, weekday: (wall.getUTCDay() + 6) % 7, hour: wall.getUTCHours() };
}

/** The moment in (fromMs, toMs] from which the offset of `toMs` holds. One change at most lies between them. */
function clockChangeWithin(fromMs: number, toMs: number, offsetMsAt: (tMs: number) => number): number {
  const offsetAfterMs = offsetMsAt(toMs);
  let lowMs = fromMs;
  let highMs = toMs;
  while (highMs - lowMs > 1) {
    const middleMs = Math.floor((lowMs + highMs) / 2);
    if (offsetMsAt(middleMs) === offsetAfterMs) highMs = middleMs;
    else lowMs = middleMs;
  }
  return highMs;
}

/** Answers from the spans found last before it computes. */
function remember<Span extends TimeSpan>(compute: (tMs: number) => Span): (tMs: number) => Span {
  const recent: Span[] = [];
  return (tMs) => {
    for (const span of recent) if (tMs >= span.startMs && tMs < span.endMs) return span;
    const span = compute(tMs);
    if (recent.length === REMEMBERED_SPANS) recent.pop();
    recent.unshift(span);
    return span;
  };
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}
