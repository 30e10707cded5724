import type { Admin, Kafka } from 'kafkajs';
import type { StageDefinition, StageTask } from '#libs/application';
import { topicName, type TopicKey } from '#libs/contract';
import type { ClusterIdentity } from './cluster-identity.js';
import { backoffMs, pause } from './backoff.js';
import {
  lastSequence,
  OffsetsBehindError,
  startingPoint,
  type CommittedOffset,
  type CommittedOffsets,
  type StartingPoint,
} from './commit-marker.js';
import { ContradictionError, UnrecoverableError } from './errors.js';
import { HungTransactions, type HungTransactionScope } from './hung-transaction.js';
import { LogClient, type LogRange } from './log-client.js';
import type { KafkaLogger } from './logger.js';
import { restoreState, type RestoredState } from './restore.js';
import { TaskLock } from './task-lock.js';
import type { PartitionCounts } from './topics.js';
import { turnOfOthers } from './turn-of-others.js';

const ENTRIES_BEFORE_TURN = 5_000;
/** So often state and offsets are read before a contradiction between them counts as one. */
const READINGS = 4;

/** A set of tasks that this process owns: lock held, states restored. */
export interface OpenSet {
  readonly lock: TaskLock;
  /** By partition. */
  readonly tasks: ReadonlyMap<number, OpenTask>;
}

/** One of its tasks. */
export interface OpenTask {
  readonly task: StageTask;
  /** Next offset of each input. */
  readonly positions: Map<TopicKey, bigint>;
  /** End of each input at take-over: beyond it the task has caught up. */
  readonly ends: ReadonlyMap<TopicKey, bigint>;
  /** Commits so far. */
  sequence: number;
  /** The group does not have the offsets of the last commit: to be sent with the next one, which should come soon. */
  offsetsAreBehind: boolean;
}

/** What a take-over works with; one for all sets of a runner. */
export interface TakeOverContext {
  readonly definition: StageDefinition;
  readonly group: string;
  readonly topicPrefix: string;
  readonly partitionCounts: PartitionCounts;
  readonly transactionTimeoutMs: number;
  readonly admin: Admin;
  readonly identity: ClusterIdentity;
  readonly logger: KafkaLogger;
  /** A new kafkajs client; `onConnectionLost` as in ClientOptions. */
  createClient(role: string, onConnectionLost?: () => void): Kafka;
  transactionalId(set: number): string;
}

/** A set of partitions that are taken over as one; see partition-sets.ts. */
export interface PartitionSet {
  readonly number: number;
  readonly partitions: readonly [number, ...number[]];
}

/**
 * Takes a set of partitions over. The order is the whole point: first the lock, which stops the old owner and settles what it
 * left open, then what a broker forgot to end ({@link HungTransactions}); only then the committed offsets; only then
 * the state. Throws whatever goes wrong, with the lock released; an {@link UnrecoverableError} where no retry helps, and
 * the signal's reason when it aborts.
 */
export async function takeOver(context: TakeOverContext, set: PartitionSet, signal: AbortSignal): Promise<OpenSet> {
  signal.throwIfAborted();
  await context.identity.check();
  return withLog(context, set, async (log) => {
    const hung = new HungTransactions(log, hungScope(context, set, signal));
    const { lock, decision } = await hung.whileTaking(() => takeLock(context, set, signal));
    try {
      if (!(await hung.settle(lock.identity, decision))) lock.doubtsNothing();
      const tasks = new Map<number, OpenTask>();
      for (const partition of set.partitions)
        tasks.set(partition, await openTask({ context, partition, signal, lock, log }));
      return { lock, tasks };
    } catch (error) {
      await lock.release();
      throw error;
    }
  });
}

