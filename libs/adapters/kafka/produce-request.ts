import { batchBuffers } from '#libs/application';
import { PackedBatch } from './packed-topic.js';
import type { RecordBatchEncoder } from './record-batch-encoder.js';

/** What kafkajs knows when it makes a produce request. */
export interface ProduceArguments {
  readonly acks: number;
  readonly timeout: number;
  readonly transactionalId?: string | null | undefined;
  /** `undefined` and -1: not idempotent. */
  readonly producerId?: bigint | number | string | { readonly value: bigint } | undefined;
  readonly producerEpoch?: number | undefined;
  readonly topicData: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly firstSequence?: number;
      readonly messages: unknown;
    }[];
  }[];
}

/** Every batch in the request was encoded by us; kafkajs's own records are left to kafkajs. */
export function isPacked({ topicData }: ProduceArguments): boolean {
  return topicData.every(({ partitions }) => partitions.every(({ messages }) => messages instanceof PackedBatch));
}

/** A produce request's body, in parts that are sent one behind the other. */
export interface EncodedRequest {
  /** A buffer of the pool with room, beginning and all that is small; to be given back when the request was answered. */
  readonly frame: Buffer;
  /** The first begins with the room. Those that are not in the frame are batches where they stand. */
  readonly parts: readonly Buffer[];
}

/** A batch of this much or more is sent from where it stands; copying what is smaller costs less than a part of its own. */
const OWN_PART_BYTES = 16_384;

/** The body of a produce request, versions 3 to 7, behind `roomBytes` that are left free. */
export function encodeProduceRequest(request: ProduceArguments, roomBytes = 0): EncodedRequest {
  const { acks, timeout, transactionalId, producerEpoch = 0, topicData } = request;
  const producerId = idOf(request.producerId);
  const topics = topicData.map(({ topic, partitions }) => ({
    topic,
    batches: partitions.map(({ partition, firstSequence = 0, messages }) => {
      const transactional = Boolean(transactionalId);
      return {
        partition,
        bytes: batchOf(messages).finish({ producerId, producerEpoch, firstSequence, transactional }),
      };
    }),
  }));
  let size = roomBytes + 2 + Buffer.byteLength(transactionalId ?? '') + 10;
  for (const { topic, batches } of topics) {
    size += 2 + Buffer.byteLength(topic) + 4;
    for (const { bytes } of batches) size += 8 + (isOwnPart(bytes) ? 0 : bytes.length);
  }
  const frame = batchBuffers.take(size);
  const parts = new Parts(frame);
  let at = writeString(frame, roomBytes, transactionalId ?? null);
  at = frame.writeInt16BE(acks, at);
  at = frame.writeInt32BE(timeout, at);
  at = frame.writeInt32BE(topics.length, at);
  for (const { topic, batches } of topics) {
    at = writeString(frame, at, topic);
    at = frame.writeInt32BE(batches.length, at);
    for (const { partition, bytes } of batches) {
      at = frame.writeInt32BE(partition, at);
      at = frame.writeInt32BE(bytes.length, at);
      if (isOwnPart(bytes)) parts.add(at, bytes);
      else at += bytes.copy(frame, at);
    }
  }
  return { frame, parts: parts.upTo(at) };
}

/** Of these batches the request is on its way, and not answered: they may be read until {@link answered}. */
export function sent(request: ProduceArguments): void {
  for (const batch of batchesOf(request)) batch.sent();
}

/** The request was answered, so that nothing of it is on its way any more. */
export function answered(request: ProduceArguments): void {
  for (const batch of batchesOf(request)) batch.answered();
}

function batchesOf({ topicData }: ProduceArguments): RecordBatchEncoder[] {
  return topicData.flatMap(({ partitions }) => partitions.map(({ messages }) => batchOf(messages)));
}

function batchOf(messages: unknown): RecordBatchEncoder {
  if (messages instanceof PackedBatch) return messages.batch;
  throw new Error('a send mixes records that are packed and that are not');
}

function isOwnPart(bytes: Buffer): boolean {
  return bytes.length >= OWN_PART_BYTES;
}

/** Cuts a frame where something else is to be sent. */
class Parts {
  private readonly parts: Buffer[] = [];
  private from = 0;

  constructor(private readonly frame: Buffer) {}

  /** `bytes` come behind what the frame has up to `at`. */
  add(at: number, bytes: Buffer): void {
    this.upTo(at);
    this.parts.push(bytes);
  }

  /** All parts, the frame being full up to `at`. */
  upTo(at: number): readonly Buffer[] {
    if (at > this.from) this.parts.push(this.frame.subarray(this.from, at));
    this.from = at;
    return this.parts;
  }
}

function writeString(body: Buffer, at: number, text: string | null): number {
  if (text === null) return body.writeInt16BE(-1, at);
  const length = body.write(text, at + 2, 'utf8');
  body.writeInt16BE(length, at);
  return at + 2 + length;
}

function idOf(producerId: ProduceArguments['producerId'] = -1n): bigint {
  if (typeof producerId === 'object') return producerId.value;
  return BigInt(producerId);
}
