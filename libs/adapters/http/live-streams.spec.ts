import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';

import { asapScheduler } from 'rxjs';

import { applyDelta, LiveFeed, LiveView, type LiveDelta, type LiveSnapshot } from '#libs/application';
import { fixedOffsetCalendar } from '#libs/domain';

import { LiveStreams } from './live-streams.js';
import { ProblemError } from './problem.js';

const NOW_MS = Date.parse('2026-11-03T02:00:00.000Z');

interface Event {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: unknown;
}

/** A reader over a real connection. */
class Reader {
  readonly events: Event[] = [];
  text = '';
  #rest = '';

  constructor(readonly response: IncomingMessage) {
    response.setEncoding('utf8').on('data', (chunk: string) => this.#take(chunk));
  }

  async until(condition: (events: readonly Event[]) => boolean): Promise<void> {
    while (!condition(this.events)) await once(this.response, 'data');
  }

  #take(chunk: string): void {
    this.text += chunk;
    this.#rest += chunk;
    const blocks = this.#rest.split('\n\n');
    this.#rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(block.split('\n').map((line) => line.split(/: (.*)/s) as [string, string]));
      const data = fields.get('data');
      if (data === undefined) continue;
      this.events.push({ event: fields.get('event') ?? '', id: fields.get('id'), data: JSON.parse(data) as unknown });
    }
  }
}

describe('LiveStreams', () => {
  let server: Server;
  let view: LiveView;
  let feed: LiveFeed;
  let streams: LiveStreams;

  beforeEach(async () => {
    view = new LiveView({ calendarOf: () => fixedOffsetCalendar(0) });
    feed = new LiveFeed(view, { throttleMs: 0, scheduler: asapScheduler });
    streams = new LiveStreams({ feed, run: 'thisrun', maxStreams: 2, heartbeatMs: 5, now: () => NOW_MS });
    server = createServer((request, response) => {
      try {
        streams.serve(request, response);
      } catch (error) {
        response.writeHead(error instanceof ProblemError ? 503 : 500).end();
      }
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterEach(async () => {
    streams.closeAll();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  async function open(headers: Record<string, string> = {}): Promise<Reader> {
    const { port } = server.address() as AddressInfo;
    const request = get({ port, host: '127.0.0.1', headers, agent: false });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return new Reader(response);
  }

  function change(name: string): void {
    view.acceptSignal({
      signalKey: name,
      episodeId: name,
      sequence: 0,
      status: 'firing',
      severity: 'info',
      rule: { id: 'r', kind: 'unit-cost' },
      scope: 'all',
      id: 'all',
      startedAt: '2026-11-03T02:00:00.000Z',
      observedAt: '2026-11-03T02:00:00.000Z',
      observed: 1,
      threshold: 1,
      summary: 'x'.repeat(20_000),
      cause: 'usage',
    });
    feed.touch();
  }

  it('send a snapshot, then what changes, and the clock', async () => {
    const reader = await open();
    expect(reader.response.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    await reader.until((events) => events.some(({ event }) => event === 'heartbeat'));
    const [first, second] = reader.events;
    expect(first).toMatchObject({ event: 'snapshot', data: feed.snapshot() });
    expect(second).toEqual({ event: 'heartbeat', id: undefined, data: { now: '2026-11-03T02:00:00.000Z' } });
    expect(reader.text).toMatch(/^retry: \d+\n\n/);
    expect(reader.text).toContain(': heartbeat\n\n');
    change('a');
    await reader.until((events) => events.some(({ event }) => event === 'delta'));
    const delta = reader.events.find(({ event }) => event === 'delta');
    expect(delta?.id).toBe(`thisrun-${String(feed.snapshot().version)}`);
    expect(applyDelta(first?.data as LiveSnapshot, delta?.data as LiveDelta)).toEqual(feed.snapshot());
  });

  it('send a reader that comes back only what it missed', async () => {
    const { version } = feed.snapshot();
    change('a');
    const reader = await open({ 'Last-Event-ID': `thisrun-${String(version)}` });
    await reader.until((events) => events.length > 0);
    expect(reader.events[0]).toMatchObject({ event: 'delta', data: { signals: { firing: [{ signalKey: 'a' }] } } });
    expect(reader.events[0]?.data).not.toHaveProperty('agents');
  });

  it.each(['otherrun-1', 'thisrun-999', 'nonsense'])('begin anew for a reader with %s', async (id) => {
    const reader = await open({ 'Last-Event-ID': id });
    await reader.until((events) => events.length > 0);
    expect(reader.events[0]?.event).toBe('snapshot');
  });

  it('refuse more than they may be, and count again when one ends', async () => {
    const first = await open();
    await open();
    expect((await open()).response.statusCode).toBe(503);
    expect(streams.size).toBe(2);
    first.response.destroy();
    while (streams.size > 1) await turn();
    expect((await open()).response.statusCode).toBe(200);
  });

  it('spare a reader that is slower than the figures: fewer deltas, the same end', async () => {
    const reader = await open();
    await reader.until((events) => events.length > 0);
    const start = reader.events[0]?.data as LiveSnapshot;
    reader.response.pause();
    const changes = 60;
    for (let nth = 0; nth < changes; nth += 1) {
      change(`signal-${String(nth)}`);
      await turn();
    }
    const { version } = feed.snapshot();
    reader.response.resume();
    await reader.until((events) => hasVersion(events, version));
    const deltas = reader.events.filter(({ event }) => event === 'delta').map(({ data }) => data as LiveDelta);
    expect(deltas.length).toBeLessThan(changes);
    expect(deltas.reduce(applyDelta, start)).toEqual(feed.snapshot());
  });
});

function hasVersion(events: readonly Event[], version: number): boolean {
  return events.some(({ event, data }) => event === 'delta' && (data as LiveDelta).version === version);
}
