import fc from 'fast-check';

import { budgetPeriodOf, plannedMicros, type Budget, type BudgetProfile } from '#libs/domain';

import { zonedCalendar } from './zoned-calendar.js';

const at = (iso: string): number => Date.parse(iso);
const HOUR_MS = 3_600_000;

const budget = (over: Partial<Budget> = {}): Budget => ({
  budgetId: 'b',
  scope: 'all',
  id: 'all',
  period: 'month',
  amountMicros: 31_000_000_000n,
  currency: 'EUR',
  status: 'approved',
  version: 1,
  ...over,
});
const nightAndDay = Array.from({ length: 24 }, (_, hour) => (hour === 2 ? 3 : 1));

const PROFILES: readonly BudgetProfile[] = [
  { hourWeights: nightAndDay, weekdayWeights: [1, 2, 3, 4, 5, 6, 7] },
  { hourOfWeekWeights: Array.from({ length: 168 }, (_, index) => index % 5) },
  { dayWeights: Array.from({ length: 28 }, (_, index) => index % 3), hourWeights: nightAndDay },
  { hourOfPeriodWeights: Array.from({ length: 700 }, (_, index) => (index % 7) / 10) },
];

/** What a budget plans depends on the zone's clock changes, which only the real calendar has. */
describe('plannedMicros where the clocks change', () => {
  it.each(['Europe/Berlin', 'America/Havana', 'America/Sao_Paulo', 'Australia/Lord_Howe', 'Pacific/Apia'])(
    'adds up to the amount in %s',
    (zone) => {
      const calendar = zonedCalendar(zone);
      fc.assert(
        fc.property(
          fc.constantFrom('month', 'quarter', 'year'),
          fc.integer({ min: at('2010-01-01T00:00:00Z'), max: at('2012-12-31T00:00:00Z') }),
          fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 }),
          fc.constantFrom(...PROFILES),
          (period, tMs, cuts, profile) => {
            const plan = budget({ period, profile });
            const { startMs, endMs } = budgetPeriodOf(plan, calendar, tMs);
            const inner = cuts.map((share) => Math.floor(startMs + share * (endMs - startMs))).sort((a, b) => a - b);
            let sum = 0n;
            let fromMs = startMs;
            for (const toMs of [...inner, endMs]) {
              sum += plannedMicros(plan, calendar, fromMs, toMs);
              fromMs = toMs;
            }
            expect(sum).toBe(plan.amountMicros);
          },
        ),
        { numRuns: 60 },
      );
    },
  );

  it('plans an hour that comes twice twice, and one that is left out not at all', () => {
    const calendar = zonedCalendar('Europe/Berlin');
    const plan = budget({ profile: { hourWeights: nightAndDay } });
    const ratioOfDay = (day: string): number => {
      const { startMs, endMs } = calendar.dayOf(at(day));
      const plainHour = plannedMicros(plan, calendar, endMs - HOUR_MS, endMs);
      return Number(plannedMicros(plan, calendar, startMs, endMs)) / Number(plainHour);
    };
    expect(ratioOfDay('2026-10-24T12:00:00Z')).toBeCloseTo(26, 5);
    expect(ratioOfDay('2026-10-25T12:00:00Z')).toBeCloseTo(29, 5);
    expect(ratioOfDay('2026-03-29T12:00:00Z')).toBeCloseTo(23, 5);
  });
});
