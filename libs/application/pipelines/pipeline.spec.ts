import { EMPTY_REFERENCE, fixedReference } from '#libs/application';
import { matchesSchema, schemaFaults } from '#libs/contract';
import type { Reference } from '#libs/domain';
import { PipelineDriver } from '../../testing/pipeline-driver.js';

const BASE = Date.UTC(2026, 10, 23, 2, 0, 0);
const at = (seconds: number) => new Date(BASE + seconds * 1000).toISOString();

const REFERENCE: Reference = {
  ...EMPTY_REFERENCE,
  rules: [],
  rateCards: [
    { rateId: 'labour', for: 'default', kind: 'hourly', amountMicros: 120_000_000n, currency: 'CNY' },
    { rateId: 'bot', for: 'bot', kind: 'per-contact', amountMicros: 500_000n, currency: 'CNY' },
    { rateId: 'vendor', for: 'vendor', kind: 'per-contact', amountMicros: 7_000_000n, currency: 'CNY' },
    { rateId: 'voice', for: 'channel', id: 'voice', kind: 'per-minute', amountMicros: 60_000n, currency: 'CNY' },
  ],
  agents: [{ agentId: 'a-1', team: 'north' }],
};

function contact(id: string, endSeconds: number, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    interactionId: id,
    channel: 'voice',
    handledBy: 'agent',
    agentId: 'a-1',
    startedAt: at(endSeconds - 480),
    endedAt: at(endSeconds),
    outcome: 'resolved',
    ...more,
  };
}

const interaction = (value: unknown) => ({ topic: 'interactions' as const, value });

