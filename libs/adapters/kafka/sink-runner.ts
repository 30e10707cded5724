import type { Admin, EachBatchPayload, Kafka } from 'kafkajs';
import type { InputRecord, KafkaSettings } from '#libs/application';
import { topicName, type TopicKey } from '#libs/contract';
import { backoffMs, pause } from './backoff.js';
import { createKafka } from './client.js';
import { ClusterIdentity } from './cluster-identity.js';
import { errorOf, isTransient, UnrecoverableError } from './errors.js';
import { FetchedBatch } from './fetched-batch.js';
import type { ProcessMarks } from './gone-members.js';
import { GroupConsumer } from './group-consumer.js';
import { LogClient } from './log-client.js';
import type { KafkaLogger } from './logger.js';
import { partitionName } from './message-waves.js';
import { DEFAULT_TIMING, type RunnerTiming } from './runner-timing.js';
import { whileAway } from './while-away.js';

/** A partition as the sink keeps it, with the next offset to read. */
export interface SinkOffset {
  readonly topic: TopicKey;
  readonly partition: number;
  readonly offset: bigint;
}

/** Where a partition goes on. */
export interface SinkPosition extends SinkOffset {
  /** Nothing was stored or committed for it before. */
  readonly isNew: boolean;
}

/** Records of one partition, in order; store them and `next` in one transaction. */
export interface SinkBatch {
  /** The cluster that it was read from. */
  readonly clusterId: string;
  readonly topic: TopicKey;
  readonly partition: number;
  readonly records: readonly InputRecord[];
  /** The offset that the sink has stored, or where the log began if it had none. */
  readonly start: bigint;
  /** The offset to store. */
  readonly next: bigint;
  /** Nothing follows in the partition, as far as the fetch knew. */
  readonly caughtUp: boolean;
}

/** Options of a {@link SinkRunner}. */
export interface SinkRunnerOptions {
  readonly settings: KafkaSettings;
  /** The consumer group is `<prefix><group>`. */
  readonly group: string;
  readonly topics: readonly TopicKey[];
  /**
   * Offsets of this cluster that the sink has stored; a partition without one is read from the beginning. Absent: the sink keeps none,
   * and the group's offsets in Kafka are committed after each batch, so that the batch in progress may come twice; a
   * partition without one, or with one that retention has deleted, then begins at its end, which is committed at once.
   */
  readonly load?: (clusterId: string) => Promise<readonly SinkOffset[]>;
  /** Called with all partitions of this process and where they go on, before any record of them. May reject as `handle`. */
  readonly onPositioned?: (positions: readonly SinkPosition[]) => Promise<void>;
  /**
   * Stores a batch with its offset, refusing when the stored offset is not `batch.start`. An error with `retry: true`
   * (the database is away, another instance was faster) is tried again from the stored offset; any other is fatal.
   */
  readonly handle: (batch: SinkBatch) => Promise<void>;
  /** The runner cannot go on: end the process. Called once. */
  readonly onFatal: (error: Error) => void;
  /** How a person makes the sink forget the stored offsets of a topic (its full name): the last words where they do not fit. */
  readonly howToForget?: (topic: string) => string;
  readonly logger: KafkaLogger;
  /** Milliseconds to wait after the nth failure in a row; by default doubling from 0.1 s to 0.5 s. */
  readonly retryDelayMs?: (failures: number) => number;
  /** Most records in one call of `handle`; 5000 by default. */
  readonly chunkRecords?: number;
  readonly timing?: Partial<RunnerTiming>;
  /** With them it takes the place of those that were killed on this machine; else the group waits for their sessions. */
  readonly processMarks?: ProcessMarks | undefined;
}

const DEFAULT_CHUNK_RECORDS = 5_000;

/** For a sink that is away: it costs an attempt or two a second at most to be back soon after it. */
const LONGEST_WAIT_MS = 500;

interface Place {
  readonly topic: TopicKey;
  readonly partition: number;
  readonly isNew: boolean;
  /** What the sink has stored. */
  stored: bigint;
  /** Where the next fetch begins: at `stored`, or past control records behind it. */
  fetching: bigint;
  end: bigint;
}

type Assignment = readonly { readonly topic: string; readonly partitions: number[] }[];

/**
 * Feeds a sink, one batch of a partition after another, and waits however long the sink is away. A sink that keeps its
 * own offsets stores effects and offset in one transaction, so that every record takes effect there once; Kafka's group
 * then only spreads the work. A sink that cannot (a receiver of alerts) leaves the offsets to the group: at least once.
 */
export class SinkRunner {
  private readonly keys: ReadonlyMap<string, TopicKey>;
  private readonly timing: RunnerTiming;
  private readonly stopping = new AbortController();
  private readonly kafka: Kafka;
  private readonly admin: Admin;
  private readonly consumer: GroupConsumer;
  /** Learned before anything is read. */
  private identity: ClusterIdentity | undefined;
  private assigned: Assignment = [];
  private places = new Map<string, Place>();
  private generation = 0;
  private failures = 0;
  private joined = false;
  private fatal = false;

