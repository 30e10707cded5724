import { fixedOffsetCalendar, formatMicros } from '#libs/domain';
import type { MonthToDateQuery } from '../ledger/index.js';
import { DecisionRefused } from './decisions.js';
import { lastPeriodProfile } from './last-period.js';

const HOUR_MS = 3_600_000;
const calendar = fixedOffsetCalendar(8 * HOUR_MS);
const NOW_MS = Date.parse('2026-11-16T00:00:00+08:00');
const VOICE = { scope: 'channel', id: 'voice', period: 'month' } as const;

/** A ledger that has every hour from `sinceMs` on: 3 an hour from 9 to 17 o'clock of workdays, else 1. */
function ledgerSince(sinceMs: number, asked: MonthToDateQuery[] = []) {
  const spent = (hourMs: number): bigint => {
    const { weekday, hour } = calendar.hourOf(hourMs);
    return weekday < 5 && hour >= 9 && hour < 17 ? 3_000_000n : 1_000_000n;
  };
  return {
    monthToDate: (query: MonthToDateQuery) => {
      asked.push(query);
      return Promise.resolve(
        query.moments.map(({ atMs, monthStartMs }) => {
          if (atMs <= sinceMs) return null;
          let total = 0n;
          for (let hourMs = Math.max(monthStartMs, sinceMs); hourMs < atMs; hourMs += HOUR_MS) total += spent(hourMs);
          return formatMicros(total);
        }),
      );
    },
  };
}

async function faultOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof DecisionRefused) return error.faults.map(({ path, message }) => `${path} ${message}`).join();
    throw error;
  }
  return 'none';
}

describe('the profile of the last period', () => {
  it.each(['month', 'quarter'] as const)(
    'has the shape of what the %s spent, hour by hour of the week',
    async (period) => {
      const { hourOfWeekWeights, source } = await lastPeriodProfile(
        ledgerSince(0),
        { ...VOICE, period },
        calendar,
        NOW_MS,
      );
      // 40 hours of 3 and 128 of 1: 248 parts of a million.
      const [night, noon] = [1_000_000 / 248, 3_000_000 / 248];
      expect(hourOfWeekWeights).toHaveLength(168);
      expect(hourOfWeekWeights!.reduce((sum, weight) => sum + weight, 0)).toBe(1_000_000);
      for (const [index, weight] of hourOfWeekWeights!.entries()) {
        const isOffice = index < 120 && index % 24 >= 9 && index % 24 < 17;
        expect(Math.abs(weight - (isOffice ? noon : night))).toBeLessThan(1);
      }
      const start = period === 'month' ? '2026-09-30T16:00:00.000Z' : '2026-06-30T16:00:00.000Z';
      const end = period === 'month' ? '2026-10-31T16:00:00.000Z' : '2026-09-30T16:00:00.000Z';
      expect(source).toBe(`spend of ${start} to ${end}`);
    },
  );

  it('asks for a dimension’s part of the whole', async () => {
    const asked: MonthToDateQuery[] = [];
    const plan = { ...VOICE, scope: 'dimension', id: 'labour' } as const;
    await lastPeriodProfile(ledgerSince(0, asked), plan, calendar, NOW_MS);
    expect(asked).toMatchObject([{ scope: 'all', id: 'all', dimension: 'labour' }]);
  });

  it('takes what is on record if that is a week, and refuses less, nothing, and what has no windows', async () => {
    const end = Date.parse('2026-11-01T00:00:00+08:00');
    const since = (hours: number) => lastPeriodProfile(ledgerSince(end - hours * HOUR_MS), VOICE, calendar, NOW_MS);
    // The first hour on record may be one in part.
    expect(await faultOf(since(169))).toBe('none');
    const short = /^profile last-period, 2026-09-30T16:00:00.000Z to 2026-10-31T16:00:00.000Z, has less than a week/;
    expect(await faultOf(since(168))).toMatch(short);
    expect(await faultOf(since(0))).toMatch(short);
    const nothing = { monthToDate: ({ moments }: MonthToDateQuery) => Promise.resolve(moments.map(() => '0.00')) };
    expect(await faultOf(lastPeriodProfile(nothing, VOICE, calendar, NOW_MS))).toMatch(short);
    const system = { ...VOICE, scope: 'system', id: 'crm' } as const;
    expect(await faultOf(lastPeriodProfile(ledgerSince(0), system, calendar, NOW_MS))).toMatch(
      /ledger has no windows of it/,
    );
  });
});
