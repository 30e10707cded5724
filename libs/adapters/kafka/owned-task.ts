import { concatMap, filter, interval, lastValueFrom, map, merge, Subject, takeUntil } from 'rxjs';
import type { StageInput, StageOutput, StageTask } from '#libs/application';
import { topicName, type TopicKey } from '#libs/contract';
import { backoffMs, pause } from './backoff.js';
import { encodeMarker, MARKER_KEY, offsetMetadata } from './commit-marker.js';
import { errorOf, isFenced, isTransient, retriableError, UnrecoverableError } from './errors.js';
import type { FetchedBatch } from './fetched-batch.js';
import { releaseWaves, WaveBuilder, type Wave } from './message-waves.js';
import { recordWaves } from './stage-waves.js';
import { takeOver, type OpenTask, type TakeOverContext } from './take-over.js';

/** Failures of the same kind in a row that end the process: what no retry mends must not go on for ever unseen. */
const FAILURES_UNTIL_FATAL = 5;

/** How a task reaches the consumer and the application. */
export interface TaskHooks {
  /** Holds back the inputs of the partition. */
  pauseInputs(partition: number): void;
  /** Lets the inputs go on, from these offsets. */
  resumeInputs(partition: number, positions: ReadonlyMap<TopicKey, bigint>): void;
  /** Moves one input. */
  seek(topic: TopicKey, partition: number, offset: bigint): void;
  /** Resolves when a heartbeat has succeeded after now: the group still knows us. */
  nextHeartbeat(signal: AbortSignal): Promise<void>;
  onOpened(partition: number, task: StageTask): void;
  onClosed(partition: number): void;
  onCommitted(task: StageTask, output: StageOutput, commitSeconds: number): void;
  /** A chunk or a take-over failed; the task will be taken over again, unless `onFatal` follows. */
  onFailed(fenced: boolean): void;
  onFatal(error: Error): void;
}

/** State of a task for health pages. */
export interface TaskSnapshot {
  readonly partition: number;
  readonly state: 'opening' | 'open' | 'retrying' | 'closed';
  readonly caughtUp: boolean;
  readonly sequence: number;
  readonly positions: Readonly<Record<string, string>>;
  readonly lastError?: string;
}

/**
 * One partition of a stage while this process owns it. Everything that touches the task's state goes through one queue
 * (a `concatMap`): taking over, batches, ticks. So nothing runs beside an open transaction, and after a failure or
 * `close()` nothing that still waits can write: it finds the task gone.
 */
export class OwnedTask {
  private readonly jobs = new Subject<() => Promise<void>>();
  private readonly ended = new Subject<void>();
  private readonly closing = new AbortController();
  private readonly drained: Promise<void>;
  private open: OpenTask | undefined;
  private state: TaskSnapshot['state'] = 'opening';
  private tickWaits = false;
  private lastPositions: ReadonlyMap<TopicKey, bigint> = new Map();
  private readonly inputEnds = new Map<TopicKey, bigint>();
  private readonly behind = new Set<TopicKey>();
  private readonly mismatches = new Map<TopicKey, bigint>();
  private readonly failures = new Map<string, { readonly message: string; readonly count: number }>();
  private failuresInARow = 0;
  private lastError: string | undefined;

