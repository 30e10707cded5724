import fc from 'fast-check';

import { parseMicros } from '../money/index.js';
import type { Budget, BudgetProfile } from '../reference/index.js';
import { fixedOffsetCalendar } from '../time/index.js';
import { budgetPeriodOf } from './budget-period.js';
import { plannedMicros } from './planned.js';

const at = (iso: string): number => Date.parse(iso);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const shanghai = fixedOffsetCalendar(8 * HOUR_MS);

const budget = (over: Partial<Budget> = {}): Budget => ({
  budgetId: 'b',
  scope: 'all',
  id: 'all',
  period: 'month',
  amountMicros: parseMicros('31000'),
  currency: 'CNY',
  status: 'approved',
  version: 1,
  ...over,
});

const WORKDAYS: BudgetProfile = { weekdayWeights: [1, 1, 1, 1, 1, 0, 0] };
const OFFICE_HOURS: BudgetProfile = {
  hourWeights: Array.from({ length: 24 }, (_, hour) => (hour >= 9 && hour < 17 ? 1 : 0)),
};

const MONDAY_NINE: BudgetProfile = {
  hourOfWeekWeights: Array.from({ length: 168 }, (_, index) => (index === 9 ? 5 : 0)),
};
const THREE_DAYS: BudgetProfile = { dayWeights: [0.1, 0.2, 0.7] };
const TWO_HOURS: BudgetProfile = {
  hourOfPeriodWeights: Array.from({ length: 26 }, (_, index) => ({ 0: 0.75, 25: 0.25 })[index] ?? 0),
};

const weight = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.double({ min: 0, max: 10, noNaN: true }), fc.constant(0.1));
const weights = (count: number): fc.Arbitrary<number[]> =>
  fc.array(weight, { minLength: count, maxLength: count }).filter((list) => list.some((each) => each > 0));
const profile: fc.Arbitrary<BudgetProfile> = fc.record(
  { weekdayWeights: weights(7), hourWeights: weights(24) },
  { requiredKeys: [] },
);
/** A list for a period: somewhere in the days that each of its kind has, something weighs. */
const explicit = (count: number): fc.Arbitrary<number[]> =>
  fc.tuple(weights(count), fc.array(weight, { maxLength: 3 * count })).map(([sure, more]) => [...sure, ...more]);
const anyProfile: fc.Arbitrary<BudgetProfile> = fc.oneof(
  profile,
  fc.record({ hourOfWeekWeights: weights(168) }),
  fc.record({ dayWeights: explicit(28), hourWeights: weights(24) }, { requiredKeys: ['dayWeights'] }),
  fc.record({ hourOfPeriodWeights: explicit(28) }),
);
const anyBudget = fc
  .record({
    amountMicros: fc.bigInt({ min: 1n, max: 9_999_999_999_999_999n }),
    period: fc.constantFrom('month', 'quarter', 'year'),
    profile: fc.option(anyProfile, { nil: undefined }),
  })
  .map(({ profile: shape, ...rest }) => budget({ ...rest, ...(shape && { profile: shape }) }));
const anyTimeMs = fc.integer({ min: at('2025-01-01T00:00:00Z'), max: at('2026-12-31T00:00:00Z') });

