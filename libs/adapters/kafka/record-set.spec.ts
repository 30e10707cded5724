import fc from 'fast-check';
import Batch from 'kafkajs/src/consumer/batch.js';
import { ValuePlace } from '#libs/application';
import { decodeRecordSet } from './record-batch-decoder.js';
import { RecordBatchEncoder } from './record-batch-encoder.js';
import type { DecodedRecord, RecordSet } from './record-set.js';

const ATTRIBUTES_AT = 21;
const CONTROL = 0x30;

interface Written {
  readonly records: number;
  readonly isControl: boolean;
}

/** Batches of a log that begins at `base`, as a fetch brings them. */
async function fetched(base: number, batches: readonly Written[]): Promise<RecordSet> {
  let offset = base;
  const parts = batches.map(({ records, isControl }) => {
    const batch = new RecordBatchEncoder();
    for (let index = 0; index < records; index += 1) {
      const value = index % 3 === 0 ? null : `value ${String(offset + index)}`;
      batch.add({ key: `key ${String(offset + index)}`, value, timestampMs: 1_700_000_000_000 + index });
    }
    const bytes = Buffer.from(
      batch.finish({ producerId: 7n, producerEpoch: 0, firstSequence: 0, transactional: false }),
    );
    bytes.writeBigInt64BE(BigInt(offset), 0);
    if (isControl) bytes.writeInt16BE(CONTROL, ATTRIBUTES_AT);
    offset += records;
    return bytes;
  });
  return decodeRecordSet(Buffer.concat(parts), 3);
}

function seen(records: Iterable<DecodedRecord>): unknown[] {
  return [...records].map(({ offset, key, value, timestamp, isControlRecord }) => ({
    ...{ offset, timestamp, isControlRecord },
    key: key?.toString(),
    value: value?.toString(),
  }));
}

const batches = fc.array(fc.record({ records: fc.integer({ min: 1, max: 5 }), isControl: fc.boolean() }), {
  minLength: 1,
  maxLength: 5,
});

describe('RecordSet', () => {
  it('tells where key and value of a record stand, and whether there are headers', async () => {
    const batch = new RecordBatchEncoder();
    const written = [
      { key: 'a key', value: 'a value', headers: {} },
      { key: null, value: 'another', headers: { name: 'text' } },
      { key: '', value: '', headers: {} },
      { key: 'k', value: null, headers: {} },
    ];
    for (const record of written) batch.add(record);
    const envelope = { producerId: 7n, producerEpoch: 0, firstSequence: 0, transactional: false };
    const place = new ValuePlace();
    const told = [...(await decodeRecordSet(Buffer.from(batch.finish(envelope)), 3))].map((record) =>
      place.goTo(record)
        ? {
            key: place.keyFrom < 0 ? null : place.keyBytes.toString('utf8', place.keyFrom, place.keyTo),
            value: place.bytes.toString('utf8', place.from, place.to),
            hasHeaders: place.hasHeaders,
          }
        : undefined,
    );
    expect(told).toEqual([
      { key: 'a key', value: 'a value', hasHeaders: false },
      { key: null, value: 'another', hasHeaders: true },
      { key: '', value: '', hasHeaders: false },
      undefined,
    ]);
  });

  it('is to kafkajs what an array of its records is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(1_000), batches, fc.nat(30), async (base, written, behind) => {
        const records = await fetched(base, written);
        const from = String(base + behind);
        const data = { partition: 3, highWatermark: '5000', abortedTransactions: [] };
        const ours = new Batch('t', from, { ...data, messages: records });
        const theirs = new Batch('t', from, { ...data, messages: [...records] });
        expect(seen(ours.messages)).toEqual(seen(theirs.messages));
        const told = (batch: InstanceType<typeof Batch>) => [
          ...[batch.isEmpty(), batch.isEmptyIncludingFiltered(), batch.isEmptyDueToFiltering()],
          ...[batch.isEmptyControlRecord(), batch.isEmptyDueToLogCompactedMessages()],
          ...[batch.firstOffset(), batch.lastOffset(), batch.messages.length],
          batch.messages[batch.messages.length - 1]?.offset,
        ];
        expect(told(ours)).toEqual(told(theirs));
      }),
    );
  });

  it('gives parts and single records as an array does', async () => {
    await fc.assert(
      fc.asyncProperty(batches, fc.nat(12), fc.nat(12), async (written, from, to) => {
        const records = await fetched(0, written);
        const all = [...records];
        expect(records.length).toBe(all.length);
        expect(seen(records.slice(from, to))).toEqual(seen(all.slice(from, to)));
        for (let index = -2; index < all.length + 1; index += 1)
          expect(records.at(index)?.offset).toBe(all.at(index)?.offset);
      }),
    );
  });

  it('hides whole batches, as all of one is of the same transaction', async () => {
    const records = await fetched(0, [
      { records: 3, isControl: false },
      { records: 2, isControl: false },
    ]);
    const [first] = records.heads();
    if (!first) throw new Error('there is a batch');
    first.isControlRecord = true;
    expect([...records].map(({ isControlRecord }) => isControlRecord)).toEqual([true, true, true, false, false]);
  });

  it('refuses a batch whose records reach beyond it', async () => {
    const batch = new RecordBatchEncoder();
    batch.add({ key: 'k', value: 'v' });
    const bytes = Buffer.from(
      batch.finish({ producerId: 7n, producerEpoch: 0, firstSequence: 0, transactional: false }),
    );
    bytes.writeInt32BE(2, 57);
    await expect(decodeRecordSet(bytes, 0)).rejects.toThrow('beyond its batch');
  });
});
