import { topicName, type TopicKey } from '#libs/contract';
import { judgeTopics, type ReadRecord } from '../../faults/oracle.js';
import type { SimCluster } from '../kafka/cluster.js';
import { DecidedCommits } from '../decided-commits.js';
import type { LogEntry } from '../kafka/partition-log.js';
import type { OffsetEntry } from '../kafka/protocol.js';
import type { DecidedTransaction } from '../kafka/surroundings.js';
import type { Judge } from '../subject.js';

const MARKER_KEY = '~meta';
/** A tick of each stage comes within so long; what is complete stays so across one. */
const STAYS_COMPLETE_MS = 2_500;

/** A stage as far as the oracle knows it. */
export interface JudgedStage {
  /** Its consumer group. */
  readonly group: string;
  readonly inputs: readonly TopicKey[];
  readonly changelog: TopicKey;
}

/**
 * Judges the monitor's stages. At each commit: offsets do not go back, and the sequence in the changelog is one more
 * than the last. In the end: the oracle of the fault tests, which shares no code with the product, recounts every
 * record's fate, cost event and month from the inputs.
 */
export class MonitorOracle implements Judge {
  readonly violations: string[] = [];
  commits = 0;
  private readonly decided: DecidedCommits;
  private completeSinceMs: number | undefined;
  private commitsThen = 0;

  constructor(
    private readonly stages: readonly JudgedStage[],
    private readonly partitionCounts: Readonly<Record<TopicKey, number>>,
    private readonly clusterOf: () => SimCluster,
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

  private judgeCommit(
    { transactionalId, producerId, partitions }: DecidedTransaction,
    newIn: (name: string) => readonly LogEntry[],
  ): void {
    for (const { group, changelog } of this.stages) {
      for (const [name, { offset }] of this.clusterOf().groups.staged(group, producerId)) {
        const before = this.decided.get(`${group} ${name}`) ?? 0;
        if (Number(offset) < before)
          this.violate(`${transactionalId} commits offset ${offset} of ${name} after ${before}`);
        this.decided.set(`${group} ${name}`, Math.max(before, Number(offset)));
      }
      const topic = topicName(changelog, '');
      for (const name of partitions) if (name.startsWith(`${topic}/`)) this.judgeMarkers(name, newIn(name));
    }
  }

  offsetsCommitted(_offsets: ReadonlyMap<string, OffsetEntry>): void {
    // Judged when they are decided.
  }

  plainCommit(groupId: string): void {
    this.violate(`somebody commits offsets of ${groupId} outside of a transaction`);
  }

  isComplete(): boolean {
    const { scheduler } = this.clusterOf();
    if (!this.isRead() || this.commitsThen !== this.commits) {
      this.commitsThen = this.commits;
      this.completeSinceMs = undefined;
      return false;
    }
    this.completeSinceMs ??= scheduler.nowMs;
    return scheduler.nowMs - this.completeSinceMs >= STAYS_COMPLETE_MS;
  }

  async judgeEnd(): Promise<void> {
    const read = (topics: readonly TopicKey[], take: (record: ReadRecord) => void): Promise<void> => {
      for (const topic of topics) for (const record of this.recordsOf(topic)) take(record);
      return Promise.resolve();
    };
    const { missing, wrong } = await judgeTopics(read, '');
    for (const problem of [...wrong, ...missing.map((what) => `missing: ${what}`)]) this.violate(problem);
  }

  private isRead(): boolean {
    const { groups } = this.clusterOf();
    return this.stages.every(({ group, inputs }) =>
      inputs.every((key) =>
        this.clusterOf()
          .logsOf(topicName(key, ''))
          .every((log) => {
            let last = -1;
            for (const { offset } of log.committed()) last = offset;
            return groups.committedOffset(group, log.name) > last;
          }),
      ),
    );
  }

  private *recordsOf(topic: TopicKey): Generator<ReadRecord> {
    for (const [partition, log] of this.clusterOf().logsOf(topicName(topic, '')).entries()) {
      if (partition >= this.partitionCounts[topic]) return;
      for (const { offset, key, value, headers, timestampMs } of log.committed()) {
        yield { topic, partition, offset: String(offset), key: key?.toString() ?? '', value, headers, timestampMs };
      }
    }
  }

  private judgeMarkers(name: string, records: readonly LogEntry[]): void {
    for (const { key, value } of records) {
      if (key?.toString() !== MARKER_KEY) continue;
      const { sequence } = JSON.parse(value?.toString() ?? '{}') as { sequence: number };
      const before = this.decided.get(name) ?? 0;
      if (sequence !== before + 1) this.violate(`commit ${sequence} of ${name} follows ${before}`);
      this.decided.set(name, sequence);
    }
  }

  private violate(what: string): void {
    if (this.violations.length < 20) this.violations.push(what);
  }
}
