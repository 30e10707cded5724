import type { Message, TopicMessages } from 'kafkajs';

/**
 * The one place where records become kafkajs messages, so that another encoding can take its place.
 *
 * kafkajs groups the messages of one send in O(n²) per partition, and a record batch over 1 MiB is refused; so records
 * are dealt out to waves: sends that follow one another and keep the order within each partition.
 */

const MAX_MESSAGES = 250;
const MAX_BYTES = 900_000;
/** Length, offsets, time stamp and the like of one record; generous. */
const RECORD_OVERHEAD_BYTES = 32;

/** A record on its way out. `topic` is the full name. */
export interface OutgoingRecord {
  readonly topic: string;
  readonly partition: number;
  readonly key: Buffer | string | null;
  readonly value: Buffer | string | null;
  readonly headers?: Readonly<Record<string, OutgoingHeader>> | undefined;
  readonly timestampMs?: number | undefined;
}

/** One header's value; a repeated header is an array. */
export type OutgoingHeader = Buffer | string | (Buffer | string)[];

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

interface Bucket {
  wave: number;
  messages: number;
  bytes: number;
}

/** Deals records out to waves. */
export class WaveBuilder {
  private readonly buckets = new Map<string, Bucket>();
  private readonly waves: { readonly messages: Map<string, Message[]>; readonly partitions: Set<string> }[] = [];

  /** Adds a record behind those of its partition. */
  add(record: OutgoingRecord): void {
    const { topic, partition, key, value, headers, timestampMs } = record;
    const name = partitionName(topic, partition);
    let bucket = this.buckets.get(name);
    if (!bucket) this.buckets.set(name, (bucket = { wave: 0, messages: 0, bytes: 0 }));
    const size = RECORD_OVERHEAD_BYTES + lengthOf(key) + lengthOf(value) + headerLength(headers);
    if (bucket.messages >= MAX_MESSAGES || (bucket.messages > 0 && bucket.bytes + size > MAX_BYTES)) {
      bucket.wave += 1;
      bucket.messages = 0;
      bucket.bytes = 0;
    }
    bucket.messages += 1;
    bucket.bytes += size;
    const message: Message = { key, value, partition };
    if (headers) message.headers = headers;
    if (timestampMs !== undefined) message.timestamp = String(timestampMs);
    this.place(bucket.wave, topic, name, message);
  }

  /** The sends, in their order. */
  build(): Wave[] {
    return this.waves.map(({ messages, partitions }) => ({
      topicMessages: [...messages].map(([topic, list]) => ({ topic, messages: list })),
      partitions,
    }));
  }

  private place(index: number, topic: string, name: string, message: Message): void {
    let wave = this.waves[index];
    if (!wave) this.waves.push((wave = { messages: new Map(), partitions: new Set() }));
    wave.partitions.add(name);
    const list = wave.messages.get(topic);
    if (list) list.push(message);
    else wave.messages.set(topic, [message]);
  }
}

/** Bytes on the wire. */
function lengthOf(value: Buffer | string | null): number {
  if (value === null) return 0;
  return typeof value === 'string' ? Buffer.byteLength(value) : value.length;
}

function headerLength(headers: OutgoingRecord['headers']): number {
  if (!headers) return 0;
  let bytes = 0;
  for (const name of Object.keys(headers)) {
    const value = headers[name] ?? '';
    const list = Array.isArray(value) ? value : [value];
    for (const each of list) bytes += name.length + lengthOf(each) + 4;
  }
  return bytes;
}
