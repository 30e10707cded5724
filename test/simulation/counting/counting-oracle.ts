import { topicName } from '#libs/contract';
import type { Counted } from '../../../libs/testing/kafka/counting-stage.js';
import type { SimCluster } from '../kafka/cluster.js';
import { DecidedCommits } from '../decided-commits.js';
import type { LogEntry } from '../kafka/partition-log.js';
import type { OffsetEntry } from '../kafka/protocol.js';
import type { DecidedTransaction } from '../kafka/surroundings.js';
import type { Judge } from '../subject.js';

const MARKER_KEY = '~meta';

/** Where the counting stage reads and writes, as topic names. */
export interface Topics {
  readonly group: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly changelog: string;
  readonly ticks: string;
}

/**
 * Judges a simulation from what stands in the simulated Kafka alone, with code of its own: at each commit, whether it
 * holds just what follows the commit before; at the end, whether the readable output is a batch computation of the
 * input. It knows nothing of the runner.
 */
export class CountingOracle implements Judge {
  readonly violations: string[] = [];
  commits = 0;
  /** Offsets of input partitions, counts of keys, sequences of changelogs. */
  private readonly decided: DecidedCommits;
  private readonly visible = new Map<string, number>();
  /** Places of the records that were moved past and are still to be answered. */
  private waiting: string[] = [];

  constructor(
    private readonly topics: Topics,
    private readonly clusterOf: () => SimCluster,
    /** Records may be answered in later commits than the one that moves past them. */
    private readonly isStepwise = false,
  ) {
    this.decided = new DecidedCommits(clusterOf);
  }

  committing(transaction: DecidedTransaction): void {
    this.commits += 1;
    this.decided.decide(transaction, (newIn) => this.judgeCommit(transaction, newIn));
  }

  aborting(transaction: DecidedTransaction): void {
    const wrong = this.decided.abort(transaction);
    if (wrong !== undefined) this.violate(wrong);
  }

  private judgeCommit(transaction: DecidedTransaction, newIn: (name: string) => readonly LogEntry[]): void {
    const staged = this.clusterOf().groups.staged(this.topics.group, transaction.producerId);
    const expected = this.waiting;
    this.waiting = [];
    for (const [name, { offset }] of staged) {
      const from = this.decided.get(name) ?? 0;
      const to = Number(offset);
      if (to < from) this.violate(`${transaction.transactionalId} commits offset ${to} of ${name} after ${from}`);
      expected.push(...this.inputs(name, from, to));
      this.decided.set(name, Math.max(from, to));
    }
    for (const name of transaction.partitions) this.judgePartition(name, newIn(name), expected);
    if (this.isStepwise) this.waiting = expected;
    else if (expected.length > 0)
      this.violate(`${transaction.transactionalId} commits past ${expected.join(', ')} without counting`);
  }

  offsetsCommitted(offsets: ReadonlyMap<string, OffsetEntry>): void {
    for (const [name, { offset }] of offsets) {
      const before = this.visible.get(name) ?? 0;
      if (Number(offset) < before) this.violate(`committed offset of ${name} goes back from ${before} to ${offset}`);
      this.visible.set(name, Number(offset));
    }
  }

  plainCommit(groupId: string): void {
    this.violate(`somebody commits offsets of ${groupId} outside of a transaction`);
  }

  /** Whether everything that was written is committed and visible. */
  isComplete(): boolean {
    const cluster = this.clusterOf();
    // Each task writes at its first tick.
    if (cluster.logsOf(this.topics.ticks).some((log) => log.committed().next().done)) return false;
    if (this.isStepwise && this.countOf([this.topics.output]) < this.countOf(this.topics.inputs)) return false;
    return this.topics.inputs.every((topic) =>
      cluster.logsOf(topic).every((log) => {
        let last = -1;
        for (const { offset } of log.committed()) last = offset;
        return cluster.groups.committedOffset(this.topics.group, log.name) > last;
      }),
    );
  }

  /** Records of these topics that can be read. */
  private countOf(topics: readonly string[]): number {
    const logs = topics.flatMap((topic) => this.clusterOf().logsOf(topic));
    return logs.reduce((sum, log) => sum + [...log.committed()].length, 0);
  }

