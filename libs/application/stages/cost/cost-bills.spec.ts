import type { CostEvent } from '#libs/contract';
import { PipelineDriver, type DriverRecord } from '../../../testing/pipeline-driver.js';
import { agentState, at, bill, contact, REFERENCE } from '../centre.fixture.js';

const HOUR = 3600;
const driverOf = (partitions = 2) => new PipelineDriver({ reference: REFERENCE, partitions });
const period = (from: number, to: number) => ({ periodStart: at(from), periodEnd: at(to), billedAt: at(from) });
const summary = ({ sourceId, revision, amount }: CostEvent) => [sourceId, revision, amount];
const month = (driver: PipelineDriver, scope: string, id: string, seconds: number) =>
  driver.windowAt(scope, id, 'month', at(seconds))?.amount;
/** Moves the clock of every partition. */
const clock = (seconds: number): DriverRecord[] =>
  ['a-7', 'a-8', 'a-9', 'a-10'].map((agentId) => ({ ...agentState(seconds, { agentId }), key: agentId }));

describe('a bill of a time that is over', () => {
  it('is in the month of a scope that nothing else happens in', () => {
    const driver = driverOf();
    driver.send(...clock(0));
    driver.send(...clock(2 * HOUR));
    driver.send(bill('late', { ...period(0, HOUR), allocate: { to: 'vendor', id: 'v-1' } }));
    expect(month(driver, 'vendor', 'v-1', 2 * HOUR)).toBe('60.00');
    expect(driver.windowAt('vendor', 'v-1', '5m', at(2 * HOUR))).toBeUndefined();
  });
});

