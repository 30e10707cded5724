import { jest } from '@jest/globals';
import fc from 'fast-check';
import createRequest from 'kafkajs/src/protocol/request.js';
import requestDefinitions from 'kafkajs/src/protocol/requests/index.js';
import { decodeFetchResponse } from './fetch-response.js';
import { ownCodecIsInUse, useOwnCodec } from './kafka-codec.js';
import { SILENT_LOGGER } from './logger.js';
import { PackedBatch } from './packed-topic.js';
import { encodeProduceRequest, type ProduceArguments } from './produce-request.js';
import { decodeRecordSet } from './record-batch-decoder.js';
import { RecordBatchEncoder, type RecordContent } from './record-batch-encoder.js';
import { partsOf } from './request-parts.js';

interface Stock {
  readonly Produce: {
    protocol: (wanted: { version: number }) => (request: ProduceArguments) => {
      request: { encode(): Promise<{ buffer: Buffer }> };
      response: { decode(bytes: Buffer): Promise<unknown> };
    };
  };
  readonly Fetch: {
    protocol: (wanted: { version: number }) => (request: object) => {
      response: { decode(bytes: Buffer): Promise<unknown> };
    };
  };
}
const { Produce, Fetch } = requestDefinitions.requests as unknown as Stock;
// Taken before our codec is put into their place.
const stockProduce = Produce.protocol({ version: 7 });
const stockFetch = Fetch.protocol({ version: 11 });

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ maxLength: 100 }),
  fc.constantFrom(63, 64, 3_000, 8_191, 9_000).map((length) => 'x'.repeat(length)),
);
const bytes = fc.uint8Array({ maxLength: 100 }).map((array) => Buffer.from(array));
const field = fc.oneof(fc.constant(null), text, bytes);
const headers = fc.dictionary(
  fc.string({ maxLength: 20 }).filter((name) => name !== '__proto__'),
  fc.oneof(text, bytes, fc.array(text, { minLength: 2, maxLength: 3 })),
  { maxKeys: 4 },
);
const records = fc.array(fc.record({ key: field, value: field, headers, laterMs: fc.nat(100_000) }), {
  minLength: 1,
  maxLength: 6,
});

interface Timed extends RecordContent {
  readonly timestampMs: number;
}

function timed(list: readonly (RecordContent & { laterMs: number })[]): Timed[] {
  let timestampMs = 1_700_000_000_000;
  return list.map(({ laterMs, ...record }) => ({ ...record, timestampMs: (timestampMs += laterMs) }));
}

function request(messages: unknown): ProduceArguments {
  const topicData = [{ topic: 'tópic', partitions: [{ partition: 5, firstSequence: 9, messages }] }];
  return { acks: -1, timeout: 1_000, transactionalId: 'id', producerId: '123456789012', producerEpoch: 3, topicData };
}

function packed(list: readonly Timed[]): RecordBatchEncoder {
  const batch = new RecordBatchEncoder();
  for (const record of list) batch.add(record);
  return batch;
}

