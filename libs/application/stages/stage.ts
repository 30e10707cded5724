import type { TopicKey } from '#libs/contract';
import type { TopicBlock } from './bytes/record-block.js';
import type { ValuePlace } from './bytes/value-place.js';

/**
 * A stage is a pure state machine per partition: it is fed inputs and answers with records to send and changelog
 * entries to keep. The runner (adapters/kafka) sends both and the source offsets in one transaction and calls
 * `process` again only after the commit. A task is never reused after a failed commit: its successor starts empty and
 * is given the changelog, so `process` may mutate its state in place.
 */
export interface InputRecord {
  readonly partition: number;
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: RecordHeaders;
  /** Where there is one: tells where the value stands, so that it needs no buffer of its own; false: there is no value. */
  placeValue?(place: ValuePlace): boolean;
}

/**
 * Records in their order. They may be made anew by each look. Nothing of them may be kept beyond the commit, neither records
 * nor keys and values: their memory is used again.
 */
export interface InputRecords extends Iterable<InputRecord> {
  readonly length: number;
  at(index: number): InputRecord | undefined;
}

export type RecordHeaders = Readonly<Record<string, Buffer | string | (Buffer | string)[] | undefined>>;

export type StageInput =
  | {
      readonly kind: 'records';
      readonly topic: TopicKey;
      readonly records: InputRecords;
      /** The last record of this chunk is the last one in the partition, as far as the fetch knew. */
      readonly caughtUp: boolean;
    }
  /** The wall clock went on; sent every `tickMs` while the task is owned. */
  | { readonly kind: 'tick' };

export interface OutputRecord {
  readonly topic: TopicKey;
  readonly partition: number;
  readonly key: Buffer | string | null;
  readonly value: Buffer | string | null;
  readonly headers?: Record<string, Buffer | string | (Buffer | string)[]>;
}

/** One entry of a task's compacted changelog; `value` null deletes the key. */
export interface ChangelogEntry {
  readonly key: string;
  readonly value: Buffer | string | null;
}

/** A counter increment that becomes visible only after the commit. `metric` is a name of the metric catalogue. */
export interface CounterIncrement {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The same for what was observed of one series of a histogram. */
export interface Observations {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly values: readonly number[];
}

export interface StageOutput {
  readonly records: readonly OutputRecord[];
  /** Records that are written already; behind `records` of their partition, of which there should be none. */
  readonly blocks?: readonly TopicBlock[];
  readonly changelog: readonly ChangelogEntry[];
  readonly counters: readonly CounterIncrement[];
  readonly observations?: readonly Observations[];
}

/** Work in slices, and what comes of it. */
export type Slices<T> = Generator<undefined, T>;

/** Does it in one go. */
export function inOneGo<T>(slices: Slices<T>): T {
  let slice = slices.next();
  while (slice.done !== true) slice = slices.next();
  return slice.value;
}

/** What the runner tells a task when it takes a partition over. */
export interface TaskContext {
  readonly partition: number;
  /** Partitions of each topic, by key, as the cluster has them now. */
  readonly partitionCounts: Readonly<Partial<Record<TopicKey, number>>>;
  /** For each input topic: nothing to read between the committed offset and the end at take-over. */
  readonly caughtUp: Readonly<Partial<Record<TopicKey, boolean>>>;
}

export interface StageTask {
  /** One changelog entry, oldest first; a null value deletes the key. Called before the first `process`. */
  restore(key: string, value: Buffer | null): void;
  /** Every entry was restored. */
  restored(): void;
  /** `nowMs` is the wall clock, epoch milliseconds. An output without records and changelog commits only offsets. */
  process(input: StageInput, nowMs: number): StageOutput;
  /**
   * The same in slices, for what takes so long that others in the process would notice: they have their turn at each
   * `yield`. Nothing else is asked of the task until it has come to its end.
   */
  processInSlices?(input: StageInput, nowMs: number): Slices<StageOutput>;
  /**
   * It has more to do that it has all input for: it wants a tick at once, for a transaction of its own, before it is given
   * records. So a backlog that spans months is no transaction of minutes. A successor knows it from the changelog.
   */
  readonly isBehind?: boolean;
  /** The next records may close a window, for which somebody waits: they are to be fetched as they come, not gathered. */
  readonly closesSoon?: boolean;
}

export interface StageDefinition {
  /** Part of the consumer group, `<prefix><group>-<name>`, and of the transactional ids, `<prefix><group>-<name>-set-<n>`. */
  readonly name: string;
  /** Co-partitioned inputs: one task owns the same partition of all of them. */
  readonly inputs: readonly TopicKey[];
  readonly changelog: TopicKey;
  /**
   * Format of the changelog's entries, 1 if it does not say. To be raised with every change that makes entries of
   * before unreadable: state of another number is refused at take-over, with words, before `restore` sees any of it.
   */
  readonly changelogFormat?: number;
  /** Former formats whose entries `restore` still understands; what is written is of the newest, so there is no way back. */
  readonly formatsBefore?: readonly number[];
  readonly tickMs: number;
  createTask(context: TaskContext): StageTask;
}
