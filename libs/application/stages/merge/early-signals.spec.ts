import fc from 'fast-check';
import type { Signal } from '#libs/contract';
import type { Budget, BurnRateRule, Reference, Rule } from '#libs/domain';
import { PipelineDriver, type DriverRecord } from '../../../testing/pipeline-driver.js';
import { at, BASE, contact, REFERENCE } from '../centre.fixture.js';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const ALWAYS = { version: 1, enabled: true, forMs: 0, keepFiringMs: 300_000 } as const;

/** CNY 100 an hour, flat, with a tolerance of 10%. */
const budget: Budget = {
  ...{ budgetId: 'all-month', scope: 'all', id: 'all', period: 'month', amountMicros: 72_000_000_000n },
  ...{ currency: 'CNY', status: 'approved', version: 1 },
};
/** Thresholds in reach of an hour's contacts. */
const small: Budget = { ...budget, budgetId: 'small', amountMicros: 1_000_000_000n };
const pairs: BurnRateRule['pairs'] = [
  { longMs: 1_200_000, shortMs: 300_000, factor: 14.4, severity: 'critical' },
  { longMs: 1_800_000, shortMs: 600_000, factor: 6, severity: 'warning' },
];

function rules(early: boolean): Rule[] {
  return [
    { ...ALWAYS, ruleId: 'threshold', kind: 'budget-threshold', early },
    { ...ALWAYS, ruleId: 'burn', kind: 'burn-rate', early, pairs },
    { ...ALWAYS, ruleId: 'burn-for', kind: 'burn-rate', early, pairs, forMs: 120_000 },
    {
      ...{
        ...ALWAYS,
        ruleId: 'unapproved',
        kind: 'unapproved-spend',
        early,
        minimumMicros: 50_000_000n,
        forMs: 60_000,
      },
      ...{ severity: 'warning', scopes: ['team', 'dimension'] },
    },
  ];
}

const centre = (early: boolean, budgets: readonly Budget[] = [budget, small]): Reference => ({
  ...REFERENCE,
  rules: rules(early),
  budgets: [...budgets],
});

/** A contact that costs CNY `amount`, on a channel without a price. */
function costing(id: number, endSeconds: number, amount: number, agentId = 'a-1'): DriverRecord {
  return contact(`i-${String(id)}`, endSeconds, { channel: 'email', talkSeconds: amount * 30, agentId });
}

/** Amount of each contact of an hour and more: calm and busy stretches, a busy one at the end. */
const traffic = fc
  .array(fc.record({ minutes: fc.integer({ min: 2, max: 14 }), amount: fc.constantFrom(0, 0.2, 0.5, 1, 3) }), {
    minLength: 3,
    maxLength: 6,
  })
  .map((stretches) =>
    [...stretches, { minutes: 12, amount: 3 }].flatMap(({ minutes, amount }) =>
      Array<number>(minutes * 3).fill(amount),
    ),
  )
  .map((amounts) => amounts.map((amount, index) => costing(index, index * 20, amount, `a-${String(index % 5)}`)));

interface Run {
  readonly early: boolean;
  readonly partitions?: number;
  readonly cut?: (index: number) => boolean;
  readonly restart?: boolean;
}

/** Sends records in batches that end where `cut` says, at each record unless told. */
function run(
  records: readonly DriverRecord[],
  { early, partitions = 1, cut = () => true, restart = false }: Run,
): Signal[] {
  const driver = new PipelineDriver({ reference: centre(early), partitions });
  let batch: DriverRecord[] = [];
  for (const [index, record] of records.entries()) {
    batch.push(record);
    if (!cut(index) && index < records.length - 1) continue;
    driver.send(...batch);
    batch = [];
    if (restart) driver.restart();
  }
  driver.finish();
  return driver.signals;
}

interface Course {
  readonly episodeId: string;
  readonly resolvedAt: string | undefined;
  readonly worst: string;
}

const RANKS = ['info', 'warning', 'critical'];

