import { DateTime, IANAZone } from 'luxon';
import { RowFault } from './value.js';

const DAY = { days: 1 };
const MINUTE_MS = 60_000;
const QUARTER_MS = 15 * MINUTE_MS;
const HALF_DAY_MS = 43_200_000;
const DAY_MS = 86_400_000;

/** Formats that are no pattern. */
const SPECIAL_FORMATS: ReadonlySet<string> = new Set(['iso', 'epoch-ms', 'epoch-s']);

/** Whether luxon knows every part of a date format, or it is one of `iso`, `epoch-ms`, `epoch-s`. */
export function isTimeFormat(format: string): boolean {
  if (SPECIAL_FORMATS.has(format)) return true;
  // luxon takes letters that it does not know literally, and then nothing ever fits.
  const letters = withoutQuoted(format).match(/[A-Za-z]+/g) ?? [];
  return letters.length > 0 && letters.every((token) => KNOWN_TOKENS.test(token));
}

const KNOWN_TOKENS =
  /^(?:y{1,6}|yy|M{1,5}|L{1,5}|d{1,2}|o{1,3}|H{1,2}|h{1,2}|m{1,2}|s{1,2}|S{1,3}|u|uu|uuu|a|Z{1,3}|z|E{1,5}|c{1,5}|T)+$/;

/** Whether the platform knows the IANA zone. */
export function isZoneName(zone: string): boolean {
  return IANAZone.isValidZone(zone);
}

/**
 * A reader of times as a file writes them: epoch milliseconds of a text in the first of the formats that fits, in a zone
 * where the text names none. Throws a {@link RowFault}.
 */
export function timeReader(formats: readonly string[], zone: string): (text: string) => number {
  const readers = formats.map((format) => readerOf(format, zone));
  return (text) => {
    for (const read of readers) {
      const timeMs = read(text);
      if (timeMs !== undefined) return timeMs;
    }
    throw new RowFault('unreadable-time', `"${text}" is no time in the form ${formats.join(' or ')}`);
  };
}

function readerOf(format: string, zone: string): (text: string) => number | undefined {
  if (format === 'epoch-ms' || format === 'epoch-s') {
    const scale = format === 'epoch-ms' ? 1 : 1000;
    return (text) => (/^\d{1,16}$/.test(text) ? Number(text) * scale : undefined);
  }
  if (format === 'iso') return (text) => millisOf(DateTime.fromISO(text, { zone }));
  // Built once: parsing the format is most of the work of luxon's fromFormat.
  const parser = DateTime.buildFormatParser(format, { locale: 'en' });
  if (NAMES_ZONE.test(withoutQuoted(format))) {
    return (text) => millisOf(DateTime.fromFormatParser(text, parser, { zone, locale: 'en' }));
  }
  const toEpoch = localTime(zone);
  return (text) => {
    const wallMs = millisOf(DateTime.fromFormatParser(text, parser, { zone: 'utc', locale: 'en' }));
    return wallMs === undefined ? undefined : toEpoch(wallMs);
  };
}

const NAMES_ZONE = /[zZ]/;

function withoutQuoted(format: string): string {
  return format.replace(/'[^']*'/g, '');
}

/**
 * Epoch milliseconds of a wall clock's time (written as if it were UTC). luxon knows the zone, but asks Intl each time,
 * which is most of the time of a replay; so offsets are remembered at each quarter of an hour, and hold up to the next one
 * where that has the same: clocks that change do it on a quarter, but in Newfoundland until 2011. Of a time that comes twice the first is taken, one that is left out is moved by the gap, as luxon does.
 */
function localTime(zone: string): (wallMs: number) => number {
  const ianaZone = IANAZone.create(zone);
  const offsets = new Map<number, number>();
  const ask = (timeMs: number): number => Math.round(ianaZone.offset(timeMs) * MINUTE_MS);
  const atStartOf = (quarter: number): number => {
    const known = offsets.get(quarter);
    if (known !== undefined) return known;
    const offsetMs = ask(quarter * QUARTER_MS);
    offsets.set(quarter, offsetMs);
    return offsetMs;
  };
  const offsetMsAt = (timeMs: number): number => {
    const quarter = Math.floor(timeMs / QUARTER_MS);
    const offsetMs = atStartOf(quarter);
    return offsetMs === atStartOf(quarter + 1) ? offsetMs : ask(timeMs);
  };
  return (wallMs) => {
    const before = wallMs - offsetMsAt(wallMs - DAY_MS);
    const after = wallMs - offsetMsAt(wallMs + DAY_MS);
    if (offsetMsAt(before) === wallMs - before) return before;
    if (offsetMsAt(after) === wallMs - after) return after;
    return before;
  };
}

function millisOf(time: DateTime): number | undefined {
  return time.isValid ? time.toMillis() : undefined;
}

/**
 * A time of day that the file gives under the date of another: more than twelve hours before that other one, it belongs to
 * the next day. By the calendar of the zone, so a clock change in that night makes no hour of difference.
 */
export function afterMidnight(timeMs: number, otherMs: number, zone: string): number {
  if (timeMs >= otherMs - HALF_DAY_MS) return timeMs;
  return DateTime.fromMillis(timeMs, { zone }).plus(DAY).toMillis();
}

/** Seconds of `1:02:03`, `2:03`, `123` or `123.5`; undefined when it is none of them. */
export function durationSeconds(text: string): number | undefined {
  const match = /^(?:(?:(\d{1,4}):)?([0-5]?\d):)?(\d{1,7}(?:\.\d{1,6})?)$/.exec(text);
  if (!match) return undefined;
  const [, hours = '0', minutes, seconds = ''] = match;
  if (minutes !== undefined && Number(seconds) >= 60) return undefined;
  return Number(hours) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds);
}
