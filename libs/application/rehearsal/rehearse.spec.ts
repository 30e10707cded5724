import type { Signal } from '#libs/contract';
import type { Budget, RateCard, Rule } from '#libs/domain';
import { referenceEntry, type ReferenceEntry } from '../reference/index.js';
import { at, BASE, contact, feedback } from '../stages/centre.fixture.js';
import { inOrder } from './in-order.js';
import { CURRENT, dependencies, driven, pastOf, TRAFFIC, unitCost } from './past.fixture.js';
import { rehearse, type Rehearsal } from './rehearse.js';

const run = (proposed: ReferenceEntry[], more: { toSeconds?: number; fired?: Signal[] } = {}): Promise<Rehearsal> =>
  rehearse(
    { current: CURRENT, proposed, fromMs: BASE, toMs: BASE + (more.toSeconds ?? 7200) * 1000, fired: more.fired ?? [] },
    pastOf(TRAFFIC),
    dependencies,
    () => Promise.resolve(),
  );

describe('a rehearsal', () => {
  it('of a stricter rule says when and for how long it would have fired, against today and what was told', async () => {
    const fired = driven();
    const lower = { ...unitCost, targetMicros: 4_000_000n, fromMs: BASE + 1e9 } as Rule;
    const report = await run([referenceEntry('rule', lower, 2)], { fired });
    expect(report).toMatchObject({ recordedFrom: at(0), records: 180, rejected: 0, cost: [] });
    const [signal] = report.signals.filter(({ ruleId }) => ruleId === 'unit');
    expect(signal?.today.episodes).toEqual([
      expect.objectContaining({ startedAt: fired[0]!.startedAt, resolvedAt: fired.at(-1)!.resolvedAt }),
    ]);
    expect(signal?.fired).toEqual(signal?.today);
    expect(signal?.proposed.times).toBe(1);
    expect(signal!.proposed.totalMinutes).toBeGreaterThan(signal!.today.totalMinutes);
    // No other rule was proposed, and none of them does anything else.
    expect(new Set(report.signals.map(({ ruleId }) => ruleId))).toEqual(new Set(['unit']));
  });

  it('of a rule that would be silent says so', async () => {
    const report = await run([referenceEntry('rule', { ...unitCost, targetMicros: 90_000_000n }, 2)]);
    expect(report.signals).toMatchObject([
      { ruleId: 'unit', today: { times: 1 }, proposed: { times: 0, totalMinutes: 0 } },
    ]);
  });

  it('of a budget takes it for approved, from the beginning', async () => {
    const budget = {
      ...{ budgetId: 'b', scope: 'channel', id: 'email', period: 'month', amountMicros: 400_000_000n, currency: 'CNY' },
      ...{ status: 'draft', version: 1, fromMs: BASE + 1e9 },
    } as Budget;
    const report = await run([referenceEntry('budget', budget, 1)]);
    const threshold = report.signals.find(({ kind, scope }) => kind === 'budget-threshold' && scope === 'channel');
    expect(threshold).toMatchObject({ id: 'email', today: { times: 0 }, proposed: { times: 1 } });
    expect(threshold?.proposed.episodes[0]).toMatchObject({ severity: 'critical', resolvedAt: null });
  });

  it('of a rate says what moves, to the last micro, and what would have fired otherwise', async () => {
    const dear: RateCard = {
      rateId: 'north',
      for: 'team',
      id: 'north',
      kind: 'hourly',
      amountMicros: 240_000_000n,
      currency: 'CNY',
    };
    const report = await run([referenceEntry('rate-card', dear, 1)]);
    // Half of 36 contacts of eight minutes and of 144 of one minute, at CNY 120 an hour more.
    expect(report.cost).toEqual(
      [
        { scope: 'all', id: 'all', today: '864.00', proposed: '1296.00' },
        { scope: 'channel', id: 'email', today: '864.00', proposed: '1296.00' },
        { scope: 'team', id: 'north', today: '432.00', proposed: '864.00' },
      ].map((moved) => ({ ...moved, currency: 'CNY', difference: '432.00' })),
    );
    expect(report.signals.some(({ ruleId }) => ruleId === 'unit')).toBe(true);
  });

  it('counts what was in its span only, with all before it', async () => {
    const [whole, early] = [
      await run([referenceEntry('rule', unitCost, 1)]),
      await run([referenceEntry('rule', unitCost, 1)], { toSeconds: 600 }),
    ];
    expect(early.records).toBeLessThan(whole.records);
    expect(early.signals[0]?.proposed.episodes[0]).toMatchObject({ resolvedAt: null });
  });
});

describe('past records', () => {
  it('come in event time over partitions, each in its own order, a late one where it stands', async () => {
    const records = [contact('1', 10), contact('2', 30), feedback('3', 20), contact('4', 60), contact('5', 5)];
    const { partitions } = await pastOf(records, 2).open();
    const order: unknown[] = [];
    for await (const { record } of inOrder(partitions)) {
      const value = JSON.parse(String(record.value)) as Record<string, unknown>;
      order.push(value['interactionId'] ?? value['feedbackId']);
    }
    expect(order).toEqual(['1', '3', '5', '2', '4']);
  });
});
