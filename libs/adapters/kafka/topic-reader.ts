import type { KafkaSettings } from '#libs/application';
import { topicName, type TopicKey } from '#libs/contract';
import { backoffMs, pause } from './backoff.js';
import { createKafka } from './client.js';
import { errorOf } from './errors.js';
import { LogClient, type LogBatch, type LogPosition, type LogRecord } from './log-client.js';
import { SILENT_LOGGER, type KafkaLogger } from './logger.js';

/** Committed records of one partition, in order. */
export interface ReadBatch {
  readonly topic: TopicKey;
  readonly partition: number;
  readonly records: readonly LogRecord[];
}

/** Options of a {@link TopicReader}. */
export interface TopicReaderOptions {
  readonly settings: KafkaSettings;
  readonly topics: readonly TopicKey[];
  /** Where to begin: at the beginning (default), or with about the latest so many offsets of each partition. */
  readonly from?: 'earliest' | { readonly latest: number };
  /** Called with one batch at a time; the next waits for its promise. Must not throw. */
  readonly onBatch: (batch: ReadBatch) => void | Promise<void>;
  /** Reading ended because of an error that no retry mends, or because `onBatch` threw. */
  readonly onFatal: (error: Error) => void;
  readonly logger?: KafkaLogger;
  /** Appended to the client id. */
  readonly role?: string;
  readonly maxWaitMs?: number;
}

const DEFAULT_WAIT_MS = 250;

/**
 * Reads whole topics, all partitions, for views that live in memory. Belongs to no consumer group: it commits nothing
 * and starts over with the process. Survives broker restarts.
 */
export class TopicReader {
  /** Resolves when everything is read that was there at the start. */
  readonly caughtUp: Promise<void>;
  private tellCaughtUp: () => void = () => undefined;
  private readonly stopping = new AbortController();
  private readonly logger: KafkaLogger;
  private readonly keys: ReadonlyMap<string, TopicKey>;
  private readonly positions = new Map<string, LogPosition>();
  private readonly behind = new Map<string, bigint>();
  private reading: Promise<void> = Promise.resolve();
  private log: LogClient | undefined;

  constructor(private readonly options: TopicReaderOptions) {
    const { settings, topics, logger } = options;
    this.logger = logger ?? SILENT_LOGGER;
    this.keys = new Map(topics.map((key) => [topicName(key, settings.topicPrefix), key]));
    this.caughtUp = new Promise((resolve) => (this.tellCaughtUp = resolve));
  }

  /** Connects, finds beginnings and ends, and reads on from there until `stop`. Throws when Kafka cannot be reached. */
  async start(): Promise<void> {
    const { settings, role = 'reader', from = 'earliest' } = this.options;
    const log = await LogClient.connect(createKafka(settings, role, { logger: this.logger }));
    this.log = log;
    try {
      await this.findPlaces(log, from);
    } catch (error) {
      await log.close().catch(() => undefined);
      throw error;
    }
    this.checkCaughtUp();
    this.reading = this.read(log);
  }

  /** Ends reading after the batch in progress. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.reading;
    await this.log?.close().catch(() => undefined);
  }

  private async findPlaces(log: LogClient, from: 'earliest' | { readonly latest: number }): Promise<void> {
    for (const topic of this.keys.keys()) {
      for (const [partition, { start, end }] of await log.ranges(topic, await log.partitions(topic))) {
        const latest = from === 'earliest' ? start : end - BigInt(from.latest);
        const offset = latest > start ? latest : start;
        const name = `${topic}/${partition}`;
        this.positions.set(name, { topic, partition, offset });
        if (offset < end) this.behind.set(name, end);
      }
    }
  }

  private async read(log: LogClient): Promise<void> {
    const { signal } = this.stopping;
    let failures = 0;
    while (!signal.aborted) {
      let batches: LogBatch[];
      try {
        batches = await log.fetch([...this.positions.values()], this.options.maxWaitMs ?? DEFAULT_WAIT_MS);
        failures = 0;
      } catch (thrown) {
        failures += 1;
        if (!(await this.recover(log, errorOf(thrown), failures))) return;
        continue;
      }
      for (const batch of batches) if (!(await this.deliver(batch))) return;
    }
  }

  private async deliver({ topic, partition, records, next }: LogBatch): Promise<boolean> {
    const key = this.keys.get(topic);
    if (!key || this.stopping.signal.aborted) return false;
    try {
      if (records.length > 0) await this.options.onBatch({ topic: key, partition, records });
    } catch (thrown) {
      this.options.onFatal(errorOf(thrown));
      return false;
    }
    const name = `${topic}/${partition}`;
    this.positions.set(name, { topic, partition, offset: next });
    const end = this.behind.get(name);
    if (end !== undefined && next >= end) {
      this.behind.delete(name);
      this.checkCaughtUp();
    }
    return true;
  }

  /** Waits for a broker to come back, and goes to the beginning of what is left where records were deleted. */
  private async recover(log: LogClient, error: Error, failures: number): Promise<boolean> {
    if (error.name === 'KafkaJSNonRetriableError') {
      this.options.onFatal(error);
      return false;
    }
    this.logger[failures === 1 ? 'warn' : 'debug']({ error: error.message }, 'reading interrupted, trying again');
    await pause(backoffMs(failures), this.stopping.signal);
    if (error.name === 'KafkaJSOffsetOutOfRange') await this.skipDeleted(log).catch(() => undefined);
    return true;
  }

  private async skipDeleted(log: LogClient): Promise<void> {
    for (const [name, position] of this.positions) {
      const range = (await log.ranges(position.topic, [position.partition])).get(position.partition);
      if (!range || (position.offset >= range.start && position.offset <= range.end)) continue;
      this.logger.warn(
        { ...position, offset: position.offset.toString(), start: range.start.toString() },
        'records were deleted before they were read',
      );
      this.positions.set(name, { ...position, offset: range.start });
    }
  }

  private checkCaughtUp(): void {
    if (this.behind.size === 0) this.tellCaughtUp();
  }
}