  constructor(
    readonly partition: number,
    private readonly context: TakeOverContext,
    private readonly hooks: TaskHooks,
    private readonly chunkRecords: number,
  ) {
    for (const key of context.definition.inputs) this.behind.add(key);
    const ticks = interval(context.definition.tickMs).pipe(
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

  /** Takes the partition over, and again after failures, until closed. `after`: a predecessor that is still closing. */
  start(after: Promise<void> = Promise.resolve()): void {
    this.hooks.pauseInputs(this.partition);
    this.jobs.next(async () => {
      await after;
      await this.takeOver();
    });
  }

  /** After a rebalance that left the partition here: kafkajs has forgotten both pauses and positions. */
  stay(): void {
    if (this.open) {
      this.open.lock.raiseDoubt();
      this.hooks.resumeInputs(this.partition, this.open.positions);
    } else this.hooks.pauseInputs(this.partition);
  }

  /** Processes a batch; rejects only with what kafkajs must see, a rebalance. */
  submit(batch: FetchedBatch): Promise<void> {
    if (this.isClosing()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.jobs.next(() => this.process(batch).then(resolve, reject));
    });
  }

  /** kafkajs went past control records or aborted ones; nothing in them concerns the task but the position. */
  skipped(topic: TopicKey, first: bigint, last: bigint, end: bigint): void {
    const { open } = this;
    if (open?.positions.get(topic) !== first) return;
    open.positions.set(topic, last + 1n);
    this.seen(topic, last + 1n, end);
  }

  /** Tells how far an input reaches, for the lag. */
  inputEndsAt(topic: TopicKey, end: bigint): void {
    this.inputEnds.set(topic, end);
  }

  /** Ends the task after the chunk in progress; nothing is written afterwards. */
  async close(): Promise<void> {
    if (!this.isClosing()) {
      this.closing.abort(new Error('the task was closed'));
      this.jobs.complete();
      this.ended.next();
      this.ended.complete();
    }
    await this.drained;
    await this.drop();
    this.state = 'closed';
  }

  get isOpen(): boolean {
    return this.open !== undefined;
  }

  /** Every input was read up to the end that it had at take-over, at least once. */
  get isCaughtUp(): boolean {
    return this.open !== undefined && this.behind.size === 0;
  }

  /** Records (offsets) not yet processed, by input. */
  lag(): { topic: TopicKey; records: number }[] {
    return [...(this.open?.positions ?? this.lastPositions)].map(([topic, position]) => {
      const end = this.inputEnds.get(topic) ?? position;
      return { topic, records: end > position ? Number(end - position) : 0 };
    });
  }

  snapshot(): TaskSnapshot {
    const { partition, state, open, lastError } = this;
    const at = open?.positions ?? this.lastPositions;
    const positions = Object.fromEntries([...at].map(([topic, offset]) => [topic, offset.toString()]));
    const base = { partition, state, caughtUp: this.isCaughtUp, sequence: open?.sequence ?? 0, positions };
    return lastError === undefined ? base : { ...base, lastError };
  }

  private async takeOver(): Promise<void> {
    if (this.isClosing()) return;
    this.state = 'opening';
    try {
      const open = await takeOver(this.context, this.partition, this.closing.signal);
      if (this.isClosing()) {
        await open.lock.release();
        return;
      }
      for (const [topic, end] of open.ends) this.seen(topic, open.positions.get(topic) ?? 0n, end);
      this.open = open;
      this.state = 'open';
      this.failures.delete('take-over');
      this.hooks.onOpened(this.partition, open.task);
      this.hooks.resumeInputs(this.partition, open.positions);
    } catch (error) {
      await this.failed('take-over', errorOf(error));
    }
  }

  private async process(batch: FetchedBatch): Promise<void> {
    const { open } = this;
    // Not resolved, so it is fetched again after the seek that follows the take-over.
    if (!open) return;
    const { topic } = batch;
    this.inputEnds.set(topic, batch.end);
    const expected = open.positions.get(topic);
    if (expected === undefined) return;
    if (batch.start !== expected) {
      await this.misplaced(topic, batch.start, expected);
      return;
    }
    for (const chunk of batch.chunks(this.chunkRecords)) {
      if (this.open !== open || batch.isStale() || this.isClosing()) return;
      const { records, caughtUp, next } = chunk;
      const committed = await this.commit(open, 'records', { kind: 'records', topic, records, caughtUp }, [
        topic,
        next,
      ]);
      if (!committed) return;
      this.mismatches.delete(topic);
      this.seen(topic, next, batch.end);
      batch.resolve(next - 1n);
      await batch.heartbeat();
    }
  }

  private async tick(): Promise<void> {
    this.tickWaits = false;
    const { open } = this;
    if (open && !this.isClosing()) await this.commit(open, 'tick', { kind: 'tick' });
  }

  /** Runs one input through the task and makes the outcome durable. False: the task is gone and will be taken over. */
  private async commit(
    open: OpenTask,
    work: 'records' | 'tick',
    input: StageInput,
    advance?: readonly [TopicKey, bigint],
  ): Promise<boolean> {
    try {
      const output = open.task.process(input, Date.now());
      if (!advance && !open.offsetsAreBehind && isEmpty(output)) {
        if (output.counters.length > 0) this.hooks.onCommitted(open.task, output, 0);
        await open.lock.settleDoubt();
        return true;
      }
      const began = performance.now();
      const positions = advance ? new Map(open.positions).set(...advance) : open.positions;
      const sequence = open.sequence + 1;
      const waves = this.waves(output, positions, sequence);
      await open.lock.commit(waves, this.offsets(positions, sequence));
      releaseWaves(waves);
      open.sequence = sequence;
      open.offsetsAreBehind = false;
      if (advance) open.positions.set(...advance);
      this.failures.delete(work);
      this.failuresInARow = 0;
      this.hooks.onCommitted(open.task, output, (performance.now() - began) / 1000);
      return true;
    } catch (error) {
      await this.failed(work, errorOf(error));
      return false;
    }
  }

  private waves(output: StageOutput, positions: ReadonlyMap<TopicKey, bigint>, sequence: number): Wave[] {
    const { definition, topicPrefix, group } = this.context;
    const builder = new WaveBuilder();
    const changelogTopic = topicName(definition.changelog, topicPrefix);
    const { partition } = this;
    const format = definition.changelogFormat ?? 1;
    const marker = encodeMarker({ sequence, group, format, offsets: Object.fromEntries(positions) });
    builder.add({ topic: changelogTopic, partition, key: MARKER_KEY, value: marker });
    if (output.changelog.some(({ key }) => key === MARKER_KEY))
      throw new Error(`Stage ${definition.name} may not use the changelog key ${MARKER_KEY}`);
    recordWaves(builder, { output, partition, changelog: definition.changelog, topicPrefix });
    return builder.build();
  }

  private offsets(positions: ReadonlyMap<TopicKey, bigint>, sequence: number) {
    const metadata = offsetMetadata(sequence);
    return [...positions].map(([key, offset]) => {
      const topic = topicName(key, this.context.topicPrefix);
      return { topic, partition: this.partition, offset, metadata };
    });
  }

  private seen(topic: TopicKey, position: bigint, end: bigint): void {
    this.inputEnds.set(topic, end);
    if (position >= end) this.behind.delete(topic);
  }

  /** A batch from elsewhere, left over from before a seek; if seeking does not help, taking over finds out why. */
  private async misplaced(topic: TopicKey, start: bigint, expected: bigint): Promise<void> {
    if (this.mismatches.get(topic) === expected) {
      this.mismatches.delete(topic);
      const problem = `asked for offset ${expected} of ${topic}, Kafka gave ${start}`;
      await this.failed('records', retriableError(problem));
      return;
    }
    this.mismatches.set(topic, expected);
    this.hooks.seek(topic, this.partition, expected);
  }

  /** Drops lock and state, which are of no use any more, and comes back later. Never ends the transaction itself. */
  private async failed(work: string, error: Error): Promise<void> {
    if (this.isClosing()) return;
    this.hooks.pauseInputs(this.partition);
    await this.drop();
    this.state = 'retrying';
    this.lastError = error.message;
    this.failuresInARow += 1;
    this.hooks.onFailed(isFenced(error));
    const { logger, definition } = this.context;
    const fields = { stage: definition.name, partition: this.partition, work, error: error.message };
    if (this.isFatal(work, error)) {
      this.hooks.onFatal(error);
      return;
    }
    logger.warn(
      fields,
      isFenced(error) ? 'another process took this task over' : 'task dropped, will be taken over again',
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

  /** A fenced task waits until the group has confirmed that it is ours: else two owners would take turns for ever. */
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
    this.lastPositions = open.positions;
    this.hooks.onClosed(this.partition);
    await open.lock.release();
  }
}

function isEmpty({ records, blocks, changelog }: StageOutput): boolean {
  return records.length === 0 && !blocks?.length && changelog.length === 0;
}
