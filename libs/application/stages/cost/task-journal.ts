import {
  decodeInput,
  encodeCostEvent,
  rejectedRecord,
  topicName,
  type CostEvent,
  type InputTopicKey,
  type RejectReason,
} from '#libs/contract';
import { BlockWriter, type TopicBlock } from '../bytes/record-block.js';
import type { CostEventText } from './cost-event-records.js';
import type { ChangelogEntry, CounterIncrement, InputRecord, OutputRecord } from '../stage.js';

/** What became of each record; every one of them is exactly one of these (contract section 4). */
export const FATES = ['counted', 'duplicate', 'stale', 'late', 'rejected'] as const;
export type Fate = (typeof FATES)[number];

/** Records in, and what became of them, since the task's beginning. */
export type Tally = Record<'in' | Fate, number>;

const FATE_METRICS: Record<Exclude<Fate, 'rejected'>, string> = {
  counted: 'spendline_counted_total',
  duplicate: 'spendline_duplicates_total',
  stale: 'spendline_stale_total',
  late: 'spendline_late_total',
};

/** Collects what one chunk gives: records to send, changelog entries, counters. */
export class TaskJournal {
  records: OutputRecord[] = [];
  /** Cost events, in the order of the facts. */
  readonly costEvents: BlockWriter;
  changelog: ChangelogEntry[] = [];
  private increments = new Map<string, CounterIncrement & { value: number }>();
  readonly tally: Tally = { in: 0, counted: 0, duplicate: 0, stale: 0, late: 0, rejected: 0 };
  /** The tally at the last drain. */
  private counted: Tally = { ...this.tally };

  constructor(
    private readonly partition: number,
    private readonly topicPrefix: string,
  ) {
    this.costEvents = new BlockWriter('costEvents', partition);
  }

  count(metric: string, labels: Readonly<Record<string, string>>, value = 1): void {
    const key = metric + JSON.stringify(labels);
    const increment = this.increments.get(key);
    if (increment) increment.value += value;
    else this.increments.set(key, { metric, labels, value });
  }

  received(topic: InputTopicKey, records: number): void {
    this.tally.in += records;
    this.count('spendline_events_total', { topic: topicName(topic, '') }, records);
  }

  get hasRecords(): boolean {
    return this.records.length > 0 || this.costEvents.hasRecords;
  }

  fate(fate: Exclude<Fate, 'rejected'>): void {
    this.tally[fate] += 1;
  }

  reject(topic: InputTopicKey, record: InputRecord, reason: RejectReason, detail: string): void {
    const source = { topic: topicName(topic, this.topicPrefix), partition: record.partition, offset: record.offset };
    const rejected = rejectedRecord(record, { reason, detail, ...source });
    this.records.push({ topic: 'rejected', partition: this.partition, ...rejected });
    this.tally.rejected += 1;
    this.count('spendline_rejected_total', { reason });
  }

  /** Decodes a record or rejects it. */
  decode<Key extends InputTopicKey>(
    topic: Key,
    record: InputRecord,
  ): Extract<ReturnType<typeof decodeInput<Key>>, { ok: true }>['data'] | undefined {
    const decoded = decodeInput(topic, record);
    if (decoded.ok) return decoded.data;
    this.reject(topic, record, decoded.reason, decoded.detail);
    return undefined;
  }

  /** A cost event, keyed as its fact was. */
  publish(event: CostEvent, factKey: Buffer | null, late: boolean): void {
    const { key, value, headers } = encodeCostEvent(event, { late });
    this.costEvents.next().add({ key: factKey ?? key, value, headers });
  }

  /** The cost event of a contact, keyed as the contact was. */
  publishText({ key, value, headers }: CostEventText, factKey: Buffer | null): void {
    this.costEvents.next().add({ key: factKey ?? key, value, headers });
  }

  /** The tally of an earlier owner; its counters were another process's. */
  restoreTally(tally: Tally): void {
    Object.assign(this.tally, tally);
    this.counted = { ...tally };
  }

  /** Everything since the last call. */
  drain(): {
    records: OutputRecord[];
    blocks: readonly TopicBlock[];
    changelog: ChangelogEntry[];
    counters: CounterIncrement[];
  } {
    for (const [fate, metric] of Object.entries(FATE_METRICS) as [keyof typeof FATE_METRICS, string][]) {
      const gained = this.tally[fate] - this.counted[fate];
      if (gained > 0) this.count(metric, {}, gained);
    }
    this.counted = { ...this.tally };
    const { records, changelog, increments } = this;
    this.records = [];
    this.changelog = [];
    this.increments = new Map();
    return { records, blocks: this.costEvents.drain(), changelog, counters: [...increments.values()] };
  }
}
