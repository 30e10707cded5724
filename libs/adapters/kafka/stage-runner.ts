import type { Admin, Consumer, EachBatchPayload } from 'kafkajs';
import type { KafkaSettings, StageDefinition, StageOutput, StageTask } from '#libs/application';
import { topicName, type TopicKey } from '#libs/contract';
import { createKafka, PATIENT_RETRY, QUICK_RETRY, type KafkaFactory } from './client.js';
import { ClusterIdentity } from './cluster-identity.js';
import { UnrecoverableError } from './errors.js';
import type { FetchSteering } from './eager-fetch.js';
import { FetchedBatch } from './fetched-batch.js';
import { FetchTurns } from './fetch-turns.js';
import type { ProcessMarks } from './gone-members.js';
import { GroupConsumer } from './group-consumer.js';
import { Heartbeats } from './heartbeats.js';
import { LagProbe } from './lag-probe.js';
import type { KafkaLogger } from './logger.js';
import { OwnedSet, type SetHooks, type TaskSnapshot } from './owned-set.js';
import { partitionsIn, setCount, setOf } from './partition-sets.js';
import { DEFAULT_TIMING, fetchBytesOfEach, type RunnerTiming } from './runner-timing.js';
import { BY_SET } from './sticky-assigner.js';
import type { PartitionSet, TakeOverContext } from './take-over.js';
import type { PartitionCounts } from './topics.js';
import { whileAway } from './while-away.js';

/** Options of a {@link StageRunner}. */
export interface StageRunnerOptions {
  readonly settings: KafkaSettings;
  /** Group of the application; the consumer group is `<prefix><group>-<stage>`. */
  readonly group: string;
  readonly definition: StageDefinition;
  /** From `ensureTopics`. */
  readonly partitionCounts: PartitionCounts;
  readonly logger: KafkaLogger;
  /** Effects are durable; the place to count. `commitSeconds` as in {@link SetHooks}. */
  readonly onCommitted?: (task: StageTask, output: StageOutput, commitSeconds: number) => void;
  readonly onTaskOpened?: (partition: number, task: StageTask) => void;
  readonly onTaskClosed?: (partition: number) => void;
  /** A chunk or a take-over failed and is tried again; `fenced`: as another process has the partitions now. */
  readonly onTaskFailed?: (fenced: boolean) => void;
  /** The runner cannot go on: end the process. Called once. */
  readonly onFatal: (error: Error) => void;
  /** Most records in one transaction; 5000 by default. */
  readonly chunkRecords?: number;
  readonly timing?: Partial<RunnerTiming>;
  /** With them it takes the place of those that were killed on this machine; else the group waits for their sessions. */
  readonly processMarks?: ProcessMarks | undefined;
  /** Where clients come from; real ones by default. */
  readonly createKafka?: KafkaFactory;
}

/** Offsets of an input partition that are not processed yet, uncommitted ones included. */
export interface PartitionLag {
  readonly topic: TopicKey;
  readonly partition: number;
  readonly records: number;
}

/** State of a runner for health pages. */
export interface RunnerSnapshot {
  readonly stage: string;
  readonly group: string;
  readonly clusterId: string | undefined;
  readonly joined: boolean;
  readonly ready: boolean;
  readonly tasks: readonly TaskSnapshot[];
}

const DEFAULT_CHUNK_RECORDS = 5_000;
const LAG_EVERY_MS = 5_000;

interface Connections {
  readonly admin: Admin;
  readonly consumer: GroupConsumer;
  readonly lagProbe: LagProbe;
  readonly context: TakeOverContext;
}

/**
 * Runs one stage exactly once. Kafka's consumer group only says who should work on which partition; what makes it
 * exactly once is the {@link OwnedSet}s' locks. See docs on exactly-once for the argument.
 */
