import { concatMap, filter, interval, lastValueFrom, map, merge, Subject, takeUntil } from 'rxjs';
import type { StageOutput, StageTask } from '#libs/application';
import type { TopicKey } from '#libs/contract';
import { Arrival } from './arrival.js';
import { backoffMs, pause } from './backoff.js';
import { errorOf, isFenced, isTransient, retriableError, UnrecoverableError } from './errors.js';
import type { FetchedBatch } from './fetched-batch.js';
import { OwnedPartition } from './owned-partition.js';
import { SetTransaction, type Step } from './set-transaction.js';
import { takeOver, type OpenSet, type PartitionSet, type TakeOverContext } from './take-over.js';
import { turnOfOthers } from './turn-of-others.js';

/** Failures of the same kind in a row that end the process: what no retry mends must not go on for ever unseen. */
const FAILURES_UNTIL_FATAL = 5;

/** What a transaction is made for: records that came, what tasks are behind with after those, or time that went by. */
type Work = 'records' | 'rest' | 'tick';

/** How a set of tasks reaches the consumer and the application. */
export interface SetHooks {
  /** Keeps the consumer from fetching the inputs of these partitions. */
  pauseInputs(partitions: readonly number[]): void;
  /** Lets the inputs go on, from these offsets. */
  resumeInputs(partition: number, positions: ReadonlyMap<TopicKey, bigint>): void;
  /** Moves one input. */
  seek(topic: TopicKey, partition: number, offset: bigint): void;
  /** Resolves when a heartbeat has succeeded after now: the group still knows us. */
  nextHeartbeat(signal: AbortSignal): Promise<void>;
  onOpened(partition: number, task: StageTask): void;
  onClosed(partition: number): void;
  /** `commitSeconds` is 0 for counters alone, and for all but the first of what was committed together. */
  onCommitted(task: StageTask, output: StageOutput, commitSeconds: number): void;
  /** A chunk or a take-over failed; the set will be taken over again, unless `onFatal` follows. */
  onFailed(fenced: boolean): void;
  onFatal(error: Error): void;
}

/** State of a task for health pages. */
export interface TaskSnapshot {
  readonly partition: number;
  readonly state: 'opening' | 'open' | 'retrying' | 'closed';
  readonly caughtUp: boolean;
  /** It has more to do with what it has read: windows to close, minutes to judge. */
  readonly behind: boolean;
  readonly sequence: number;
  readonly positions: Readonly<Record<string, string>>;
  /** Records (offsets) not yet processed, of all inputs, as far as their ends are known. */
  readonly waiting: number;
  readonly lastError?: string;
}

/**
 * The tasks of a set of partitions while this process owns it, with one lock and one transaction for all that they have to
 * do at a time. Everything that touches their states goes through one queue (a `concatMap`): taking over, batches, ticks.
 * So nothing runs beside an open transaction, and after a failure or `close()` nothing that still waits can write: it
 * finds the tasks gone.
 *
 * Every transaction carries the markers and offsets of all tasks of the set, also of those that had nothing to do: so each
 * changelog has the same commits, and any of them tells how the last one ended (hung-transaction.ts).
 */
export class OwnedSet {
  private readonly jobs = new Subject<() => Promise<void>>();
  private readonly ended = new Subject<void>();
  private readonly closing = new AbortController();
  private readonly drained: Promise<void>;
  private readonly owned: ReadonlyMap<number, OwnedPartition>;
  private readonly arrivals: Arrival[] = [];
  private open: OpenSet | undefined;
  private state: TaskSnapshot['state'] = 'opening';
  private tickWaits = false;
  private readonly failures = new Map<string, { readonly message: string; readonly count: number }>();
  private failuresInARow = 0;
  private lastError: string | undefined;

  constructor(
    readonly set: PartitionSet,
    private readonly context: TakeOverContext,
    private readonly hooks: SetHooks,
    private readonly chunkRecords: number,
  ) {
    const { inputs, tickMs } = context.definition;
    this.owned = new Map(set.partitions.map((partition) => [partition, new OwnedPartition(partition, inputs)]));
    const ticks = interval(tickMs).pipe(
      filter(() => this.open !== undefined && !this.tickWaits),
      map(() => {
        this.tickWaits = true;
        return () => this.tick();
      }),
      takeUntil(this.ended),
    );
    const queue = merge(this.jobs, ticks).pipe(concatMap((job) => job()));
    this.drained = lastValueFrom(queue, { defaultValue: undefined });
  }

  /** Takes the partitions over, and again after failures, until closed. `after`: a predecessor that is still closing. */
  start(after: Promise<void> = Promise.resolve()): void {
    this.hooks.pauseInputs(this.set.partitions);
    this.jobs.next(async () => {
      await after;
      await this.takeOver();
    });
  }

