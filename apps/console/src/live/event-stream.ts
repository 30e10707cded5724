import type { StreamSource } from './live-connection.js';

/** A server-sent event as it came; absent fields are empty. */
export interface StreamEvent {
  readonly type: string;
  readonly data: string;
  readonly id: string;
}

/**
 * Takes the text of an event stream in pieces, wherever they are cut, and gives the events that are complete (HTML
 * standard, 9.2.6). Comments and fields that are not known are passed over, as is an event without data.
 */
export class EventStreamReader {
  #rest = '';
  #type = '';
  #data: string[] = [];
  #id = '';

  take(text: string): StreamEvent[] {
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? '';
    return lines.flatMap((line) => this.#line(line) ?? []);
  }

  #line(line: string): StreamEvent | undefined {
    if (line === '') return this.#complete();
    const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? [];
    if (field === 'event') this.#type = value;
    else if (field === 'data') this.#data.push(value);
    else if (field === 'id') this.#id = value;
    return undefined;
  }

  #complete(): StreamEvent | undefined {
    const event = { type: this.#type === '' ? 'message' : this.#type, data: this.#data.join('\n'), id: this.#id };
    const hasData = this.#data.length > 0;
    this.#type = '';
    this.#data = [];
    return hasData ? event : undefined;
  }
}

/** What a stream is opened with. */
export interface FetchStreamOptions {
  readonly url: string;
  readonly token: string | null;
  /** The newest event that the page has; a stream goes on behind it. Kept by the caller, for the next stream. */
  readonly last: { id: string };
  readonly fetch: typeof fetch;
}

const OPEN = 1;
const CLOSED = 2;

/**
 * An event stream that sends a bearer token, which EventSource cannot. It does not try again by itself: once it broke it
 * is closed, and its owner opens another.
 */
export class FetchStream implements StreamSource {
  onerror: (() => unknown) | null = null;
  readyState = OPEN;
  isRefused = false;
  readonly #stop = new AbortController();
  readonly #listeners = new Map<string, (event: { readonly data: string }) => void>();

  constructor(private readonly options: FetchStreamOptions) {
    void this.#read().then(
      () => this.#ended(),
      () => this.#ended(),
    );
  }

  addEventListener(type: string, listener: (event: { readonly data: string }) => void): void {
    this.#listeners.set(type, listener);
  }

  close(): void {
    this.readyState = CLOSED;
    this.#stop.abort();
  }

  async #read(): Promise<void> {
    const { url, token, last, fetch: get } = this.options;
    const response = await get(url, {
      headers: {
        Accept: 'text/event-stream',
        ...(token !== null && { Authorization: `Bearer ${token}` }),
        ...(last.id !== '' && { 'Last-Event-ID': last.id }),
      },
      cache: 'no-store',
      signal: this.#stop.signal,
    });
    this.isRefused = response.status === 401 || response.status === 403;
    if (!response.ok || !response.body) return;
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    const events = new EventStreamReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      for (const event of events.take(decoder.decode(value, { stream: true }))) {
        if (this.readyState === CLOSED) return;
        if (event.id !== '') last.id = event.id;
        this.#listeners.get(event.type)?.(event);
      }
    }
  }

  #ended(): void {
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSED;
    this.onerror?.();
  }
}
