import { fixedReference } from '#libs/application';
import { matchesSchema, type Signal } from '#libs/contract';
import type { Budget, BurnRateRule, Reference, Rule, UnitCostRule } from '#libs/domain';
import { PipelineDriver, type DriverRecord } from '../../../testing/pipeline-driver.js';
import { at, BASE, bill, contact, REFERENCE } from '../centre.fixture.js';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const ALWAYS = { version: 1, enabled: true, forMs: 120_000, keepFiringMs: 300_000 } as const;

const unitCost: UnitCostRule = {
  ...ALWAYS,
  ruleId: 'unit-cost-interaction',
  kind: 'unit-cost',
  per: 'interaction',
  window: '1h',
  targetMicros: 10_000_000n,
  minimumUnits: 20,
  severity: 'warning',
  scopes: ['all'],
};
const thresholds: Rule = { ...ALWAYS, ruleId: 'budget-threshold', kind: 'budget-threshold', forMs: 0 };
const burn: BurnRateRule = {
  ...ALWAYS,
  ruleId: 'burn-rate',
  kind: 'burn-rate',
  pairs: [{ longMs: 3_600_000, shortMs: 300_000, factor: 14.4, severity: 'critical' }],
};
/** CNY 100 an hour of November's 720, flat, with a tolerance of 10%. */
const budget: Budget = {
  budgetId: 'all-month',
  scope: 'all',
  id: 'all',
  period: 'month',
  amountMicros: 72_000_000_000n,
  currency: 'CNY',
  status: 'approved',
  version: 1,
};
const withRules = (rules: Rule[], budgets: Budget[] = []): Reference => ({ ...REFERENCE, rules, budgets });

interface RunOptions {
  readonly batch?: number;
  readonly restartAfter?: (batch: number) => boolean;
  readonly partitions?: number;
}

/** Sends records in batches of a size, and closes what is open. */
function run(reference: Reference, records: readonly DriverRecord[], options: RunOptions = {}): PipelineDriver {
  const { batch = 1, restartAfter = () => false, partitions = 1 } = options;
  const driver = new PipelineDriver({ reference, partitions });
  for (let first = 0; first < records.length; first += batch) {
    driver.send(...records.slice(first, first + batch));
    if (restartAfter(first / batch)) driver.restart();
  }
  return driver;
}

/** A contact that costs CNY `amount`, on a channel without a price. */
function costing(id: number, endSeconds: number, amount: number): DriverRecord {
  return contact(`i-${String(id)}`, endSeconds, { channel: 'email', talkSeconds: amount * 30 });
}

/** Contacts at an even pace from BASE on, each of them costing `amountOf` its second. */
function traffic(seconds: number, everySeconds: number, amountOf: (second: number) => number): DriverRecord[] {
  return Array.from({ length: Math.floor(seconds / everySeconds) }, (_, index) =>
    costing(index, index * everySeconds, amountOf(index * everySeconds)),
  );
}

const brief = (signals: readonly Signal[]) =>
  signals.map(({ status, sequence, severity, observedAt }) => [status, sequence, severity, observedAt]);

/** CNY 16 for twelve minutes, then 2: over the target from minute 2 on, and under it again once enough are cheap. */
const SPIKE = traffic(60 * MINUTE, 20, (second) => (second < 12 * MINUTE ? 16 : 2));

/** What contract section 8 says of SPIKE, minute by minute, by counting. */
function expectedEpisode(): { firedAt: string; resolvedAt: string } {
  const over = (minute: number) => {
    const ends = SPIKE.map((_, index) => index * 20).filter((end) => end >= minute * 60 - HOUR && end < minute * 60);
    const cost = ends.reduce((sum, end) => sum + (end < 12 * MINUTE ? 16 : 2), 0);
    return ends.length >= 20 && cost > 10 * ends.length;
  };
  const minutes = Array.from({ length: 60 }, (_, minute) => minute + 1);
  const holds = (minute: number, length: number, what: boolean) =>
    minutes.slice(minute - 1 - length, minute).every((each) => over(each) === what);
  const fired = minutes.find((minute) => minute > 2 && holds(minute, 2, true))!;
  const resolved = minutes.find((minute) => minute > fired && holds(minute, 5, false))!;
  return { firedAt: at(fired * 60), resolvedAt: at(resolved * 60) };
}

