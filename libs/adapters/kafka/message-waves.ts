import type { Message, TopicMessages } from 'kafkajs';
import { recordsOf, type TopicBlock } from '#libs/application';
import { ownCodecIsInUse } from './kafka-codec.js';
import { PackedTopic } from './packed-topic.js';
import type { HeaderValue, RecordContent } from './record-batch-encoder.js';

/**
 * The one place where records become what kafkajs sends: record batches by our own encoder, or kafkajs's messages.
 *
 * A record batch over 1 MiB is refused, and kafkajs groups the messages of one send in O(n²) per partition; so records
 * are dealt out to waves: sends that follow one another and keep the order within each partition.
 */

const MAX_MESSAGES = 250;
const MAX_BYTES = 900_000;
/** Length, offsets, time stamp and the like of one record; generous. */
const RECORD_OVERHEAD_BYTES = 32;

/** A record on its way out. `topic` is the full name. */
export interface OutgoingRecord extends RecordContent {
  readonly topic: string;
  readonly partition: number;
}

/** One header's value; a repeated header is an array. */
export type OutgoingHeader = HeaderValue;

/** One send: what goes into it and the partitions that must acknowledge it. */
export interface Wave {
  readonly topicMessages: TopicMessages[];
  /** `topic/partition` of every partition written to. */
  readonly partitions: ReadonlySet<string>;
}

/** Name of a partition in {@link Wave.partitions}. */
export function partitionName(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}

/** The part of a wave that goes to these partitions. */
export function onlyPartitions({ topicMessages }: Wave, partitions: ReadonlySet<string>): Wave {
  const kept = topicMessages.map(({ topic, messages }) => ({
    topic,
    messages: onlyThese(messages, (partition) => partitions.has(partitionName(topic, partition))),
  }));
  return { topicMessages: kept.filter(({ messages }) => messages.length > 0), partitions };
}

function onlyThese(messages: Message[] | PackedTopic, isWanted: (partition: number) => boolean): Message[] {
  if (messages instanceof PackedTopic) return asMessages(messages.only(isWanted));
  return messages.filter(({ partition = -1 }) => isWanted(partition));
}

/** Gives the buffers of a wave back that was sent and acknowledged, and will not be sent again. */
export function releaseWave({ topicMessages }: Wave): void {
  for (const { messages } of topicMessages as readonly { messages: unknown }[])
    if (messages instanceof PackedTopic) messages.release();
}

/** kafkajs is content with what {@link PackedTopic} has of an array. */
function asMessages(messages: Message[] | PackedTopic): Message[] {
  return messages as unknown as Message[];
}

interface Bucket {
  wave: number;
  messages: number;
  bytes: number;
}

interface OpenWave {
  readonly topics: Map<string, Message[] | PackedTopic>;
  readonly partitions: Set<string>;
}

/** Deals records out to waves. */
export class WaveBuilder {
  private readonly buckets = new Map<string, Map<number, Bucket>>();
  private readonly waves: OpenWave[] = [];

  /** `packed`: records are encoded as they are added. */
  constructor(private readonly packed = ownCodecIsInUse()) {}

  /** Adds a record behind those of its partition. */
  add(record: OutgoingRecord): void {
    const { topic, partition, key, value, headers } = record;
    const bucket = this.bucketOf(topic, partition);
    const lengthOf = this.packed ? mostBytes : exactBytes;
    const size =
      RECORD_OVERHEAD_BYTES + fieldLength(key, lengthOf) + fieldLength(value, lengthOf) + headerLength(headers);
    const isFull = bucket.bytes + size > MAX_BYTES || (!this.packed && bucket.messages >= MAX_MESSAGES);
    if (bucket.messages > 0 && isFull) {
      bucket.wave += 1;
      bucket.messages = 0;
      bucket.bytes = 0;
    }
    if (bucket.messages === 0) this.waveAt(bucket.wave).partitions.add(partitionName(topic, partition));
    bucket.messages += 1;
    const written = this.place(this.waveAt(bucket.wave), record);
    bucket.bytes = written ?? bucket.bytes + size;
  }

  /** Adds a block of records behind those of its partition: a batch of its own, in the next send if need be. */
  addBlock(topic: string, { partition, ...rest }: TopicBlock): void {
    if (!this.packed) {
      for (const record of recordsOf({ partition, ...rest })) this.add({ ...record, topic });
      return;
    }
    const bucket = this.bucketOf(topic, partition);
    if (bucket.messages > 0) bucket.wave += 1;
    bucket.messages = rest.block.count;
    // Nothing may be put behind it into the same batch.
    bucket.bytes = MAX_BYTES;
    const wave = this.waveAt(bucket.wave);
    wave.partitions.add(partitionName(topic, partition));
    let messages = wave.topics.get(topic);
    if (!messages) wave.topics.set(topic, (messages = new PackedTopic()));
    if (messages instanceof PackedTopic) messages.addBlock(partition, rest.block);
  }

  /** The sends, in their order. */
  build(): Wave[] {
    return this.waves.map(({ topics, partitions }) => ({
      topicMessages: [...topics].map(([topic, messages]) => ({ topic, messages: asMessages(messages) })),
      partitions,
    }));
  }

  private bucketOf(topic: string, partition: number): Bucket {
    let ofTopic = this.buckets.get(topic);
    if (!ofTopic) this.buckets.set(topic, (ofTopic = new Map<number, Bucket>()));
    let bucket = ofTopic.get(partition);
    if (!bucket) ofTopic.set(partition, (bucket = { wave: 0, messages: 0, bytes: 0 }));
    return bucket;
  }

  private waveAt(index: number): OpenWave {
    let wave = this.waves[index];
    if (!wave) this.waves.push((wave = { topics: new Map(), partitions: new Set() }));
    return wave;
  }

  /** Gives the bytes of the partition's batch where they are known. */
  private place(wave: OpenWave, record: OutgoingRecord): number | undefined {
    const { topic, partition, key, value, headers, timestampMs } = record;
    let messages = wave.topics.get(topic);
    if (!messages) wave.topics.set(topic, (messages = this.packed ? new PackedTopic() : []));
    if (messages instanceof PackedTopic) return messages.add(partition, record);
    const message: Message = { key, value, partition };
    if (headers) message.headers = headers;
    if (timestampMs !== undefined) message.timestamp = String(timestampMs);
    messages.push(message);
    return undefined;
  }
}

/** Bytes that a text can take at the most: counting them exactly would cost as much as writing them. */
function mostBytes(text: string): number {
  return 3 * text.length;
}

function exactBytes(text: string): number {
  return Buffer.byteLength(text);
}

function fieldLength(field: Buffer | string | null, lengthOf: (text: string) => number): number {
  if (field === null) return 0;
  return typeof field === 'string' ? lengthOf(field) : field.length;
}

function headerLength(headers: OutgoingRecord['headers']): number {
  let bytes = 0;
  for (const name in headers) {
    const value = headers[name] ?? '';
    if (!Array.isArray(value)) bytes += name.length + fieldLength(value, mostBytes) + 4;
    else for (const each of value) bytes += name.length + fieldLength(each, mostBytes) + 4;
  }
  return bytes;
}
