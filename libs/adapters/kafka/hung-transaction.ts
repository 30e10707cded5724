import type { Broker, Cluster } from 'kafkajs';
import { backoffMs, pause } from './backoff.js';
import { retriableError, UnrecoverableError } from './errors.js';
import type { KafkaLogger } from './logger.js';
import { describeProducers, describeTransaction, type TransactionState } from './transaction-requests.js';

/**
 * A broker that is killed between "this transaction is decided" and the markers that tell the partitions may, once it
 * is back, take partitions without a leader for deleted ones and record the transaction as complete without ever
 * writing their markers (Kafka 4.3.1: __transaction_state goes from PrepareCommit to CompleteCommit, no partition has a
 * marker). The records then stay open for ever: readers of committed records stop before them, and where only some
 * partitions got their marker, state and offsets come apart. Nobody but the owner of the transactional id can end this
 * safely: with the lock in hand, whatever is open under its producer id is left over, and one more transaction over just
 * these partitions, ended the way the coordinator had decided, writes the missing markers.
 */

const OFFSETS_TOPIC = '__consumer_offsets';
const TRIES = 8;
const TRANSACTION_COORDINATOR = 1;

/** Partitions by topic. */
export type Partitions = ReadonlyMap<string, readonly number[]>;

/** The task whose leftovers are looked for. */
export interface HungTransactionScope {
  readonly transactionalId: string;
  readonly group: string;
  /** Every partition that the task may write to, its changelog included. */
  readonly partitions: Partitions;
  /** Topic of its changelog. */
  readonly changelog: string;
  readonly signal: AbortSignal;
  readonly logger: KafkaLogger;
}

/** What kafkajs's Cluster and Broker have beyond their types. */
interface CoordinatingCluster extends Cluster {
  findGroupCoordinator(query: { groupId: string; coordinatorType: number }): Promise<TransactionBroker>;
}
interface TransactionBroker extends Broker {
  addPartitionsToTxn(request: object): Promise<unknown>;
  addOffsetsToTxn(request: object): Promise<unknown>;
  endTxn(request: object): Promise<unknown>;
}

/** Finds and ends what a broker left open of a task's transactions. */
export class HungTransactions {
  private readonly cluster: CoordinatingCluster;

  constructor(
    cluster: Cluster,
    private readonly scope: HungTransactionScope,
  ) {
    this.cluster = cluster as CoordinatingCluster;
  }

  /** What the coordinator decided last; to be asked before the lock is taken, which makes it forget. */
  async lastDecision(): Promise<string | undefined> {
    return (await this.describe())?.state;
  }

  /** With the lock in hand: ends what is still open as `decision` says. Waits until the partitions have their markers. */
  async settle(decision: string | undefined): Promise<void> {
    const held = await this.describe();
    if (!held) return;
    const open = await this.openPartitions(held);
    if (open.size === 0) return;
    const commit = this.isCommit(decision, open);
    const { transactionalId, logger } = this.scope;
    const partitions = Object.fromEntries(open);
    logger.warn({ transactionalId, partitions, commit }, 'ending a transaction that a broker left open');
    await this.end(held, open, commit);
    for (let attempt = 1; (await this.openPartitions(held)).size > 0; attempt++) {
      if (attempt === TRIES) throw retriableError(`Markers of ${transactionalId} are still missing`);
      await pause(backoffMs(attempt), this.scope.signal);
    }
  }

  private isCommit(decision: string | undefined, open: Partitions): boolean {
    if (decision === 'CompleteCommit' || decision === 'PrepareCommit') return true;
    // Nobody has seen anything of it, so that aborting leaves all as it was.
    if (decision !== 'Empty' || this.nobodySaw(open)) return false;
    const where = [...open].map(([topic, numbers]) => `${topic}: ${numbers.join(', ')}`).join('; ');
    throw new UnrecoverableError(
      `A transaction of ${this.scope.transactionalId} is open in ${where} since a broker was killed, has ended elsewhere, and its coordinator has forgotten how. If its records stand in read-committed output, end it with kafka-transactions.sh as committed, else abort it; then start again.`,
    );
  }

