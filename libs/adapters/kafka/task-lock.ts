import kafkajs, { type Kafka, type Producer, type TopicOffsets, type Transaction } from 'kafkajs';
import { checkAcknowledged } from './acknowledgements.js';
import { pause } from './backoff.js';
import { isConcurrent } from './errors.js';
import type { Wave } from './message-waves.js';

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
  /** A client of its own: kafkajs shares its memory of committed offsets between all users of one client. */
  readonly kafka: Kafka;
  readonly transactionalId: string;
  readonly group: string;
  readonly transactionTimeoutMs: number;
}

/**
 * The transactional id of a task as a lock on its partition. Taking it raises the id's epoch: whoever held it before
 * can commit no more, and what it left open is aborted. A commit that succeeds therefore proves that nobody took the
 * lock since; group membership and clocks have no part in that.
 */
export class TaskLock {
  private usable = true;

  private constructor(
    private readonly producer: Producer,
    private readonly group: string,
  ) {}

  /** Takes the lock from whoever has it. Only what is read *after* this returns is safe to continue from. */
  static async take({ kafka, transactionalId, group, transactionTimeoutMs }: LockOptions): Promise<TaskLock> {
    const producer = kafka.producer({
      transactionalId,
      idempotent: true,
      maxInFlightRequests: 1,
      transactionTimeout: transactionTimeoutMs,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    try {
      await producer.connect();
      // kafkajs asks for the id and its new epoch here, not in connect().
      const transaction = await producer.transaction();
      await transaction.abort();
    } catch (error) {
      await producer.disconnect().catch(() => undefined);
      throw error;
    }
    return new TaskLock(producer, group);
  }

  /**
   * Writes all waves and offsets, or nothing. After any error the lock is of no use any more: the outcome may be
   * unknown, and only taking the lock anew and reading the offsets tells.
   */
  async commit(waves: readonly Wave[], offsets: readonly OffsetCommit[]): Promise<void> {
    const transaction = await this.begin();
    await this.sendOffsets(transaction, offsets);
    for (const wave of waves) {
      checkAcknowledged(wave, await transaction.sendBatch({ topicMessages: wave.topicMessages }));
    }
    await transaction.commit();
    this.usable = true;
  }

  /**
   * Throws if somebody else has taken the lock; otherwise all that was read since it was taken belongs together. Writes
   * nothing: the offset is sent in a transaction that is aborted.
   */
  async prove(offset: OffsetCommit): Promise<void> {
    const transaction = await this.begin();
    await this.sendOffsets(transaction, [offset]);
    await transaction.abort();
    this.usable = true;
  }

  private async begin(): Promise<Transaction> {
    if (!this.usable) throw new Error('This lock failed before or was released; take it anew');
    this.usable = false;
    return this.producer.transaction();
  }

  /**
   * Comes first, because here the markers of the transaction before can be waited out with nothing sent yet. Left to a
   * send to several leaders, kafkajs would try that again while some of them already have the records.
   */
  private async sendOffsets(transaction: Transaction, offsets: readonly OffsetCommit[]): Promise<void> {
    const request = { consumerGroupId: this.group, topics: offsets.map(topicOffsets) };
    for (let attempt = 1; ; attempt++) {
      try {
        await transaction.sendOffsets(request);
        return;
      } catch (error) {
        if (!isConcurrent(error) || attempt === TRIES_WHILE_ENDING) throw error;
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

function topicOffsets({ topic, partition, offset, metadata }: OffsetCommit): TopicOffsets {
  const entry = { partition, offset: offset.toString(), metadata };
  return { topic, partitions: [entry] };
}
