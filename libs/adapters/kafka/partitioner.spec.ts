import fc from 'fast-check';
import kafkajs from 'kafkajs';
import { murmur2, partitionOf } from './partitioner.js';

describe('partitionOf', () => {
  // From Kafka's own UtilsTest.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('hashes %s as the Java clients do', (text, hash) => {
    expect(murmur2(Buffer.from(text))).toBe(hash);
  });

  it("agrees with kafkajs's Java-compatible partitioner", () => {
    const partitioner = kafkajs.Partitioners.DefaultPartitioner();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 64 }), (bytes, count) => {
        const key = Buffer.from(bytes);
        const partitionMetadata = Array.from({ length: count }, (_, partitionId) => metadata(partitionId));
        const expected = partitioner({ topic: 't', partitionMetadata, message: { key, value: '' } });
        expect(partitionOf(key, count)).toBe(expected);
      }),
    );
  });

  it('hashes text as its UTF-8 bytes', () => {
    expect(partitionOf('坐席-1', 8)).toBe(partitionOf(Buffer.from('坐席-1', 'utf8'), 8));
  });
});

function metadata(partitionId: number) {
  return { partitionErrorCode: 0, partitionId, leader: 1, replicas: [1], isr: [1] };
}
