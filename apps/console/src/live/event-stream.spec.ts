import { EventStreamReader, FetchStream, type StreamEvent } from './event-stream.js';

const TEXT =
  ': hello\n\nretry: 2000\n\nevent: snapshot\nid: r-1\ndata: {"a":1}\n\nevent: beat\r\ndata:x\r\ndata:  y\r\n\r\n';
const EVENTS: StreamEvent[] = [
  { type: 'snapshot', data: '{"a":1}', id: 'r-1' },
  { type: 'beat', data: 'x\n y', id: 'r-1' },
];

describe('the text of an event stream', () => {
  it('is the same events, wherever it is cut', () => {
    for (let cut = 0; cut <= TEXT.length; cut += 1) {
      const reader = new EventStreamReader();
      expect([...reader.take(TEXT.slice(0, cut)), ...reader.take(TEXT.slice(cut))]).toEqual(EVENTS);
    }
  });

  it('has no event that is not ended, and none without data', () => {
    expect(new EventStreamReader().take('event: a\n\ndata: b\n')).toEqual([]);
    expect(new EventStreamReader().take('data\n\n')).toEqual([{ type: 'message', data: '', id: '' }]);
  });
});

describe('an event stream by fetch', () => {
  /** Opens a stream on an answer, waits for its end and tells what came. */
  async function open(answer: () => Promise<Response>, last = { id: '' }) {
    const asked: Headers[] = [];
    const got: string[] = [];
    const stream = new FetchStream({
      url: '/stream',
      token: 'secret',
      last,
      fetch: (_, init) => {
        asked.push(new Headers(init?.headers));
        return answer();
      },
    });
    stream.addEventListener('snapshot', ({ data }) => got.push(data));
    await new Promise<void>((resolve) => (stream.onerror = () => resolve()));
    return { stream, asked, got };
  }

  it('shows its token, reads to the end, and goes on behind what it has', async () => {
    const last = { id: '' };
    const { stream, asked, got } = await open(() => Promise.resolve(new Response(TEXT)), last);
    expect([got, stream.readyState, stream.isRefused]).toEqual([['{"a":1}'], 2, false]);
    expect(asked[0]?.get('authorization')).toBe('Bearer secret');
    expect(asked[0]?.has('last-event-id')).toBe(false);
    const next = await open(() => Promise.resolve(new Response('')), last);
    expect(next.asked[0]?.get('last-event-id')).toBe('r-1');
  });

  it('knows to be refused from to be broken', async () => {
    const statuses = [401, 403, 503].map((status) => open(() => Promise.resolve(new Response('{}', { status }))));
    expect((await Promise.all(statuses)).map(({ stream }) => stream.isRefused)).toEqual([true, true, false]);
    const { stream } = await open(() => Promise.reject(new TypeError('no network')));
    expect([stream.isRefused, stream.readyState]).toEqual([false, 2]);
  });

  it('tells nothing any more once it was closed', async () => {
    const controllers: ReadableStreamDefaultController<Uint8Array>[] = [];
    const body = new ReadableStream<Uint8Array>({ start: (controller) => void controllers.push(controller) });
    const got: string[] = [];
    const stream = new FetchStream({
      ...{ url: '/stream', token: null, last: { id: '' } },
      fetch: () => Promise.resolve(new Response(body)),
    });
    stream.addEventListener('snapshot', ({ data }) => got.push(data));
    stream.onerror = () => got.push('broken');
    stream.close();
    controllers[0]?.enqueue(new TextEncoder().encode(TEXT));
    controllers[0]?.close();
    await new Promise((resolve) => setImmediate(resolve));
    expect(got).toEqual([]);
  });
});
