import fc from 'fast-check';
import { partitionName, WaveBuilder, type OutgoingRecord, type Wave } from './message-waves.js';

function wavesOf(records: readonly OutgoingRecord[]): Wave[] {
  const builder = new WaveBuilder();
  for (const record of records) builder.add(record);
  return builder.build();
}

function record(value: string, partition = 0, topic = 't'): OutgoingRecord {
  return { topic, partition, key: 'k', value };
}

describe('WaveBuilder', () => {
  it('makes no send of nothing', () => {
    expect(wavesOf([])).toEqual([]);
  });

  it('keeps everything in one send while it is small', () => {
    const [wave, ...more] = wavesOf([record('a'), record('b', 1), record('c', 0, 'u')]);
    expect(more).toEqual([]);
    expect([...(wave?.partitions ?? [])]).toEqual(['t/0', 't/1', 'u/0']);
    expect(wave?.topicMessages.map(({ topic, messages }) => [topic, messages.length])).toEqual([
      ['t', 2],
      ['u', 1],
    ]);
  });

  it('keeps record batches under the 1 MiB that brokers take', () => {
    const waves = wavesOf(Array.from({ length: 5 }, () => record('x'.repeat(400_000))));
    expect(waves.map(({ topicMessages }) => topicMessages[0]?.messages.length)).toEqual([2, 2, 1]);
  });

  it('sends a record alone that is larger than that', () => {
    expect(wavesOf([record('a'), record('x'.repeat(2_000_000)), record('b')])).toHaveLength(3);
  });

  it('carries headers, keys and times as they are', () => {
    const headers = { reason: 'schema', twice: ['a', Buffer.from('b')] };
    const [wave] = wavesOf([{ topic: 't', partition: 3, key: null, value: null, headers, timestampMs: 5 }]);
    expect(wave?.topicMessages[0]?.messages).toEqual([
      { key: null, value: null, partition: 3, headers, timestamp: '5' },
    ]);
  });

  it('loses nothing, keeps the order of each partition and at most 250 of one partition in a send', () => {
    const places = fc.record({
      topic: fc.constantFrom('t', 'u'),
      partition: fc.integer({ min: 0, max: 2 }),
      size: fc.nat(9_000),
    });
    fc.assert(
      fc.property(fc.array(places, { maxLength: 1_500, size: 'max' }), (list) => {
        const sent = new Map<string, string[]>();
        const expected = new Map<string, string[]>();
        const records = list.map(({ topic, partition, size }, i) =>
          record(`${i}:${'x'.repeat(size)}`, partition, topic),
        );
        for (const { topic, partition, value } of records)
          push(expected, partitionName(topic, partition), String(value));
        for (const { topicMessages, partitions } of wavesOf(records)) {
          const perPartition = new Map<string, number>();
          for (const { topic, messages } of topicMessages) {
            for (const { partition = -1, value } of messages) {
              const name = partitionName(topic, partition);
              push(sent, name, String(value));
              perPartition.set(name, (perPartition.get(name) ?? 0) + 1);
            }
          }
          expect([...perPartition.keys()].sort()).toEqual([...partitions].sort());
          expect(Math.max(...perPartition.values())).toBeLessThanOrEqual(250);
        }
        expect(sent).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });
});

function push(lists: Map<string, string[]>, name: string, value: string): void {
  lists.set(name, [...(lists.get(name) ?? []), value]);
}
