import { PipelineDriver } from '../../testing/pipeline-driver.js';
import { at, BASE, bill, contact, feedback, REFERENCE } from '../stages/centre.fixture.js';

/** Valid records that lie at the edges of what the contract lets through: no task may fail over one for ever. */
const EXTREMES = [
  ['the year 0', contact('x', 0, { startedAt: '0000-01-01T00:00:00Z', endedAt: '0000-01-01T00:00:00Z' })],
  ['the year 1', contact('x', 0, { startedAt: '0001-01-01T00:00:00Z', endedAt: '0001-01-01T00:00:00Z' })],
  ['the epoch', contact('x', 0, { startedAt: 0, endedAt: 0 })],
  ['the year 9999', contact('x', 0, { endedAt: '9999-12-31T23:59:59.999Z' })],
  ['feedback of the year 0', feedback('x', 0, { at: '0000-01-01T00:00:00Z' })],
  [
    'a bill of ten thousand years',
    bill('x', { periodStart: '0000-01-01T00:00:00Z', periodEnd: '9999-12-31T00:00:00Z' }),
  ],
  [
    'the largest amount',
    contact('x', 0, { charges: [{ dimension: 'system', amount: '9999999000', currency: 'CNY' }] }),
  ],
  ['the longest contact', contact('x', 0, { startedAt: '0000-01-01T00:00:00Z' })],
  ['odd ids', contact('%:\\"\n', 0, { agentId: ':%25', channel: 'constructor'.slice(0, 11) })],
] as const;

describe.each(['live', 'event'] as const)('on the %s clock', (clock) => {
  it.each(EXTREMES)('%s neither stops the stream nor what comes after it', (_, record) => {
    for (const first of [true, false]) {
      const driver = new PipelineDriver({ reference: REFERENCE, partitions: 1, stage: { clock }, nowMs: BASE });
      if (!first) driver.send(contact('before', -60));
      driver.send(record);
      driver.restart();
      driver.send(contact('after', 0), contact('moves-time', 120));
      driver.tick();
      driver.tick(40_000);
      driver.restart();
      driver.send(contact('again', 240));
      expect(driver.unaccounted).toBe(0);
      expect(driver.costEvents.some(({ sourceId }) => sourceId === 'after')).toBe(true);
    }
  });

  it('amounts that no window can hold any more stop neither', () => {
    const driver = new PipelineDriver({ reference: REFERENCE, partitions: 1, stage: { clock }, nowMs: BASE });
    const dear = { talkSeconds: 0, charges: [{ dimension: 'system', amount: '9999999999', currency: 'CNY' }] };
    driver.send(contact('x', 0, { channel: 'a', ...dear }), contact('y', 1, { channel: 'b', ...dear }));
    driver.send(contact('after', 90, { agentId: 'a-9', channel: 'c' }), contact('later', 180, { agentId: 'a-9' }));
    driver.restart();
    driver.send(contact('last', 299, { agentId: 'a-9' }));
    expect(driver.costEvents.map(({ sourceId }) => sourceId)).toEqual(['x', 'y', 'after', 'later', 'last']);
    expect(driver.windowAt('channel', 'c', '1h', at(120))).toMatchObject({ amount: '16.00' });
    expect(driver.windowAt('channel', 'a', '1h', at(120))).toMatchObject({ interactions: 1 });
    expect(driver.windowAt('all', 'all', '1h', at(120))).toBeUndefined();
    expect(driver.counters.get('spendline_overflow_total')).toBeGreaterThan(0);
  });
});
