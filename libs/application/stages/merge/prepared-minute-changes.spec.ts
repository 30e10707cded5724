import { fixedReference } from '#libs/application';
import type { Signal } from '#libs/contract';
import type { Budget, Reference } from '#libs/domain';
import { PipelineDriver, type DriverRecord } from '../../../testing/pipeline-driver.js';
import { at, bill, contact, REFERENCE } from '../centre.fixture.js';

/** Thresholds at CNY 500, 750, 900 and 1,000. */
const budget: Budget = {
  ...{ budgetId: 'b-1', scope: 'agent', id: 'a-1', period: 'month', amountMicros: 1_000_000_000n },
  ...{ currency: 'CNY', status: 'approved', version: 1 },
};

const planned = (budgets: readonly Budget[], early = false): Reference => ({
  ...REFERENCE,
  rules: [
    { ruleId: 'threshold', kind: 'budget-threshold', version: 1, enabled: true, forMs: 0, keepFiringMs: 0, early },
  ],
  budgets: [...budgets],
});

/** A contact of agent a-1 that costs CNY `amount`. */
const costing = (endSeconds: number, amount: number): DriverRecord =>
  contact(`i-${String(endSeconds)}`, endSeconds, { channel: 'email', talkSeconds: amount * 30 });

/** A bill of the first seconds. */
const billOf = (lineId: string, agentId: string, more: Readonly<Record<string, unknown>> = {}): DriverRecord =>
  bill(lineId, {
    ...{ amount: '600.00', periodStart: at(0), periodEnd: at(30), allocate: { to: 'agent', id: agentId } },
    ...more,
  });

/** A batch, with the reference data that is in force from it on, where that changes. */
type Batch = readonly DriverRecord[] | Reference;

/** The minute up to 120 s is prepared after this batch, with 4 s to go, and nothing but the last batch ends it. */
const PREPARES = [costing(126, 1)];
const ENDS = [costing(131, 1)];

/** @param restarts a task that begins anew before each batch has nothing prepared when the minute ends */
function run(first: Reference, batches: readonly Batch[], restarts: boolean): Signal[] {
  let reference = fixedReference(first);
  const driver = new PipelineDriver({ reference: { current: () => reference.current() }, partitions: 1 });
  for (const batch of batches) {
    if (restarts) driver.restart();
    if ('budgets' in batch) reference = fixedReference(batch);
    else driver.send(...batch);
  }
  return driver.signals;
}

/** The signals, which have to be those of a task that has nothing prepared. */
function signalsOf(first: Reference, ...batches: readonly Batch[]): Signal[] {
  const signals = run(first, batches, false);
  expect(signals).toEqual(run(first, batches, true));
  return signals;
}

describe('what was judged before the watermark reached the minute is judged anew', () => {
  it('when a bill comes meanwhile', () => {
    const signals = signalsOf(
      planned([budget]),
      [costing(0, 1)],
      [costing(75, 1)],
      PREPARES,
      [billOf('l-1', 'a-1')],
      ENDS,
    );
    expect(signals).toMatchObject([{ sequence: 0, status: 'firing', observedAt: at(120) }]);
  });

  it('when a bill is taken back meanwhile', () => {
    const moved = billOf('l-2', 'a-2', { correctionOf: 'l-1' });
    const before = [[costing(0, 1), billOf('l-1', 'a-1')], [costing(75, 1)], PREPARES];
    expect(signalsOf(planned([budget]), ...before, [moved], ENDS)).toMatchObject([
      { sequence: 0, status: 'firing' },
      { sequence: 1, status: 'resolved', resolvedAt: at(120), cause: 'correction' },
    ]);
  });

  it('when its episode goes on meanwhile, ahead of the watermark', () => {
    const before = [[costing(0, 600)], [costing(75, 50)], PREPARES];
    const news = { sequence: 1, severity: 'info', observedAt: at(120) };
    expect(signalsOf(planned([budget], true), ...before, ENDS)).toMatchObject([{ sequence: 0 }, news]);
    expect(signalsOf(planned([budget], true), ...before, [costing(128, 400)], ENDS)).toMatchObject([
      { sequence: 0 },
      { sequence: 1, severity: 'critical', observedAt: at(128) },
    ]);
  });

  it('when another budget comes into force meanwhile', () => {
    const next = planned([budget, { ...budget, version: 2, amountMicros: 100_000_000n }]);
    const before = [[costing(0, 60)], [costing(75, 1)], PREPARES];
    expect(signalsOf(planned([budget]), ...before, next, ENDS)).toMatchObject([
      { sequence: 0, observedAt: at(120), cause: 'plan-change' },
    ]);
  });
});
