import type { Cluster, Consumer, EachBatchPayload, Kafka, KafkaJSProtocolError, PartitionAssigner } from 'kafkajs';
import { backoffMs } from './backoff.js';
import { BusyWatch } from './busy-watch.js';
import { CONSUMER_RETRY } from './client.js';
import { errorOf, isTransient, UnrecoverableError } from './errors.js';
import { watchSkipped, type SkippedBatch } from './fetched-batch.js';
import { goneMembers, leaveInTheirName, type GroupCoordinator, type ProcessMarks } from './gone-members.js';
import type { KafkaLogger } from './logger.js';
import type { RunnerTiming } from './runner-timing.js';
import { stickyCopartitioning, type Sharing } from './sticky-assigner.js';
import { Watchdog } from './watchdog.js';

/** Options of a {@link GroupConsumer}. */
export interface GroupConsumerOptions {
  /** In log lines and errors: `Stage cost`. */
  readonly name: string;
  readonly groupId: string;
  /** Full names. */
  readonly topics: readonly string[];
  readonly timing: RunnerTiming;
  /** So many batches at a time, each of another partition. */
  readonly concurrency: number;
  readonly logger: KafkaLogger;
  /** A new kafkajs client, with these retries. */
  readonly createClient: (retry: typeof CONSUMER_RETRY) => Kafka;
  /** Partition numbers that this member has now; it tells the others when it joins. */
  readonly owned: () => readonly number[];
  /** Single partitions by default. */
  readonly sharing?: Sharing;
  /** Absent: the group waits a session for each member that was killed, this machine's too. */
  readonly processMarks?: ProcessMarks | undefined;
  readonly onBatch: (payload: EachBatchPayload) => Promise<void>;
  /** Runs before anything is fetched for the assignment: partitions by full topic name. */
  readonly onJoined: (assignment: Readonly<Record<string, number[]>>) => void;
  /** Out of the group until the next `onJoined`. */
  readonly onLost: () => void;
  /** The group has just confirmed this member. */
  readonly onHeartbeat?: () => void;
  readonly onSkipped: (batch: SkippedBatch) => void;
  /** Whether Kafka answers somebody else. */
  readonly kafkaAnswers: () => Promise<boolean>;
  /** No retry helps: end the process. */
  readonly onFatal: (error: Error) => void;
}

/** One kafkajs consumer from its creation to its end. */
interface Life {
  readonly consumer: Consumer;
  readonly cluster: () => Cluster | undefined;
  /** Whatever it still does or says concerns nobody. */
  over: boolean;
}

const UNKNOWN_MEMBER = 'UNKNOWN_MEMBER_ID';
const LONGEST_PAUSE_MS = 1_000;
/** Of what this process was once busy with: sessions last so many times as long from then on, … */
const SESSION_PER_BUSY = 3;
/** … and no longer than that, so that the death of a process is noticed. Brokers allow half an hour by default. */
const LONGEST_SESSION_MS = 120_000;
/** Failures of the same kind, none of which should pass by itself, within so long end the process. */
const FINAL_FAILURES = 5;
const FINAL_WITHIN_MS = 300_000;

/**
 * A member of a consumer group that stays one. kafkajs's consumer gives up in too many ways to be left to itself: it
 * calls errors final that pass, restarts as a new member for which the group waits until the old one's session is over,
 * and may wait for an answer that does not come. So whenever it fails, and whenever it shows no life although Kafka
 * answers, it is dropped as it is, the group is told that its member is gone, and another one takes its place.
 *
 * A batch that keeps this process busy for longer than a session costs it its partitions: the next owner would lose them
 * in the same way, and so on for ever. So whoever was busy that long joins again with a session that the work fits into.
 */
export class GroupConsumer {
  private readonly watchdog: Watchdog;
  private readonly busyWatch: BusyWatch;
  private sessionTimeoutMs: number;
  private life: Life | undefined;
  /** Who we are to the group, until it is told otherwise. */
  private member: string | undefined;
  private failures = 0;
  private final: { readonly message: string; readonly atMs: number }[] = [];
  private timer: NodeJS.Timeout | undefined;
  private stopping = false;