  constructor(private readonly options: SinkRunnerOptions) {
    const { settings, group, topics, logger } = options;
    this.kafka = createKafka(settings, group, { logger });
    this.keys = new Map(topics.map((key) => [topicName(key, settings.topicPrefix), key]));
    this.timing = { ...DEFAULT_TIMING, ...options.timing };
    this.admin = this.kafka.admin();
    this.consumer = this.createConsumer();
  }

  /** Connects, however long Kafka is away, and joins the group. */
  async start(): Promise<void> {
    const { group, logger } = this.options;
    const waiting = { what: `Group ${group}`, logger, signal: this.stopping.signal };
    await whileAway(waiting, async () => {
      await this.admin.connect();
      this.identity = await ClusterIdentity.learn(this.admin);
    });
    if (!this.stopping.signal.aborted) await this.consumer.start();
  }

  /** Finishes the batch in progress, leaves the group and disconnects. */
  async stop(): Promise<void> {
    this.stopping.abort(new Error('the sink runner was stopped'));
    await this.consumer.stop();
    await this.admin.disconnect().catch(() => undefined);
  }

  /** In the group, positioned at the sink's offsets, and not in trouble with the sink. */
  ready(): boolean {
    return this.joined && this.failures === 0 && !this.fatal;
  }

  /** Offsets not stored yet, of the partitions assigned to this process. */
  lag(): { topic: TopicKey; partition: number; records: number }[] {
    return [...this.places.values()].map(({ topic, partition, fetching, end }) => ({
      topic,
      partition,
      records: end > fetching ? Number(end - fetching) : 0,
    }));
  }

  private get clusterId(): string {
    if (!this.identity) throw new Error('the cluster is known from start() on');
    return this.identity.clusterId;
  }

  private createConsumer(): GroupConsumer {
    const { settings, group, logger } = this.options;
    return new GroupConsumer({
      name: `Group ${group}`,
      groupId: settings.topicPrefix + group,
      topics: [...this.keys.keys()],
      timing: { ...this.timing, fetchMinBytes: 1 },
      concurrency: 1,
      logger,
      createClient: (retry) => createKafka(settings, group, { logger, retry }),
      owned: () => [...new Set(this.assigned.flatMap((each) => each.partitions))],
      processMarks: this.options.processMarks,
      onBatch: (payload) => this.onBatch(payload),
      onJoined: (assignment) => this.onJoined(assignment),
      onLost: () => (this.joined = false),
      onSkipped: ({ topic, partition, first, last, end }) => {
        const place = this.places.get(partitionName(topic, partition));
        if (place?.fetching !== first) return;
        place.fetching = last + 1n;
        place.end = end;
      },
      kafkaAnswers: () =>
        this.admin.describeCluster().then(
          () => true,
          () => false,
        ),
      onFatal: (error) => this.end(error),
    });
  }

  /** Runs before kafkajs fetches for the new assignment. Held back, the partitions still heartbeat. */
  private onJoined(assignment: Readonly<Record<string, number[]>>): void {
    this.assigned = Object.entries(assignment).map(([topic, partitions]) => ({ topic, partitions }));
    void this.reposition();
  }

  /** Goes to the sink's own offsets, however long the sink may be away. */
  private async reposition(): Promise<void> {
    const generation = ++this.generation;
    const { assigned } = this;
    const { signal } = this.stopping;
    this.joined = false;
    this.places = new Map();
    this.consumer.steer((consumer) => consumer.pause([...assigned]));
    for (;;) {
      try {
        const places = await this.findPlaces(assigned);
        const positions = [...places.values()].map(({ stored, ...place }) => ({ ...place, offset: stored }));
        await this.options.onPositioned?.(positions);
        if (generation !== this.generation || signal.aborted) return;
        if (!this.options.load) await this.commit(positions);
        this.places = places;
        this.joined = true;
        this.consumer.steer((consumer) => {
          for (const [name, { partition, stored }] of places) {
            consumer.seek({ topic: name.slice(0, name.lastIndexOf('/')), partition, offset: stored.toString() });
          }
          consumer.resume([...assigned]);
        });
        return;
      } catch (thrown) {
        if (!(await this.mayRetry(errorOf(thrown)))) return;
        if (generation !== this.generation || signal.aborted) return;
      }
    }
  }