function takeLock(context: TakeOverContext, set: PartitionSet, signal: AbortSignal): Promise<TaskLock> {
  return TaskLock.take({
    createClient: (onConnectionLost) => context.createClient(`lock-${set.number}`, onConnectionLost),
    transactionalId: context.transactionalId(set.number),
    group: context.group,
    transactionTimeoutMs: context.transactionTimeoutMs,
    endLeftovers: (owner, ended) =>
      withLog(context, set, (log) =>
        new HungTransactions(log, hungScope(context, set, signal)).endLeftovers(owner, ended),
      ),
  });
}

async function withLog<T>(
  context: TakeOverContext,
  set: PartitionSet,
  work: (log: LogClient) => Promise<T>,
): Promise<T> {
  const log = await LogClient.connect(context.createClient(`set-${set.number}`));
  try {
    return await work(log);
  } finally {
    await log.close().catch(() => undefined);
  }
}

function hungScope(context: TakeOverContext, set: PartitionSet, signal: AbortSignal): HungTransactionScope {
  const { definition, group, topicPrefix, partitionCounts, logger } = context;
  const changelog = topicName(definition.changelog, topicPrefix);
  const outputs = Object.entries(partitionCounts) as [TopicKey, number][];
  const partitions = new Map<string, readonly number[]>([[changelog, set.partitions]]);
  for (const [key, count] of outputs) {
    if (key === definition.changelog || definition.inputs.includes(key)) continue;
    partitions.set(topicName(key, topicPrefix), [...Array(count).keys()]);
  }
  return {
    transactionalId: context.transactionalId(set.number),
    ...{ group, partitions, signal, logger },
    changelogs: { topic: changelog, partitions: set.partitions },
    committedSequence: async (partition) => lastSequence(await committedOffsets(context, partition)),
  };
}

interface Opening {
  readonly context: TakeOverContext;
  readonly partition: number;
  readonly signal: AbortSignal;
  readonly lock: TaskLock;
  readonly log: LogClient;
}

/** What is committed: offsets and state, which belong together. */
interface Committed {
  readonly state: RestoredState;
  readonly start: StartingPoint;
  readonly offsetsAreBehind: boolean;
}

/**
 * Reads offsets, then the state. Where they disagree, another owner may have committed in between (it has the lock then,
 * which shows), or Kafka may not show the last commit everywhere yet (which passes), or have lost its offsets.
 */
async function readCommitted({ context, partition, signal, lock, log }: Opening): Promise<Committed> {
  const { definition, group, topicPrefix, logger } = context;
  const changelog = topicName(definition.changelog, topicPrefix);
  const { changelogFormat = 1, formatsBefore = [] } = definition;
  const where = { group, changelog, partition, formats: [...formatsBefore, changelogFormat] };
  for (let reading = 1; ; reading++) {
    const committed = await committedOffsets(context, partition);
    const range = rangeOf(await log.ranges(changelog, [partition]), changelog, partition);
    const state = await restoreState({ log, topic: changelog, partition, range, logger, signal });
    try {
      return { state, start: startingPoint(committed, state.marker, where), offsetsAreBehind: false };
    } catch (error) {
      if (!(error instanceof ContradictionError)) throw error;
      await lock.prove({ topic: firstInput(context), partition, offset: 0n, metadata: '' });
      if (reading === READINGS) {
        if (!(error instanceof OffsetsBehindError)) throw error;
        const { message } = error;
        logger.warn(
          { stage: definition.name, partition, error: message },
          'offsets were lost; going on from the state',
        );
        return { state, start: error.start, offsetsAreBehind: true };
      }
      logger.debug({ stage: definition.name, partition, error: error.message }, 'reading state and offsets again');
      await pause(backoffMs(reading), signal);
      signal.throwIfAborted();
    }
  }
}

function firstInput({ definition, topicPrefix }: TakeOverContext): string {
  const [first] = definition.inputs;
  if (first === undefined) throw new Error(`Stage ${definition.name} has no inputs`);
  return topicName(first, topicPrefix);
}

