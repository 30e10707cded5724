import { setTimeout as pause } from 'node:timers/promises';

import { TopicReader, type KafkaLogger, type ReadBatch } from '#libs/adapters/kafka';
import {
  feedRecord,
  ReferenceFeed,
  type KafkaSettings,
  type LiveFeed,
  type LiveTopic,
  type LiveView,
} from '#libs/application';

/** What the view is read with. */
export interface LiveSourceOptions {
  readonly settings: KafkaSettings;
  readonly view: LiveView;
  readonly feed: LiveFeed;
  readonly logger: KafkaLogger;
}

/** How far the reading has come; `failed` is for good, the others mend themselves. */
export type SourceState = 'connecting' | 'reading' | 'following' | 'failed';

/**
 * Closed windows of this many offsets a partition are read at the start: enough for the chart and for yesterday's end
 * in all but the largest centres, and read in seconds.
 */
const WINDOW_OFFSETS = 300_000;

const RETRY_MS = 2_000;

/**
 * Reads Kafka into the live view: the open windows, signals and reference data whole, the closed windows as far back
 * as the page needs. Readers are shown nothing before the first reading is through, since until then the figures would
 * run through the past. Waits for a Kafka that is not there yet, and for topics that the monitor has yet to create.
 */
export class LiveSource {
  readonly #options: LiveSourceOptions;
  readonly #reference: ReferenceFeed;
  readonly #stopping = new AbortController();
  #readers: TopicReader[] = [];
  #running: Promise<void> = Promise.resolve();
  #state: SourceState = 'connecting';
  #detail = 'connecting to Kafka';

  constructor(options: LiveSourceOptions) {
    this.#options = options;
    this.#reference = new ReferenceFeed((key, problem) =>
      options.logger.warn({ key, problem }, 'reference entry cannot be read; left out'),
    );
  }

  /** Where the reading stands, with a sentence for people. */
  get state(): { readonly state: SourceState; readonly detail: string } {
    return { state: this.#state, detail: this.#detail };
  }

  /** Begins to read; goes on until {@link stop}. Returns at once. */
  start(): void {
    this.#running = this.#run();
  }

  /** Ends the reading. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    await this.#stopReaders();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!(await this.#tryToConnect())) {
      await pause(RETRY_MS, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
    }
    this.#become('reading', 'reading the stream to its end');
    const caughtUp = Promise.all(this.#readers.map((reader) => reader.caughtUp));
    await Promise.race([caughtUp, aborted(signal)]);
    if (!signal.aborted) this.#follow();
  }

  async #tryToConnect(): Promise<boolean> {
    try {
      await this.#connect();
      return true;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (message !== this.#detail) this.#options.logger.warn({ error: message }, 'cannot read Kafka yet, trying on');
      this.#detail = message;
      await this.#stopReaders();
      return false;
    }
  }

  async #connect(): Promise<void> {
    const { settings, logger } = this.#options;
    const shared = {
      settings,
      logger,
      onBatch: (batch: ReadBatch) => this.#take(batch),
      onFatal: (error: Error) => this.#fail(error),
    };
    this.#readers = [
      new TopicReader({ ...shared, topics: ['reference', 'live', 'signals'], role: 'live' }),
      new TopicReader({ ...shared, topics: ['costWindows'], from: { latest: WINDOW_OFFSETS }, role: 'windows' }),
    ];
    for (const reader of this.#readers) await reader.start();
  }

  #take({ topic, records }: ReadBatch): void {
    const { view, feed } = this.#options;
    const following = this.#state === 'following';
    if (topic === 'reference') {
      this.#reference.take(records);
      if (following) view.acceptReference(this.#reference.current().reference);
    } else if (!this.#feedView(topic as LiveTopic, records)) return;
    if (following) feed.touch();
  }

  /** Whether the view took anything. */
  #feedView(topic: LiveTopic, records: ReadBatch['records']): boolean {
    const { view, logger } = this.#options;
    const counts = { taken: 0, ignored: 0, malformed: 0 };
    for (const record of records) counts[feedRecord(view, topic, record)] += 1;
    if (counts.malformed > 0) {
      logger.warn({ topic, malformed: counts.malformed }, 'records passed over: not what their topic should hold');
    }
    return counts.taken > 0;
  }

  #follow(): void {
    const { view, feed, logger } = this.#options;
    view.acceptReference(this.#reference.current().reference);
    view.markHistoryRead();
    this.#become('following', 'following the stream');
    feed.touch();
    logger.info({}, 'the stream is read to its end; following it');
  }

  #fail(error: Error): void {
    this.#options.logger.error({ error: error.message }, 'reading Kafka failed for good; start the API again');
    this.#become('failed', error.message);
  }

  #become(state: SourceState, detail: string): void {
    if (this.#state === 'failed') return;
    this.#state = state;
    this.#detail = detail;
  }

  async #stopReaders(): Promise<void> {
    await Promise.all(this.#readers.map((reader) => reader.stop().catch(() => undefined)));
    this.#readers = [];
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
