import type { Broker, Cluster } from 'kafkajs';
import { backoffMs, pause } from './backoff.js';
import { isConcurrent, isFenced, isTransient, retriableError } from './errors.js';
import type { LogClient } from './log-client.js';
import type { KafkaLogger } from './logger.js';
import type { ProducerIdentity } from './producer-identity.js';
import { endSince, lastEnd, openCommit } from './transaction-evidence.js';
import { describeProducers, describeTransaction, type TransactionState } from './transaction-requests.js';

/**
 * Kafka 4.3.1 takes a partition that has no leader for a deleted one: a coordinator that is about to write the marker of a
 * decided transaction there leaves it out, and records the transaction as complete. (KRaftMetadataCache's
 * getPartitionLeaderEndpoint answers "no such partition" for it; three brokers of which one after the other is killed show
 * it soon.) The records then stay open: readers of committed records stop before them until the same producer's next
 * transaction ends in that partition, and then they get the end of that one. If it is another end than their own, state,
 * offsets and output come apart. Only the owner of the transactional id can prevent that: as long as nothing else has begun
 * under its producer id, whatever is open there is left over, and one more transaction over just these partitions, ended as
 * the one that they belong to, writes the missing markers.
 */

const OFFSETS_TOPIC = '__consumer_offsets';
const TRIES = 8;
const LOOK_EVERY_MS = 50;
const TRANSACTION_COORDINATOR = 1;

/** Partitions by topic. */
export type Partitions = ReadonlyMap<string, readonly number[]>;

/** How the transaction that last wrote records has ended, and the one that last sent offsets: true with a commit. */
export interface Outcome {
  readonly records: boolean;
  readonly offsets: boolean;
}

/** What was known of the last transaction before the lock was taken. */
export interface Decision {
  /** Of the coordinator, by Kafka's names; undefined where it tells nothing. */
  readonly state: string | undefined;
  /** End of the first changelog when it was asked: what ends behind it was decided later. */
  readonly changelogEnd: bigint;
}

/** Whose leftovers are looked for: a set of tasks with one lock. */
export interface HungTransactionScope {
  readonly transactionalId: string;
  readonly group: string;
  /** Every partition that the tasks may write to, their changelogs included. */
  readonly partitions: Partitions;
  /** Where their changelogs are: nobody else writes there, and each of their transactions writes to all of them. */
  readonly changelogs: { readonly topic: string; readonly partitions: readonly [number, ...number[]] };
  /** Number of the commit that the group's offsets of a partition are of. */
  readonly committedSequence: (partition: number) => Promise<number | undefined>;
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

/** Where leftovers stand, with the offset of the first of them by topic and partition. */
type Open = ReadonlyMap<string, ReadonlyMap<number, bigint>>;

/** Finds and ends what brokers left open of a lock's transactions. */
export class HungTransactions {
  private readonly cluster: CoordinatingCluster;

  constructor(
    private readonly log: LogClient,
    private readonly scope: HungTransactionScope,
  ) {
    this.cluster = log.cluster as CoordinatingCluster;
  }

  /**
   * Takes the lock, and tells what the coordinator had decided of the owner before: it forgets that when the lock is taken,
   * and the owner before may end a transaction while we wait for our turn.
   */
  async whileTaking<Lock>(take: () => Promise<Lock>): Promise<{ readonly lock: Lock; readonly decision: Decision }> {
    const { topic, partition } = this.firstChangelog;
    const changelogEnd = (await this.log.ranges(topic, [partition])).get(partition)?.end ?? 0n;
    let last = await this.describe();
    const decided = (now: TransactionState | undefined): void => {
      if (now?.producerId === last?.producerId && now?.producerEpoch === last?.producerEpoch) last = now;
    };
    const taking = take();
    const taken = taking.then(
      () => true,
      () => true,
    );
    const look = async (): Promise<boolean> => {
      await pause(LOOK_EVERY_MS);
      await this.describe().then(decided, () => undefined);
      return false;
    };
    while (!(await Promise.race([taken, look()])));
    return { lock: await taking, decision: { state: last?.state, changelogEnd } };
  }

  /**
   * With the lock just taken: ends what an owner before left open. Waits until the partitions have their markers. False:
   * these brokers do not tell of transactions (before 3.0, or without the right to ask), so there is no use in asking again.
   */
  async settle(owner: ProducerIdentity, decision: Decision): Promise<boolean> {
    const open = await this.leftovers(owner);
    if (!open) return false;
    if (open.size > 0) await this.end(owner, open, await this.outcomeOf(owner, open, decision));
    return true;
  }

  /** By the owner itself between two of its transactions, which knows how they ended. */
  async endLeftovers(owner: ProducerIdentity, outcome: Outcome): Promise<void> {
    const open = await this.leftovers(owner);
    if (open && open.size > 0) await this.end(owner, open, outcome);
  }

  /** Open although no transaction is, once what is being ended has ended. Throws when the lock is another one's. */
  private async leftovers(owner: ProducerIdentity): Promise<Open | undefined> {
    const held = await this.ask(async () => {
      const state = await this.describe();
      if (state?.state.startsWith('Prepare') === true) throw retriableError('The transaction before is being ended');
      return state;
    });
    if (!held) return undefined;
    if (held.producerId !== owner.producerId || held.producerEpoch !== owner.producerEpoch) throw fenced();
    return this.openPartitions(owner);
  }

