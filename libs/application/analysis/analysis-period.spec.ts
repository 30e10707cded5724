import fc from 'fast-check';

import { zonedCalendar } from '#libs/adapters/calendar';
import { rfc3339 } from '#libs/domain';

import { monthCuts, periodSpan, type PeriodName } from './analysis-period.js';

const SHANGHAI = zonedCalendar('Asia/Shanghai');
const AS_OF_MS = Date.parse('2026-11-28T06:20:00.000Z');
const DAY_MS = 86_400_000;

describe('periodSpan', () => {
  it.each<[PeriodName, string, string]>([
    ['this-month', '2026-10-31T16:00:00.000Z', '2026-11-28T06:20:00.000Z'],
    ['last-month', '2026-09-30T16:00:00.000Z', '2026-10-31T16:00:00.000Z'],
    ['last-7-days', '2026-11-21T06:20:00.000Z', '2026-11-28T06:20:00.000Z'],
    ['2026-09', '2026-08-31T16:00:00.000Z', '2026-09-30T16:00:00.000Z'],
    ['2026-11', '2026-10-31T16:00:00.000Z', '2026-11-28T06:20:00.000Z'],
    ['2027-01', '2026-12-31T16:00:00.000Z', '2026-12-31T16:00:00.000Z'],
  ])('cuts %s in the organisation’s zone, up to where the stream stands', (period, from, to) => {
    const { fromMs, toMs } = periodSpan(period, SHANGHAI, AS_OF_MS);
    expect([fromMs, toMs].map(rfc3339)).toEqual([from, to]);
  });
});

describe('monthCuts', () => {
  const cutsOf = (from: string, to: string): string[] =>
    monthCuts({ fromMs: Date.parse(from), toMs: Date.parse(to) }, SHANGHAI).map(
      ({ sign, atMs }) => `${sign > 0 ? '+' : '-'}${rfc3339(atMs)}`,
    );

  it('reads a month where it ends, and takes away what was before in a part of one', () => {
    expect(cutsOf('2026-09-30T16:00:00Z', '2026-10-31T16:00:00Z')).toEqual(['+2026-10-31T16:00:00.000Z']);
    expect(cutsOf('2026-10-28T00:00:00Z', '2026-11-04T00:00:00Z')).toEqual([
      '+2026-10-31T16:00:00.000Z',
      '-2026-10-28T00:00:00.000Z',
      '+2026-11-04T00:00:00.000Z',
    ]);
    expect(cutsOf('2026-11-04T00:00:00Z', '2026-11-04T00:00:00Z')).toEqual([]);
  });

  it.each(['Asia/Shanghai', 'Europe/Berlin', 'America/Havana', 'Pacific/Apia'])(
    'adds up to the span in %s: of something that grows evenly it is its length',
    (zone) => {
      const calendar = zonedCalendar(zone);
      const anyTime = fc.integer({ min: Date.UTC(2011, 0, 1), max: Date.UTC(2012, 11, 31) });
      fc.assert(
        fc.property(anyTime, fc.integer({ min: 0, max: 100 * DAY_MS }), (fromMs, lengthMs) => {
          const cuts = monthCuts({ fromMs, toMs: fromMs + lengthMs }, calendar);
          const sum = cuts.reduce((total, { atMs, monthStartMs, sign }) => total + sign * (atMs - monthStartMs), 0);
          expect(sum).toBe(lengthMs);
          for (const { atMs, monthStartMs } of cuts) {
            expect(atMs).toBeGreaterThan(monthStartMs);
            expect(atMs).toBeLessThanOrEqual(calendar.monthOf(monthStartMs).endMs);
          }
        }),
      );
    },
  );
});
