import kafkajs, { type Admin, type Kafka, type Producer } from 'kafkajs';
import type { KafkaSettings } from '#libs/application';
import { topicName, type TopicKey } from '#libs/contract';
import { unacknowledged } from './acknowledgements.js';
import { createKafka } from './client.js';
import { AcknowledgementError } from './errors.js';
import { LogClient } from './log-client.js';
import { SILENT_LOGGER, type KafkaLogger } from './logger.js';
import { onlyPartitions, WaveBuilder, type OutgoingHeader, type Wave } from './message-waves.js';
import { partitionOf } from './partitioner.js';

const { Partitioners } = kafkajs;

/** Partitions may be added while we run; as often as Java clients look. */
const COUNTS_VALID_MS = 300_000;
const RESENDS = 5;

/** A record to publish. */
export interface PublishRecord {
  /** Decides the partition where none is named; null: any, in turn. */
  readonly key: Buffer | string | null;
  readonly partition?: number;
  readonly value: Buffer | string | null;
  readonly headers?: Readonly<Record<string, OutgoingHeader>>;
  /** Epoch milliseconds; absent: now. */
  readonly timestampMs?: number;
}

/** Options of a {@link Publisher}. */
export interface PublisherOptions {
  readonly settings: KafkaSettings;
  readonly logger?: KafkaLogger;
  /** Appended to the client id. */
  readonly role?: string;
}

/**
 * Writes records outside of the stages: simulator, replay, outbox. Idempotent and acknowledged by all replicas, at
 * least once: after a crash in mid-send the caller sends again. Records of one key stay in order.
 */
export class Publisher {
  private readonly kafka: Kafka;
  private readonly producer: Producer;
  private readonly admin: Admin;
  private readonly logger: KafkaLogger;
  private readonly counts = new Map<TopicKey, { readonly partitions: number; readonly until: number }>();
  private turn = 0;

  constructor(private readonly options: PublisherOptions) {
    this.logger = options.logger ?? SILENT_LOGGER;
    this.kafka = createKafka(options.settings, options.role ?? 'publisher', { logger: this.logger });
    this.admin = this.kafka.admin();
    this.producer = this.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
  }

  /** Connects; throws when Kafka cannot be reached. */
  async connect(): Promise<void> {
    await Promise.all([this.admin.connect(), this.producer.connect()]);
  }

  /** Ends the connections. */
  async disconnect(): Promise<void> {
    await Promise.all([this.admin.disconnect(), this.producer.disconnect()]);
  }

  /** Resolves when every record is acknowledged. Do not call it again before, if the order of a key matters. */
  async send(topic: TopicKey, records: readonly PublishRecord[]): Promise<void> {
    if (records.length === 0) return;
    const count = await this.partitionCount(topic);
    const name = topicName(topic, this.options.settings.topicPrefix);
    const builder = new WaveBuilder();
    for (const record of records) {
      const partition =
        record.partition ?? (record.key === null ? this.turn++ % count : partitionOf(record.key, count));
      builder.add({ ...record, topic: name, partition });
    }
    for (const wave of builder.build()) await this.sendWave(wave);
  }

  /**
   * The offset behind the last record of each partition, records of open transactions included: kafkajs's admin client
   * would give the last stable offset, before which all that is stuck behind an open transaction seems not to exist.
   */
  async endOffsets(topic: TopicKey): Promise<Map<number, bigint>> {
    const name = topicName(topic, this.options.settings.topicPrefix);
    const log = await LogClient.connect(this.kafka);
    try {
      const ranges = await log.ranges(name, await log.partitions(name));
      return new Map([...ranges].map(([partition, { end }]) => [partition, end]));
    } finally {
      await log.close().catch(() => undefined);
    }
  }

  /** Partitions of a topic, as the cluster has them. */
  async partitionCount(topic: TopicKey): Promise<number> {
    const known = this.counts.get(topic);
    if (known && known.until > Date.now()) return known.partitions;
    const name = topicName(topic, this.options.settings.topicPrefix);
    const { topics } = await this.admin.fetchTopicMetadata({ topics: [name] });
    const partitions = topics[0]?.partitions.length ?? 0;
    if (partitions === 0)
      throw new Error(`Topic ${name} does not exist; start the monitor once, it creates the topics`);
    this.counts.set(topic, { partitions, until: Date.now() + COUNTS_VALID_MS });
    return partitions;
  }

  /** Sends again what kafkajs left out when a leader moved. */
  private async sendWave(wave: Wave): Promise<void> {
    let left = wave;
    for (let attempt = 0; ; attempt++) {
      const acknowledged = await this.producer.sendBatch({ acks: -1, topicMessages: left.topicMessages });
      const { missing, repeated } = unacknowledged(left, acknowledged);
      if (repeated.length > 0) this.logger.warn({ partitions: repeated }, 'a moving leader made records come twice');
      if (missing.length === 0) return;
      if (attempt === RESENDS) throw new AcknowledgementError(`No acknowledgement from ${missing.join(', ')}`);
      left = onlyPartitions(left, new Set(missing));
    }
  }
}