export class StageRunner {
  private readonly group: string;
  private readonly inputs: ReadonlyMap<string, TopicKey>;
  private readonly timing: RunnerTiming;
  private readonly createKafka: KafkaFactory;
  /** By the number of the set, as is what leaves. */
  private readonly sets = new Map<number, OwnedSet>();
  private readonly leaving = new Map<number, Promise<void>>();
  private readonly heartbeats = new Heartbeats();
  private readonly stopSignal = new AbortController();
  private connections: Connections | undefined;
  private joined = false;
  private stopping = false;
  private fatal = false;

  constructor(private readonly options: StageRunnerOptions) {
    const { settings, group, definition } = options;
    this.group = `${settings.topicPrefix}${group}-${definition.name}`;
    this.inputs = new Map(definition.inputs.map((key) => [topicName(key, settings.topicPrefix), key]));
    this.timing = { ...DEFAULT_TIMING, ...options.timing };
    this.createKafka = options.createKafka ?? createKafka;
  }

  /** Connects, however long Kafka is away, and joins the group; tasks open on their own after that. */
  async start(): Promise<void> {
    this.checkPartitions();
    const connections = await this.connect();
    if (!connections) return;
    this.connections = connections;
    connections.lagProbe.start();
    await connections.consumer.start();
  }

  /** Finishes the chunks in progress, leaves the group and disconnects. */
  async stop(): Promise<void> {
    if (this.stopping) return;
    this.stopping = true;
    this.stopSignal.abort();
    const { connections } = this;
    if (!connections) return;
    connections.lagProbe.stop();
    const closing = [...this.sets.values()].map((set) => set.close());
    await connections.consumer.stop();
    await Promise.all([...closing, ...this.leaving.values()]);
    await connections.lagProbe.close();
    await connections.admin.disconnect().catch(() => undefined);
  }

  /** In the group, and every assigned task is open and has once read all that was there when it was taken over. */
  ready(): boolean {
    return this.joined && !this.fatal && [...this.sets.values()].every((set) => set.isCaughtUp);
  }

  /** Lag of every input partition that is assigned to this process. */
  lag(): PartitionLag[] {
    return [...this.sets.values()].flatMap((set) => set.lag());
  }

  /** For health pages. */
  snapshot(): RunnerSnapshot {
    const snapshots = [...this.sets.values()].flatMap((set) => set.snapshot());
    const tasks = snapshots.sort((a, b) => a.partition - b.partition);
    const clusterId = this.connections?.context.identity.clusterId;
    const { joined, group } = this;
    return { stage: this.options.definition.name, group, clusterId, joined, ready: this.ready(), tasks };
  }

  /** Undefined: stopped before Kafka answered. */
  private async connect(): Promise<Connections | undefined> {
    const { settings, definition, logger } = this.options;
    const waiting = { what: `Stage ${definition.name}`, logger, signal: this.stopSignal.signal };
    const reached = await whileAway(waiting, async () => {
      const admin = this.createKafka(settings, `${definition.name}-admin`, { logger, retry: PATIENT_RETRY }).admin();
      try {
        await admin.connect();
        return { admin, identity: await ClusterIdentity.learn(admin), lagProbe: await this.connectLagProbe() };
      } catch (error) {
        await admin.disconnect().catch(() => undefined);
        throw error;
      }
    });
    if (!reached) return undefined;
    const context = this.takeOverContext(reached.admin, reached.identity);
    return { ...reached, context, consumer: this.createConsumer(reached.identity) };
  }

  private connectLagProbe(): Promise<LagProbe> {
    const { settings, definition, logger } = this.options;
    return LagProbe.connect(this.createKafka(settings, `${definition.name}-lag`, { logger }), {
      everyMs: LAG_EVERY_MS,
      wanted: () => this.ownedInputs(),
      found: (topic, partition, end) => {
        const key = this.inputs.get(topic);
        if (key) this.owned(partition)?.partition(partition)?.inputEndsAt(key, end);
      },
    });
  }