  constructor(private readonly options: GroupConsumerOptions) {
    this.sessionTimeoutMs = options.timing.sessionTimeoutMs;
    this.busyWatch = new BusyWatch(
      () => this.sessionTimeoutMs,
      (busyMs) => this.wasBusy(busyMs),
    );
    this.watchdog = new Watchdog({
      patienceMs: () => 2 * this.sessionTimeoutMs,
      kafkaAnswers: options.kafkaAnswers,
      bark: (hopeless) => this.hangs(hopeless),
    });
  }

  /** Resolves when the first attempt to join the group has come to an end; if it failed, others follow. */
  async start(): Promise<void> {
    this.watchdog.start();
    this.busyWatch.start();
    await this.begin();
  }

  /** Finishes the batches in progress, leaves the group and disconnects. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.timer);
    this.watchdog.stop();
    this.busyWatch.stop();
    const { life } = this;
    if (!life) return;
    life.over = true;
    await life.consumer.disconnect().catch(() => undefined);
  }

  /** Pauses, seeks, resumes, commits. Between two lives there is nothing to steer; joining sets positions right again. */
  steer(move: (consumer: Consumer) => void): void {
    if (!this.life) return;
    try {
      move(this.life.consumer);
    } catch (error) {
      this.options.logger.debug({ error: errorOf(error).message }, 'consumer is restarting');
    }
  }

  /** Commits offsets to the group; throws when the partitions are somebody else's by now. */
  async commitOffsets(offsets: Parameters<Consumer['commitOffsets']>[0]): Promise<void> {
    await this.life?.consumer.commitOffsets(offsets);
  }