describe('a correction', () => {
  it('takes the line back and stands in its place: its cost event, the month, and windows inside the grace', () => {
    const driver = driverOf();
    driver.send(...clock(0), bill('old', { ...period(0, HOUR), allocate: { to: 'team', id: 'north' } }));
    driver.send(...clock(1_810));
    expect(month(driver, 'team', 'north', 1_800)).toBe('30.00');
    driver.send(
      bill('new', {
        ...period(0, HOUR),
        amount: '120.00',
        correctionOf: 'old',
        allocate: { to: 'channel', id: 'voice' },
      }),
    );
    expect(driver.costEvents.map(summary)).toEqual([
      ['old', 0, '60.00'],
      ['old', 1, '0.00'],
      ['new', 0, '120.00'],
    ]);
    expect(driver.costEvents[1]).toEqual({
      costEventId: 'billing:old:1',
      source: 'billing',
      sourceId: 'old',
      revision: 1,
      occurredAt: at(0),
      amount: '0.00',
      currency: 'CNY',
      breakdown: {},
      lines: [],
    });
    const keys = driver.outputs.filter(({ topic }) => topic === 'costEvents').map(({ key }) => String(key));
    expect(keys).toEqual(['old', 'old', 'new']);
    expect(driver.windowAt('all', 'all', 'month', at(1_800))).toMatchObject({ amount: '60.00', revision: 1 });
    expect(driver.windowAt('team', 'north', '1h', at(1_800))).toMatchObject({ amount: '0.00', revision: 1 });
    expect(driver.windowAt('channel', 'voice', '1h', at(1_800))).toMatchObject({ amount: '60.00' });
    driver.finish();
    expect(month(driver, 'all', 'all', 2 * HOUR)).toBe('120.00');
    expect(month(driver, 'team', 'north', 2 * HOUR)).toBe('0.00');
  });

  it('restates the last window of a month that is over', () => {
    const driver = driverOf();
    const [october, tenth] = [-23 * 24 * HOUR, 10 * HOUR];
    driver.send(...clock(october), bill('old', period(october, october + tenth)));
    driver.send(...clock(0));
    const end = '2026-10-31T16:00:00.000Z';
    expect(driver.windowAt('all', 'all', 'month', end)).toMatchObject({
      amount: '60.00',
      start: '2026-09-30T16:00:00.000Z',
    });
    driver.send(bill('new', { ...period(october, october + tenth), amount: '50.00', correctionOf: 'old' }));
    expect(driver.windows.filter((each) => each.end === end && each.window === 'month').at(-1)).toMatchObject({
      amount: '50.00',
      revision: 1,
    });
  });

  it('counts once, and again only as a correction of itself', () => {
    const driver = driverOf();
    const correction = bill('new', { correctionOf: 'old', amount: '50.00' });
    driver.send(bill('old'), correction);
    driver.send(correction);
    driver.restart();
    driver.send(bill('third', { correctionOf: 'old', amount: '40.00' }));
    driver.send(bill('fourth', { correctionOf: 'new', amount: '30.00' }));
    expect(driver.counters.get('spendline_duplicates_total')).toBe(1);
    expect(driver.rejected.map(({ reason }) => reason)).toEqual(['already-corrected']);
    driver.send(...clock(600));
    driver.finish();
    expect(month(driver, 'all', 'all', HOUR)).toBe('30.00');
    expect(driver.unaccounted).toBe(0);
  });

  it('is taken once where two of one line are read at the same moment in two partitions', () => {
    // Whichever is heard of first, the lesser id stands; the other is as if it had been corrected itself.
    for (const [left, right] of [
      ['a', 'b'],
      ['b', 'a'],
    ] as const) {
      const driver = driverOf();
      const half = (lineId: string, partition: number, amount: string): DriverRecord => ({
        ...bill(lineId, { ...period(0, HOUR), amount, correctionOf: 'old', allocate: { to: 'team', id: lineId } }),
        partition,
      });
      driver.send(...clock(0), bill('old', period(0, HOUR)));
      driver.send(half(left, 0, '50.00'), half(right, 1, '40.00'));
      driver.restart();
      driver.send({ ...bill('late', { amount: '30.00', correctionOf: 'b' }), partition: 0 });
      driver.finish();
      const amount = left === 'a' ? '50.00' : '40.00';
      expect(month(driver, 'all', 'all', 2 * HOUR)).toBe(amount);
      expect(month(driver, 'team', 'a', 2 * HOUR)).toBe(amount);
      expect(month(driver, 'team', 'b', 2 * HOUR) ?? '0.00').toBe('0.00');
      const latest = new Map(driver.costEvents.map(({ sourceId, amount: last }) => [sourceId, last]));
      expect(Object.fromEntries(latest)).toEqual({ old: '0.00', a: amount, b: '0.00' });
      expect(driver.rejected.map(({ reason }) => reason)).toEqual(['already-corrected']);
      expect(driver.unaccounted).toBe(0);
    }
  });

  it('takes the cost out of the counters as well', () => {
    const driver = driverOf(1);
    driver.send(bill('old'), bill('new', { correctionOf: 'old', amount: '50.00' }), bill('other', { amount: '25.00' }));
    expect(driver.counters.get('spendline_cost_total')).toBe(75);
    driver.send(bill('next', { amount: '100.00' }));
    expect(driver.counters.get('spendline_cost_total')).toBe(175);
  });

  it('stands where its line never comes, and the line comes to nothing where it comes late', () => {
    const driver = driverOf();
    driver.send(...clock(0), bill('new', { correctionOf: 'old', amount: '50.00' }));
    driver.send(...clock(600));
    expect(month(driver, 'all', 'all', 580)).toBe('50.00');
    driver.restart();
    driver.send(bill('old'));
    driver.finish();
    expect(month(driver, 'all', 'all', HOUR)).toBe('50.00');
    expect(driver.unaccounted).toBe(0);
  });
});