async function openTask(opening: Opening): Promise<OpenTask> {
  const { context, partition, signal, log } = opening;
  const { definition, topicPrefix, logger, partitionCounts } = context;
  const began = Date.now();
  const { state, start, offsetsAreBehind } = await readCommitted(opening);

  const positions = new Map<TopicKey, bigint>();
  const ends = new Map<TopicKey, bigint>();
  const caughtUp: Partial<Record<TopicKey, boolean>> = {};
  for (const key of definition.inputs) {
    const topic = topicName(key, topicPrefix);
    const input = rangeOf(await log.ranges(topic, [partition]), topic, partition);
    const position = start.offsets.get(key) ?? input.start;
    checkWithin(input, position, topic, partition);
    positions.set(key, position);
    ends.set(key, input.end);
    caughtUp[key] = !(await hasRecords(log, topic, partition, { start: position, end: input.end }, signal));
  }

  const task = definition.createTask({ partition, partitionCounts, caughtUp });
  await feed(task, state.entries, signal);
  const seconds = (Date.now() - began) / 1000;
  logger.info(
    {
      stage: definition.name,
      partition,
      sequence: start.sequence,
      entries: state.entries.size,
      records: state.records,
      seconds,
    },
    'task taken over',
  );
  return { task, positions, ends, sequence: start.sequence, offsetsAreBehind };
}

/** Restores in slices, so that the group's heartbeats get their turn. */
async function feed(task: StageTask, entries: ReadonlyMap<string, Buffer>, signal: AbortSignal): Promise<void> {
  let count = 0;
  for (const [key, value] of entries) {
    task.restore(key, value);
    if (++count % ENTRIES_BEFORE_TURN === 0) await turnOfOthers();
  }
  task.restored();
  signal.throwIfAborted();
}

function rangeOf(ranges: ReadonlyMap<number, LogRange>, topic: string, partition: number): LogRange {
  const range = ranges.get(partition);
  if (!range)
    throw new UnrecoverableError(`Topic ${topic} has no partition ${partition}; was it made anew? Restart Spendline.`);
  return range;
}

function checkWithin({ start, end }: LogRange, position: bigint, topic: string, partition: number): void {
  const place = `partition ${partition} of ${topic}`;
  if (position < start) {
    throw new UnrecoverableError(
      `Records were deleted before they were read: ${place} begins at offset ${start}, but ${position} is next to be read. ${start - position} offsets are lost to retention; to go on without them, stop all monitors and run \`npx spendline rebuild\`.`,
    );
  }
  if (position > end) {
    // Tried again: a new leader may for a moment not know how far its log is confirmed.
    throw new Error(
      `${place} ends at offset ${end}, but ${position} is next to be read: the topic was made anew or lost records. To start anew, stop all monitors and run \`npx spendline rebuild\`.`,
    );
  }
}

/** Whether a committed record stands in the range; commit markers at its end do not count. */
async function hasRecords(
  log: LogClient,
  topic: string,
  partition: number,
  range: LogRange,
  signal: AbortSignal,
): Promise<boolean> {
  let at = range.start;
  while (at < range.end) {
    signal.throwIfAborted();
    const [batch] = await log.fetch([{ topic, partition, offset: at }], 0);
    // Nothing readable before the end: an open transaction, whose records are still to come.
    if (!batch || batch.records.length > 0) return true;
    at = batch.next;
  }
  return false;
}

async function committedOffsets(context: TakeOverContext, partition: number): Promise<CommittedOffsets> {
  const { admin, group, definition, topicPrefix } = context;
  const names = new Map(definition.inputs.map((key) => [topicName(key, topicPrefix), key]));
  const answer = await admin.fetchOffsets({ groupId: group, topics: [...names.keys()] });
  const committed = new Map<TopicKey, CommittedOffset>();
  for (const { topic, partitions } of answer) {
    const key = names.get(topic);
    const found = partitions.find((each) => each.partition === partition);
    // Negative: none. kafkajs itself commits -2 when an offset is out of range.
    if (key && found && !found.offset.startsWith('-')) {
      committed.set(key, { offset: BigInt(found.offset), metadata: found.metadata });
    }
  }
  return committed;
}
