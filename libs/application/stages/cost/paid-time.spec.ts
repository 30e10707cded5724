import type { CostEvent } from '#libs/contract';
import { parseMicros, type Reference } from '#libs/domain';
import { PipelineDriver } from '../../../testing/pipeline-driver.js';
import { agentState, at, BASE, contact, REFERENCE } from '../centre.fixture.js';

const HOUR = 3600;
const driverOf = (reference: Partial<Reference> = {}) =>
  new PipelineDriver({ reference: { ...REFERENCE, ...reference }, partitions: 1 });
const enter = (seconds: number, state: string, more = {}) => agentState(seconds, { state, ...more });
/** Moves the clock of the input. */
const clock = (seconds: number) => ({ ...agentState(seconds, { agentId: 'a-9' }), key: 'a-9' });
const summary = ({ sourceId, revision, amount }: CostEvent) => [sourceId, revision, amount];

describe('an interval of paid time', () => {
  it("becomes a cost event when the agent's next state closes it", () => {
    const driver = driverOf();
    driver.send(enter(0, 'available', { region: 'east' }), contact('i', 900));
    expect(driver.costEvents.map(({ source }) => source)).toEqual(['interaction']);
    driver.send(enter(900, 'handling'), enter(1_200, 'offline'));
    expect(driver.costEvents.slice(1)).toEqual([
      {
        costEventId: `agent-state:a-1/available/${at(0)}:0`,
        source: 'agent-state',
        sourceId: `a-1/available/${at(0)}`,
        revision: 0,
        occurredAt: at(0),
        agentId: 'a-1',
        team: 'north',
        region: 'east',
        amount: '30.00',
        currency: 'CNY',
        breakdown: { labour: '30.00' },
        lines: [
          {
            dimension: 'labour',
            subcategory: 'available',
            amount: '30.00',
            rateId: 'labour',
            quantity: 900,
            unit: 'seconds',
          },
        ],
      },
    ]);
    const record = driver.outputs.filter(({ topic }) => topic === 'costEvents')[1];
    expect(String(record?.key)).toBe('a-1');
  });

  it('is in the minutes that it belongs to, in all, agent and team, as soon as the watermark has passed them', () => {
    const driver = driverOf();
    driver.send(enter(0, 'break'), clock(670));
    expect(driver.windowAt('agent', 'a-1', '5m', at(600))).toMatchObject({
      amount: '10.00',
      breakdown: { labour: '10.00' },
      interactions: 0,
      handleSeconds: 0,
    });
    expect(driver.windowAt('team', 'north', '1h', at(600))).toMatchObject({ amount: '20.00', revision: 0 });
    expect(driver.windowAt('all', 'all', 'month', at(600))).toMatchObject({ amount: '20.00', revision: 0 });
    driver.send(enter(670, 'offline'));
    driver.finish();
    expect(driver.windows.every(({ revision }) => revision === 0)).toBe(true);
    expect(driver.windowAt('agent', 'a-1', 'month', at(1_200))).toMatchObject({ amount: '22.333333' });
  });

  it('costs the overtime multiplier outside the shift, and is divided by the split', () => {
    const split = { wages: 700_000, socialInsurance: 150_000, training: 150_000 };
    const driver = driverOf({ rateCards: [{ ...REFERENCE.rateCards[0]!, splitPpm: split }] });
    driver.send(enter(0, 'training', { scheduled: false }), enter(HOUR, 'offline'));
    expect(driver.costEvents[0]).toMatchObject({
      amount: '180.00',
      breakdown: { labour: '180.00' },
      lines: [
        { subcategory: 'wages', amount: '126.00' },
        { subcategory: 'social-insurance', amount: '27.00' },
        { subcategory: 'training', amount: '27.00' },
      ],
    });
    driver.finish();
    expect(driver.windowAt('agent', 'a-1', 'month', at(HOUR + 600))).toMatchObject({ overtimeAmount: '180.00' });
  });

  it("is cut at midnight of the organisation's zone, each day at its own rate", () => {
    const midnight = 14 * HOUR;
    const dearer = {
      rateId: 'next',
      for: 'default',
      kind: 'hourly',
      amountMicros: 240_000_000n,
      currency: 'CNY',
    } as const;
    const rateCards = [REFERENCE.rateCards[0]!, { ...dearer, fromMs: BASE + midnight * 1000 }];
    const driver = driverOf({ rateCards });
    driver.send(enter(midnight - HOUR, 'available'), enter(midnight + HOUR, 'offline'));
    expect(driver.costEvents.map(summary)).toEqual([
      [`a-1/available/${at(midnight - HOUR)}`, 0, '120.00'],
      [`a-1/available/${at(midnight)}`, 0, '240.00'],
    ]);
  });

  it('of no length costs nothing, and of two states at one instant the later holds', () => {
    const driver = driverOf();
    driver.send(enter(0, 'available'), enter(0, 'handling'), enter(600, 'break'), enter(600, 'offline'));
    driver.finish();
    expect(driver.costEvents).toEqual([]);
    expect(driver.windows.filter(({ amount }) => amount !== '0.00')).toEqual([]);
  });

  it('has a short sourceId, however long the id of its agent', () => {
    const agentId = 'x'.repeat(128);
    const driver = driverOf();
    driver.send(
      { ...enter(0, 'available', { agentId }), key: agentId },
      { ...enter(60, 'offline', { agentId }), key: agentId },
    );
    expect(driver.costEvents[0]?.sourceId).toMatch(/^#[0-9a-f]{32}\/available\/2026-11-23T02:00:00\.000Z$/);
  });
});

describe('a state out of order', () => {
  it('moves the end of the one before it: the next revision, and windows by the difference', () => {
    const driver = driverOf();
    driver.send(enter(0, 'available'), enter(600, 'offline'), clock(700));
    expect(driver.windowAt('agent', 'a-1', '1h', at(660))).toMatchObject({ amount: '20.00', revision: 0 });
    driver.send(enter(300, 'handling'));
    expect(driver.costEvents.filter(({ source }) => source === 'agent-state').map(summary)).toEqual([
      [`a-1/available/${at(0)}`, 0, '20.00'],
      [`a-1/available/${at(0)}`, 1, '10.00'],
    ]);
    expect(driver.windowAt('agent', 'a-1', '1h', at(660))).toMatchObject({ amount: '10.00' });
    expect(driver.windows.filter(({ revision }) => revision > 0).length).toBeGreaterThan(0);
  });

  it('beyond the grace is late: its cost event says so, the month has it, rolling windows from the grace on', () => {
    const driver = driverOf();
    driver.send(enter(0, 'available'), enter(7_200, 'offline'), clock(7_210));
    driver.send(enter(3_600, 'offline'));
    const late = driver.outputs.filter(({ topic }) => topic === 'costEvents').at(-1);
    expect(late?.headers).toMatchObject({ late: 'true' });
    expect(driver.counters.get('spendline_late_total')).toBe(1);
    driver.finish();
    expect(driver.windowAt('agent', 'a-1', '24h', at(9_000))).toMatchObject({ amount: '220.00' });
    expect(driver.windowAt('agent', 'a-1', 'month', at(9_000))).toMatchObject({ amount: '120.00' });
  });

  it('older than the states that are remembered costs nothing and changes nothing', () => {
    const driver = driverOf();
    driver.send(
      enter(0, 'available'),
      enter(60, 'offline'),
      enter(40 * HOUR, 'available'),
      enter(80 * HOUR, 'offline'),
    );
    const events = driver.costEvents.length;
    driver.send(enter(30, 'handling'));
    expect(driver.costEvents).toHaveLength(events);
    expect(driver.counters.get('spendline_late_total')).toBe(1);
    expect(driver.unaccounted).toBe(0);
  });

  it('with the same state and instant but other content takes the place of the first', () => {
    const driver = driverOf();
    driver.send(enter(0, 'available'), enter(600, 'offline'), enter(0, 'available', { scheduled: false }));
    expect(driver.costEvents.map(summary)).toEqual([
      [`a-1/available/${at(0)}`, 0, '20.00'],
      [`a-1/available/${at(0)}`, 1, '30.00'],
    ]);
    driver.finish();
    expect(driver.windowAt('all', 'all', 'month', at(1_200))).toMatchObject({ amount: '30.00' });
  });
});

describe('an agent who never says offline', () => {
  it('is closed by the end of a replay, and goes on where the next state comes after all', () => {
    const driver = driverOf();
    driver.send(enter(0, 'available'), clock(600));
    driver.finish();
    expect(driver.costEvents.at(-1)).toMatchObject({ source: 'agent-state', amount: '20.00', revision: 0 });
    expect(driver.windowAt('agent', 'a-1', 'month', at(90_000))).toMatchObject({ amount: '20.00' });
    driver.restart();
    driver.send(enter(1_200, 'offline'));
    expect(driver.costEvents.at(-1)).toMatchObject({ source: 'agent-state', amount: '40.00', revision: 1 });
  });

  it('is booked for two days; what lasted longer is known when it is closed', () => {
    const driver = driverOf();
    driver.send(enter(0, 'available'));
    driver.send(clock(60 * HOUR));
    expect(driver.windowAt('agent', 'a-1', 'month', at(60 * HOUR - 60))).toMatchObject({ amount: '5760.00' });
    driver.send(enter(60 * HOUR, 'offline'));
    const amounts = driver.costEvents.filter(({ source }) => source === 'agent-state').map(({ amount }) => amount);
    expect(amounts).toEqual(['1680.00', '2880.00', '2640.00']);
    driver.finish();
    expect(driver.windowAt('agent', 'a-1', 'month', at(60 * HOUR + 600))).toMatchObject({ amount: '7200.00' });
  });

  it('that lasted longer than two days is in the months only from then on, whatever the watermark is', () => {
    const DAY = 24 * HOUR;
    const driver = driverOf();
    driver.send(enter(0, 'available'), enter(12 * DAY, 'offline'));
    driver.send(clock(12 * DAY + 900));
    driver.finish();
    const windowsOf = (window: string) =>
      driver.windows.filter(({ id, window: name }) => id === 'a-1' && name === window);
    const rolling = windowsOf('1h').filter(({ amount }) => amount !== '0.00');
    expect(rolling.at(-1)?.end).toBe(at(2 * DAY + 3_540));
    expect(driver.costEvents.reduce((sum, { amount }) => sum + parseMicros(amount), 0n)).toBe(34_560_000_000n);
    // November from Monday 10:00 in Shanghai, and December to Saturday 10:00.
    expect(windowsOf('month').findLast(({ end }) => end < at(8 * DAY - 10 * HOUR + 60))?.amount).toBe('21840.00');
    expect(windowsOf('month').at(-1)?.amount).toBe('12720.00');
    expect(windowsOf('month').length).toBeLessThan(2 * 24 * 60 + 10);
  });

  it('goes on being booked on the live clock while nothing comes', () => {
    const driver = new PipelineDriver({ reference: REFERENCE, partitions: 1, stage: { clock: 'live' }, nowMs: BASE });
    driver.send(enter(0, 'available'));
    for (let minute = 0; minute < 11; minute += 1) driver.tick(60_000);
    expect(driver.windowAt('agent', 'a-1', '1h', at(600))).toMatchObject({ amount: '20.00', revision: 0 });
  });
});

describe('paid time without a price', () => {
  it('is published as far as it can be costed, and counted', () => {
    const driver = driverOf({ rateCards: [] });
    driver.send(enter(0, 'meeting'), enter(60, 'offline'));
    expect(driver.costEvents[0]).toMatchObject({ amount: '0.00', breakdown: {}, lines: [] });
    expect(driver.counters.get('spendline_unrated_total')).toBe(1);
  });

  it('in a currency without a rate is rejected, so that it can be replayed', () => {
    const rateCards = [{ ...REFERENCE.rateCards[0]!, currency: 'EUR' }];
    const driver = driverOf({ rateCards });
    driver.send(enter(0, 'meeting'), enter(60, 'handling'));
    expect(driver.rejected.map(({ reason }) => reason)).toEqual(['no-fx-rate']);
    expect(driver.costEvents).toEqual([]);
  });

  it('is converted at the rate of its beginning', () => {
    const rateCards = [{ ...REFERENCE.rateCards[0]!, currency: 'USD' }];
    const driver = driverOf({ rateCards });
    driver.send(enter(0, 'meeting'), enter(60, 'handling'));
    expect(driver.costEvents[0]).toMatchObject({ amount: '14.20', currency: 'CNY' });
  });

  it('that would cost more a day than an amount can hold is rejected', () => {
    const rateCards = [{ ...REFERENCE.rateCards[0]!, amountMicros: 500_000_000_000_000n }];
    const driver = driverOf({ rateCards });
    driver.send(enter(0, 'meeting'));
    expect(driver.rejected.map(({ reason }) => reason)).toEqual(['overflow']);
  });
});
