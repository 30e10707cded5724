import { FetchTurns, type AskedTopic } from './fetch-turns.js';
import { DEFAULT_TIMING } from './runner-timing.js';

const MEBIBYTE = 1_048_576;
const ASKED_BYTES = 512 * 1024;

/** Asks for these partitions of both topics, from the offset 1,000. */
function wanted(...partitions: number[]): AskedTopic[] {
  return ['interactions', 'feedback'].map((topic) => ({
    topic,
    partitions: partitions.map((partition) => ({ partition, fetchOffset: '1000', maxBytes: ASKED_BYTES })),
  }));
}

const ALL = wanted(...Array.from({ length: 16 }, (_, partition) => partition));

/** Answers what was asked of interactions with 100 records each, and so many more behind them; of feedback there is none. */
function answer(turns: FetchTurns, asked: readonly AskedTopic[], leftOf: (partition: number) => number): void {
  const responses = asked.map(({ topic, partitions }) => ({
    topicName: topic,
    partitions: partitions.map(({ partition }) => {
      const length = topic === 'interactions' ? 100 : 0;
      const left = topic === 'interactions' ? leftOf(partition) : 0;
      return { partition, lastStableOffset: String(1000 + length + left), messages: { length } };
    }),
  }));
  turns.answered(asked, responses);
}

function partitionsOf(asked: readonly AskedTopic[]): number[] {
  return asked[0]?.partitions.map(({ partition }) => partition) ?? [];
}

describe('FetchTurns', () => {
  it('asks for everything, as it was wanted, while nothing is far behind', () => {
    const turns = new FetchTurns(DEFAULT_TIMING, 16);
    expect(turns.ask(ALL)).toBe(ALL);
    answer(turns, ALL, () => 99);
    expect(turns.ask(ALL)).toBe(ALL);
  });

  it('serves two sets at a time while all are far behind, in turn, with as much as one fetch may bring', () => {
    const turns = new FetchTurns(DEFAULT_TIMING, 16);
    answer(turns, ALL, () => 10_000);
    const rounds = Array.from({ length: 3 }, () => {
      const asked = turns.ask(ALL);
      answer(turns, asked, () => 10_000);
      return asked;
    });
    const [first, second, third] = rounds.map(partitionsOf);
    expect(first).toEqual([0, 1, 4, 5, 8, 9, 12, 13]);
    expect(second).toEqual([2, 3, 6, 7, 10, 11, 14, 15]);
    expect(third).toEqual(first);
    const bytes = rounds.flatMap((asked) => asked.flatMap(({ partitions }) => partitions.map((each) => each.maxBytes)));
    expect(new Set(bytes)).toEqual(new Set([MEBIBYTE]));
    expect(rounds[0]?.map(({ topic }) => topic)).toEqual(['interactions', 'feedback']);
  });

  it('has what is not far behind in every fetch', () => {
    const turns = new FetchTurns(DEFAULT_TIMING, 16);
    // Of set 3 nothing waits.
    const left = (partition: number) => (partition % 4 === 3 ? 0 : 10_000);
    answer(turns, ALL, left);
    for (const served of [
      [0, 1],
      [2, 0],
      [1, 2],
    ]) {
      const asked = turns.ask(ALL);
      expect(new Set(partitionsOf(asked).map((partition) => partition % 4))).toEqual(new Set([...served, 3]));
      const ofSet3 = asked[0]?.partitions.find(({ partition }) => partition === 3);
      expect(ofSet3?.maxBytes).toBe(ASKED_BYTES);
      answer(turns, asked, left);
    }
  });

  it('knows a set as far behind until it is not, also by one of its partitions', () => {
    const turns = new FetchTurns(DEFAULT_TIMING, 16);
    answer(turns, ALL, (partition) => (partition === 5 ? 100 : 0));
    const asked = turns.ask(ALL);
    expect(partitionsOf(asked)).toHaveLength(16);
    const large = asked[0]?.partitions.filter(({ maxBytes }) => maxBytes === 2 * MEBIBYTE);
    expect(large?.map(({ partition }) => partition)).toEqual([1, 5, 9, 13]);
    answer(turns, asked, () => 0);
    expect(turns.ask(ALL)).toBe(ALL);
  });

  it('passes over sets that are not there to be read', () => {
    const turns = new FetchTurns(DEFAULT_TIMING, 16);
    answer(turns, ALL, () => 10_000);
    const ours = wanted(2, 3, 6, 7, 10, 11, 14, 15);
    expect(partitionsOf(turns.ask(ours))).toEqual(partitionsOf(ours));
  });
});