  private async begin(): Promise<void> {
    const life = this.create();
    this.life = life;
    const { consumer } = life;
    const { topics, concurrency, onBatch } = this.options;
    try {
      await consumer.connect();
      await this.leaveFormer(life);
      const replaced = await this.goneOfThisMachine(life);
      if (replaced.length > 0 && !life.over) void this.leaveFor(replaced);
      if (!life.over) await consumer.subscribe({ topics: [...topics], fromBeginning: true });
      if (!life.over) {
        await consumer.run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          partitionsConsumedConcurrently: concurrency,
          eachBatch: (payload) => (life.over ? Promise.resolve() : onBatch(payload)),
        });
      }
    } catch (thrown) {
      this.lost(life, errorOf(thrown));
    }
    // Dropped while it was starting: what it has connected since then is ended too.
    if (life.over) await consumer.disconnect().catch(() => undefined);
  }

  private create(): Life {
    const { groupId, timing, createClient, owned, sharing, processMarks } = this.options;
    let cluster: Cluster | undefined;
    const sticky = stickyCopartitioning(() => ({ owned: owned(), process: processMarks?.own }), sharing);
    const assigner: PartitionAssigner = (config) => {
      ({ cluster } = config);
      return sticky(config);
    };
    const consumer = createClient(CONSUMER_RETRY).consumer({
      groupId,
      partitionAssigners: [assigner],
      sessionTimeout: this.sessionTimeoutMs,
      rebalanceTimeout: this.sessionTimeoutMs,
      heartbeatInterval: timing.heartbeatIntervalMs,
      minBytes: timing.fetchMinBytes,
      maxWaitTimeInMs: timing.fetchMaxWaitMs,
      maxBytesPerPartition: timing.fetchMaxBytesPerPartition,
      readUncommitted: false,
      allowAutoTopicCreation: false,
      retry: { ...CONSUMER_RETRY, restartOnFailure: () => Promise.resolve(false) },
    });
    const life: Life = { consumer, cluster: () => cluster, over: false };
    this.listen(life);
    return life;
  }

  private listen(life: Life): void {
    const { consumer } = life;
    const { events } = consumer;
    const { options, watchdog } = this;
    const ifCurrent = (work: () => void): void => {
      if (!life.over) work();
    };
    consumer.on(events.END_BATCH_PROCESS, () => ifCurrent(() => watchdog.alive()));
    consumer.on(events.HEARTBEAT, () =>
      ifCurrent(() => {
        watchdog.alive();
        this.failures = 0;
        options.onHeartbeat?.();
      }),
    );
    consumer.on(events.GROUP_JOIN, ({ payload }) =>
      ifCurrent(() => {
        watchdog.alive();
        this.member = payload.memberId;
        options.onHeartbeat?.();
        options.onJoined(payload.memberAssignment);
      }),
    );
    consumer.on(events.CRASH, ({ payload }) => this.lost(life, payload.error));
    watchSkipped(consumer, (batch) => ifCurrent(() => options.onSkipped(batch)));
  }

  /** The member of the life before may still count for a whole session, and every join would wait for it. */
  private async leaveFormer(life: Life): Promise<void> {
    const { member } = this;
    const cluster = life.cluster();
    if (member === undefined || !cluster || life.over) return;
    const { groupId, logger } = this.options;
    try {
      await (await coordinatorOf(cluster, groupId)).leaveGroup({ groupId, memberId: member });
    } catch (thrown) {
      if ((thrown as KafkaJSProtocolError).type !== UNKNOWN_MEMBER && isTransient(thrown)) throw thrown;
      logger.debug({ groupId, error: errorOf(thrown).message }, 'the group has no such member any more');
    }
    if (this.member === member) this.member = undefined;
  }

  /** Members that were killed on this machine. To find none, for whatever reason, costs no more than their sessions. */
  private async goneOfThisMachine(life: Life): Promise<string[]> {
    const { groupId, processMarks, logger } = this.options;
    const cluster = life.cluster();
    if (!processMarks || !cluster || life.over) return [];
    try {
      return await goneMembers(await coordinatorOf(cluster, groupId), groupId, processMarks);
    } catch (thrown) {
      logger.debug({ groupId, error: errorOf(thrown).message }, 'the members of the group could not be asked for');
      return [];
    }
  }

  private leaveFor(members: readonly string[]): Promise<void> {
    const { groupId, createClient, logger } = this.options;
    return leaveInTheirName(createClient(CONSUMER_RETRY), groupId, members, logger);
  }

  private lost(life: Life, error: Error): void {
    if (life.over) return;
    this.drop(life);
    // It says something, so it does not hang.
    this.watchdog.alive();
    if (!isTransient(error) && this.isFinal(error)) {
      this.options.onFatal(error);
      return;
    }
    const { name, logger } = this.options;
    logger.warn({ consumer: name, error: error.message }, 'consumer restarts');
    this.failures += 1;
    this.timer = setTimeout(() => void this.begin(), backoffMs(this.failures, LONGEST_PAUSE_MS));
  }

  private hangs(hopeless: boolean): void {
    const { life } = this;
    const { name, logger, onFatal } = this.options;
    if (this.stopping) return;
    if (hopeless) {
      onFatal(new Error(`${name} hangs: Kafka answers, but there is neither batch nor heartbeat`));
      return;
    }
    logger.warn({ consumer: name }, 'consumer shows no life although Kafka answers; another takes its place');
    this.replace(life);
  }

  private wasBusy(busyMs: number): void {
    const sessionTimeoutMs = Math.min(LONGEST_SESSION_MS, SESSION_PER_BUSY * Math.ceil(busyMs));
    if (this.stopping || sessionTimeoutMs <= this.sessionTimeoutMs) return;
    const { name, logger } = this.options;
    logger.warn(
      { consumer: name, busyMs: Math.round(busyMs), sessionTimeoutMs },
      'this process was busy for longer than its session; it joins its group again with a longer one',
    );
    this.sessionTimeoutMs = sessionTimeoutMs;
    // Where it waits to begin again anyway, it will with the new one.
    if (this.life && !this.life.over) this.replace(this.life);
  }

  private replace(life: Life | undefined): void {
    clearTimeout(this.timer);
    if (life) {
      this.drop(life);
      void life.consumer.disconnect().catch(() => undefined);
    }
    void this.begin();
  }

  private drop(life: Life): void {
    life.over = true;
    this.options.onLost();
  }

  private isFinal(error: Error): boolean {
    if (error instanceof UnrecoverableError) return true;
    const nowMs = Date.now();
    const recent = this.final.filter(({ atMs }) => nowMs - atMs < FINAL_WITHIN_MS);
    this.final = [...recent, { message: error.message, atMs: nowMs }];
    return this.final.filter(({ message }) => message === error.message).length >= FINAL_FAILURES;
  }
}

async function coordinatorOf(cluster: Cluster, groupId: string): Promise<GroupCoordinator> {
  return (await cluster.findGroupCoordinator({ groupId })) as unknown as GroupCoordinator;
}
