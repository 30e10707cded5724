import fc from 'fast-check';

import { plannedMicros } from '../budget/index.js';
import { parseMicros, type Micros } from '../money/index.js';
import type { Budget, BurnRateRule } from '../reference/index.js';
import { fixedOffsetCalendar } from '../time/index.js';
import { burnRate, evaluateBurnRate, toNextBurn, type SpendObservation } from './burn-rate.js';
import type { AppliedBurnRate } from './rule-set.js';
import type { Verdict } from './verdict.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const calendar = fixedOffsetCalendar(8 * HOUR_MS);
const asOfMs = Date.parse('2026-04-20T12:00:00+08:00');

const PAIRS: BurnRateRule['pairs'] = [
  { longMs: HOUR_MS, shortMs: 5 * MINUTE_MS, factor: 14.4, severity: 'critical' },
  { longMs: 6 * HOUR_MS, shortMs: 30 * MINUTE_MS, factor: 6, severity: 'critical' },
  { longMs: 24 * HOUR_MS, shortMs: 2 * HOUR_MS, factor: 3, severity: 'warning' },
  { longMs: 72 * HOUR_MS, shortMs: 6 * HOUR_MS, factor: 1, severity: 'warning' },
];

/** April has 720 hours: a budget of 720,000 plans 1,000 an hour. */
const budget = (over: Partial<Budget> = {}): Budget => ({
  budgetId: 'b',
  scope: 'channel',
  id: 'voice',
  period: 'month',
  amountMicros: parseMicros('720000'),
  currency: 'CNY',
  status: 'approved',
  version: 1,
  ...over,
});
const applied = (over: Partial<Budget> = {}, pairs = PAIRS): AppliedBurnRate => ({
  kind: 'burn-rate',
  rule: { kind: 'burn-rate', ruleId: 'burn-rate', version: 1, enabled: true, forMs: 0, keepFiringMs: 0, pairs },
  budget: budget(over),
  scope: 'channel',
  id: 'voice',
  currency: 'CNY',
  basis: '1',
});

/** Spend of so many micros a millisecond: 1 / 3.6 of a unit an hour for each. */
const steady =
  (microsPerMs: bigint): SpendObservation['spentMicros'] =>
  (fromMs, toMs) =>
    microsPerMs * BigInt(toMs - fromMs);
const observe = (spentMicros: SpendObservation['spentMicros'], observedSinceMs = -Infinity): SpendObservation => ({
  calendar,
  asOfMs,
  observedSinceMs,
  spentMicros,
});

/** Spends `times` the flat plan of 1,000 an hour, `extra` micros more in every window. */
const timesPlan =
  (times: number, extra = 0n): SpendObservation['spentMicros'] =>
  (fromMs, toMs) =>
    (BigInt(Math.round(times * 100)) * parseMicros('10') * BigInt(toMs - fromMs)) / BigInt(HOUR_MS) + extra;
const onlyPair = (index: number): BurnRateRule['pairs'] => PAIRS.filter((_, at) => at === index);

