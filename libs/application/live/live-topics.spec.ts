import { windowKey } from '#libs/contract';
import { fixedOffsetCalendar } from '#libs/domain';

import { feedRecord } from './live-topics.js';
import { LiveView } from './live-view.js';
import { liveOf, signalOf, windowOf } from './live-window.fixture.js';

const NOW_MS = Date.parse('2026-11-03T02:00:00.000Z');
const TIMESTAMP = String(NOW_MS + 3);

function bytes(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

describe('feedRecord', () => {
  it('takes what its topics hold', () => {
    const view = new LiveView({ calendarOf: () => fixedOffsetCalendar(8 * 3_600_000) });
    const window = windowOf({ window: '5m', endMs: NOW_MS, amount: '7.00', scope: 'channel', id: 'a:b%' });
    const live = liveOf('channel', 'a:b%', NOW_MS, { '5m': window });
    expect(
      feedRecord(view, 'live', { timestamp: TIMESTAMP, key: Buffer.from('channel:a%3Ab%25'), value: bytes(live) }),
    ).toBe('taken');
    expect(view.channels().rows.map((row) => row.id)).toEqual(['a:b%']);
    expect(feedRecord(view, 'live', { timestamp: TIMESTAMP, key: Buffer.from('channel:a%3Ab%25'), value: null })).toBe(
      'taken',
    );
    expect(view.channels().rows).toEqual([]);

    const key = Buffer.from('k');
    expect(feedRecord(view, 'signals', { timestamp: TIMESTAMP, key, value: bytes(signalOf({ signalKey: 'k' })) })).toBe(
      'taken',
    );
    expect(view.signals('firing')).toHaveLength(1);
    expect(feedRecord(view, 'signals', { timestamp: TIMESTAMP, key, value: null })).toBe('taken');
    expect(view.signals('all')).toEqual([]);
  });

  it.each([
    ['all', 'all', '5m', 'taken'],
    ['all', 'all', 'month', 'taken'],
    ['channel', 'a:b', '5m', 'taken'],
    ['all', 'all', '1h', 'ignored'],
    ['channel', 'voice', '24h', 'ignored'],
    ['agent', 'all:all', '5m', 'ignored'],
  ] as const)('of %s %s %s it says %s', (scope, id, window, expected) => {
    const view = new LiveView({ calendarOf: () => fixedOffsetCalendar(8 * 3_600_000) });
    const value = bytes(windowOf({ scope, id, window, endMs: NOW_MS, startMs: NOW_MS - 1 }));
    expect(
      feedRecord(view, 'costWindows', { timestamp: TIMESTAMP, key: Buffer.from(windowKey(scope, id, window)), value }),
    ).toBe(expected);
  });

  it.each([
    ['live', 'not json'],
    ['live', '{"scope":"all"}'],
    ['live', 'null'],
    ['costWindows', '{"amount":1}'],
    ['costWindows', '{"amount":"1.00","end":"soon"}'],
    ['signals', '[]'],
  ] as const)('passes over %s that holds %s', (topic, text) => {
    const view = new LiveView({ calendarOf: () => fixedOffsetCalendar(8 * 3_600_000) });
    const before = JSON.stringify(view.sections());
    const record = { timestamp: TIMESTAMP, key: Buffer.from('all:all:5m'), value: Buffer.from(text) };
    expect(feedRecord(view, topic, record)).toBe('malformed');
    expect(JSON.stringify(view.sections())).toBe(before);
  });
});