  private takeOverContext(admin: Admin, identity: ClusterIdentity): TakeOverContext {
    const { settings, definition, logger, partitionCounts } = this.options;
    return {
      definition,
      group: this.group,
      topicPrefix: settings.topicPrefix,
      partitionCounts,
      transactionTimeoutMs: this.timing.transactionTimeoutMs,
      admin,
      identity,
      logger,
      createClient: (role, onConnectionLost) =>
        this.createKafka(settings, `${definition.name}-${role}`, {
          ...{ logger, retry: QUICK_RETRY },
          ...(onConnectionLost && { onConnectionLost }),
        }),
      transactionalId: (set) => `${this.group}-set-${set}`,
    };
  }

  private createConsumer(identity: ClusterIdentity): GroupConsumer {
    const { settings, definition, logger } = this.options;
    return new GroupConsumer({
      name: `Stage ${definition.name}`,
      groupId: this.group,
      topics: [...this.inputs.keys()],
      timing: { ...this.timing, fetchMaxBytesPerPartition: fetchBytesOfEach(this.timing, this.partitionCount()) },
      // Every partition of every input has a worker, so that a set gets all that a fetch brought, and waits for no other one.
      concurrency: Math.max(1, this.partitionCount() * definition.inputs.length),
      logger,
      createClient: (retry) =>
        this.createKafka(settings, definition.name, { logger, retry, fetches: this.fetchSteering() }),
      owned: () => this.ownedPartitions(),
      sharing: BY_SET,
      processMarks: this.options.processMarks,
      onBatch: (payload) => this.onBatch(payload),
      onJoined: (assignment) => this.onJoined(assignment),
      onLost: () => (this.joined = false),
      onHeartbeat: () => this.heartbeats.succeeded(),
      onSkipped: ({ topic, partition, first, last, end }) => {
        const key = this.inputs.get(topic);
        if (key) this.owned(partition)?.partition(partition)?.skipped(key, first, last, end);
      },
      kafkaAnswers: () => identity.answers(),
      onFatal: (error) => this.end(error),
    });
  }

  private fetchSteering(): FetchSteering {
    return {
      inHurry: () => this.closesSoon,
      turns: () => new FetchTurns(this.timing, this.partitionCount()),
    };
  }

  /** Runs before kafkajs fetches anything for the new assignment, so what is not open yet is held back in time. */
  private onJoined(assignment: Readonly<Record<string, readonly number[]>>): void {
    const { connections } = this;
    if (this.stopping || !connections) return;
    const partitions = new Set(Object.values(assignment).flat());
    const unknown = [...partitions].find((partition) => partition >= this.partitionCount());
    if (unknown !== undefined) {
      this.end(
        new UnrecoverableError(
          `Partitions were added to an input of stage ${this.options.definition.name} while it ran. Restart it to have all topics checked.`,
        ),
      );
      return;
    }
    this.joined = true;
    void connections.context.identity.check().catch((error: unknown) => {
      if (error instanceof UnrecoverableError) this.end(error);
    });
    this.shareOut(partitions, connections.context);
    this.options.logger.info(
      { stage: this.options.definition.name, partitions: [...partitions].sort((a, b) => a - b) },
      'partitions assigned',
    );
  }

  private shareOut(partitions: ReadonlySet<number>, context: TakeOverContext): void {
    const total = this.partitionCount();
    for (let number = 0; number < setCount(total); number++) {
      const [first, ...others] = partitionsIn(number, total);
      if (first === undefined) continue;
      const isOurs = partitions.has(first);
      if (others.some((partition) => partitions.has(partition) !== isOurs)) {
        this.end(
          new UnrecoverableError(
            `Group ${this.group} has divided a set of partitions. Do all of its members run this version?`,
          ),
        );
        return;
      }
      const owned = this.sets.get(number);
      if (owned && isOurs) owned.stay();
      else if (owned) this.drop(number, owned);
      else if (isOurs) this.adopt({ number, partitions: [first, ...others] }, context);
    }
  }

