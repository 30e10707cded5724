import type { Admin, Consumer, EachBatchPayload } from 'kafkajs';
import type { KafkaSettings, StageDefinition, StageOutput, StageTask } from '#libs/application';
import { topicName, type TopicKey } from '#libs/contract';
import { createKafka, PATIENT_RETRY, QUICK_RETRY, type KafkaFactory } from './client.js';
import { ClusterIdentity } from './cluster-identity.js';
import { UnrecoverableError } from './errors.js';
import { FetchedBatch } from './fetched-batch.js';
import type { ProcessMarks } from './gone-members.js';
import { GroupConsumer } from './group-consumer.js';
import { Heartbeats } from './heartbeats.js';
import { LagProbe } from './lag-probe.js';
import type { KafkaLogger } from './logger.js';
import { OwnedTask, type TaskHooks, type TaskSnapshot } from './owned-task.js';
import { DEFAULT_TIMING, type RunnerTiming } from './runner-timing.js';
import type { TakeOverContext } from './take-over.js';
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
  /** Effects are durable; the place to count. `commitSeconds` is 0 for counters alone, which need no transaction. */
  readonly onCommitted?: (task: StageTask, output: StageOutput, commitSeconds: number) => void;
  readonly onTaskOpened?: (partition: number, task: StageTask) => void;
  readonly onTaskClosed?: (partition: number) => void;
  /** A chunk or a take-over of a task failed and is tried again; `fenced`: as another process has the task now. */
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
 * exactly once is the {@link OwnedTask}s' locks. See docs on exactly-once for the argument.
 */
export class StageRunner {
  private readonly group: string;
  private readonly inputs: ReadonlyMap<string, TopicKey>;
  private readonly timing: RunnerTiming;
  private readonly createKafka: KafkaFactory;
  private readonly tasks = new Map<number, OwnedTask>();
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
    const closing = [...this.tasks.values()].map((task) => task.close());
    await connections.consumer.stop();
    await Promise.all([...closing, ...this.leaving.values()]);
    await connections.lagProbe.close();
    await connections.admin.disconnect().catch(() => undefined);
  }

  /** In the group, and every assigned task is open and has once read all that was there when it was taken over. */
  ready(): boolean {
    return this.joined && !this.fatal && [...this.tasks.values()].every((task) => task.isCaughtUp);
  }

  /** Lag of every input partition that is assigned to this process. */
  lag(): PartitionLag[] {
    return [...this.tasks.values()].flatMap((task) =>
      task.lag().map((each) => ({ ...each, partition: task.partition })),
    );
  }

  /** For health pages. */
  snapshot(): RunnerSnapshot {
    const tasks = [...this.tasks.values()].map((task) => task.snapshot()).sort((a, b) => a.partition - b.partition);
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
        if (key) this.tasks.get(partition)?.inputEndsAt(key, end);
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
      transactionalId: (partition) => `${this.group}-${partition}`,
    };
  }

  private createConsumer(identity: ClusterIdentity): GroupConsumer {
    const { settings, definition, logger } = this.options;
    return new GroupConsumer({
      name: `Stage ${definition.name}`,
      groupId: this.group,
      topics: [...this.inputs.keys()],
      timing: this.timing,
      // Every partition of every input has a worker, so that no task waits for another one's transaction.
      concurrency: Math.max(1, this.partitionCount() * definition.inputs.length),
      logger,
      createClient: (retry) => this.createKafka(settings, definition.name, { logger, retry }),
      owned: () => [...this.tasks.keys()],
      processMarks: this.options.processMarks,
      onBatch: (payload) => this.onBatch(payload),
      onJoined: (assignment) => this.onJoined(assignment),
      onLost: () => (this.joined = false),
      onHeartbeat: () => this.heartbeats.succeeded(),
      onSkipped: ({ topic, partition, first, last, end }) => {
        const key = this.inputs.get(topic);
        if (key) this.tasks.get(partition)?.skipped(key, first, last, end);
      },
      kafkaAnswers: () => identity.answers(),
      onFatal: (error) => this.end(error),
    });
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
    for (const [partition, task] of this.tasks) {
      if (!partitions.has(partition)) this.drop(partition, task);
    }
    for (const partition of partitions) {
      const task = this.tasks.get(partition);
      if (task) task.stay();
      else this.adopt(partition, connections.context);
    }
    this.options.logger.info(
      { stage: this.options.definition.name, partitions: [...partitions].sort((a, b) => a - b) },
      'partitions assigned',
    );
  }

  private adopt(partition: number, context: TakeOverContext): void {
    const chunkRecords = this.options.chunkRecords ?? DEFAULT_CHUNK_RECORDS;
    const task = new OwnedTask(partition, context, this.hooks(), chunkRecords);
    this.tasks.set(partition, task);
    task.start(this.leaving.get(partition));
  }

  private drop(partition: number, task: OwnedTask): void {
    this.tasks.delete(partition);
    const left = task.close().finally(() => {
      if (this.leaving.get(partition) === left) this.leaving.delete(partition);
    });
    this.leaving.set(partition, left);
  }

  private hooks(): TaskHooks {
    const { onTaskOpened, onTaskClosed, onTaskFailed, onCommitted } = this.options;
    return {
      pauseInputs: (partition) =>
        this.connections?.consumer.steer((consumer) => consumer.pause(this.inputsOf(partition))),
      resumeInputs: (partition, positions) =>
        this.connections?.consumer.steer((consumer) => {
          for (const [topic, offset] of positions) this.seekTo(consumer, topic, partition, offset);
          consumer.resume(this.inputsOf(partition));
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
    if (key) await this.tasks.get(partition)?.submit(new FetchedBatch(key, payload));
  }

  private inputsOf(partition: number): { topic: string; partitions: number[] }[] {
    return [...this.inputs.keys()].map((topic) => ({ topic, partitions: [partition] }));
  }

  private ownedInputs(): Map<string, readonly number[]> {
    const partitions = [...this.tasks.keys()];
    return new Map(partitions.length === 0 ? [] : [...this.inputs.keys()].map((topic) => [topic, partitions]));
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