describe('a unit-cost rule', () => {
  const reference = withRules([unitCost]);

  it('is judged from the first minute on, however dense the traffic', () => {
    const driver = run(
      reference,
      traffic(6 * MINUTE, 5, () => 16),
    );
    expect(brief(driver.signals).slice(0, 1)).toEqual([['firing', 0, 'warning', at(4 * MINUTE)]]);
  });

  it('fires once it held for its time, says what changed at most once a minute, and resolves once clear for its time', () => {
    const driver = run(reference, SPIKE);
    driver.finish();
    const { firedAt, resolvedAt } = expectedEpisode();
    const { signals } = driver;
    const [first, last] = [signals[0]!, signals.at(-1)!];
    expect(first).toMatchObject({ status: 'firing', sequence: 0, observedAt: firedAt, severity: 'warning' });
    expect(last).toMatchObject({ status: 'resolved', observedAt: resolvedAt, resolvedAt });
    expect(signals.map(({ sequence }) => sequence)).toEqual(signals.map((_, index) => index));
    expect(new Set(signals.map(({ episodeId }) => episodeId))).toEqual(new Set([first.episodeId]));
    expect(signals.slice(1, -1).every(({ status }) => status === 'firing')).toBe(true);
    for (const [index, signal] of signals.entries()) {
      expect(matchesSchema('signal.v1', signal)).toBe(true);
      const before = signals[index - 1];
      if (before) expect(Date.parse(signal.observedAt) - Date.parse(before.observedAt)).toBeGreaterThanOrEqual(60_000);
    }
    expect(driver.mergeTasks.flatMap(({ firing }) => firing)).toEqual([]);
  });

  it('tells what it saw: the cost of the hour, and what that is made of', () => {
    const [first] = run(reference, SPIKE).signals;
    expect(first).toMatchObject({
      rule: { id: 'unit-cost-interaction', kind: 'unit-cost', version: 1 },
      scope: 'all',
      id: 'all',
      window: '1h',
      observed: 16,
      threshold: 10,
      unit: 'CNY per interaction',
      cause: 'usage',
      contributors: [{ scope: 'channel', id: 'email', share: 1 }],
    });
  });

  it('is the same episode when every task starts again at any point', () => {
    const once = run(reference, SPIKE).signals;
    expect(run(reference, SPIKE, { batch: 4, restartAfter: () => true }).signals).toEqual(once);
    for (const point of [24, 40])
      expect(run(reference, SPIKE, { restartAfter: (batch) => batch === point }).signals).toEqual(once);
  });

  it.each([10, 37, 1000])('says the same when records come %d at a time', (batch) => {
    const signals = (size: number) => {
      const driver = run(reference, SPIKE, { batch: size });
      driver.finish();
      return driver.signals;
    };
    expect(signals(batch)).toEqual(signals(1));
    expect(signals(batch).length).toBeGreaterThan(5);
  });

  it('says the same when the traffic is spread over partitions', () => {
    const spread = SPIKE.map((record, index) => ({
      ...record,
      value: { ...(record.value as object), agentId: `a-${String(index % 5)}` },
    }));
    const of = (options: RunOptions) => {
      const driver = run(reference, spread, options);
      driver.finish();
      return brief(driver.signals);
    };
    expect(of({ partitions: 3 })).toEqual(of({}));
  });

  describe('whose figures change afterwards', () => {
    const spike = traffic(10 * MINUTE, 20, () => 16);
    /** Time goes on, with contacts at the target. */
    const later = traffic(20 * MINUTE, 20, () => 10).slice(30);
    const again = (record: DriverRecord, more: object): DriverRecord => ({
      ...record,
      value: { ...(record.value as object), ...more },
    });

    it('says that a correction took it back, amid traffic and across restarts', () => {
      const corrected = spike.slice(0, 27).map((record) => again(record, { updatedAt: at(0), talkSeconds: 60 }));
      for (const restart of [false, true]) {
        const driver = new PipelineDriver({ reference, partitions: 1 });
        for (const batch of [spike, corrected, ...later.map((each) => [each])]) {
          driver.send(...batch);
          if (restart) driver.restart();
        }
        expect(driver.signals[0]).toMatchObject({ status: 'firing', cause: 'usage' });
        expect(driver.signals.at(-1)).toMatchObject({ status: 'resolved', cause: 'correction' });
      }
    });

    it('says that late data set it off', () => {
      const calm = traffic(10 * MINUTE, 20, () => 10);
      const late = [costing(1_000, 5 * MINUTE, 300), costing(1_001, 6 * MINUTE, 0)];
      const driver = new PipelineDriver({ reference, partitions: 1 });
      for (const batch of [calm, late, ...later.map((each) => [again(each, { talkSeconds: 270 })])])
        driver.send(...batch);
      expect(driver.signals[0]).toMatchObject({ status: 'firing', cause: 'late', observedAt: at(12 * MINUTE) });
    });

    it('says usage where late data changes nothing of the verdict', () => {
      const late = [costing(1_000, 5 * MINUTE, 17)];
      const cheap = later.map((record) => again(record, { talkSeconds: 1 }));
      const driver = new PipelineDriver({ reference, partitions: 1 });
      for (const batch of [spike, late, ...cheap.map((each) => [each])]) driver.send(...batch);
      expect(driver.signals.map(({ cause }) => cause)).toEqual(driver.signals.map(() => 'usage'));
      expect(driver.signals.at(-1)).toMatchObject({ status: 'firing' });
      expect(driver.signals.length).toBeGreaterThan(3);
    });
  });

  it('says that it ended by its dates, also across restarts', () => {
    const dated = withRules([{ ...unitCost, toMs: BASE + 11 * 60_000 }]);
    const signals = run(dated, SPIKE.slice(0, 60), { restartAfter: () => true }).signals;
    expect(signals.at(-1)).toMatchObject({ status: 'resolved', cause: 'expiry', observedAt: at(11 * MINUTE) });
  });

  it('is taken back at the next minute when people switch it off', () => {
    let source = fixedReference(reference);
    const driver = new PipelineDriver({ reference: { current: () => source.current() }, partitions: 1 });
    for (const record of SPIKE.slice(0, 30)) driver.send(record);
    expect(driver.signals.at(-1)).toMatchObject({ status: 'firing' });
    source = fixedReference(withRules([{ ...unitCost, version: 2, enabled: false }]));
    driver.send(...SPIKE.slice(30, 34));
    expect(driver.signals.at(-1)).toMatchObject({ status: 'resolved', cause: 'plan-change' });
    driver.restart();
    driver.send(...SPIKE.slice(34, 60));
    expect(driver.signals.filter(({ status }) => status === 'resolved')).toHaveLength(1);
  });
});

