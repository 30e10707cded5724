import { eventTimeOf, type PastPartition, type PastRecord } from './past-record.js';

/** A record, and the largest event time of its partition up to it; epoch ms. */
export interface TimedRecord {
  readonly record: PastRecord;
  readonly atMs: number;
}

/** The next record of a partition. */
class Head {
  private constructor(
    private readonly partition: PastPartition,
    private readonly rest: Iterator<PastRecord>,
    readonly current: TimedRecord,
  ) {}

  static async of(partition: PastPartition): Promise<Head | undefined> {
    return Head.next(partition, [].values(), -Infinity);
  }

  /** The head after this one; undefined at the end. */
  advance(): Promise<Head | undefined> {
    return Head.next(this.partition, this.rest, this.current.atMs);
  }

  private static async next(
    partition: PastPartition,
    rest: Iterator<PastRecord>,
    beforeMs: number,
  ): Promise<Head | undefined> {
    for (let records = rest; ;) {
      const next = records.next();
      if (next.done !== true) {
        const atMs = Math.max(beforeMs, eventTimeOf(next.value) ?? -Infinity);
        return new Head(partition, records, { record: next.value, atMs });
      }
      const pulled = await partition.next();
      if (pulled.done === true) return undefined;
      records = pulled.value.values();
    }
  }
}

/**
 * The records of all partitions as they came in event time: each partition in its own order, and of those that are next
 * the one that was due first. One that came late in its partition stays behind what came before it.
 */
export async function* inOrder(partitions: readonly PastPartition[]): AsyncGenerator<TimedRecord> {
  const heads: Head[] = [];
  for (const partition of partitions) {
    const head = await Head.of(partition);
    if (head) heads.push(head);
  }
  for (let first = earliest(heads); first; first = earliest(heads)) {
    yield first.current;
    const next = await first.advance();
    heads.splice(heads.indexOf(first), 1, ...(next ? [next] : []));
  }
}

function earliest(heads: readonly Head[]): Head | undefined {
  return heads.reduce<Head | undefined>(
    (first, head) => (first && first.current.atMs <= head.current.atMs ? first : head),
    undefined,
  );
}
