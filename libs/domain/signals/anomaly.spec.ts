import fc from 'fast-check';

import { emptyMeasures, type Measures } from '../facts/index.js';
import { parseMicros } from '../money/index.js';
import type { AnomalyRule } from '../reference/index.js';
import { appliedTo, COMMON } from './applied.fixture.js';
import { evaluateAnomaly, medianWeek } from './anomaly.js';
import { hourVariance } from './hour-variance.js';

const rule: AnomalyRule = {
  ...COMMON,
  kind: 'anomaly',
  minimumWeeks: 3,
  deviations: 4,
  relativeRatio: 0.3,
  absoluteMicros: parseMicros('500'),
  severity: 'warning',
};
const costing = (labour: number, over: Partial<Measures> = {}): Measures => ({
  ...emptyMeasures(),
  labour: parseMicros(String(labour)),
  ...over,
});
const judge = (observed: number, past: readonly number[], over: Partial<AnomalyRule> = {}) =>
  evaluateAnomaly(appliedTo({ ...rule, ...over }), {
    observed: costing(observed),
    past: past.map((each) => costing(each)),
  });

describe('evaluateAnomaly', () => {
  it.each([
    ['the usual', 2000, [2000, 1900, 2100], false],
    ['all three over', 3000, [2000, 1900, 2100], true],
    ['much in share, little in money', 300, [100, 100, 100], false],
    ['much in money, little in share', 100_600, [100_000, 100_000, 100_000], false],
    ['both, but it strays as much', 3000, [2000, 1400, 2600], false],
    ['an hour that never varies', 2600, [2000, 2000, 2000], true],
    ['just under the share', 2599.99, [2000, 2000, 2000], false],
    ['too little', 100, [2000, 1900, 2100], false],
    ['too few weeks', 9000, [2000, 2000], false],
    ['one odd week among five', 3000, [2000, 9000, 1950, 2050, 2000], true],
  ])('%s', (_, observed, past, condition) => {
    expect(judge(observed, past).verdict.condition).toBe(condition);
  });

  it('says what is usual and names what cost more', () => {
    const { verdict, contributors } = evaluateAnomaly(appliedTo(rule), {
      observed: costing(2500, { system: parseMicros('600') }),
      past: [costing(2000), costing(1900), costing(2100)],
    });
    expect(verdict.summary).toBe(
      'Channel voice spent CNY 3100.00 in the last hour, usual at this time of the week is 2000.00 (median of 3 weeks), 55.0% more',
    );
    expect(verdict).toMatchObject({ observed: 3100, threshold: 2600, unit: 'CNY an hour', window: '1h' });
    expect(contributors.map(({ id, amount }) => [id, amount])).toEqual([
      ['system', '600.00'],
      ['labour', '500.00'],
    ]);
  });

  it('never fires on an hour that a past week reached, with the median above it', () => {
    const amounts = fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 3, maxLength: 5 });
    fc.assert(
      fc.property(amounts, (past) => {
        const sorted = [...past].sort((a, b) => a - b);
        for (const observed of sorted.slice(0, (sorted.length + 1) >> 1))
          expect(judge(observed, past).verdict.condition).toBe(false);
      }),
    );
  });
});

describe('hourVariance', () => {
  const micros = fc.bigInt({ min: 0n, max: 10n ** 11n });
  const count = fc.integer({ min: 0, max: 5000 });
  const measures = fc
    .record({ labour: micros, system: micros, outsourcing: micros, handledByAgents: count, bots: count, handle: count })
    .map(({ bots, handle, ...rest }) => ({
      ...emptyMeasures(),
      ...rest,
      interactions: rest.handledByAgents + bots,
      handleMicroseconds: handle * 1_000_000,
    }));

  it('adds up to the difference from the week of the median, exactly', () => {
    fc.assert(
      fc.property(measures, fc.array(measures, { minLength: 1, maxLength: 5 }), (observed, past) => {
        const variance = hourVariance(observed, past)!;
        const { volume, mix, efficiency, rate, total } = variance;
        expect([volume, mix, efficiency, rate].map(parseMicros).reduce((a, b) => a + b)).toBe(parseMicros(total));
        const usual = medianWeek(past)!;
        const cost = (each: Measures) => each.labour + each.system + each.outsourcing;
        expect(parseMicros(total)).toBe(cost(observed) - cost(usual));
      }),
    );
  });

  it('tells more calls from longer ones', () => {
    const hour = (calls: number, seconds: number) =>
      costing((calls * seconds) / 30, {
        interactions: calls,
        handledByAgents: calls,
        handleMicroseconds: calls * seconds * 1e6,
      });
    expect(hourVariance(hour(150, 480), [hour(100, 480)])).toMatchObject({ total: '800.00', volume: '800.00' });
    expect(hourVariance(hour(100, 720), [hour(100, 480)])).toMatchObject({ total: '800.00', efficiency: '800.00' });
  });

  it('is nothing without a past', () => {
    expect(hourVariance(costing(1), [])).toBeUndefined();
  });
});