/** What became of each episode, whatever it said in between: ahead of the watermark it may become worse in steps. */
function courses(signals: readonly Signal[]): Course[] {
  const episodes = new Map<string, Signal[]>();
  for (const signal of signals) episodes.set(signal.episodeId, [...(episodes.get(signal.episodeId) ?? []), signal]);
  return [...episodes]
    .map(([episodeId, messages]) => ({
      episodeId,
      resolvedAt: messages.find(({ status }) => status === 'resolved')?.resolvedAt,
      worst: RANKS[Math.max(...messages.map(({ severity }) => RANKS.indexOf(severity)))]!,
    }))
    .sort((a, b) => (a.episodeId < b.episodeId ? -1 : 1));
}

const isToldAhead = ({ observedAt, evidence }: Signal): boolean => (evidence?.watermark ?? '') < observedAt;
const minuteOf = ({ episodeId }: Signal): number => Date.parse(episodeId.slice(episodeId.indexOf('@') + 1));

describe('signals ahead of the watermark', () => {
  it('are the episodes that the watermark would have told of, however the records were cut into batches', () => {
    let told = 0;
    fc.assert(
      fc.property(traffic, fc.infiniteStream(fc.nat(9)), (records, sizes) => {
        const cuts = records.map(() => sizes.next().value === 0);
        const whole = courses(run(records, { early: false }));
        const signals = run(records, { early: true });
        told += signals.filter(isToldAhead).length;
        expect(courses(signals)).toEqual(whole);
        expect(courses(run(records, { early: true, cut: (index) => cuts[index] ?? true }))).toEqual(whole);
      }),
      { numRuns: 4, endOnFailure: true },
    );
    expect(told).toBeGreaterThanOrEqual(4);
  });

  it('are the same after restarts at any point', () => {
    fc.assert(
      fc.property(traffic, (records) => {
        const cut = (index: number): boolean => index % 3 === 0;
        expect(run(records, { early: true, cut, restart: true })).toEqual(run(records, { early: true, cut }));
      }),
      { numRuns: 2, endOnFailure: true },
    );
  });

  it('hold when their minute is complete, whatever comes out of order and from several partitions', () => {
    let told = 0;
    fc.assert(
      fc.property(traffic, fc.infiniteStream(fc.nat(9_000)), (records, delays) => {
        const shuffled = records
          .map((record, index) => ({ record, dueMs: index * 20_000 + (delays.next().value as number) }))
          .sort((a, b) => a.dueMs - b.dueMs)
          .map(({ record }) => record);
        const signals = run(shuffled, { early: true, partitions: 3 });
        const whole = run(shuffled, { early: false, partitions: 3 });
        for (const first of signals.filter((signal) => signal.sequence === 0 && isToldAhead(signal))) {
          told += 1;
          const holding = whole.filter(
            ({ signalKey, startedAt }) => signalKey === first.signalKey && Date.parse(startedAt) <= minuteOf(first),
          );
          const last = holding.filter(({ observedAt }) => Date.parse(observedAt) <= minuteOf(first)).at(-1);
          expect([first.episodeId, last?.status]).toEqual([first.episodeId, 'firing']);
        }
        const begun = (all: readonly Signal[]) =>
          all
            .filter(({ sequence }) => sequence === 0)
            .map(({ signalKey }) => signalKey)
            .sort();
        expect(begun(signals)).toEqual(begun(whole));
        const ends = (all: readonly Signal[]) =>
          all.flatMap(({ signalKey, resolvedAt }) => (resolvedAt ? [`${signalKey} ${resolvedAt}`] : [])).sort();
        expect(ends(signals)).toEqual(ends(whole));
        expect(signals.filter(({ cause }) => cause === 'correction')).toEqual([]);
      }),
      { numRuns: 4, endOnFailure: true },
    );
    expect(told).toBeGreaterThanOrEqual(4);
  });
});