  /** Compares what can be read in the end with a batch computation of the input. */
  judgeEnd(): Promise<void> {
    const cluster = this.clusterOf();
    for (const [partition, log] of cluster.logsOf(this.topics.output).entries()) {
      const inputs = this.topics.inputs.flatMap((topic) => [...cluster.log(topic, partition).committed()]);
      const totals = new Map<string, number>();
      for (const { key } of inputs) totals.set(text(key), (totals.get(text(key)) ?? 0) + 1);
      const last = new Map<string, number>();
      let records = 0;
      for (const entry of log.committed()) {
        const { key, count } = parsed(entry);
        records += 1;
        if (count !== (last.get(key) ?? 0) + 1) this.violate(`count ${count} of ${key} follows ${last.get(key) ?? 0}`);
        last.set(key, count);
      }
      if (records !== inputs.length)
        this.violate(`${inputs.length} records of partition ${partition}, but ${records} counted`);
      for (const [key, total] of totals) {
        if (last.get(key) !== total) this.violate(`${key} was counted ${last.get(key) ?? 0} times, not ${total}`);
      }
      this.judgeState(partition, totals);
    }
    this.judgeTicks();
    return Promise.resolve();
  }

  private judgeState(partition: number, totals: ReadonlyMap<string, number>): void {
    const state = new Map<string, string>();
    for (const { key, value } of this.clusterOf().log(this.topics.changelog, partition).committed()) {
      state.set(text(key), text(value));
    }
    for (const [key, total] of totals) {
      if (state.get(key) !== String(total))
        this.violate(`the changelog has ${state.get(key) ?? 'nothing'} for ${key}, not ${total}`);
    }
  }

  /** A task writes once in all its lives when its clock ticks. */
  private judgeTicks(): void {
    for (const log of this.clusterOf().logsOf(this.topics.ticks)) {
      const written = [...log.committed()].length;
      if (written > 1) this.violate(`${log.name} has ${written} records of ticks, not 1`);
    }
  }

  private judgePartition(name: string, records: readonly LogEntry[], expected: string[]): void {
    const slash = name.lastIndexOf('/');
    const topic = name.slice(0, slash);
    const partition = Number(name.slice(slash + 1));
    if (topic === this.topics.output) for (const record of records) this.judgeRecord(record, expected);
    if (topic === this.topics.changelog) this.judgeMarkers(records, partition);
  }

  private judgeRecord(record: LogEntry, expected: string[]): void {
    const { topic, partition, offset, key, count } = parsed(record);
    const place = `${topicName(topic, '')}/${partition}/${offset}`;
    const found = expected.indexOf(place);
    if (found < 0) this.violate(`${place} is counted where it does not belong`);
    else expected.splice(found, 1);
    const name = `count of ${partition}/${key}`;
    const before = this.decided.get(name) ?? 0;
    if (count !== before + 1) this.violate(`${key} is counted ${count} after ${before}`);
    this.decided.set(name, count);
  }

  private judgeMarkers(records: readonly LogEntry[], partition: number): void {
    for (const { key, value } of records) {
      if (text(key) !== MARKER_KEY) continue;
      const { sequence } = JSON.parse(text(value)) as { sequence: number };
      const before = this.decided.get(`sequence of ${partition}`) ?? 0;
      if (sequence !== before + 1) this.violate(`commit ${sequence} of partition ${partition} follows ${before}`);
      this.decided.set(`sequence of ${partition}`, sequence);
    }
  }

  /** Places of the committed records in a range of an input. */
  private inputs(name: string, from: number, to: number): string[] {
    const slash = name.lastIndexOf('/');
    const log = this.clusterOf().log(name.slice(0, slash), Number(name.slice(slash + 1)));
    const places: string[] = [];
    for (const { offset } of log.committed()) if (offset >= from && offset < to) places.push(`${name}/${offset}`);
    return places;
  }

  private violate(what: string): void {
    if (this.violations.length < 20) this.violations.push(what);
  }
}

function text(value: Buffer | null): string {
  return value?.toString() ?? '';
}

function parsed({ value }: LogEntry): Counted {
  return JSON.parse(text(value)) as Counted;
}
