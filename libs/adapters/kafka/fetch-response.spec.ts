import { jest } from '@jest/globals';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import { decodeFetchResponse } from './fetch-response.js';
import { RecordBatchEncoder } from './record-batch-encoder.js';

function recordSet(value: string): Buffer {
  const batch = new RecordBatchEncoder();
  batch.add({ key: 'k', value });
  return batch.finish({ producerId: 7n, producerEpoch: 0, firstSequence: 0, transactional: false });
}

function answerOf(recordSets: readonly Buffer[]): Buffer {
  const partitions = recordSets.map((records, partition) =>
    new Encoder()
      .writeInt32(partition)
      .writeInt16(0)
      .writeInt64(12)
      .writeInt64(11)
      .writeInt64(1)
      .writeArray([])
      .writeInt32(-1)
      .writeBytes(records),
  );
  const topic = new Encoder().writeString('sample').writeArray(partitions);
  return new Encoder().writeInt32(0).writeInt16(0).writeInt32(0).writeArray([topic]).buffer;
}

describe('decodeFetchResponse', () => {
  it('tells when the records of all partitions are released, and once', async () => {
    const onReleased = jest.fn();
    const answer = answerOf([recordSet('a'), Buffer.alloc(0), recordSet('b')]);
    const { responses } = await decodeFetchResponse(answer, onReleased);
    const [first, empty, last] = responses[0]?.partitions ?? [];
    // As kafkajs does, and whoever takes records in chunks.
    const filtered = first?.messages.filter(() => true).slice(0, 1);
    expect([...(filtered ?? [])].map(({ value }) => value?.toString())).toEqual(['a']);
    empty?.messages.release();
    filtered?.release();
    filtered?.release();
    first?.messages.release();
    expect(onReleased).not.toHaveBeenCalled();
    last?.messages.release();
    last?.messages.release();
    expect(onReleased).toHaveBeenCalledTimes(1);
  });

  it('does not tell where there is nothing to read', async () => {
    const onReleased = jest.fn();
    const { responses } = await decodeFetchResponse(answerOf([Buffer.alloc(0)]), onReleased);
    responses[0]?.partitions[0]?.messages.release();
    expect(onReleased).not.toHaveBeenCalled();
  });
});