describe('the pipeline', () => {
  it('costs a contact and shows it in all of its scopes', () => {
    const driver = new PipelineDriver({ reference: REFERENCE });
    driver.send(interaction(contact('i-1', 0)));
    driver.finish();
    const [event] = driver.costEvents;
    expect(event).toMatchObject({
      costEventId: 'interaction:i-1:0',
      amount: '16.48',
      currency: 'CNY',
      handleSeconds: 480,
      team: 'north',
      breakdown: { labour: '16.00', system: '0.48' },
    });
    for (const [scope, id] of [
      ['all', 'all'],
      ['agent', 'a-1'],
      ['channel', 'voice'],
      ['team', 'north'],
    ] as const) {
      expect(driver.windowAt(scope, id, '5m', at(10))).toMatchObject({
        amount: '16.48',
        interactions: 1,
        handleSeconds: 480,
        revision: 0,
        end: at(10),
      });
      expect(driver.windowAt(scope, id, '5m', at(310))).toMatchObject({
        amount: '0.00',
        interactions: 0,
        end: at(310),
      });
      expect(driver.windowAt(scope, id, 'month', at(60))).toMatchObject({
        amount: '16.48',
        start: '2026-10-31T16:00:00.000Z',
      });
    }
    expect(driver.unaccounted).toBe(0);
  });

  it('publishes only what its schemas allow', () => {
    const driver = new PipelineDriver({ reference: REFERENCE });
    driver.send(
      interaction(contact('i-1', 0)),
      interaction(
        contact('i-2', 30, {
          handledBy: 'bot',
          botId: 'b',
          agentId: undefined,
          channel: 'chat',
          units: { 'llm-input-tokens': 12 },
        }),
      ),
      interaction(contact('i-3', 60, { handledBy: 'vendor', vendorId: 'v', agentId: undefined, talkSeconds: 33.25 })),
      {
        topic: 'billingLines',
        value: {
          lineId: 'l-1',
          dimension: 'system',
          amount: '-5.5',
          currency: 'CNY',
          billedAt: at(0),
          periodStart: at(-3600),
          periodEnd: at(3600),
        },
      },
      {
        topic: 'feedback',
        value: { feedbackId: 'f-1', interactionId: 'i-1', kind: 'csat', score: 80, agentId: 'a-1', at: at(40) },
      },
    );
    driver.finish();
    for (const event of driver.costEvents) expect(schemaFaults('cost-event.v1', event)).toBe('');
    for (const window of driver.windows) expect(matchesSchema('cost-window.v1', window)).toBe(true);
    expect(driver.costEvents).toHaveLength(4);
    expect(driver.windowAt('channel', 'chat', '1h', at(120))).toMatchObject({
      amount: '0.50',
      automated: 1,
      handledByAgents: 0,
      handleSeconds: 0,
    });
    expect(driver.windowAt('vendor', 'v', '1h', at(120))).toMatchObject({
      breakdown: { outsourcing: '7.00', system: '0.48' },
      handleSeconds: 33.25,
    });
    expect(driver.windowAt('channel', 'voice', '1h', at(120))).toMatchObject({ csatSum: 80, csatCount: 1 });
    expect(driver.counters.get('spendline_unrated_total')).toBe(1);
  });

  it('counts a copy once, replaces by a better one, and keeps a contradicting one', () => {
    const driver = new PipelineDriver({ reference: REFERENCE });
    driver.send(
      interaction(contact('i-1', 0, { updatedAt: at(1) })),
      interaction(contact('i-1', 0, { updatedAt: at(1) })),
    );
    driver.send(interaction(contact('i-1', 0, { updatedAt: at(5), talkSeconds: 240 })));
    driver.send(interaction(contact('i-1', 0, { updatedAt: at(3), talkSeconds: 200 })));
    driver.send(interaction(contact('i-1', 0, { updatedAt: at(5), talkSeconds: 100 })));
    driver.finish();
    expect(driver.costEvents.map(({ costEventId, amount }) => [costEventId, amount])).toEqual([
      ['interaction:i-1:0', '16.48'],
      ['interaction:i-1:1', '8.48'],
    ]);
    expect(driver.rejected.map(({ reason }) => reason)).toEqual(['conflict']);
    expect(driver.windowAt('agent', 'a-1', '1h', at(60))).toMatchObject({ amount: '8.48', interactions: 1 });
    expect(Object.fromEntries(driver.counters)).toMatchObject({
      spendline_events_total: 5,
      spendline_counted_total: 2,
      spendline_duplicates_total: 1,
      spendline_stale_total: 1,
      spendline_rejected_total: 1,
    });
    expect(driver.unaccounted).toBe(0);
  });

  it('restates windows for what is late inside the grace, and leaves rolling windows alone beyond it', () => {
    const driver = new PipelineDriver({ reference: REFERENCE, partitions: 1 });
    driver.send(interaction(contact('i-1', 0)), interaction(contact('i-2', 900)));
    expect(driver.windowAt('agent', 'a-1', '1h', at(600))).toMatchObject({ interactions: 1, revision: 0 });
    driver.send(interaction(contact('i-3', 595)));
    expect(driver.windowAt('agent', 'a-1', '1h', at(600))).toMatchObject({
      interactions: 2,
      revision: 1,
      end: at(600),
    });
    driver.send(interaction(contact('i-4', 240)));
    driver.finish();
    expect(driver.windowAt('agent', 'a-1', '1h', at(960))).toMatchObject({ interactions: 3 });
    expect(driver.windowAt('agent', 'a-1', 'month', at(960))).toMatchObject({ interactions: 4 });
    const late = driver.outputs.filter(({ headers }) => headers?.['late'] === 'true');
    expect(late).toHaveLength(1);
    expect(driver.counters.get('spendline_late_total')).toBe(1);
    expect(driver.unaccounted).toBe(0);
  });

  it('keeps what it cannot read, with its reason, and goes on', () => {
    const driver = new PipelineDriver({ reference: REFERENCE, stage: { clock: 'live' }, nowMs: BASE });
    driver.send(
      { topic: 'interactions', key: 'a-1', value: Buffer.from('{"interactionId":') },
      interaction(contact('i-1', 0)),
      interaction(contact('i-2', 900)),
      interaction(contact('i-3', 0, { charges: [{ dimension: 'system', amount: '1.00', currency: 'USD' }] })),
    );
    expect(driver.rejected.map(({ reason }) => reason)).toEqual(['not-json', 'future', 'no-fx-rate']);
    expect(driver.rejected[0]?.record).toMatchObject({
      value: Buffer.from('{"interactionId":'),
      headers: { 'source-topic': 'callcenter.interactions', 'source-offset': '0' },
    });
    expect(driver.costEvents).toHaveLength(1);
    expect(driver.unaccounted).toBe(0);
  });

  it('goes on with the months it began when the zone is changed under it', () => {
    let reference = REFERENCE;
    const driver = new PipelineDriver({ reference: { current: () => fixedReference(reference).current() } });
    driver.send(interaction(contact('i-1', 0)));
    reference = { ...REFERENCE, organisation: { ...REFERENCE.organisation, zone: 'America/Los_Angeles' } };
    driver.restart();
    driver.send(interaction(contact('i-2', 60)));
    driver.finish();
    expect(driver.windowAt('all', 'all', 'month', at(120))).toMatchObject({
      amount: '32.96',
      start: '2026-10-31T16:00:00.000Z',
    });
  });

  it('takes the zone that is known when the first fact comes', () => {
    let reference = REFERENCE;
    const driver = new PipelineDriver({ reference: { current: () => fixedReference(reference).current() } });
    reference = { ...REFERENCE, organisation: { ...REFERENCE.organisation, zone: 'Europe/Berlin' } };
    driver.send(interaction(contact('i-1', 0)));
    driver.finish();
    expect(driver.windowAt('all', 'all', 'month', at(60))).toMatchObject({ start: '2026-10-31T23:00:00.000Z' });
  });

  it('gives the same windows and events when every task is restored again and again', () => {
    const run = (restarts: boolean) => {
      const driver = new PipelineDriver({ reference: REFERENCE, partitions: 3 });
      for (let step = 0; step < 200; step += 1) {
        const end = step * 97;
        driver.send(
          interaction(contact(`i-${String(step)}`, end, { agentId: `a-${String(step % 7)}`, updatedAt: at(end) })),
          ...(step % 5 === 4
            ? [
                interaction(
                  contact(`i-${String(step - 3)}`, end - 291, {
                    agentId: `a-${String((step - 3) % 7)}`,
                    updatedAt: at(end),
                    talkSeconds: 60,
                  }),
                ),
              ]
            : []),
          ...(step === 50
            ? [
                {
                  topic: 'billingLines' as const,
                  value: {
                    lineId: 'rent',
                    dimension: 'system',
                    amount: '1000.01',
                    currency: 'CNY',
                    billedAt: at(end),
                    periodStart: at(0),
                    periodEnd: at(7200),
                    allocate: { to: 'channel', id: 'voice' },
                  },
                },
              ]
            : []),
        );
        if (restarts && step % 11 === 3) driver.restart();
      }
      driver.finish();
      return driver;
    };
    const once = run(false);
    const often = run(true);
    const byKey = (driver: PipelineDriver) => driver.windows.map((window) => JSON.stringify(window)).sort();
    expect(byKey(often)).toEqual(byKey(once));
    expect(often.costEvents.map((event) => JSON.stringify(event)).sort()).toEqual(
      once.costEvents.map((event) => JSON.stringify(event)).sort(),
    );
    expect(once.windows.length).toBeGreaterThan(1000);
  });
});
