import fc from 'fast-check';
import { fixedReference, type ReferenceSource } from '#libs/application';
import type { Signal } from '#libs/contract';
import type { Budget, Rule } from '#libs/domain';
import { PipelineDriver, type DriverRecord } from '../../../testing/pipeline-driver.js';
import { at, bill, contact, feedback, REFERENCE } from '../centre.fixture.js';

const MINUTE_MS = 60_000;
const AGENTS = ['a-1', 'a-2', 'a-3'];
const ALWAYS = { version: 1, enabled: true, forMs: 0, keepFiringMs: 120_000 } as const;

const rules = (early: boolean): Rule[] => [
  { ...ALWAYS, ruleId: 'threshold', kind: 'budget-threshold', early },
  { ...ALWAYS, ruleId: 'threshold-late', kind: 'budget-threshold', early: false },
  {
    ...{ ...ALWAYS, ruleId: 'burn', kind: 'burn-rate', early: false },
    pairs: [{ longMs: 5 * MINUTE_MS, shortMs: 2 * MINUTE_MS, factor: 1, severity: 'warning' }],
  },
  {
    ...{ ...ALWAYS, ruleId: 'forecast', kind: 'budget-forecast', limitRatio: 0.1, dailySpreadRatio: 0.2 },
    minimumObservedMs: MINUTE_MS,
  },
  {
    ...{ ...ALWAYS, ruleId: 'promotion', kind: 'promotion-overspend', windowMs: 5 * MINUTE_MS, overRatio: 0.3 },
    ...{ driverRatio: 0.1, severity: 'critical' },
  },
];

/** A month's budget of each agent, with thresholds close to one another, so that there is much to tell. */
function budgets(amount: number, version: number): Budget[] {
  return AGENTS.map((agentId, index) => ({
    ...{ budgetId: agentId, scope: 'agent', id: agentId, period: 'month', currency: 'CNY', status: 'approved' },
    ...{ amountMicros: BigInt(amount * (index + 1)) * 1_000_000n, version },
    thresholdRatios: Array.from({ length: 50 }, (_, threshold) => (threshold + 1) / 50),
  }));
}

const planned = (amount: number, version: number, early: boolean): ReferenceSource =>
  fixedReference({ ...REFERENCE, rules: rules(early), budgets: budgets(amount, version) });

type Kind = 'contact' | 'feedback' | 'better copy' | 'bill' | 'correction';

/** What an agent does, and how long it takes until it is heard of. */
const deedsOf = (...kinds: readonly Kind[]) =>
  fc.array(
    fc.record({
      gapSeconds: fc.nat({ max: 2 }),
      delaySeconds: fc.oneof(
        { weight: 20, arbitrary: fc.nat({ max: 2 }) },
        { weight: 2, arbitrary: fc.integer({ min: 3, max: 9 }) },
        fc.integer({ min: 11, max: 90 }),
      ),
      agentId: fc.constantFrom(...AGENTS),
      talkSeconds: fc.nat({ max: 600 }),
      kind: fc.oneof({ weight: 6, arbitrary: fc.constant<Kind>('contact') }, fc.constantFrom(...kinds)),
      isLastOfBatch: fc.boolean(),
    }),
    { minLength: 250, maxLength: 350 },
  );
type Deed = ReturnType<typeof deedsOf> extends fc.Arbitrary<(infer T)[]> ? T : never;

function recordOf({ agentId, talkSeconds, kind }: Deed, index: number, atSeconds: number): DriverRecord {
  const id = `i-${String(index)}`;
  const allocate = { to: 'agent', id: agentId };
  switch (kind) {
    case 'contact':
      return contact(id, atSeconds, { agentId, talkSeconds });
    case 'feedback':
      return { ...feedback(id, atSeconds, { agentId }), key: agentId };
    case 'bill':
      return bill(id, { allocate, periodStart: at(atSeconds - 300), periodEnd: at(atSeconds + 300) });
    case 'correction': {
      const correctionOf = `i-${String(Math.max(0, index - (talkSeconds % 40)))}`;
      return bill(id, {
        allocate,
        amount: '6.00',
        periodStart: at(atSeconds - 300),
        periodEnd: at(atSeconds),
        correctionOf,
      });
    }
    case 'better copy':
      return contact(`i-${String(Math.max(0, index - 3))}`, atSeconds, {
        agentId,
        talkSeconds,
        updatedAt: at(atSeconds),
      });
  }
}

/** In batches, as they are heard of. */
function batchesOf(all: readonly Deed[]): DriverRecord[][] {
  let seconds = 0;
  const heard = all.map((deed, index) => {
    seconds += deed.gapSeconds;
    return { record: recordOf(deed, index, seconds), heardSeconds: seconds + deed.delaySeconds, deed };
  });
  const batches: DriverRecord[][] = [[]];
  for (const { record, deed } of heard.toSorted((a, b) => a.heardSeconds - b.heardSeconds)) {
    batches.at(-1)?.push(record);
    if (deed.isLastOfBatch) batches.push([]);
  }
  return batches;
}

interface Run {
  readonly early: boolean;
  /** With a task that begins anew before each batch nothing is prepared when a minute is judged. */
  readonly restarts: boolean;
}

function run(batches: readonly DriverRecord[][], { early, restarts }: Run): PipelineDriver {
  let reference = planned(1_000, 1, early);
  const driver = new PipelineDriver({ reference: { current: () => reference.current() }, partitions: 1 });
  for (const agentId of AGENTS) driver.send(contact(`first-${agentId}`, 0, { agentId }));
  for (const [index, batch] of batches.entries()) {
    if (index === Math.floor(batches.length / 2)) reference = planned(700, 2, early);
    if (restarts) driver.restart();
    driver.send(...batch);
  }
  return driver;
}

const known = (signals: readonly Signal[]): string[] => signals.map((signal) => JSON.stringify(signal));

describe('scopes that are judged before the watermark reaches their minute', () => {
  // What is told early is judged only when something is booked, which a bill is not, and after a restart once more.
  it.each([
    { early: true, kinds: ['feedback', 'better copy'] as const },
    { early: false, kinds: ['feedback', 'better copy', 'bill', 'correction'] as const },
  ])('give the signals that they would give then, early: $early', ({ early, kinds }) => {
    let told = 0;
    let causes: Signal['cause'][] = [];
    fc.assert(
      fc.property(deedsOf(...kinds), (all) => {
        const batches = batchesOf(all);
        const [alone, anew] = [run(batches, { early, restarts: false }), run(batches, { early, restarts: true })];
        expect(known(alone.signals)).toEqual(known(anew.signals));
        told += alone.signals.length;
        causes = [...causes, ...alone.signals.map(({ cause }) => cause)];
      }),
      { numRuns: 6, endOnFailure: true },
    );
    expect(told).toBeGreaterThan(100);
    expect(causes).toEqual(expect.arrayContaining(['usage', 'plan-change']));
  });

  it('leave so little to do that the windows of the minute need not go first', () => {
    const contacts = Array.from({ length: 200 }, (_, second) => [contact(`i-${String(second)}`, second)]);
    // The first minute begins what is known of the scopes.
    expect(run(contacts, { early: true, restarts: false }).stepsBehind).toBe(1);
    expect(run(contacts, { early: true, restarts: true }).stepsBehind).toBe(3);
  });
});
