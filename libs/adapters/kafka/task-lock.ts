import kafkajs, { type Kafka, type Producer, type TopicOffsets, type Transaction } from 'kafkajs';
import { checkAcknowledged } from './acknowledgements.js';
import { pause } from './backoff.js';
import { isConcurrent, retriableError } from './errors.js';
import type { Outcome } from './hung-transaction.js';
import { releaseWave, type Wave } from './message-waves.js';
import { identityOf, type ProducerIdentity } from './producer-identity.js';

const { Partitioners } = kafkajs;

/** Transactions follow one another so closely that the markers of the one before are often still being written. */
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 500;
const TRIES_WHILE_ENDING = 13;

/** An offset to commit, with a note that is kept beside it. */
export interface OffsetCommit {
  readonly topic: string;
  readonly partition: number;
  /** Of the next record to read. */
  readonly offset: bigint;
  readonly metadata: string;
}

/** What {@link TaskLock.take} needs. */
export interface LockOptions {
  /**
   * Makes a client for the lock alone: kafkajs shares its memory of committed offsets between all users of one client,
   * and a connection of somebody else's that ends would raise a doubt here.
   */
  readonly createClient: (onConnectionLost: () => void) => Kafka;
  readonly transactionalId: string;
  readonly group: string;
  readonly transactionTimeoutMs: number;
  /** Ends what brokers have left open under this identity, as its transactions have ended; see hung-transaction.ts. */
  readonly endLeftovers: (owner: ProducerIdentity, ended: Outcome) => Promise<void>;
}

/**
 * The transactional id of a set of tasks as a lock on their partitions. Taking it raises the id's epoch: whoever held it before
 * can commit no more, and what it left open is aborted. A commit that succeeds therefore proves that nobody took the
 * lock since; group membership and clocks have no part in that.
 *
 * No transaction begins before the one before it has its markers everywhere: markers that a broker has lost would else be
 * those of the next one, and turn into an abort if that one fails (the state then stands without its offsets, or the other
 * way round). Markers get lost where a partition is without a leader for a while (hung-transaction.ts), so its leader has
 * gone, and with it a connection of ours: from then on the lock is in doubt, and looks before it begins another one.
 */
export class TaskLock {
  private usable = true;
  private canAsk = true;
  private ended: Outcome = { records: false, offsets: false };
  /** The transaction of the next commit, where it is begun already. */
  private ahead: Promise<Transaction> | undefined;

  private constructor(
    private readonly producer: Producer,
    /** Of this lock, with which others take over in turn. */
    readonly identity: ProducerIdentity,
    private readonly options: LockOptions,
    private readonly doubt: { isRaised: boolean },
  ) {}