  private async end(owner: ProducerIdentity, open: Open, { records, offsets }: Outcome): Promise<void> {
    const { transactionalId, logger } = this.scope;
    const partitions = Object.fromEntries([...open].map(([topic, numbers]) => [topic, [...numbers.keys()]]));
    logger.warn({ transactionalId, partitions, records, offsets }, 'ending a transaction that a broker left open');
    const ofOffsets = new Map([...open].filter(([topic]) => topic === OFFSETS_TOPIC));
    const ofRecords = new Map([...open].filter(([topic]) => topic !== OFFSETS_TOPIC));
    if (records === offsets) await this.endAs(owner, open, records);
    else {
      if (ofRecords.size > 0) await this.endAs(owner, ofRecords, records);
      if (ofOffsets.size > 0) await this.endAs(owner, ofOffsets, offsets);
    }
    for (let attempt = 1; (await this.openPartitions(owner)).size > 0; attempt++) {
      if (attempt === TRIES) throw retriableError(`Markers of ${transactionalId} are still missing`);
      await pause(backoffMs(attempt), this.scope.signal);
    }
  }

  /**
   * How the transaction ended that the leftovers are of, as far as logs show it: the coordinator forgets it as soon as
   * somebody takes the lock, and what it said before may be outdated. Offsets alone are never committed: they may be of a
   * transaction that did not come further, and if they are not, the state says where to go on (OffsetsBehindError).
   */
  private async outcomeOf(owner: ProducerIdentity, open: Open, { state, changelogEnd }: Decision): Promise<Outcome> {
    const decided = state === 'CompleteCommit' || state === 'PrepareCommit';
    const { topic } = this.scope.changelogs;
    const [openChangelog] = open.get(topic) ?? [];
    const offsetsAreOpen = open.has(OFFSETS_TOPIC);
    if (openChangelog) {
      const [partition, openFrom] = openChangelog;
      const left = await openCommit({ log: this.log, topic, partition }, openFrom);
      if (offsetsAreOpen)
        return both(decided || (left !== undefined && (await this.isSeen(owner, open, left.writtenMs))));
      const committed = await this.scope.committedSequence(partition);
      return both(left === undefined || committed === undefined ? decided : left.sequence === committed);
    }
    if (open.size === 1 && offsetsAreOpen) return both(false);
    const end = await lastEnd({ log: this.log, ...this.firstChangelog });
    const isNewer = end !== undefined && end.offset >= changelogEnd;
    return both(end?.commit === true && (decided || isNewer || state === 'Empty'));
  }

  private get firstChangelog(): { readonly topic: string; readonly partition: number } {
    const { topic, partitions } = this.scope.changelogs;
    return { topic, partition: partitions[0] };
  }

  /** With state and offsets open nobody rests on them yet, but readers of outputs may. */
  private async isSeen({ producerId }: ProducerIdentity, open: Open, writtenMs: number): Promise<boolean> {
    const closed = [...this.scope.partitions].map(([topic, numbers]) => {
      return [topic, numbers.filter((number) => open.get(topic)?.has(number) !== true)] as const;
    });
    const end = await endSince(this.log, new Map(closed), { producerId, writtenMs });
    return end?.commit === true;
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
        const again = isConcurrent(error) || (isTransient(error) && !isFenced(error));
        if (attempt === TRIES || !again) throw error;
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
  private openPartitions(owner: ProducerIdentity): Promise<Open> {
    return this.ask(
      () => this.askLeaders(owner),
      () => this.cluster.refreshMetadata(),
    );
  }

  private async askLeaders({ producerId }: ProducerIdentity): Promise<Open> {
    const open = new Map<string, Map<number, bigint>>();
    for (const [nodeId, partitions] of await this.byLeader()) {
      const broker = await this.cluster.findBroker({ nodeId });
      for (const { topic, partition, openFrom, ...each } of await describeProducers(broker, partitions)) {
        if (each.producerId !== producerId || openFrom === undefined) continue;
        open.set(topic, (open.get(topic) ?? new Map<number, bigint>()).set(partition, openFrom));
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

  /**
   * Both requests go out at once, so that they reach the coordinator even if this process ends now: left alone with the
   * first of them, it would end the leftovers as it ends what a dead owner has begun, with an abort.
   */
  private async endAs(identity: ProducerIdentity, open: Open, commit: boolean): Promise<void> {
    const { transactionalId, group } = this.scope;
    const owner = { ...identity, transactionalId, producerId: identity.producerId.toString() };
    const topics = [...open]
      .filter(([topic]) => topic !== OFFSETS_TOPIC)
      .map(([topic, partitions]) => ({ topic, partitions: [...partitions.keys()] }));
    await this.ask(
      async () => {
        const coordinator = await this.coordinator();
        const sent = [
          ...(topics.length > 0 ? [coordinator.addPartitionsToTxn({ ...owner, topics })] : []),
          ...(open.has(OFFSETS_TOPIC) ? [coordinator.addOffsetsToTxn({ ...owner, groupId: group })] : []),
          coordinator.endTxn({ ...owner, transactionResult: commit }),
        ];
        const failed = (await Promise.allSettled(sent)).find((each) => each.status === 'rejected');
        if (failed) throw failed.reason;
      },
      () => this.cluster.refreshMetadata(),
    );
  }
}

function both(commit: boolean): Outcome {
  return { records: commit, offsets: commit };
}

/** As Kafka would say it. */
function fenced(): Error {
  return Object.assign(new Error('Another process has taken the transactional id'), { type: 'PRODUCER_FENCED' });
}

/** Kafka's own rule: Java's hash of the group's name. */
export function offsetsPartition(group: string, count: number): number {
  let hash = 0;
  for (let at = 0; at < group.length; at++) hash = (Math.imul(hash, 31) + group.charCodeAt(at)) | 0;
  return hash === -(2 ** 31) ? 0 : Math.abs(hash) % count;
}
