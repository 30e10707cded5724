import fc from 'fast-check';

import { fixedOffsetCalendar, type TimeSpan } from '#libs/domain';

import { zonedCalendar } from './zoned-calendar.js';

const at = (iso: string): number => Date.parse(iso);
const HOUR_MS = 3_600_000;

/** Zones whose clocks change at midnight, by half an hour, backwards over a date, or across the date line. */
const ZONES = [
  'UTC',
  'Asia/Shanghai',
  'Europe/Berlin',
  'America/New_York',
  'America/Havana',
  'America/Sao_Paulo',
  'America/St_Johns',
  'America/Santiago',
  'Africa/Cairo',
  'Africa/Casablanca',
  'Asia/Beirut',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Chatham',
];
const UNITS = ['dayOf', 'monthOf', 'quarterOf', 'yearOf', 'hourOf'] as const;

/** What the wall shows according to Intl, the independent judge of these tests. */
const wallParts = (zone: string): ((tMs: number) => Record<string, string>) => {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
  });
  return (tMs) => Object.fromEntries(format.formatToParts(tMs).map(({ type, value }) => [type, value]));
};

const anyTimeMs = fc.integer({ min: at('1975-01-01T00:00:00Z'), max: at('2036-12-31T00:00:00Z') });

describe('zonedCalendar', () => {
  it.each(ZONES)('tiles time in %s without gap or overlap', (zone) => {
    const calendar = zonedCalendar(zone);
    fc.assert(
      fc.property(anyTimeMs, fc.constantFrom(...UNITS), (tMs, unit) => {
        const span = calendar[unit](tMs);
        expect(span.startMs).toBeLessThanOrEqual(tMs);
        expect(span.endMs).toBeGreaterThan(tMs);
        // A fresh calendar, so that the neighbours are computed and not remembered.
        const fresh = zonedCalendar(zone);
        expect(fresh[unit](span.endMs).startMs).toBe(span.endMs);
        expect(fresh[unit](span.startMs - 1).endMs).toBe(span.startMs);
        expect(fresh[unit](span.startMs)).toEqual(span);
        expect(fresh[unit](span.endMs - 1)).toEqual(span);
      }),
      { numRuns: 150 },
    );
  });

  it.each(ZONES)('knows the first centuries in %s too', (zone) => {
    const ancientMs = fc.integer({ min: at('0001-01-02T00:00:00Z'), max: at('0200-12-31T00:00:00Z') });
    fc.assert(
      fc.property(ancientMs, fc.constantFrom(...UNITS), (tMs, unit) => {
        const calendar = zonedCalendar(zone);
        const span = calendar[unit](tMs);
        expect([span.startMs <= tMs, span.endMs > tMs]).toEqual([true, true]);
        expect(calendar[unit](span.endMs).startMs).toBe(span.endMs);
      }),
      { numRuns: 50 },
    );
    expect(zonedCalendar('UTC').monthOf(at('0099-12-31T23:59:59Z'))).toEqual({
      startMs: at('0099-12-01T00:00:00Z'),
      endMs: at('0100-01-01T00:00:00Z'),
    });
  });

  it.each(ZONES)('tiles every day of fifteen years in %s, clock changes included', (zone) => {
    const calendar = zonedCalendar(zone);
    const starts: number[] = [];
    let tMs = calendar.dayOf(at('2005-01-01T12:00:00Z')).startMs;
    while (tMs < at('2020-01-01T00:00:00Z')) {
      const day = calendar.dayOf(tMs);
      starts.push(day.startMs);
      tMs = day.endMs;
    }
    expect(starts.length).toBeGreaterThan(5470);
    const fromBehind = zonedCalendar(zone);
    expect(starts.filter((startMs) => fromBehind.dayOf(startMs - 1).endMs !== startMs)).toEqual([]);
  });

  it.each(ZONES)('cuts the days of two years in %s into local hours exactly', (zone) => {
    const calendar = zonedCalendar(zone);
    for (let dayMs = at('2010-01-01T12:00:00Z'); dayMs < at('2012-01-01T00:00:00Z'); dayMs += 24 * HOUR_MS) {
      const day = calendar.dayOf(dayMs);
      const cuts: number[] = [];
      const starts: number[] = [];
      let tMs = day.startMs;
      while (tMs < day.endMs) {
        const hour = calendar.hourOf(tMs);
        cuts.push(tMs);
        starts.push(hour.startMs);
        tMs = hour.endMs;
      }
      expect(starts).toEqual(cuts);
      expect(tMs).toBe(day.endMs);
    }
  });

  it.each(ZONES)('shows the weekday and hour of the wall in %s', (zone) => {
    const calendar = zonedCalendar(zone);
    const parts = wallParts(zone);
    fc.assert(
      fc.property(anyTimeMs, (tMs) => {
        const hour = calendar.hourOf(tMs);
        expect(String(hour.hour).padStart(2, '0')).toBe(parts(tMs)['hour']);
        expect(['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'][hour.weekday]).toBe(parts(tMs)['weekday']);
      }),
      { numRuns: 150 },
    );
  });

  it.each(ZONES)('puts times of one wall month into one month in %s', (zone) => {
    const calendar = zonedCalendar(zone);
    const parts = wallParts(zone);
    fc.assert(
      fc.property(anyTimeMs, (tMs) => {
        const month = calendar.monthOf(tMs);
        const first = parts(month.startMs + 12 * HOUR_MS);
        expect(first['day']).toBe('01');
        expect(first['month']).toBe(parts(tMs)['month']);
      }),
      { numRuns: 150 },
    );
  });

  it('agrees with the calendar of a fixed offset where the clocks never change', () => {
    const india = zonedCalendar('Asia/Kolkata');
    const fixed = fixedOffsetCalendar(5.5 * HOUR_MS);
    fc.assert(
      fc.property(anyTimeMs, fc.constantFrom(...UNITS), (tMs, unit) => {
        expect(fixed[unit](tMs)).toEqual(india[unit](tMs));
      }),
    );
  });

  const span = (from: string, to: string): TimeSpan => ({ startMs: at(from), endMs: at(to) });
  it.each([
    ['Asia/Shanghai', 'dayOf', '2026-03-01T12:00:00Z', span('2026-02-28T16:00:00Z', '2026-03-01T16:00:00Z')],
    ['Asia/Shanghai', 'monthOf', '2026-02-28T15:59:59Z', span('2026-01-31T16:00:00Z', '2026-02-28T16:00:00Z')],
    ['Asia/Shanghai', 'quarterOf', '2026-05-05T00:00:00Z', span('2026-03-31T16:00:00Z', '2026-06-30T16:00:00Z')],
    ['Asia/Shanghai', 'yearOf', '2025-12-31T16:00:00Z', span('2025-12-31T16:00:00Z', '2026-12-31T16:00:00Z')],
    ['Europe/Berlin', 'dayOf', '2026-03-29T12:00:00Z', span('2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z')],
    ['Europe/Berlin', 'dayOf', '2026-10-25T12:00:00Z', span('2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z')],
    // Two midnights: the day starts at the first.
    ['America/Havana', 'dayOf', '2026-11-01T12:00:00Z', span('2026-11-01T04:00:00Z', '2026-11-02T05:00:00Z')],
    // No midnight: the day starts when the clocks show one.
    ['America/Sao_Paulo', 'dayOf', '2018-11-04T12:00:00Z', span('2018-11-04T03:00:00Z', '2018-11-05T02:00:00Z')],
    // 30 December 2011 never was.
    ['Pacific/Apia', 'dayOf', '2011-12-30T09:59:59Z', span('2011-12-29T10:00:00Z', '2011-12-30T10:00:00Z')],
    ['Pacific/Apia', 'dayOf', '2011-12-30T10:00:00Z', span('2011-12-30T10:00:00Z', '2011-12-31T10:00:00Z')],
  ] as const)('%s %s(%s)', (zone, unit, time, expected) => {
    expect(zonedCalendar(zone)[unit](at(time))).toEqual(expected);
  });

  it('refuses a zone that does not exist, and says what to write', () => {
    expect(() => zonedCalendar('Asia/Peking')).toThrow('unknown time zone: "Asia/Peking". Use an IANA name');
  });
});