describe('plannedMicros', () => {
  it('is the amount over a whole period, however the period is cut', () => {
    fc.assert(
      fc.property(anyBudget, anyTimeMs, fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (plan, tMs, cuts) => {
        const { startMs, endMs } = budgetPeriodOf(plan, shanghai, tMs);
        const inner = cuts.map((share) => Math.floor(startMs + share * (endMs - startMs))).sort((a, b) => a - b);
        let sum = 0n;
        let fromMs = startMs;
        for (const toMs of [...inner, endMs]) {
          const part = plannedMicros(plan, shanghai, fromMs, toMs);
          expect(part).toBeGreaterThanOrEqual(0n);
          sum += part;
          fromMs = toMs;
        }
        expect(sum).toBe(plan.amountMicros);
      }),
    );
  });

  it('adds up across periods', () => {
    fc.assert(
      fc.property(anyBudget, anyTimeMs, anyTimeMs, anyTimeMs, (plan, ...times) => {
        const [fromMs, middleMs, toMs] = times.sort((a, b) => a - b);
        expect(plannedMicros(plan, shanghai, fromMs, toMs)).toBe(
          plannedMicros(plan, shanghai, fromMs, middleMs) + plannedMicros(plan, shanghai, middleMs, toMs),
        );
      }),
    );
  });

  it('equals a sum over every hour, within the rounding', () => {
    fc.assert(
      fc.property(profile, anyTimeMs, fc.integer({ min: 1, max: 30 * 24 }), (shape, tMs, hours) => {
        const plan = budget({ profile: shape });
        const { startMs, endMs } = shanghai.monthOf(tMs);
        const density = (hourMs: number): number => {
          const wall = new Date(hourMs + 8 * HOUR_MS);
          return (
            (shape.weekdayWeights?.[(wall.getUTCDay() + 6) % 7] ?? 1) * (shape.hourWeights?.[wall.getUTCHours()] ?? 1)
          );
        };
        let total = 0;
        let part = 0;
        const untilMs = Math.min(endMs, startMs + hours * HOUR_MS);
        for (let hourMs = startMs; hourMs < endMs; hourMs += HOUR_MS) {
          total += density(hourMs);
          if (hourMs < untilMs) part += density(hourMs);
        }
        expect(Number(plannedMicros(plan, shanghai, startMs, untilMs))).toBeCloseTo(
          (Number(plan.amountMicros) * part) / total,
          -2,
        );
      }),
    );
  });

  it.each([
    // March 2026: 31 days, of which 22 are workdays; the 1st is a Sunday.
    ['flat, a day', undefined, '2026-03-03T00:00:00+08:00', '2026-03-04T00:00:00+08:00', '1000'],
    ['flat, five minutes', undefined, '2026-03-03T00:00:00+08:00', '2026-03-03T00:05:00+08:00', '3.472222'],
    ['workdays, a Sunday', WORKDAYS, '2026-03-01T00:00:00+08:00', '2026-03-02T00:00:00+08:00', '0'],
    ['workdays, a Monday', WORKDAYS, '2026-03-02T00:00:00+08:00', '2026-03-03T00:00:00+08:00', '1409.090909'],
    ['office hours, a night', OFFICE_HOURS, '2026-03-02T17:00:00+08:00', '2026-03-03T09:00:00+08:00', '0'],
    ['office hours, an hour', OFFICE_HOURS, '2026-03-02T09:00:00+08:00', '2026-03-02T10:00:00+08:00', '125'],
    // 168 weights: Monday 9 o'clock alone; March 2026 has five Mondays.
    ['an hour of the week', MONDAY_NINE, '2026-03-02T09:00:00+08:00', '2026-03-02T10:00:00+08:00', '6200'],
    ['an hour of the week, a part', MONDAY_NINE, '2026-03-30T09:15:00+08:00', '2026-03-30T09:30:00+08:00', '1550'],
    // Explicit: 10%, 20% and 70% on the first three days.
    ['given days, the second', THREE_DAYS, '2026-03-02T00:00:00+08:00', '2026-03-03T00:00:00+08:00', '6200'],
    ['given days, half of the third', THREE_DAYS, '2026-03-03T12:00:00+08:00', '2026-03-04T00:00:00+08:00', '10850'],
    ['given days, beyond', THREE_DAYS, '2026-03-04T00:00:00+08:00', '2026-04-01T00:00:00+08:00', '0'],
    // Explicit: a quarter in the period's 26th hour, the rest in its first.
    ['given hours', TWO_HOURS, '2026-03-02T00:00:00+08:00', '2026-03-02T23:00:00+08:00', '7750'],
    ['given hours, the first', TWO_HOURS, '2026-03-01T00:00:00+08:00', '2026-03-01T01:00:00+08:00', '23250'],
    ['empty', undefined, '2026-03-02T09:00:00+08:00', '2026-03-02T09:00:00+08:00', '0'],
    ['backwards', undefined, '2026-03-02T10:00:00+08:00', '2026-03-02T09:00:00+08:00', '0'],
  ])('%s', (_, shape, from, to, expected) => {
    const plan = budget(shape && { profile: shape });
    expect(plannedMicros(plan, shanghai, at(from), at(to))).toBe(parseMicros(expected));
  });

  it('plans the whole amount for each period that a window spans', () => {
    const january = shanghai.monthOf(at('2026-01-15T00:00:00Z'));
    const march = shanghai.monthOf(at('2026-03-15T00:00:00Z'));
    expect(plannedMicros(budget(), shanghai, january.startMs, march.endMs)).toBe(3n * parseMicros('31000'));
    const lastDay = plannedMicros(budget(), shanghai, march.endMs - DAY_MS, march.endMs + DAY_MS);
    expect(lastDay).toBe(parseMicros('1000') + parseMicros('31000') / 30n);
  });

  it('keeps the weights of each calendar apart', () => {
    const plan = budget({ profile: OFFICE_HOURS });
    const nineInShanghai = at('2026-03-02T09:00:00+08:00');
    const planned = (offsetHours: number): bigint =>
      plannedMicros(plan, fixedOffsetCalendar(offsetHours * HOUR_MS), nineInShanghai, nineInShanghai + HOUR_MS);
    expect([planned(8), planned(0), planned(8)]).toEqual([parseMicros('125'), 0n, parseMicros('125')]);
  });

  it('refuses a profile that weighs nothing', () => {
    const nothing = budget({ profile: { weekdayWeights: [0, 0, 0, 0, 0, 0, 0] } });
    expect(() => plannedMicros(nothing, shanghai, 0, HOUR_MS)).toThrow(/weekday weight/);
  });
});
