import type { SimCluster } from './kafka/cluster.js';
import type { LogEntry } from './kafka/partition-log.js';
import type { DecidedTransaction } from './kafka/surroundings.js';

interface Commit {
  readonly records: readonly LogEntry[];
  readonly before: ReadonlyMap<string, number | undefined>;
}

/**
 * What oracles hold of commits from when they are decided. What a broker left open of one is ended by another transaction,
 * which is then decided too, over records that were judged before. And where a coordinator left out *all* markers of one,
 * nobody has seen anything of it: an owner that cannot know the decision may abort it, and it never was. To abort one that
 * somebody has seen a part of is wrong.
 */
export class DecidedCommits {
  private readonly numbers = new Map<string, number>();
  private readonly judged = new WeakSet<LogEntry>();
  private readonly last = new Map<string, Commit>();
  private before = new Map<string, number | undefined>();

  constructor(private readonly clusterOf: () => SimCluster) {}

  /** A number that commits change: an offset, a count, a sequence. */
  get(name: string): number | undefined {
    return this.numbers.get(name);
  }

  /** Changes a number, within `decide`. */
  set(name: string, value: number): void {
    if (!this.before.has(name)) this.before.set(name, this.numbers.get(name));
    this.numbers.set(name, value);
  }

  /** Has what is new in a transaction that is being committed judged, by partition. */
  decide(transaction: DecidedTransaction, judge: (newIn: (name: string) => readonly LogEntry[]) => void): void {
    this.before = new Map();
    const records = new Map([...transaction.partitions].map((name) => [name, this.unjudged(transaction, name)]));
    judge((name) => records.get(name) ?? []);
    const all = [...records.values()].flat();
    for (const record of all) this.judged.add(record);
    if (all.length > 0) this.last.set(transaction.transactionalId, { records: all, before: this.before });
  }

  /** A transaction is being aborted; the violation if that takes back what somebody has seen a part of. */
  abort({ transactionalId, producerId, partitions }: DecidedTransaction): string | undefined {
    const last = this.last.get(transactionalId);
    if (!last) return undefined;
    const aborted = new Set([...partitions].flatMap((name) => this.openRecords(name, producerId)));
    const taken = last.records.filter((record) => aborted.has(record));
    if (taken.length === 0) return undefined;
    this.last.delete(transactionalId);
    if (taken.length < last.records.length) return `${transactionalId} aborts a part of what it has committed`;
    for (const [name, number] of last.before) {
      if (number === undefined) this.numbers.delete(name);
      else this.numbers.set(name, number);
    }
    for (const record of last.records) this.judged.delete(record);
    return undefined;
  }

  private unjudged({ producerId }: DecidedTransaction, name: string): LogEntry[] {
    return this.openRecords(name, producerId).filter((record) => !this.judged.has(record));
  }

  private openRecords(name: string, producerId: number): LogEntry[] {
    const slash = name.lastIndexOf('/');
    return this.clusterOf()
      .log(name.slice(0, slash), Number(name.slice(slash + 1)))
      .openRecords(producerId);
  }
}
