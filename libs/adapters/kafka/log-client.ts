import type { Cluster, IHeaders, Kafka } from 'kafkajs';
import { backoffMs, pause } from './backoff.js';
import { errorOf, isLeaderMoving, retriableError } from './errors.js';

const READ_UNCOMMITTED = 0;
const READ_COMMITTED = 1;
const MAX_PARTITION_BYTES = 1_048_576;
const MAX_FETCH_BYTES = 8_388_608;
const TRIES_WHILE_LEADERS_MOVE = 7;

/** A record as it is read. */
export interface LogRecord {
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: IHeaders;
  /** Epoch milliseconds. */
  readonly timestamp: string;
}

/** Where a partition's log begins and ends; `end` counts what is not committed yet. */
export interface LogRange {
  readonly start: bigint;
  readonly end: bigint;
}

/** Where to read on. */
export interface LogPosition {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
}

/** Committed records of one partition. */
export interface LogBatch {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly LogRecord[];
  /** Offset to read on from; behind the last record where control records or compacted ones follow. */
  readonly next: bigint;
  /** End of the log, open transactions included. */
  readonly end: bigint;
}

/** What stands in a log, whether somebody may read it or not. */
export interface RawRecord extends LogRecord {
  /** The end of a transaction. */
  readonly isControlRecord: boolean;
  readonly batchContext?: {
    readonly firstOffset: string;
    readonly lastOffsetDelta: number;
    readonly producerId: string;
  };
}

interface FetchedPartition {
  readonly partition: number;
  readonly highWatermark: string;
  readonly lastStableOffset: string;
  readonly messages: Iterable<RawRecord> & { at(index: number): RawRecord | undefined };
}

interface FetchResponse {
  readonly responses: readonly { readonly topicName: string; readonly partitions: readonly FetchedPartition[] }[];
}

/**
 * Reads partitions directly, without a consumer group: nothing to join (three seconds on a stock broker), nothing left
 * behind by a killed process, no rebalance in the middle of a restore. kafkajs hands its cluster to partition
 * assigners; one that only keeps it is the public way there. Not safe for concurrent `fetch` calls: a broker answers
 * the fetches of one connection one after another.
 */
export class LogClient {
  private constructor(
    readonly cluster: Cluster,
    private readonly disconnect: () => Promise<void>,
  ) {}

  /** Connects a client of its own. */
  static async connect(kafka: Kafka): Promise<LogClient> {
    const captured: Cluster[] = [];
    const consumer = kafka.consumer({
      groupId: 'never-joined',
      allowAutoTopicCreation: false,
      // Makes `ranges` report the end including open transactions: the last stable offset would hide what is stuck.
      readUncommitted: true,
      partitionAssigners: [
        ({ cluster }) => {
          captured.push(cluster);
          const unused = (): never => {
            throw new Error('this consumer never joins a group');
          };
          return { name: 'unused', version: 0, assign: unused, protocol: unused };
        },
      ],
    });
    await consumer.connect();
    const [cluster] = captured;
    if (!cluster) throw new Error('kafkajs did not create the partition assigner; is it still version 2.2.4?');
    return new LogClient(cluster, () => consumer.disconnect());
  }

  /** Ends the connections. */
  close(): Promise<void> {
    return this.disconnect();
  }