describe('a budget-threshold rule', () => {
  /** CNY 1,000 for the month; CNY 10 each minute. */
  const reference = withRules([thresholds], [{ ...budget, amountMicros: 1_000_000_000n }]);
  const records = traffic(105 * MINUTE, MINUTE, () => 10);

  it('escalates with each threshold reached, in one episode', () => {
    const driver = run(reference, records);
    const told = driver.signals.filter(
      ({ severity, previousSeverity }) => severity !== previousSeverity && previousSeverity,
    );
    expect(told.map(({ severity, previousSeverity, observedAt }) => [severity, previousSeverity, observedAt])).toEqual([
      ['info', 'none', at(50 * MINUTE)],
      ['warning', 'info', at(75 * MINUTE)],
      ['critical', 'warning', at(100 * MINUTE)],
    ]);
    expect(new Set(driver.signals.map(({ episodeId }) => episodeId)).size).toBe(1);
    expect(driver.signals.find(({ observedAt }) => observedAt === at(90 * MINUTE))).toMatchObject({
      threshold: 0.9,
      severity: 'warning',
      observed: 0.9,
    });
  });

  it('is shown to the metrics as spent, and counts late contacts and bills of the period', () => {
    const driver = run(reference, records.slice(0, 30));
    driver.send(contact('late', -2 * HOUR, { channel: 'email', talkSeconds: 900 }));
    driver.send(bill('b', { amount: '70.00', billedAt: at(-7 * 86_400) }));
    driver.send(...records.slice(30, 32));
    const [figures] = driver.mergeTasks.flatMap(({ budgets }) => [...budgets]);
    // The contact of minute 31 brings the watermark to 30:50, and minute 30 is judged: 300 and 30 and 70 of 1,000.
    expect(figures).toMatchObject({ budgetId: 'all-month', spentRatio: 0.4 });
  });

  it('is the same after restarts and in batches', () => {
    const once = run(reference, records).signals;
    expect(run(reference, records, { batch: 5, restartAfter: () => true }).signals).toEqual(once);
    expect(run(reference, records, { batch: 10 }).signals).toEqual(
      once.filter(({ observedAt }) => observedAt <= at(104 * MINUTE)),
    );
  });
});

