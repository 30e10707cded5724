import type { IncomingMessage, ServerResponse } from 'node:http';

import { STREAM_EVENTS, type Heartbeat, type LiveFeed } from '#libs/application';

import { ProblemError } from './problem.js';
import { formatEventId, formatSseComment, formatSseEvent, formatSseRetry, parseEventId } from './sse.js';

/** How the streams behave. */
export interface LiveStreamsOptions {
  readonly feed: LiveFeed;
  /** Names this run of the server: a version of another run means nothing here. Letters and digits. */
  readonly run: string;
  /** Streams open at once; more are refused. 200 if absent. */
  readonly maxStreams?: number;
  /** 15 s if absent. */
  readonly heartbeatMs?: number;
  /** Wall clock, epoch milliseconds. */
  readonly now: () => number;
}

const RETRY_MS = 2_000;

/**
 * The live view as server-sent events: a snapshot first, or, for a reader that comes back, what it missed; then deltas
 * as the feed announces them. A reader that is slower than the figures is sent fewer and larger deltas, and costs no
 * memory: what it has is one number.
 */
export class LiveStreams {
  readonly #open = new Set<LiveStream>();

  constructor(private readonly options: LiveStreamsOptions) {}

  /** Streams that are open. */
  get size(): number {
    return this.#open.size;
  }

  /** Answers a request with a stream. Throws a {@link ProblemError} when there are too many. */
  serve(request: IncomingMessage, response: ServerResponse): void {
    if (this.#open.size >= (this.options.maxStreams ?? 200)) {
      throw new ProblemError('too-many-streams', 'Close some pages, or read /api/v1/live now and then.');
    }
    const lastEventId = request.headers['last-event-id'];
    const stream = new LiveStream(response, this.options);
    this.#open.add(stream);
    response.once('close', () => {
      stream.close();
      this.#open.delete(stream);
    });
    stream.begin(typeof lastEventId === 'string' ? lastEventId : undefined);
  }

  /** Ends every stream: the readers will come back when a server answers again. */
  closeAll(): void {
    for (const stream of this.#open) stream.close();
  }
}

class LiveStream {
  #sentVersion = 0;
  #writable = true;
  #stopFollowing: () => void = () => undefined;

  constructor(
    private readonly response: ServerResponse,
    private readonly options: LiveStreamsOptions,
  ) {}

  begin(lastEventId: string | undefined): void {
    const { feed, heartbeatMs = 15_000 } = this.options;
    this.response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      // Proxies such as nginx collect answers otherwise.
      'X-Accel-Buffering': 'no',
    });
    this.#write(formatSseRetry(RETRY_MS));
    this.#sendStart(lastEventId);
    this.#beat();
    const heartbeat = setInterval(() => this.#beat(), heartbeatMs);
    const changes = feed.changes$.subscribe(() => this.#sendDelta());
    this.response.on('drain', () => {
      this.#writable = true;
      this.#sendDelta();
    });
    this.#stopFollowing = () => {
      clearInterval(heartbeat);
      changes.unsubscribe();
    };
  }

  close(): void {
    this.#stopFollowing();
    this.response.end();
  }

  #sendStart(lastEventId: string | undefined): void {
    const { feed, run } = this.options;
    const known = parseEventId(lastEventId);
    if (known?.run === run && feed.deltaSince(known.version) !== undefined) {
      this.#sentVersion = known.version;
      this.#sendDelta();
      return;
    }
    const snapshot = feed.snapshot();
    this.#send(STREAM_EVENTS.snapshot, snapshot.version, snapshot);
  }

  #sendDelta(): void {
    if (!this.#writable) return;
    const delta = this.options.feed.deltaSince(this.#sentVersion);
    if (delta) this.#send(STREAM_EVENTS.delta, delta.version, delta);
  }

  #send(event: string, version: number, data: unknown): void {
    this.#sentVersion = version;
    this.#write(formatSseEvent({ event, id: formatEventId({ run: this.options.run, version }), data }));
  }

  /** A comment for what lies between, and the clock for the reader, who cannot see comments. */
  #beat(): void {
    if (!this.#writable) return;
    const data: Heartbeat = { now: new Date(this.options.now()).toISOString() };
    this.#write(formatSseComment('heartbeat') + formatSseEvent({ event: STREAM_EVENTS.heartbeat, data }));
  }

  #write(text: string): void {
    this.#writable = this.response.write(text);
  }
}
