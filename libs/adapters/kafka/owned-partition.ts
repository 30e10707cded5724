import type { TopicKey } from '#libs/contract';
import type { Chunk, FetchedBatch } from './fetched-batch.js';
import type { OpenTask } from './take-over.js';

/** Where a batch stands against the position that the task is at. */
export type Place = 'next' | 'nowhere' | { readonly expected: bigint; readonly askedBefore: boolean };

/**
 * What is known of a partition's inputs while this process owns it, whether or not its task is open at the moment:
 * positions, ends, lag.
 */
export class OwnedPartition {
  private task: OpenTask | undefined;
  private lastPositions: ReadonlyMap<TopicKey, bigint> = new Map();
  private readonly inputEnds = new Map<TopicKey, bigint>();
  /** Inputs that were not read up to the ends they had at take-over. */
  private readonly unread: Set<TopicKey>;
  private behind = false;
  /** It is behind, and was so a step ago as well, or was never caught up. */
  private hasBacklog = false;
  private wasCaughtUp = false;
  private readonly mismatches = new Map<TopicKey, bigint>();

  constructor(
    readonly partition: number,
    inputs: readonly TopicKey[],
  ) {
    this.unread = new Set(inputs);
  }

  /** The task has been taken over. */
  opened(task: OpenTask): void {
    this.task = task;
    this.behind = this.hasBacklog = task.task.isBehind === true;
    for (const [topic, end] of task.ends) this.seen(topic, task.positions.get(topic) ?? 0n, end);
  }

  /** The task is gone; where it stood is still told. */
  dropped(): void {
    if (this.task) this.lastPositions = this.task.positions;
    this.task = undefined;
    this.goneOn(false);
  }

  /** The task stands here now, with all that led to it committed. */
  goneOn(isBehind: boolean): void {
    this.wasCaughtUp ||= this.isCaughtUp;
    this.hasBacklog = isBehind && (this.behind || !this.wasCaughtUp);
    this.behind = isBehind;
  }

  /** The task has more to do before it is given records, as of what is committed. */
  get isBehind(): boolean {
    return this.behind;
  }

  /**
   * Every input was read up to the end that it had at take-over, at least once, and the task has done all it can with it. From
   * then on it may have one step before it: a live minute takes two.
   */
  get isCaughtUp(): boolean {
    return this.task !== undefined && this.unread.size === 0 && !this.hasBacklog;
  }

  get sequence(): number {
    return this.task?.sequence ?? 0;
  }

  get positions(): ReadonlyMap<TopicKey, bigint> {
    return this.task?.positions ?? this.lastPositions;
  }

  /** Where a batch belongs. One from elsewhere is left over from before a seek, or the second time asked for in vain. */
  placeOf({ topic, start, end }: FetchedBatch): Place {
    this.inputEnds.set(topic, end);
    const expected = this.task?.positions.get(topic);
    if (expected === undefined) return 'nowhere';
    if (start === expected) return 'next';
    const askedBefore = this.mismatches.get(topic) === expected;
    if (askedBefore) this.mismatches.delete(topic);
    else this.mismatches.set(topic, expected);
    return { expected, askedBefore };
  }

  /** A chunk of a batch is committed. */
  took({ topic, end }: FetchedBatch, { next }: Chunk): void {
    this.mismatches.delete(topic);
    this.seen(topic, next, end);
  }

  /** kafkajs went past control records or aborted ones; nothing in them concerns the task but the position. */
  skipped(topic: TopicKey, first: bigint, last: bigint, end: bigint): void {
    if (this.task?.positions.get(topic) !== first) return;
    this.task.positions.set(topic, last + 1n);
    this.seen(topic, last + 1n, end);
  }

  /** Tells how far an input reaches, for the lag. */
  inputEndsAt(topic: TopicKey, end: bigint): void {
    this.inputEnds.set(topic, end);
  }

  /** Records (offsets) not yet processed, by input. */
  lag(): { topic: TopicKey; records: number }[] {
    return [...this.positions].map(([topic, position]) => {
      const end = this.inputEnds.get(topic) ?? position;
      return { topic, records: end > position ? Number(end - position) : 0 };
    });
  }

  private seen(topic: TopicKey, position: bigint, end: bigint): void {
    this.inputEnds.set(topic, end);
    if (position >= end) this.unread.delete(topic);
  }
}
