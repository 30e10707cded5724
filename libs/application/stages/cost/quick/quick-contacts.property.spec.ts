import fc from 'fast-check';
import { EMPTY_REFERENCE } from '#libs/application';
import type { Reference } from '#libs/domain';
import { PipelineDriver, type DriverRecord } from '../../../../testing/pipeline-driver.js';
import { BASE, REFERENCE } from '../../centre.fixture.js';

const MINUTE = 60_000;

const CENTRE: Reference = {
  ...REFERENCE,
  rateCards: [
    ...REFERENCE.rateCards,
    {
      rateId: 'north',
      for: 'team',
      id: 'north',
      kind: 'hourly',
      amountMicros: 133_330_001n,
      currency: 'CNY',
      splitPpm: { wages: 650_000, socialInsurance: 200_000, training: 150_000 },
      overtimeMultiplierMicros: 1_750_000n,
      fromMs: BASE - 30 * MINUTE,
      toMs: BASE + 20 * MINUTE,
    },
    { rateId: 'v-1', for: 'vendor', id: 'v-1', kind: 'per-minute', amountMicros: 999_999n, currency: 'CNY' },
    { rateId: 'dollars', for: 'agent', id: 'a-4', kind: 'hourly', amountMicros: 20_000_000n, currency: 'USD' },
    { rateId: 'bot-line', for: 'channel', id: 'chat', kind: 'per-minute', amountMicros: 12_345n, currency: 'CNY' },
  ],
  agents: [...REFERENCE.agents, { agentId: 'a-3', team: 'south', region: 'east', fromMs: BASE + 5 * MINUTE }],
  agentGroups: [
    { groupId: 'night', agents: ['a-1', 'a-3'], toMs: BASE + 10 * MINUTE },
    { groupId: 'night', agents: ['a-3', 'a-4'], fromMs: BASE + 10 * MINUTE },
    { groupId: '新人', agents: ['a-2', 'a-3'] },
  ],
  budgets: ['night', '新人'].map((id) => ({
    ...{ budgetId: id, scope: 'group' as const, id, period: 'month' as const, amountMicros: 60_000_000n },
    ...{ currency: 'CNY', status: 'approved' as const, version: 1 },
  })),
  rules: EMPTY_REFERENCE.rules.filter(({ kind }) => kind === 'budget-threshold'),
};

const ended = fc.integer({ min: BASE - 60 * MINUTE, max: BASE + 60 * MINUTE });
const optional = fc.record(
  {
    team: fc.constantFrom('north', '华东'),
    region: fc.constantFrom('east', 'west'),
    queue: fc.constantFrom('q-1', 'q 2'),
    topic: fc.constantFrom('billing', 'refund'),
    stage: fc.constant('order'),
    complexity: fc.constantFrom('low', 'high'),
    customerTier: fc.constantFrom('gold', 'standard'),
    customerId: fc.constantFrom('c-1', 'c-2'),
    talkSeconds: fc.oneof(fc.nat(4_000), fc.constant(12.25)),
    holdSeconds: fc.nat(100),
    afterContactSeconds: fc.nat(100),
    overtime: fc.boolean(),
    repetitive: fc.boolean(),
    updatedAt: fc.integer({ min: BASE, max: BASE + 3 }),
  },
  { requiredKeys: [] },
);
const interactions = fc
  .tuple(
    fc.record({
      interactionId: fc.nat(12).map((id) => `i-${String(id)}`),
      channel: fc.constantFrom('voice', 'chat', 'email'),
      handledBy: fc.constantFrom('agent', 'vendor', 'bot'),
      agentId: fc.constantFrom('a-1', 'a-2', 'a-3', 'a-4'),
      vendorId: fc.constantFrom('v-1', 'v-2'),
      botId: fc.constantFrom('b-1', 'b-2'),
      outcome: fc.constantFrom('resolved', 'unresolved', 'abandoned'),
    }),
    ended,
    fc.nat(2_000_000),
    optional,
  )
  .map(([required, endedAt, lengthMs, rest]) => {
    const startedAt = endedAt - lengthMs;
    return { ...required, endedAt: new Date(endedAt).toISOString(), startedAt, answeredAt: startedAt + 1_000, ...rest };
  });

/** A nested field that nobody knows: nothing depends on it, but the scan does not read it. */
const LONG_WAY = { unread: {} };

function play(batches: readonly (readonly object[])[], more: object): PipelineDriver {
  const driver = new PipelineDriver({ reference: CENTRE, partitions: 2 });
  for (const batch of batches) {
    const records = batch.map((value): DriverRecord => ({ topic: 'interactions', value: { ...value, ...more } }));
    driver.send(...records);
    driver.restart();
  }
  driver.finish();
  return driver;
}

/** Counters of money are sums of doubles, whose last digits depend on the order of adding. */
function roundedCounters({ counters }: PipelineDriver): Map<string, number> {
  return new Map([...counters].map(([name, value]) => [name, Math.round(value * 1e6)]));
}

/** Everything that was published, each topic in its order. */
function outcome(driver: PipelineDriver): unknown {
  const { costEvents, windows, signals } = driver;
  const reasons = driver.rejected.map(({ reason, detail }) => ({ reason, detail }));
  const headers = driver.outputs
    .filter(({ topic }) => topic === 'costEvents')
    .map(({ key, value, headers: of }) => [
      String(key),
      String(value),
      ...Object.entries(of ?? {})
        .flat()
        .map(String),
    ]);
  const budgets = driver.mergeTasks.flatMap((task) => [...task.budgets]);
  return { costEvents, windows, signals, budgets, reasons, headers, counters: roundedCounters(driver) };
}

describe('the quick way of contacts', () => {
  it('leaves no pane behind where a better copy moves a contact within one commit', () => {
    const first = { interactionId: 'i', channel: 'voice', handledBy: 'agent', agentId: 'a-1', outcome: 'resolved' };
    const minute = (minutes: number) => ({
      startedAt: BASE + (minutes - 1) * MINUTE,
      endedAt: BASE + minutes * MINUTE,
    });
    const batches = [
      [
        { ...first, ...minute(0) },
        { ...first, ...minute(1), updatedAt: BASE },
      ],
      [
        { ...first, interactionId: 'j', ...minute(12) },
        { ...first, interactionId: 'late', ...minute(0) },
      ],
    ];
    expect(outcome(play(batches, {}))).toEqual(outcome(play(batches, LONG_WAY)));
  });

  it('gives what the long way gives: events, windows, rejects, counters, after restarts as well', () => {
    fc.assert(
      fc.property(fc.array(fc.array(interactions, { maxLength: 12 }), { maxLength: 4 }), (batches) => {
        const quick = play(batches, {});
        const long = play(batches, LONG_WAY);
        expect(outcome(quick)).toEqual(outcome(long));
        expect(quick.unaccounted).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});
