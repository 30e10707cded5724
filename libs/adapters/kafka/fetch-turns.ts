import { partitionsIn, setCount, setOf } from './partition-sets.js';
import { fetchBytesOfEach, type RunnerTiming } from './runner-timing.js';

/** The partitions of a topic that a fetch asks for. */
export interface AskedTopic {
  readonly topic: string;
  readonly partitions: readonly AskedPartition[];
}

interface AskedPartition {
  readonly partition: number;
  readonly fetchOffset: string;
  readonly maxBytes: number;
}

/** What of an answer says how much more there is. */
export interface AnsweredTopic {
  readonly topicName: string;
  readonly partitions: readonly {
    readonly partition: number;
    readonly lastStableOffset: string;
    readonly messages: { readonly length: number };
  }[];
}

/** Two, so that one works while the transaction of the other is on its way. */
const SETS_AT_A_TIME = 2;

/**
 * Whose turn it is when more sets of partitions are far behind than a fetch should bring records of. What a fetch brings has
 * an upper limit, for memory, and what it brings of a set is one transaction: shared out among all partitions it would be
 * many small transactions, which cost as much as large ones each. So two sets at a time get all of it. Sets that are not far
 * behind are in every fetch, as they bring little and wait for nobody.
 *
 * One for each broker that is fetched from.
 */
export class FetchTurns {
  /** Sets with more waiting than their last answer brought; the one whose turn is longest ago comes first. */
  private readonly farBehind = new Set<number>();
  private readonly sets: number;

  constructor(
    private readonly timing: RunnerTiming,
    /** Of each input. */
    private readonly partitionCount: number,
  ) {
    this.sets = setCount(partitionCount);
  }

  /** What to ask for, of all that there is to be read. */
  ask(topics: readonly AskedTopic[]): readonly AskedTopic[] {
    const present = new Set(topics.flatMap(({ partitions }) => partitions.map((each) => this.setOf(each.partition))));
    const waiting = [...this.farBehind].filter((set) => present.has(set));
    if (waiting.length === 0) return topics;
    const served = waiting.slice(0, SETS_AT_A_TIME);
    const skipped = new Set(waiting.slice(SETS_AT_A_TIME));
    for (const set of served) {
      this.farBehind.delete(set);
      this.farBehind.add(set);
    }
    const servedPartitions = served.flatMap((set) => partitionsIn(set, this.partitionCount)).length;
    const maxBytes = fetchBytesOfEach(this.timing, servedPartitions);
    return topics
      .map(({ topic, partitions }) => ({
        topic,
        partitions: partitions
          .filter(({ partition }) => !skipped.has(this.setOf(partition)))
          .map((each) => (served.includes(this.setOf(each.partition)) ? { ...each, maxBytes } : each)),
      }))
      .filter(({ partitions }) => partitions.length > 0);
  }

  /** What came of it. */
  answered(asked: readonly AskedTopic[], answer: readonly AnsweredTopic[]): void {
    const offsets = new Map(
      asked.flatMap(({ topic, partitions }) =>
        partitions.map(({ partition, fetchOffset }) => [`${topic} ${partition}`, fetchOffset] as const),
      ),
    );
    const behind = new Map<number, boolean>();
    for (const { topicName, partitions } of answer) {
      for (const { partition, lastStableOffset, messages } of partitions) {
        const fetchOffset = offsets.get(`${topicName} ${partition}`);
        if (fetchOffset === undefined) continue;
        const left = Number(lastStableOffset) - Number(fetchOffset) - messages.length;
        const set = this.setOf(partition);
        behind.set(set, behind.get(set) === true || (messages.length > 0 && left >= messages.length));
      }
    }
    for (const [set, isFarBehind] of behind) {
      if (isFarBehind) this.farBehind.add(set);
      else this.farBehind.delete(set);
    }
  }

  private setOf(partition: number): number {
    return setOf(partition, this.sets);
  }
}
