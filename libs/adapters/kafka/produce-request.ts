import { batchBuffers } from '#libs/application';
import { PackedBatch } from './packed-topic.js';

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

/** A produce request's body in a buffer of the pool, behind room for what comes before it. */
export interface EncodedRequest {
  /** To be given back to the pool when the request was answered. */
  readonly whole: Buffer;
  /** Room and body. */
  readonly used: Buffer;
}

/** The body of a produce request, versions 3 to 7, behind `roomBytes` that are left free. */
export function encodeProduceRequest(request: ProduceArguments, roomBytes = 0): EncodedRequest {
  const { acks, timeout, transactionalId, producerEpoch = 0, topicData } = request;
  const producerId = idOf(request.producerId);
  const topics = topicData.map(({ topic, partitions }) => ({
    topic,
    batches: partitions.map(({ partition, firstSequence = 0, messages }) => {
      if (!(messages instanceof PackedBatch)) throw new Error('a send mixes records that are packed and that are not');
      const transactional = Boolean(transactionalId);
      return { partition, bytes: messages.batch.finish({ producerId, producerEpoch, firstSequence, transactional }) };
    }),
  }));
  let size = 2 + Buffer.byteLength(transactionalId ?? '') + 10;
  for (const { topic, batches } of topics) {
    size += 2 + Buffer.byteLength(topic) + 4;
    for (const { bytes } of batches) size += 8 + bytes.length;
  }
  const body = batchBuffers.take(roomBytes + size);
  let at = writeString(body, roomBytes, transactionalId ?? null);
  at = body.writeInt16BE(acks, at);
  at = body.writeInt32BE(timeout, at);
  at = body.writeInt32BE(topics.length, at);
  for (const { topic, batches } of topics) {
    at = writeString(body, at, topic);
    at = body.writeInt32BE(batches.length, at);
    for (const { partition, bytes } of batches) {
      at = body.writeInt32BE(partition, at);
      at = body.writeInt32BE(bytes.length, at);
      at += bytes.copy(body, at);
    }
  }
  return { whole: body, used: body.subarray(0, at) };
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
