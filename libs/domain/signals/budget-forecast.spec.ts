import fc from 'fast-check';

import { parseMicros } from '../money/index.js';
import type { BudgetForecastRule } from '../reference/index.js';
import { appliedTo, at, COMMON, MARCH_BUDGET, SHANGHAI } from './applied.fixture.js';
import { evaluateBudgetForecast, projectSpend, type PeriodObservation } from './budget-forecast.js';

const START = at('2026-03-01T00:00:00+08:00');
const DAY = 86_400_000;
const rule: BudgetForecastRule = {
  ...COMMON,
  kind: 'budget-forecast',
  limitRatio: 1,
  dailySpreadRatio: 0.2,
  minimumObservedMs: DAY,
};
const applied = { ...appliedTo(rule), budget: MARCH_BUDGET };

/** Spend at an even pace of CNY `perDay` since `sinceMs`. */
const even = (perDay: string, days: number, sinceMs = START): PeriodObservation => {
  const asOfMs = START + days * DAY;
  return {
    calendar: SHANGHAI,
    asOfMs,
    observedSinceMs: sinceMs,
    spentMicros: (fromMs) => (parseMicros(perDay) * BigInt(asOfMs - Math.max(fromMs, sinceMs))) / BigInt(DAY),
  };
};

describe('projectSpend', () => {
  it('is what was spent and the rest of the plan at the pace so far', () => {
    expect(projectSpend(MARCH_BUDGET, 0.2, even('1200', 10))?.expectedMicros).toBe(parseMicros('37200'));
  });

  it('takes the pace from what was observed where the start of the period was not', () => {
    const projection = projectSpend(MARCH_BUDGET, 0.2, even('1200', 20, START + 18 * DAY));
    expect(projection).toMatchObject({ expectedMicros: parseMicros('15600'), observedMs: 2 * DAY });
  });

  it('lies in its interval, which narrows with the days and is nothing at the end', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 1, max: 30 }), (perDay, days) => {
        const [now, later] = [days, days + 1].map((each) =>
          projectSpend(MARCH_BUDGET, 0.2, even(String(perDay), each)),
        );
        expect(now!.lowMicros).toBeLessThanOrEqual(now!.expectedMicros);
        expect(now!.highMicros).toBeGreaterThanOrEqual(now!.expectedMicros);
        expect(later!.highMicros - later!.lowMicros).toBeLessThan(now!.highMicros - now!.lowMicros);
      }),
    );
    const end = projectSpend(MARCH_BUDGET, 0.2, even('900', 31))!;
    expect([end.lowMicros, end.highMicros]).toEqual([parseMicros('27900'), parseMicros('27900')]);
  });
});

describe('evaluateBudgetForecast', () => {
  it.each([
    ['on plan', even('1000', 10), false],
    ['over, within what days stray', even('1040', 4), false],
    ['over, whatever the days bring', even('1200', 10), true],
    ['twice the plan, but only half a day of it', even('2000', 0.5), false],
    ['twice the plan from the first day on', even('2000', 1), true],
  ])('%s', (_, observation, condition) => {
    expect(evaluateBudgetForecast(applied, observation).condition).toBe(condition);
  });

  it('says the interval, and is critical once its low end is beyond the tolerance', () => {
    const verdict = evaluateBudgetForecast(applied, even('1200', 20));
    expect(verdict).toMatchObject({ severity: 'critical', threshold: 1, unit: 'ratio', window: 'month' });
    expect(verdict.summary).toBe(
      'Channel voice is on its way to 116.8% to 123.1% of its budget of the month: CNY 37200.00 of 31000.00 expected at its end',
    );
    expect(evaluateBudgetForecast(applied, even('1100', 20)).severity).toBe('warning');
  });
});