describe('a burn-rate rule', () => {
  const reference = withRules([burn], [budget]);
  /** A contact in the middle of each minute. */
  const perMinute = (minutes: number, amountOf: (minute: number) => number) =>
    Array.from({ length: minutes }, (_, minute) => costing(minute, minute * MINUTE + 30, amountOf(minute)));

  it('fires above 14.4 times the tolerated pace over an hour and over five minutes: 2.44 times the plan', () => {
    // CNY 246 an hour, judged as soon as half an hour was observed from the first minute on, and for two minutes.
    const driver = run(
      reference,
      perMinute(50, () => 4.1),
    );
    expect(brief(driver.signals).slice(0, 1)).toEqual([['firing', 0, 'critical', at(33 * MINUTE)]]);
    expect(driver.signals[0]).toMatchObject({ window: '1h', threshold: 14.4, scope: 'all', unit: 'ratio' });
    expect(driver.signals[0]!.observed).toBeCloseTo((246 - 100) / 10, 6);
  });

  it('is silent at CNY 243 an hour, and at exactly 244', () => {
    expect(
      run(
        reference,
        perMinute(90, () => 4.05),
      ).signals,
    ).toEqual([]);
    const exactly = bill('b', { amount: '488.00', periodStart: at(0), periodEnd: at(2 * HOUR) });
    expect(run(reference, [exactly, ...perMinute(90, () => 0)]).signals).toEqual([]);
    const hair = bill('b', { amount: '488.01', periodStart: at(0), periodEnd: at(2 * HOUR) });
    expect(run(reference, [hair, ...perMinute(90, () => 0)]).signals.slice(0, 1)).toMatchObject([{ status: 'firing' }]);
  });

  it('is silent without an approved budget', () => {
    const submitted = withRules([burn], [{ ...budget, status: 'submitted' }]);
    expect(
      run(
        submitted,
        perMinute(60, () => 50),
      ).signals,
    ).toEqual([]);
  });

  it('resolves when the five minutes are calm again, although the hour is not', () => {
    const driver = run(
      reference,
      perMinute(60, (minute) => (minute < 40 ? 6 : 0)),
    );
    // The spend of the last five minutes falls under 2.44 times the plan at minute 42: three at 6 are under 20.33.
    expect(driver.signals.at(-1)).toMatchObject({ status: 'resolved', observedAt: at(47 * MINUTE) });
  });

  it('is the same when every task starts again at any point, also hours later', () => {
    const pairs: BurnRateRule['pairs'] = [
      ...burn.pairs,
      { longMs: 6 * 3_600_000, shortMs: 1_800_000, factor: 6, severity: 'critical' },
    ];
    const both = withRules([{ ...burn, pairs }], [budget]);
    const records = perMinute(7 * 60, (minute) => (minute % 97 < 40 ? 4.5 : (minute % 7) / 2));
    const once = run(both, records, { batch: 10 }).signals;
    expect(once.length).toBeGreaterThan(20);
    expect(run(both, records, { batch: 10, restartAfter: () => true }).signals).toEqual(once);
    expect(run(both, records, { batch: 420 }).signals).toEqual(once);
  });
});

describe('rules without traffic', () => {
  it('are judged where only bills accrue', () => {
    const reference = withRules([burn], [budget]);
    const records = [
      bill('b', { amount: '5000.00', periodStart: at(0), periodEnd: at(2 * HOUR) }),
      ...Array.from({ length: 60 }, (_, minute) => ({
        topic: 'agentStates' as const,
        key: 'a-1',
        value: { agentId: 'a-1', state: 'available', at: BASE + minute * 60_000 },
      })),
    ];
    expect(run(reference, records).signals.slice(0, 1)).toMatchObject([{ status: 'firing', scope: 'all' }]);
  });
});