  /** Partition numbers of a topic. */
  async partitions(topic: string): Promise<number[]> {
    await this.cluster.addMultipleTargetTopics([topic]);
    const found = this.cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId);
    return found.sort((a, b) => a - b);
  }

  /** Beginning and end of partitions, by partition number. Refreshes metadata and throws when a leader has moved. */
  async ranges(topic: string, partitions: readonly number[]): Promise<Map<number, LogRange>> {
    return this.refreshing([topic], async () => {
      const wanted = partitions.map((partition) => ({ partition }));
      const [starts] = await this.cluster.fetchTopicsOffset([{ topic, partitions: wanted, fromBeginning: true }]);
      const [ends] = await this.cluster.fetchTopicsOffset([{ topic, partitions: wanted, fromBeginning: false }]);
      const endOf = new Map(ends?.partitions.map(({ partition, offset }) => [partition, BigInt(offset)]));
      const ranges = new Map<number, LogRange>();
      for (const { partition, offset } of starts?.partitions ?? []) {
        const end = endOf.get(partition);
        if (end !== undefined) ranges.set(partition, { start: BigInt(offset), end });
      }
      return ranges;
    });
  }

  /** Ends of partitions; one request for all topics, for regular looks. */
  async ends(
    topics: ReadonlyMap<string, readonly number[]>,
  ): Promise<{ topic: string; partition: number; end: bigint }[]> {
    return this.refreshing([...topics.keys()], async () => {
      const asked = [...topics].map(([topic, partitions]) => ({
        topic,
        partitions: partitions.map((partition) => ({ partition })),
        fromBeginning: false,
      }));
      const answers = await this.cluster.fetchTopicsOffset(asked);
      return answers.flatMap(({ topic, partitions }) =>
        partitions.map(({ partition, offset }) => ({ topic, partition, end: BigInt(offset) })),
      );
    });
  }

  /**
   * Reads on from each position, in one request a broker. Waits up to `maxWaitMs` if there is nothing. A position
   * without news is left out. Throws kafkajs's errors, among them `KafkaJSOffsetOutOfRange`.
   */
  async fetch(positions: readonly LogPosition[], maxWaitMs: number): Promise<LogBatch[]> {
    return this.refreshing([...new Set(positions.map(({ topic }) => topic))], async () => {
      const perBroker = this.byLeader(positions);
      const answers = await Promise.all([...perBroker].map(([nodeId, at]) => this.fetchFrom(nodeId, at, maxWaitMs)));
      return answers.flat();
    });
  }

  /** What stands at an offset and behind it: records, committed or not, and ends of transactions; as much as one answer holds. */
  async rawRecords(position: LogPosition): Promise<readonly RawRecord[]> {
    return this.refreshing([position.topic], async () => {
      const [nodeId = ''] = [...this.byLeader([position]).keys()];
      const response = await this.request(nodeId, [position], { isolationLevel: READ_UNCOMMITTED, maxWaitMs: 0 });
      const messages = [...(response.responses[0]?.partitions[0]?.messages ?? [])];
      return messages.filter(({ offset }) => BigInt(offset) >= position.offset);
    });
  }

  /** The first offset whose record is of this time or a later one, of each partition that has such a record. */
  async offsetsSince(topic: string, partitions: readonly number[], sinceMs: number): Promise<Map<number, bigint>> {
    return this.refreshing([topic], async () => {
      const wanted = partitions.map((partition) => ({ partition }));
      const [found] = await this.cluster.fetchTopicsOffset([{ topic, partitions: wanted, fromTimestamp: sinceMs }]);
      const offsets = (found?.partitions ?? []).map(({ partition, offset }) => [partition, BigInt(offset)] as const);
      return new Map(offsets.filter(([, offset]) => offset >= 0n));
    });
  }

  private async fetchFrom(nodeId: string, positions: readonly LogPosition[], maxWaitMs: number): Promise<LogBatch[]> {
    const response = await this.request(nodeId, positions, { isolationLevel: READ_COMMITTED, maxWaitMs });
    const batches: LogBatch[] = [];
    for (const { topicName, partitions } of response.responses) {
      for (const fetched of partitions) {
        const from = positions.find(({ topic, partition }) => topic === topicName && partition === fetched.partition);
        if (!from) continue;
        const next = nextOffset(from.offset, fetched) ?? (await this.pastEmptyBatch(nodeId, positions, from, fetched));
        if (next === undefined) continue;
        const records = [...fetched.messages].filter((m) => !m.isControlRecord && BigInt(m.offset) >= from.offset);
        batches.push({
          topic: topicName,
          partition: fetched.partition,
          records,
          next,
          end: BigInt(fetched.highWatermark),
        });
      }
    }
    return batches;
  }

  private async request(
    nodeId: string,
    positions: readonly LogPosition[],
    { isolationLevel, maxWaitMs }: { readonly isolationLevel: number; readonly maxWaitMs: number },
  ): Promise<FetchResponse> {
    const broker = await this.cluster.findBroker({ nodeId });
    return (await broker.fetch({
      isolationLevel,
      maxWaitTime: maxWaitMs,
      minBytes: 1,
      maxBytes: MAX_FETCH_BYTES,
      topics: groupByTopic(positions),
    })) as FetchResponse;
  }

  /**
   * Compaction may leave record batches without a record, which kafkajs decodes to nothing: a reader would stand still
   * before them. Nothing although committed data follows means just that, if this partition was asked for alone:
   * among others it may have found no room in the answer.
   */
  private async pastEmptyBatch(
    nodeId: string,
    positions: readonly LogPosition[],
    from: LogPosition,
    fetched: FetchedPartition,
  ): Promise<bigint | undefined> {
    if (BigInt(fetched.lastStableOffset) <= from.offset) return undefined;
    if (positions.length === 1) return from.offset + 1n;
    const [alone] = await this.fetchFrom(nodeId, [from], 0);
    return alone && alone.records.length === 0 ? alone.next : undefined;
  }

  private byLeader(positions: readonly LogPosition[]): Map<string, LogPosition[]> {
    const perBroker = new Map<string, LogPosition[]>();
    for (const position of positions) {
      const [nodeId] = Object.keys(this.cluster.findLeaderForPartitions(position.topic, [position.partition]));
      if (nodeId === undefined) {
        const where = `partition ${position.partition} of ${position.topic}`;
        throw retriableError(`No broker leads ${where}; does it exist?`);
      }
      perBroker.set(nodeId, [...(perBroker.get(nodeId) ?? []), position]);
    }
    return perBroker;
  }

  /** Knows the topics' leaders before, asks for them anew after a failure, and waits a little where they are moving. */
  private async refreshing<T>(topics: string[], work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.cluster.addMultipleTargetTopics(topics);
        await this.cluster.refreshMetadataIfNecessary();
        return await work();
      } catch (thrown) {
        const error = errorOf(thrown) as Error & { host?: string; port?: number };
        if (error.host !== undefined && error.port !== undefined) {
          this.cluster.removeBroker({ host: error.host, port: error.port });
        }
        await this.cluster.refreshMetadata().catch(() => this.cluster.connect().catch(() => undefined));
        if (!isLeaderMoving(error) || attempt === TRIES_WHILE_LEADERS_MOVE) throw error;
        await pause(backoffMs(attempt));
      }
    }
  }
}

function nextOffset(from: bigint, { messages }: FetchedPartition): bigint | undefined {
  const last = messages.at(-1);
  if (!last) return undefined;
  const context = last.batchContext;
  const next = (context ? BigInt(context.firstOffset) + BigInt(context.lastOffsetDelta) : BigInt(last.offset)) + 1n;
  return next > from ? next : undefined;
}

type FetchTopics = { topic: string; partitions: { partition: number; fetchOffset: string; maxBytes: number }[] }[];

function groupByTopic(positions: readonly LogPosition[]): FetchTopics {
  const topics = new Map<string, FetchTopics[number]>();
  for (const { topic, partition, offset } of positions) {
    const entry = topics.get(topic) ?? { topic, partitions: [] };
    entry.partitions.push({ partition, fetchOffset: offset.toString(), maxBytes: MAX_PARTITION_BYTES });
    topics.set(topic, entry);
  }
  return [...topics.values()];
}