  /** Takes the lock from whoever has it. Only what is read *after* this returns is safe to continue from. */
  static async take(options: LockOptions): Promise<TaskLock> {
    const doubt = { isRaised: false };
    const kafka = options.createClient(() => (doubt.isRaised = true));
    const producer = kafka.producer({
      transactionalId: options.transactionalId,
      idempotent: true,
      maxInFlightRequests: 1,
      transactionTimeout: options.transactionTimeoutMs,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    try {
      await producer.connect();
      // kafkajs asks for the id and its new epoch here, not in connect().
      const transaction = await producer.transaction();
      await transaction.abort();
      const identity = identityOf(kafka);
      if (!identity) throw new Error('kafkajs took the transactional id unseen; is it still version 2.2.4?');
      return new TaskLock(producer, identity, options, doubt);
    } catch (error) {
      await producer.disconnect().catch(() => undefined);
      throw error;
    }
  }

  /**
   * Begins the transaction of the next commit, which must follow, while what goes into it is still being worked out: two of
   * its five round trips then cost no time. `offsets` are that commit's; an error is told by it.
   */
  beginAhead(offsets: readonly OffsetCommit[]): void {
    this.ahead = this.begin(offsets);
    this.ahead.catch(() => undefined);
  }

  /**
   * Writes all waves, of which nothing is left then, and offsets, or nothing. After any error the lock is of no use any more: the outcome may be
   * unknown, and only taking the lock anew and reading the offsets tells.
   */
  async commit(waves: readonly Wave[], offsets: readonly OffsetCommit[]): Promise<void> {
    const { ahead } = this;
    this.ahead = undefined;
    const transaction = await (ahead ?? this.begin(offsets));
    for (const wave of waves) {
      checkAcknowledged(wave, await transaction.sendBatch({ topicMessages: wave.topicMessages }));
      // The next wave, and whoever else has something to send, can do with its memory.
      releaseWave(wave);
    }
    await transaction.commit();
    this.ended = { records: true, offsets: true };
    this.usable = true;
  }

  /**
   * Throws if somebody else has taken the lock; otherwise all that was read since it was taken belongs together. Writes
   * nothing: the offset is sent in a transaction that is aborted.
   */
  async prove(offset: OffsetCommit): Promise<void> {
    const transaction = await this.begin([offset]);
    await this.abort(transaction);
    this.usable = true;
  }

  /** A transaction with the offsets in it, and with nothing open behind it. */
  private async begin(offsets: readonly OffsetCommit[]): Promise<Transaction> {
    if (!this.usable) throw new Error('This lock failed before or was released; take it anew');
    this.usable = false;
    for (;;) {
      await this.settleDoubt();
      const transaction = await this.producer.transaction();
      await this.sendOffsets(transaction, offsets);
      if (!this.isInDoubt) return transaction;
      await this.abort(transaction);
    }
  }

  /** Somebody else may have had the partition meanwhile, or a broker is gone. */
  raiseDoubt(): void {
    this.doubt.isRaised = true;
  }

  /** The brokers tell of no transactions: there is nobody to ask in doubt. */
  doubtsNothing(): void {
    this.canAsk = false;
  }

  /**
   * Ends what brokers may have left open of the last transaction, if there is a doubt. Comes before each transaction; to be
   * called now and then where none follows, as readers do not see its records before.
   */
  async settleDoubt(): Promise<void> {
    if (!this.isInDoubt) return;
    this.doubt.isRaised = false;
    await this.options.endLeftovers(this.identity, this.ended);
  }

  private get isInDoubt(): boolean {
    return this.canAsk && this.doubt.isRaised;
  }

  private async abort(transaction: Transaction): Promise<void> {
    await transaction.abort();
    this.ended = { ...this.ended, offsets: false };
  }

  /**
   * Comes first, because here the markers of the transaction before can be waited out with nothing sent yet. Left to a
   * send to several leaders, kafkajs would try that again while some of them already have the records.
   */
  private async sendOffsets(transaction: Transaction, offsets: readonly OffsetCommit[]): Promise<void> {
    const request = { consumerGroupId: this.options.group, topics: topicOffsets(offsets) };
    for (let attempt = 1; ; attempt++) {
      try {
        await transaction.sendOffsets(request);
        return;
      } catch (error) {
        if (!isConcurrent(error) || attempt === TRIES_WHILE_ENDING) throw error;
        // It may be a marker that never comes; who takes the lock anew finds out.
        if (this.isInDoubt) throw retriableError('a broker was lost while a transaction was being ended');
        await pause(Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS));
      }
    }
  }

  /** Disconnects without ending an open transaction: the next owner does, or the broker after its time-out. */
  async release(): Promise<void> {
    this.usable = false;
    await this.producer.disconnect().catch(() => undefined);
  }
}

function topicOffsets(offsets: readonly OffsetCommit[]): TopicOffsets[] {
  const topics = new Map<string, TopicOffsets>();
  for (const { topic, partition, offset, metadata } of offsets) {
    const entry = { partition, offset: offset.toString(), metadata };
    const found = topics.get(topic);
    if (found) found.partitions.push(entry);
    else topics.set(topic, { topic, partitions: [entry] });
  }
  return [...topics.values()];
}
