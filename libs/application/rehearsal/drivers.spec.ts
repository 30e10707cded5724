import type { CostEvent } from '#libs/contract';
import { parseMicros } from '#libs/domain';
import { DriverBook } from './drivers.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.parse('2026-03-10T12:00:00Z');

let count = 0;
const event = (atMs: number, amount: string, more: Partial<CostEvent> = {}): CostEvent => ({
  costEventId: `e-${String((count += 1))}`,
  source: 'interaction',
  sourceId: `s-${String(count)}`,
  revision: 0,
  occurredAt: new Date(atMs).toISOString(),
  channel: 'voice',
  agentId: 'a-1',
  team: 'north',
  handleSeconds: 480,
  amount,
  currency: 'CNY',
  breakdown: { labour: amount },
  lines: [],
  ...more,
});
const book = (...events: readonly CostEvent[]): DriverBook => {
  const drivers = new DriverBook({ scope: 'all' }, NOW - HOUR, NOW);
  for (const each of events) drivers.take(each);
  return drivers;
};
const inHour = NOW - HOUR / 2;

/** What a vendor handled has neither agent nor team. */
const { agentId: _agent, team: _team, ...vendorsEvent } = event(inHour, '7.00', { channel: 'chat', vendorId: 'v' });

describe('what drove a signal', () => {
  it('is the parts that cost more than at the same time a week ago, largest first, with their share', () => {
    const drivers = book(
      event(inHour - 7 * DAY, '16.00'),
      event(inHour - 7 * DAY, '20.00', { channel: 'chat', agentId: 'a-2' }),
      event(inHour, '48.00', { handleSeconds: 1440 }),
      event(inHour, '12.00', { channel: 'chat', agentId: 'a-2' }),
      vendorsEvent,
    ).result(0);
    expect(drivers).toMatchObject({ amount: '67.00', before: '36.00' });
    expect(drivers?.comparedWith.end).toBe(new Date(NOW - 7 * DAY).toISOString());
    expect(drivers?.parts).toEqual([
      { scope: 'channel', id: 'voice', amount: '32.00', share: 1.0322 },
      { scope: 'team', id: 'north', amount: '24.00', share: 0.7741 },
      { scope: 'vendor', id: 'v', amount: '7.00', share: 0.2258 },
      { scope: 'agent', id: 'a-1', amount: '32.00', share: 1.0322 },
    ]);
  });

  it('is split into volume, mix, efficiency and rate that add up exactly', () => {
    const longer = book(event(inHour - 7 * DAY, '16.00'), event(inHour, '48.00', { handleSeconds: 1440 })).result(0);
    expect(longer?.variance).toEqual({
      total: '32.00',
      volume: '0.00',
      mix: '0.00',
      efficiency: '32.00',
      rate: '0.00',
    });
    const dearer = book(event(inHour - 7 * DAY, '16.00'), event(inHour, '24.00')).result(0);
    expect(dearer?.variance).toMatchObject({ total: '8.00', efficiency: '0.00', rate: '8.00' });
    const more = book(event(inHour - 7 * DAY, '16.00'), ...[1, 2, 3].map(() => event(inHour, '17.000001'))).result(0);
    const { total, volume, mix, efficiency, rate } = more!.variance;
    expect([volume, mix, efficiency, rate].map(parseMicros).reduce((a, b) => a + b)).toBe(parseMicros(total));
    expect(volume).toBe('32.00');
  });

  it('is compared with a day ago where a week ago is not kept, and with nothing where neither is', () => {
    const drivers = book(event(inHour - DAY, '10.00'), event(inHour, '15.00'));
    expect(drivers.result(NOW - 2 * DAY)).toMatchObject({ before: '10.00', amount: '15.00' });
    expect(drivers.result(NOW - DAY)).toBeUndefined();
  });

  it('counts the newest revision of a fact, where that belongs', () => {
    const [first, second] = [event(inHour, '10.00'), event(inHour, '30.00')];
    const better = { ...first, revision: 1, amount: '4.00' };
    const moved = { ...second, revision: 1, occurredAt: new Date(NOW + HOUR).toISOString() };
    expect(book(first, second, better, moved, first).result(0)).toMatchObject({ amount: '4.00' });
  });

  it('leaves bills out', () => {
    expect(book(event(inHour, '900.00', { source: 'billing' })).result(0)).toMatchObject({ amount: '0.00' });
  });
});
