import type { LiveSnapshot } from '#libs/application/live/wire';

import { LiveConnection, type LiveState, type StreamSource } from './live-connection.js';

/** A stream whose server is the test. */
class Stream implements StreamSource {
  onerror: StreamSource['onerror'] = null;
  isRefused = false;
  isClosed = false;
  readonly #listeners = new Map<string, (event: { readonly data: string }) => void>();

  addEventListener(type: string, listener: (event: { readonly data: string }) => void): void {
    this.#listeners.set(type, listener);
  }

  send(type: string, data: unknown): void {
    this.#listeners.get(type)?.({ data: JSON.stringify(data) });
  }

  breakLine(): void {
    this.onerror?.();
  }

  close(): void {
    this.isClosed = true;
  }
}

/** A browser whose time passes when the test says so. */
class Browser {
  readonly streams: Stream[] = [];
  readonly #timers = new Map<number, { readonly action: () => void; readonly atMs: number }>();
  #nowMs = 0;
  #lastTimer = 0;

  readonly environment = {
    open: (): Stream => {
      const stream = new Stream();
      this.streams.push(stream);
      return stream;
    },
    setTimeout: (action: () => void, ms: number): number => {
      this.#timers.set((this.#lastTimer += 1), { action, atMs: this.#nowMs + ms });
      return this.#lastTimer;
    },
    clearTimeout: (timer: number): void => {
      this.#timers.delete(timer);
    },
  };

  get stream(): Stream {
    return this.streams.at(-1)!;
  }

  pass(ms: number): void {
    this.#nowMs += ms;
    for (const [timer, { action, atMs }] of [...this.#timers]) {
      if (atMs > this.#nowMs || !this.#timers.delete(timer)) continue;
      action();
    }
  }
}

const MOVED_AT = '2026-11-03T02:00:00.000Z';
const SNAPSHOT: LiveSnapshot = {
  version: 1,
  organisation: null,
  clock: { asOf: MOVED_AT, watermark: null, movedAt: MOVED_AT, historyRead: true },
  totals: { costPerMinute: null, today: null, month: null, windows: {} },
  channels: { rows: [], outside: {} },
  agents: { count: 0, top: { '1h': [], '24h': [] } },
  teams: [],
  vendors: [],
  signals: { firing: [], resolved: [] },
  series: { stepMs: 60_000, ids: ['all'], points: [], head: null },
};

describe('LiveConnection', () => {
  let browser: Browser;
  let state: LiveState;
  let connection: LiveConnection;

  beforeEach(() => {
    browser = new Browser();
    connection = new LiveConnection('/stream', browser.environment, (next) => (state = next));
    connection.start();
  });

  it('shows the snapshot, then each delta applied to it', () => {
    browser.stream.send('snapshot', SNAPSHOT);
    expect(state).toEqual({ connection: { phase: 'live' }, snapshot: SNAPSHOT });
    browser.stream.send('delta', { version: 2, agents: { count: 3, top: { '1h': [], '24h': [] } } });
    expect(state.snapshot).toMatchObject({ version: 2, agents: { count: 3 }, series: SNAPSHOT.series });
  });

  it('keeps the figures while the line is broken, and takes up where the server goes on', () => {
    browser.stream.send('snapshot', SNAPSHOT);
    browser.stream.breakLine();
    expect(state).toEqual({ connection: { phase: 'reconnecting' }, snapshot: SNAPSHOT });
    browser.pass(3_000);
    browser.stream.send('delta', { version: 2 });
    expect(state).toMatchObject({ connection: { phase: 'live' }, snapshot: { version: 2 } });
    expect(browser.streams).toHaveLength(2);
  });

  it('opens a new stream a moment after the old one broke', () => {
    browser.stream.send('snapshot', SNAPSHOT);
    browser.stream.breakLine();
    browser.pass(2_999);
    expect(browser.streams).toHaveLength(1);
    browser.pass(1);
    expect(browser.streams).toHaveLength(2);
    browser.stream.send('snapshot', { ...SNAPSHOT, version: 7 });
    expect(state).toMatchObject({ connection: { phase: 'live' }, snapshot: { version: 7 } });
  });

  it('does not trust a line that is silent for longer than heartbeats are apart', () => {
    browser.stream.send('snapshot', SNAPSHOT);
    browser.pass(30_000);
    browser.stream.send('heartbeat', { now: '2026-11-03T02:00:10.000Z' });
    browser.pass(39_999);
    expect(browser.streams).toHaveLength(1);
    browser.pass(1);
    expect(browser.streams).toHaveLength(2);
    expect(browser.streams[0]?.isClosed).toBe(true);
    expect(state.connection.phase).toBe('reconnecting');
  });

  it('tells a stream that stands still from one that is broken, by the clock of the server', () => {
    browser.stream.send('snapshot', SNAPSHOT);
    browser.stream.send('heartbeat', { now: '2026-11-03T02:01:00.000Z' });
    expect(state.connection).toEqual({ phase: 'live' });
    browser.stream.send('heartbeat', { now: '2026-11-03T02:01:00.001Z' });
    expect(state.connection).toEqual({ phase: 'quiet', since: MOVED_AT });
    browser.stream.send('delta', {
      version: 2,
      clock: { ...SNAPSHOT.clock, movedAt: '2026-11-03T02:01:05.000Z' },
    });
    expect(state.connection).toEqual({ phase: 'live' });
  });

  it('has nothing to be quiet about before anything has arrived', () => {
    browser.stream.send('snapshot', { ...SNAPSHOT, clock: { ...SNAPSHOT.clock, movedAt: null } });
    browser.stream.send('heartbeat', { now: '2026-11-03T05:00:00.000Z' });
    expect(state.connection).toEqual({ phase: 'live' });
  });

  it('goes on trying where the server never answered', () => {
    browser.stream.breakLine();
    expect(state).toEqual({ connection: { phase: 'connecting' }, snapshot: null });
    browser.pass(3_000);
    browser.stream.breakLine();
    browser.pass(3_000);
    expect(browser.streams).toHaveLength(3);
  });

  it('does not ask again where it is refused: it takes another token', () => {
    browser.stream.isRefused = true;
    browser.stream.breakLine();
    expect(state).toEqual({ connection: { phase: 'refused' }, snapshot: null });
    browser.pass(100_000);
    expect(browser.streams).toHaveLength(1);
  });

  it('opens nothing any more once it was stopped', () => {
    connection.stop();
    browser.pass(100_000);
    expect(browser.streams).toHaveLength(1);
    expect(browser.stream.isClosed).toBe(true);
  });
});