describe('evaluateBurnRate', () => {
  it('names scope, spend, plan, both rates and the limit', () => {
    const verdict = evaluateBurnRate(applied(), observe(timesPlan(2.5)));
    expect(verdict).toEqual<Verdict>({
      condition: true,
      observed: 15,
      threshold: 14.4,
      nearness: 15 / 14.4,
      unit: 'ratio',
      severity: 'critical',
      summary:
        'Channel voice spent CNY 2500.00 over 1h where its budget of the month plans 1000.00: burn rate 15.0, and 15.0 over 5m, limit 14.4',
      window: '1h',
    });
  });

  it.each([
    [0, 2.44],
    [1, 1.6],
    [2, 1.3],
    [3, 1.1],
  ])('pair %d fires above %d times a flat plan, and not at it', (index, times) => {
    const pairs = onlyPair(index);
    const condition = (spend: SpendObservation['spentMicros']): boolean =>
      evaluateBurnRate(applied({}, pairs), observe(spend)).condition;
    expect([condition(timesPlan(times)), condition(timesPlan(times, 1n))]).toEqual([false, true]);
  });

  it('fires at 2.44, 1.6, 1.3 and 1.1 times a flat plan whatever the amount', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 10n ** 4n }), fc.integer({ min: 0, max: 400 }), (scale, percent) => {
        // A whole number of micros in each millisecond and hundredth of the plan, so that nothing is rounded.
        const perMs = scale * 100n;
        const amountMicros = perMs * BigInt(720 * HOUR_MS);
        const verdicts = [0, 1, 2, 3].map(
          (index) =>
            evaluateBurnRate(applied({ amountMicros }, onlyPair(index)), observe(steady(scale * BigInt(percent))))
              .condition,
        );
        expect(verdicts).toEqual([percent > 244, percent > 160, percent > 130, percent > 110]);
      }),
    );
  });

  it('scales with the tolerance: at 20% the first pair fires above 3.88 times plan', () => {
    const condition = (times: number): boolean =>
      evaluateBurnRate(applied({ toleranceRatio: 0.2 }, onlyPair(0)), observe(timesPlan(times))).condition;
    expect([condition(3.88), condition(3.89)]).toEqual([false, true]);
  });

  /** Spends ten times plan for the last so many minutes, plan before. */
  const burst =
    (minutes: number): SpendObservation['spentMicros'] =>
    (fromMs, toMs) => {
      const burstFromMs = asOfMs - minutes * MINUTE_MS;
      const plain = timesPlan(1)(fromMs, Math.max(fromMs, Math.min(toMs, burstFromMs)));
      return plain + timesPlan(10)(Math.min(toMs, Math.max(fromMs, burstFromMs)), toMs);
    };
  /** Spent ten times plan for an hour, and plan since so many minutes. */
  const over =
    (minutes: number): SpendObservation['spentMicros'] =>
    (fromMs, toMs) =>
      burst(60)(fromMs, toMs) - (burst(minutes)(fromMs, toMs) - timesPlan(1)(fromMs, toMs));

  it('needs the long window: a burst of nine minutes fires nothing, one of ten does', () => {
    // 10 times plan for m of 60 minutes burns 90 x m / 60: 13.5 at nine minutes, 15 at ten.
    expect(evaluateBurnRate(applied({}, onlyPair(0)), observe(burst(9))).condition).toBe(false);
    expect(evaluateBurnRate(applied({}, onlyPair(0)), observe(burst(10))).condition).toBe(true);
  });

  it('needs the short window: five minutes after it ended it is over', () => {
    expect(evaluateBurnRate(applied({}, onlyPair(0)), observe(over(4))).condition).toBe(true);
    expect(evaluateBurnRate(applied({}, onlyPair(0)), observe(over(5))).condition).toBe(false);
  });

  it('follows the profile: what is planned for the hour is no overspend', () => {
    const hourWeights = Array.from({ length: 24 }, (_, hour) => (hour === 11 ? 5 : 1));
    const plan = budget({ profile: { hourWeights } });
    const spend = (fromMs: number, toMs: number): Micros => plannedMicros(plan, calendar, fromMs, toMs);
    expect(evaluateBurnRate(applied({ profile: { hourWeights } }), observe(spend))).toMatchObject({
      condition: false,
      observed: 0,
    });
    expect(evaluateBurnRate(applied(), observe(spend)).condition).toBe(true);
  });

  it.each([
    [3, 'critical', '1h'],
    [1.7, 'critical', '6h'],
    [1.4, 'warning', '24h'],
    [1.2, 'warning', '72h'],
  ])('reports the worst pair that is over: at %d times plan %s over %s', (times, severity, window) => {
    expect(evaluateBurnRate(applied(), observe(timesPlan(times)))).toMatchObject({ condition: true, severity, window });
  });

  it('reports the pair nearest to its factor while none is over', () => {
    const verdict = evaluateBurnRate(applied(), observe(timesPlan(1.09)));
    expect(verdict).toMatchObject({ condition: false, window: '72h', threshold: 1 });
    expect(verdict.observed).toBeCloseTo(0.9, 9);
  });

  it('takes the last month for a window that ends as a month begins', () => {
    const monthEndMs = calendar.monthOf(asOfMs).endMs;
    // May has 744 hours: taken for its period, the burn would be another.
    const burn = burnRate(budget(), HOUR_MS, { ...observe(timesPlan(2)), asOfMs: monthEndMs });
    expect(burn?.rate).toBe(10);
  });
});

describe('a window not yet observed whole', () => {
  const since = (hours: number): number => asOfMs - hours * HOUR_MS;

  it('is not judged below half of it, however much was spent', () => {
    const observation = observe(timesPlan(100), asOfMs - 29 * MINUTE_MS);
    const verdict = evaluateBurnRate(applied(), observation);
    expect(verdict).toMatchObject({ condition: false, observed: 0, threshold: 14.4, window: '1h' });
    expect(verdict.summary).toBe('Channel voice: not observed for long enough to judge its burn rate over 1h');
  });

  it('is judged from half of it on, plan and spend over the observed part alike', () => {
    const burn = burnRate(budget(), 72 * HOUR_MS, observe(timesPlan(1.2), since(36)));
    expect(burn).toMatchObject({
      windowMs: 36 * HOUR_MS,
      spentMicros: parseMicros('43200'),
      plannedMicros: parseMicros('36000'),
      rate: 2,
    });
    expect(burnRate(budget(), 72 * HOUR_MS, observe(timesPlan(1.2), since(35.99)))).toBeUndefined();
  });

  it('does not let hours that nobody counted hide an overspend', () => {
    const counted = (fromMs: number, toMs: number): Micros => timesPlan(3)(Math.max(fromMs, since(0.5)), toMs);
    expect(evaluateBurnRate(applied(), observe(counted, since(0.5)))).toMatchObject({ condition: true, window: '1h' });
  });

  it('does not fire on plan, at any age', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 80 * 60 }), (minutes) => {
        const plan = budget();
        const onPlan = observe(
          (fromMs, toMs) => plannedMicros(plan, calendar, fromMs, toMs),
          asOfMs - minutes * MINUTE_MS,
        );
        expect(evaluateBurnRate(applied(), onPlan)).toMatchObject({ condition: false, observed: 0 });
      }),
    );
  });
});

it('tells how much more spend brings the next verdict, to the micro', () => {
  const rank = ({ condition, severity }: Verdict) => (condition ? (severity === 'critical' ? 2 : 1) : 0);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 1, max: 999_999_937 }), (rate, offBy) => {
      const rule = applied({ amountMicros: 720_000_000_000n + BigInt(offBy) });
      const spend = (more: bigint) =>
        observe((fromMs, toMs) => BigInt(rate) * 90n * BigInt(toMs - fromMs) + (toMs > fromMs ? more : 0n));
      const now = evaluateBurnRate(rule, spend(0n));
      const next = toNextBurn(rule, spend(0n), now.condition ? now.severity : undefined);
      if (rank(now) === 2) expect(next).toBeUndefined();
      else {
        expect(rank(evaluateBurnRate(rule, spend(next! - 1n)))).toBe(rank(now));
        expect(rank(evaluateBurnRate(rule, spend(next!)))).toBeGreaterThan(rank(now));
      }
    }),
  );
});