  /** Every transaction writes to the changelog, and offsets: with both open no reader and no owner rests on it. */
  private nobodySaw(open: Partitions): boolean {
    return open.has(OFFSETS_TOPIC) && open.has(this.scope.changelog);
  }

  private async describe(): Promise<TransactionState | undefined> {
    const { transactionalId } = this.scope;
    return this.ask(async () => describeTransaction(await this.coordinator(), transactionalId));
  }

  /** Asks again where an answer may come from elsewhere, or later. */
  private async ask<T>(question: () => Promise<T>, beforeAgain?: () => Promise<void>): Promise<T> {
    const { signal } = this.scope;
    for (let attempt = 1; ; attempt++) {
      try {
        return await question();
      } catch (error) {
        if (attempt === TRIES || (error as { retriable?: boolean }).retriable !== true) throw error;
        await pause(backoffMs(attempt), signal);
        signal.throwIfAborted();
        await beforeAgain?.();
      }
    }
  }

  private coordinator(): Promise<TransactionBroker> {
    const { transactionalId } = this.scope;
    return this.cluster.findGroupCoordinator({
      groupId: transactionalId,
      coordinatorType: TRANSACTION_COORDINATOR,
    });
  }

  /** Asks until every leader has answered: one that moves meanwhile must not look as if nothing were open there. */
  private openPartitions(held: TransactionState): Promise<Map<string, number[]>> {
    return this.ask(
      () => this.askLeaders(held),
      () => this.cluster.refreshMetadata(),
    );
  }

  private async askLeaders({ producerId }: TransactionState): Promise<Map<string, number[]>> {
    const open = new Map<string, number[]>();
    for (const [nodeId, partitions] of await this.byLeader()) {
      const broker = await this.cluster.findBroker({ nodeId });
      for (const each of await describeProducers(broker, partitions)) {
        if (each.producerId !== producerId || each.openFrom === undefined) continue;
        open.set(each.topic, [...(open.get(each.topic) ?? []), each.partition]);
      }
    }
    return open;
  }

  private async byLeader(): Promise<Map<string, Map<string, number[]>>> {
    const { partitions, group } = this.scope;
    await this.cluster.addMultipleTargetTopics([...partitions.keys(), OFFSETS_TOPIC]);
    const offsets = this.cluster.findTopicPartitionMetadata(OFFSETS_TOPIC).length;
    const wanted = new Map(partitions);
    if (offsets > 0) wanted.set(OFFSETS_TOPIC, [offsetsPartition(group, offsets)]);
    const leaders = new Map<string, Map<string, number[]>>();
    for (const [topic, numbers] of wanted) {
      for (const [nodeId, led] of Object.entries(this.cluster.findLeaderForPartitions(topic, [...numbers]))) {
        leaders.set(nodeId, (leaders.get(nodeId) ?? new Map<string, number[]>()).set(topic, led));
      }
    }
    return leaders;
  }

  private async end({ producerId, producerEpoch }: TransactionState, open: Partitions, commit: boolean): Promise<void> {
    const { transactionalId, group } = this.scope;
    const coordinator = await this.coordinator();
    const owner = { transactionalId, producerId: producerId.toString(), producerEpoch };
    const topics = [...open]
      .filter(([topic]) => topic !== OFFSETS_TOPIC)
      .map(([topic, partitions]) => ({ topic, partitions }));
    if (topics.length > 0) await coordinator.addPartitionsToTxn({ ...owner, topics });
    if (open.has(OFFSETS_TOPIC)) await coordinator.addOffsetsToTxn({ ...owner, groupId: group });
    await coordinator.endTxn({ ...owner, transactionResult: commit });
  }
}

/** Kafka's own rule: Java's hash of the group's name. */
export function offsetsPartition(group: string, count: number): number {
  let hash = 0;
  for (let at = 0; at < group.length; at++) hash = (Math.imul(hash, 31) + group.charCodeAt(at)) | 0;
  return hash === -(2 ** 31) ? 0 : Math.abs(hash) % count;
}