describe('a bill that is shared out', () => {
  it('of centuries is shared out in the twinkling of an eye', () => {
    const driver = driverOf();
    driver.send(...clock(0), ...clock(100));
    const allocate = { to: 'team', by: 'weights', weights: { north: 1, south: 2 } };
    driver.send(bill('long', { ...period(0, 60), periodStart: '0001-01-02T00:00:00Z', amount: '9.00', allocate }));
    driver.send(...clock(300));
    driver.finish();
    expect(driver.costEvents).toHaveLength(1);
    expect(driver.windows.some(({ scope, id }) => scope === 'team' && id === 'south')).toBe(true);
  });

  const byHandleTime = (more = {}) =>
    bill('shared', { ...period(0, 600), amount: '10.00', allocate: { to: 'agent', by: 'handle-seconds' }, ...more });

  it("goes each minute to those who did something, by what they did, and else to 'unallocated'", () => {
    const driver = driverOf();
    driver.send(byHandleTime(), ...clock(0));
    driver.send(
      contact('i', 70, { talkSeconds: 100 }),
      contact('j', 110, { agentId: 'a-2', talkSeconds: 200 }),
      contact('k', 130, { agentId: 'a-2', talkSeconds: 1 }),
    );
    driver.send(...clock(900));
    driver.finish();
    const agentLabour = { 'a-1': '3.333333', 'a-2': '6.70' };
    expect(driver.windowAt('agent', 'a-1', 'month', at(900))?.breakdown).toEqual({
      labour: agentLabour['a-1'],
      system: '0.813333',
    });
    expect(driver.windowAt('agent', 'a-2', 'month', at(900))?.breakdown).toMatchObject({ labour: agentLabour['a-2'] });
    expect(month(driver, 'agent', 'unallocated', 900)).toBe('8.00');
  });

  it('is taken back whole by a correction, also what was shared out before', () => {
    const driver = driverOf();
    driver.send(byHandleTime(), ...clock(0), contact('i', 70, { talkSeconds: 0 }));
    driver.send(...clock(400));
    driver.restart();
    driver.send(byHandleTime({ lineId: 'other', correctionOf: 'shared', amount: '20.00', allocate: undefined }));
    driver.send(...clock(900));
    driver.finish();
    expect(driver.windowAt('agent', 'a-1', 'month', at(900))?.breakdown['system']).toBe('0.48');
    expect(month(driver, 'agent', 'unallocated', 900)).toBe('0.00');
  });

  it('knows what was done before it came, as far as contacts are remembered', () => {
    const driver = driverOf();
    driver.send(...clock(0), contact('i', 70, { talkSeconds: 0 }), contact('j', 3_000, { talkSeconds: 0 }));
    driver.send(...clock(3_200));
    driver.send(bill('late', { ...period(0, HOUR), amount: '60.00', allocate: { to: 'agent', by: 'contacts' } }));
    driver.send(...clock(2 * HOUR));
    driver.finish();
    expect(driver.windowAt('agent', 'a-1', 'month', at(2 * HOUR))?.breakdown['system']).toBe('2.96');
    expect(month(driver, 'agent', 'unallocated', 2 * HOUR)).toBe('58.00');
    expect(month(driver, 'all', 'all', 2 * HOUR)).toBe('60.96');
  });

  it('asks for what everybody did in records that Kafka has room for', () => {
    const driver = driverOf(1);
    const LONG = 'ä'.repeat(118);
    const contacts = Array.from({ length: 8_000 }, (_, number) =>
      contact(`i-${number}`, number % 2_999, {
        agentId: `${LONG}-${number % 60}-${Math.floor(number / 2_999)}`,
        talkSeconds: 0,
      }),
    );
    driver.send(...clock(0), ...contacts);
    driver.send(...clock(3_100));
    driver.send(bill('late', { ...period(0, HOUR), allocate: { to: 'agent', by: 'contacts' } }));
    expect(driver.panesBytes.reduce((sum, bytes) => sum + bytes, 0)).toBeGreaterThan(1_048_576);
    expect(Math.max(...driver.panesBytes)).toBeLessThan(950_000);
    driver.send(...clock(2 * HOUR));
    driver.finish();
    // Each minute has contacts until the fiftieth; the clock's agents do nothing.
    expect(month(driver, 'agent', 'unallocated', 2 * HOUR)).toBe('10.00');
  });
});