  /** After a rebalance that left the partitions here: kafkajs has forgotten both pauses and positions. */
  stay(): void {
    if (!this.open) {
      this.hooks.pauseInputs(this.set.partitions);
      return;
    }
    this.open.lock.raiseDoubt();
    for (const [partition, { positions }] of this.open.tasks) this.hooks.resumeInputs(partition, positions);
  }

  /** Processes a batch of one of the partitions; rejects only with what kafkajs must see, a rebalance. */
  submit(partition: number, batch: FetchedBatch): Promise<void> {
    const owned = this.owned.get(partition);
    if (this.isClosing() || !owned) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.arrivals.push(new Arrival(owned, batch, this.chunkRecords, { resolve, reject }));
      // More may come before it is its turn: what one fetch brought is handed over batch by batch.
      if (this.arrivals.length === 1) this.jobs.next(() => this.takeArrivals());
    });
  }

  /** What is known of a partition's inputs; undefined where it is not of this set. */
  partition(partition: number): OwnedPartition | undefined {
    return this.owned.get(partition);
  }

  /** Ends the tasks after the chunks in progress; nothing is written afterwards. */
  async close(): Promise<void> {
    if (!this.isClosing()) {
      this.closing.abort(new Error('the tasks were closed'));
      this.jobs.complete();
      this.ended.next();
      this.ended.complete();
    }
    await this.drained;
    await this.drop();
    this.state = 'closed';
  }

  /** Every task is open, has once read all that was there when it was taken over, and is not behind. */
  get isCaughtUp(): boolean {
    return [...this.owned.values()].every((each) => each.isCaughtUp);
  }

  /** What a task reads next may close a window: it is not to be gathered. */
  get closesSoon(): boolean {
    for (const { task } of this.open?.tasks.values() ?? []) if (task.closesSoon === true) return true;
    return false;
  }

  /** Records (offsets) not yet processed, by input. */
  lag(): { partition: number; topic: TopicKey; records: number }[] {
    return [...this.owned.values()].flatMap((each) =>
      each.lag().map((ofInput) => ({ ...ofInput, partition: each.partition })),
    );
  }

  snapshot(): TaskSnapshot[] {
    const { state, lastError } = this;
    return [...this.owned.values()].map((owned) => ({
      ...{ partition: owned.partition, state, caughtUp: owned.isCaughtUp, behind: owned.isBehind },
      sequence: owned.sequence,
      positions: Object.fromEntries([...owned.positions].map(([topic, offset]) => [topic, offset.toString()])),
      waiting: owned.lag().reduce((sum, { records }) => sum + records, 0),
      ...(lastError !== undefined && { lastError }),
    }));
  }

  private async takeOver(): Promise<void> {
    if (this.isClosing()) return;
    this.state = 'opening';
    try {
      const open = await takeOver(this.context, this.set, this.closing.signal);
      if (this.isClosing()) {
        await open.lock.release();
        return;
      }
      for (const [partition, task] of open.tasks) this.owned.get(partition)?.opened(task);
      this.open = open;
      this.state = 'open';
      this.failures.delete('take-over');
      for (const [partition, { task, positions }] of open.tasks) {
        this.hooks.onOpened(partition, task);
        this.hooks.resumeInputs(partition, positions);
      }
      await this.catchUp(open);
    } catch (error) {
      await this.failed('take-over', errorOf(error));
    }
  }

  private async takeArrivals(): Promise<void> {
    await turnOfOthers();
    const arrivals = this.arrivals.splice(0);
    try {
      await this.process(arrivals);
      for (const arrival of arrivals) arrival.end();
    } catch (error) {
      for (const arrival of arrivals) arrival.fail(error);
    }
  }

  /** What is left when it returns is not resolved, and fetched again: after a take-over, from where that says. */
  private async process(arrivals: readonly Arrival[]): Promise<void> {
    const { open } = this;
    if (!open) return;
    const inPlace: Arrival[] = [];
    for (const arrival of arrivals) if (await this.isInPlace(arrival)) inPlace.push(arrival);
    while (await this.catchUp(open, inPlace)) {
      const taken = inPlace.flatMap((arrival) => {
        const chunk = arrival.next();
        return chunk ? [{ arrival, chunk }] : [];
      });
      if (taken.length === 0) return;
      const steps = taken.map(({ arrival, chunk }) => arrival.step(chunk));
      if (!(await this.commit(open, 'records', steps))) return;
      await Promise.all(taken.map(({ arrival, chunk }) => arrival.committed(chunk)));
    }
  }

  /**
   * Lets tasks that are behind go on until none is, before they are given more. It keeps the group informed for `arrivals`,
   * and makes way for others that wait. False: none is to be given more, as the tasks are gone or others wait.
   */
  private async catchUp(open: OpenSet, arrivals: readonly Arrival[] = []): Promise<boolean> {
    while (this.open === open && !this.isClosing()) {
      const behind = [...this.owned.values()].filter(({ isBehind }) => isBehind);
      if (behind.length === 0) return true;
      if (this.arrivals.length > 0 && arrivals.every(({ isOver }) => isOver)) return false;
      const steps = behind.map(({ partition }): Step => ({ partition, input: { kind: 'tick' } }));
      if (!(await this.commit(open, 'rest', steps))) return false;
      await Promise.all(arrivals.map((arrival) => arrival.heartbeat()));
    }
    return false;
  }

  /** A batch from elsewhere is left over from before a seek; if seeking does not help, taking over finds out why. */
  private async isInPlace({ owned, batch }: Arrival): Promise<boolean> {
    const place = owned.placeOf(batch);
    if (place === 'next' || place === 'nowhere') return place === 'next';
    const { topic, start } = batch;
    if (place.askedBefore) {
      const problem = `asked for offset ${place.expected} of ${topic}, Kafka gave ${start}`;
      await this.failed('records', retriableError(problem));
    } else this.hooks.seek(topic, owned.partition, place.expected);
    return false;
  }

  private async tick(): Promise<void> {
    this.tickWaits = false;
    const { open } = this;
    if (!open || this.isClosing()) return;
    const steps = this.set.partitions.map((partition): Step => ({ partition, input: { kind: 'tick' } }));
    if (await this.commit(open, 'tick', steps)) await this.catchUp(open);
  }

  /** Runs inputs through the tasks and makes the outcome durable. False: the tasks are gone and will be taken over. */
  private async commit(open: OpenSet, work: Work, steps: readonly Step[]): Promise<boolean> {
    try {
      const transaction = new SetTransaction(open, steps);
      if (this.isBegunAhead(work)) open.lock.beginAhead(transaction.offsets(this.context));
      await transaction.run();
      if (work === 'tick' && transaction.isEmpty) {
        await open.lock.settleDoubt();
        this.committed(transaction, 0);
        return true;
      }
      const began = performance.now();
      const waves = transaction.waves(this.context);
      await open.lock.commit(waves, transaction.offsets(this.context));
      transaction.apply();
      this.failures.delete(work);
      this.failuresInARow = 0;
      this.committed(transaction, (performance.now() - began) / 1000);
      return true;
    } catch (error) {
      await this.failed(work, errorOf(error));
      return false;
    }
  }

  /**
   * Ticks mostly have nothing to write. And after a failure the work comes first: it may have been so long that the broker
   * ended the transaction meanwhile, and would be the next time.
   */
  private isBegunAhead(work: Work): boolean {
    return work !== 'tick' && this.failuresInARow === 0;
  }

  private committed({ outputs, isEmpty }: SetTransaction, commitSeconds: number): void {
    for (const [index, { partition, task, output }] of outputs.entries()) {
      this.owned.get(partition)?.goneOn(task.isBehind === true);
      if (!isEmpty || output.counters.length > 0) this.hooks.onCommitted(task, output, index === 0 ? commitSeconds : 0);
    }
  }

  /** Drops lock and states, which are of no use any more, and comes back later. Never ends the transaction itself. */
  private async failed(work: string, error: Error): Promise<void> {
    if (this.isClosing()) return;
    const { partitions } = this.set;
    this.hooks.pauseInputs(partitions);
    await this.drop();
    this.state = 'retrying';
    this.lastError = error.message;
    this.failuresInARow += 1;
    this.hooks.onFailed(isFenced(error));
    const { logger, definition } = this.context;
    const fields = { stage: definition.name, partitions, work, error: error.message };
    if (this.isFatal(work, error)) {
      this.hooks.onFatal(error);
      return;
    }
    logger.warn(
      fields,
      isFenced(error) ? 'another process took these tasks over' : 'tasks dropped, will be taken over again',
    );
    void this.retry(isFenced(error));
  }

  private isFatal(work: string, error: Error): boolean {
    if (error instanceof UnrecoverableError) return true;
    if (isTransient(error)) return false;
    const before = this.failures.get(work);
    const count = before?.message === error.message ? before.count + 1 : 1;
    this.failures.set(work, { message: error.message, count });
    return count >= FAILURES_UNTIL_FATAL;
  }

  /** After being fenced it waits until the group has confirmed that the set is ours: else two owners would take turns for ever. */
  private async retry(fenced: boolean): Promise<void> {
    const { signal } = this.closing;
    await pause(backoffMs(this.failuresInARow), signal);
    if (fenced) await this.hooks.nextHeartbeat(signal);
    if (!signal.aborted) this.jobs.next(() => this.takeOver());
  }

  private isClosing(): boolean {
    return this.closing.signal.aborted;
  }

  private async drop(): Promise<void> {
    const { open } = this;
    if (!open) return;
    this.open = undefined;
    for (const owned of this.owned.values()) {
      owned.dropped();
      this.hooks.onClosed(owned.partition);
    }
    await open.lock.release();
  }
}