describe('our record batches', () => {
  it('are byte for byte those of kafkajs', async () => {
    await fc.assert(
      fc.asyncProperty(records, async (list) => {
        const all = timed(list);
        const messages = all.map(({ timestampMs, ...record }) => ({ ...record, timestamp: String(timestampMs) }));
        const theirs = await stockProduce(request(messages)).request.encode();
        const { parts } = encodeProduceRequest(request(new PackedBatch(packed(all))));
        expect(Buffer.concat(parts).equals(theirs.buffer)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('are read as they were written, up to where they are cut off', async () => {
    await fc.assert(
      fc.asyncProperty(records, fc.nat(), async (list, cut) => {
        const all = timed(list);
        const batch = packed(all).finish({ producerId: 7n, producerEpoch: 0, firstSequence: 0, transactional: true });
        const cutOff = batch.subarray(0, cut % batch.length);
        const decoded = [...(await decodeRecordSet(Buffer.concat([batch, cutOff]), 3))];
        expect(decoded.map(({ key, value, timestamp }) => [key, value, timestamp])).toEqual(
          all.map(({ key, value, timestampMs }) => [bufferOf(key), bufferOf(value), String(timestampMs)]),
        );
        expect(decoded.map(({ partition, offset }) => [partition, offset])).toEqual(
          all.map((_, index) => [3, String(index)]),
        );
      }),
    );
  });

  it('may be sent again with another envelope', async () => {
    const batch = packed(timed([{ key: 'k', value: 'v', laterMs: 0 }]));
    const first = Buffer.from(
      batch.finish({ producerId: 1n, producerEpoch: 0, firstSequence: 0, transactional: true }),
    );
    batch.finish({ producerId: 1n, producerEpoch: 1, firstSequence: 0, transactional: true });
    const again = batch.finish({ producerId: 1n, producerEpoch: 0, firstSequence: 0, transactional: true });
    expect(again).toEqual(first);
    expect(await decodeRecordSet(again, 0)).toHaveLength(1);
  });
});

describe('our fetch answers', () => {
  it('are those of kafkajs for an answer without records', async () => {
    const empty = Buffer.alloc(14);
    expect(await decodeFetchResponse(empty)).toEqual(await stockFetch({}).response.decode(empty));
  });
});

describe('useOwnCodec', () => {
  it('finds no difference to the kafkajs that is installed, and takes our codec into use', async () => {
    const warn = jest.fn();
    await useOwnCodec({ ...SILENT_LOGGER, warn });
    expect(warn).not.toHaveBeenCalled();
    expect(ownCodecIsInUse()).toBe(true);
  });

  it.each([
    { clientId: 'client', length: 1 },
    { clientId: 'client', length: 20_000 },
    { clientId: 'c'.repeat(2_000), length: 1 },
    { clientId: 'c'.repeat(2_000), length: 20_000 },
  ])('puts whole requests together as kafkajs does, for client $clientId and $length bytes', async (wanted) => {
    const { clientId, length } = wanted;
    await useOwnCodec(SILENT_LOGGER);
    const value = 'v'.repeat(length);
    const [record] = timed([{ key: 'k', value, laterMs: 0 }]);
    if (!record) throw new Error('there is a record');
    const whole = async (protocol: { request: object }) => {
      const encoder = await createRequest({ correlationId: 7, clientId, request: protocol.request as never });
      return { bytes: Buffer.concat(partsOf(encoder.buffer)), size: encoder.size() };
    };
    const ours = await whole(Produce.protocol({ version: 7 })(request(new PackedBatch(packed([record])))));
    const { timestampMs, ...message } = record;
    const theirs = await whole(stockProduce(request([{ ...message, timestamp: String(timestampMs) }])));
    expect(ours.bytes.equals(theirs.bytes)).toBe(true);
    expect(ours.size).toBe(theirs.size);
  });

  it("sends a large batch from where it stands, which is nobody else's before all tries are answered", async () => {
    await useOwnCodec(SILENT_LOGGER);
    const batch = packed(timed([{ key: 'k', value: 'v'.repeat(300_000), laterMs: 0 }]));
    const [first, second] = [0, 1].map(() => Produce.protocol({ version: 7 })(request(new PackedBatch(batch))));
    const sentFrom = async (protocol: typeof first) => {
      const encoder = await createRequest({ correlationId: 7, clientId: 'c', request: protocol!.request as never });
      return partsOf(encoder.buffer).at(-1)!.buffer;
    };
    const memory = await sentFrom(first);
    expect(await sentFrom(second)).toBe(memory);
    await second!.response.decode(ANSWER);
    batch.release();
    const other = packed(timed([{ key: 'k', value: 'v'.repeat(300_000), laterMs: 0 }]));
    expect(other.finish(ENVELOPE).buffer).not.toBe(memory);
    other.release();
    await first!.response.decode(ANSWER);
    batch.release();
    const next = packed(timed([{ key: 'k', value: 'v'.repeat(300_000), laterMs: 0 }]));
    expect(next.finish(ENVELOPE).buffer).toBe(memory);
  });

  it('uses the buffer of a request again once it was answered, and not before', async () => {
    await useOwnCodec(SILENT_LOGGER);
    const batch = packed(timed([{ key: 'k', value: 'v'.repeat(20_000), laterMs: 0 }]));
    const send = () => Produce.protocol({ version: 7 })(request(new PackedBatch(batch)));
    const memoryOf = async (protocol: ReturnType<typeof send>) => (await protocol.request.encode()).buffer.buffer;
    const [first, second] = [send(), send()];
    const [firstMemory, secondMemory] = [await memoryOf(first), await memoryOf(second)];
    expect(secondMemory).not.toBe(firstMemory);
    await first.response.decode(ANSWER);
    await first.response.decode(ANSWER);
    const [third, fourth] = [send(), send()];
    expect(await memoryOf(third)).toBe(firstMemory);
    expect(await memoryOf(fourth)).not.toBe(firstMemory);
    for (const each of [second, third, fourth]) await each.response.decode(ANSWER);
    batch.release();
    // Whatever is done with it then fails, instead of writing into somebody else's buffer.
    expect(() => batch.finish(ENVELOPE)).toThrow('outside buffer bounds');
  });
});

const ENVELOPE = { producerId: 1n, producerEpoch: 0, firstSequence: 0, transactional: true };
/** An answer to a produce request that speaks of no topic. */
const ANSWER = Buffer.alloc(8);

function bufferOf(field: Buffer | string | null): Buffer | null {
  return typeof field === 'string' ? Buffer.from(field) : field;
}