  private adopt(set: PartitionSet, context: TakeOverContext): void {
    const chunkRecords = this.options.chunkRecords ?? DEFAULT_CHUNK_RECORDS;
    const owned = new OwnedSet(set, context, this.hooks(), chunkRecords);
    this.sets.set(set.number, owned);
    owned.start(this.leaving.get(set.number));
  }

  private drop(number: number, set: OwnedSet): void {
    this.sets.delete(number);
    const left = set.close().finally(() => {
      if (this.leaving.get(number) === left) this.leaving.delete(number);
    });
    this.leaving.set(number, left);
  }

  private hooks(): SetHooks {
    const { onTaskOpened, onTaskClosed, onTaskFailed, onCommitted } = this.options;
    return {
      pauseInputs: (partitions) =>
        this.connections?.consumer.steer((consumer) => consumer.pause(this.inputsOf(partitions))),
      resumeInputs: (partition, positions) =>
        this.connections?.consumer.steer((consumer) => {
          for (const [topic, offset] of positions) this.seekTo(consumer, topic, partition, offset);
          consumer.resume(this.inputsOf([partition]));
        }),
      seek: (topic, partition, offset) =>
        this.connections?.consumer.steer((consumer) => this.seekTo(consumer, topic, partition, offset)),
      nextHeartbeat: (signal) => this.heartbeats.next(signal),
      onOpened: (partition, task) => onTaskOpened?.(partition, task),
      onClosed: (partition) => onTaskClosed?.(partition),
      onCommitted: (task, output, seconds) => onCommitted?.(task, output, seconds),
      onFailed: (fenced) => onTaskFailed?.(fenced),
      onFatal: (error) => this.end(error),
    };
  }

  private seekTo(consumer: Consumer, topic: TopicKey, partition: number, offset: bigint): void {
    consumer.seek({ topic: topicName(topic, this.options.settings.topicPrefix), partition, offset: offset.toString() });
  }

  private async onBatch(payload: EachBatchPayload): Promise<void> {
    const { topic, partition } = payload.batch;
    const key = this.inputs.get(topic);
    if (key) await this.owned(partition)?.submit(partition, new FetchedBatch(key, payload));
  }

  private inputsOf(partitions: readonly number[]): { topic: string; partitions: number[] }[] {
    return [...this.inputs.keys()].map((topic) => ({ topic, partitions: [...partitions] }));
  }

  private ownedInputs(): Map<string, readonly number[]> {
    const partitions = this.ownedPartitions();
    return new Map(partitions.length === 0 ? [] : [...this.inputs.keys()].map((topic) => [topic, partitions]));
  }

  private get closesSoon(): boolean {
    for (const set of this.sets.values()) if (set.closesSoon) return true;
    return false;
  }

  private ownedPartitions(): number[] {
    return [...this.sets.values()].flatMap(({ set }) => set.partitions);
  }

  /** The set of a partition, if it is ours. */
  private owned(partition: number): OwnedSet | undefined {
    return this.sets.get(setOf(partition, setCount(this.partitionCount())));
  }

  private partitionCount(): number {
    return Math.max(...this.options.definition.inputs.map((key) => this.options.partitionCounts[key]));
  }

  private checkPartitions(): void {
    const { definition, partitionCounts } = this.options;
    const counts = new Set(definition.inputs.map((key) => partitionCounts[key]));
    if (counts.size !== 1) {
      throw new Error(
        `The inputs of stage ${definition.name} must have the same number of partitions: ${definition.inputs.join(', ')}`,
      );
    }
    if (partitionCounts[definition.changelog] < this.partitionCount()) {
      throw new Error(`The changelog of stage ${definition.name} needs at least ${this.partitionCount()} partitions`);
    }
  }

  private end(error: Error): void {
    if (this.fatal || this.stopping) return;
    this.fatal = true;
    this.options.onFatal(error);
  }
}