describe('a budget that is overspent', () => {
  /** CNY 5 a minute: 500 of 1,000 with the contact that ends at 99:30. */
  const records = Array.from({ length: 130 }, (_, minute) => costing(minute, minute * MINUTE + 30, 5));

  it('is told of with the contact that reaches the threshold, not with a later one', () => {
    const driver = new PipelineDriver({ reference: centre(true, [small]), partitions: 1 });
    const about = () => driver.signals.filter(({ rule }) => rule.kind === 'budget-threshold');
    for (const record of records.slice(0, 99)) driver.send(record);
    expect(about()).toEqual([]);
    driver.send(records[99]!);
    expect(about()).toMatchObject([
      {
        ...{ status: 'firing', sequence: 0, cause: 'usage', observed: 0.5, severity: 'info' },
        ...{
          observedAt: at(99 * MINUTE + 30),
          startedAt: at(99 * MINUTE + 30),
          evidence: { watermark: at(99 * MINUTE) },
        },
      },
    ]);
    expect(about()[0]!.episodeId).toContain(`@${at(100 * MINUTE)}`);
    driver.send(...records.slice(100));
    expect(
      about()
        .slice(1)
        .every(({ observedAt }) => observedAt >= at(101 * MINUTE)),
    ).toBe(true);
    expect(new Set(about().map(({ episodeId }) => episodeId)).size).toBe(1);
  });

  it('is a correction where a better copy takes the spend back before the minute is over', () => {
    const driver = new PipelineDriver({ reference: centre(true, [small]), partitions: 1 });
    driver.send(...records.slice(0, 100));
    const last = records[99]!;
    driver.send({ ...last, value: { ...(last.value as object), updatedAt: at(99 * MINUTE + 40), talkSeconds: 60 } });
    const calm = Array.from({ length: 20 }, (_, minute) => costing(1_000 + minute, (100 + minute) * MINUTE + 30, 0));
    for (const record of calm) driver.send(record);
    const about = driver.signals.filter(({ rule }) => rule.kind === 'budget-threshold');
    expect(about).toMatchObject([
      { status: 'firing', cause: 'usage' },
      { status: 'resolved', cause: 'correction', resolvedAt: at(105 * MINUTE) },
    ]);
  });

  it('is not taken back by the minutes before its budget was in force', () => {
    const dated = { ...small, amountMicros: 10_000_000n, fromMs: BASE + 20 * MINUTE * 1000 };
    const driver = new PipelineDriver({ reference: centre(true, [dated]), partitions: 1 });
    for (const record of records.slice(0, 20)) driver.send(record);
    // With what ended at 20:05 the minute up to 20:00 is over, and still open: the watermark is at 19:55.
    driver.send(costing(2_000, 20 * MINUTE + 5, 5));
    for (const record of records.slice(20, 30)) driver.send(record);
    const about = driver.signals.filter(({ rule }) => rule.kind === 'budget-threshold');
    expect(about[0]).toMatchObject({
      status: 'firing',
      startedAt: at(20 * MINUTE),
      evidence: { watermark: at(19 * MINUTE) },
    });
    expect(about.every(({ status }) => status === 'firing')).toBe(true);
  });

  it('waits for the watermark where the rule says so', () => {
    const driver = new PipelineDriver({ reference: centre(false, [small]), partitions: 1 });
    for (const record of records.slice(0, 100)) driver.send(record);
    expect(driver.signals.filter(({ rule }) => rule.kind === 'budget-threshold')).toEqual([]);
  });
});

it('an hour of events ahead of the watermark is history, and judged with the watermark', () => {
  const driver = new PipelineDriver({ reference: centre(true, [small]), partitions: 2 });
  const busy = Array.from({ length: 70 }, (_, minute) => costing(minute, minute * MINUTE, 20, 'a-1'));
  const partition = (record: DriverRecord, number: number): DriverRecord => ({ ...record, partition: number });
  driver.send(partition(costing(1_000, 0, 0), 0), partition(costing(1_001, 2 * MINUTE, 0), 1));
  driver.send(partition(costing(1_002, 2 * MINUTE, 0), 0));
  driver.send(...busy.map((record) => partition(record, 0)));
  expect(driver.signals).toEqual([]);
  driver.send(partition(costing(1_003, HOUR, 0), 1));
  expect(driver.signals.length).toBeGreaterThan(0);
  expect(driver.signals.filter(isToldAhead)).toEqual([]);
});