  private async findPlaces(assigned: Assignment): Promise<Map<string, Place>> {
    // Offsets of one cluster mean nothing in another that answers on its address.
    await this.identity?.check();
    const stored = await (this.options.load ? this.options.load(this.clusterId) : this.committed());
    const places = new Map<string, Place>();
    const log = await LogClient.connect(this.kafka);
    try {
      for (const { topic: name, partitions } of assigned) {
        const topic = this.keys.get(name);
        if (!topic || partitions.length === 0) continue;
        for (const [partition, { start, end }] of await log.ranges(name, partitions)) {
          const { offset: found } = stored.find((each) => each.topic === topic && each.partition === partition) ?? {};
          const isLost = found !== undefined && (found < start || found > end);
          if (isLost && this.options.load) {
            const advice = this.options.howToForget?.(name) ?? 'Change the stored offset to go on.';
            throw lostOffset(name, partition, { offset: found, start, end }, advice);
          }
          const isNew = found === undefined || isLost;
          const offset = isNew ? (this.options.load ? start : end) : found;
          places.set(partitionName(name, partition), {
            topic,
            partition,
            isNew,
            stored: offset,
            fetching: offset,
            end,
          });
        }
      }
      return places;
    } finally {
      await log.close().catch(() => undefined);
    }
  }

  /** What the group has committed. */
  private async committed(): Promise<SinkOffset[]> {
    const groupId = this.options.settings.topicPrefix + this.options.group;
    const found = await this.admin.fetchOffsets({ groupId, topics: [...this.keys.keys()] });
    return found.flatMap(({ topic: name, partitions }) => {
      const topic = this.keys.get(name);
      const known = partitions.filter(({ offset }) => BigInt(offset) >= 0n);
      return topic ? known.map(({ partition, offset }) => ({ topic, partition, offset: BigInt(offset) })) : [];
    });
  }

  /** Throws when the partitions are somebody else's by now. */
  private async commit(offsets: readonly SinkOffset[]): Promise<void> {
    const { topicPrefix } = this.options.settings;
    await this.consumer.commitOffsets(
      offsets.map(({ topic, partition, offset }) => ({
        topic: topicName(topic, topicPrefix),
        partition,
        offset: offset.toString(),
      })),
    );
  }

  private async onBatch(payload: EachBatchPayload): Promise<void> {
    const { topic: name, partition } = payload.batch;
    const place = this.places.get(partitionName(name, partition));
    if (!place) return;
    const { topic } = place;
    const batch = new FetchedBatch(topic, payload);
    place.end = batch.end;
    if (batch.start !== place.fetching) {
      this.consumer.steer((consumer) => consumer.seek({ topic: name, partition, offset: place.stored.toString() }));
      place.fetching = place.stored;
      return;
    }
    for (const { records, next, caughtUp } of batch.chunks(this.options.chunkRecords ?? DEFAULT_CHUNK_RECORDS)) {
      if (batch.isStale() || this.stopping.signal.aborted) return;
      try {
        await this.options.handle({
          clusterId: this.clusterId,
          topic,
          partition,
          records: [...records],
          start: place.stored,
          next,
          caughtUp,
        });
        if (!this.options.load) await this.commit([{ topic, partition, offset: next }]);
      } catch (thrown) {
        // Not awaited: what is held back heartbeats by itself, however long the sink stays away.
        void this.afterFailure(errorOf(thrown));
        return;
      }
      this.failures = 0;
      place.stored = next;
      place.fetching = next;
      batch.resolve(next - 1n);
      await batch.heartbeat();
    }
  }

  /** The truth is what the sink has stored: go back there, after a while. */
  private async afterFailure(error: Error): Promise<void> {
    const generation = ++this.generation;
    const { assigned } = this;
    this.places = new Map();
    this.consumer.steer((consumer) => consumer.pause([...assigned]));
    if (!(await this.mayRetry(error))) return;
    if (generation === this.generation && !this.stopping.signal.aborted) await this.reposition();
  }

  private async mayRetry(error: Error): Promise<boolean> {
    if (this.stopping.signal.aborted) return false;
    if ((error as Error & { readonly retry?: unknown }).retry !== true && !isTransient(error)) {
      this.end(error);
      return false;
    }
    this.failures += 1;
    this.options.logger.warn(
      { error: error.message, failures: this.failures },
      'the sink did not take a batch, trying again',
    );
    const delayMs = this.options.retryDelayMs?.(this.failures) ?? backoffMs(this.failures, LONGEST_WAIT_MS);
    await pause(delayMs, this.stopping.signal);
    return true;
  }

  private end(error: Error): void {
    if (this.fatal || this.stopping.signal.aborted) return;
    this.fatal = true;
    this.options.onFatal(error);
  }
}

function lostOffset(
  topic: string,
  partition: number,
  { offset, start, end }: { readonly offset: bigint; readonly start: bigint; readonly end: bigint },
  advice: string,
): Error {
  return new UnrecoverableError(
    `The sink has stored offset ${offset} of partition ${partition} of ${topic}, but the topic holds ${start} to ${end}: records were deleted before they were read, or the topic was made anew. ${advice}`,
  );
}
