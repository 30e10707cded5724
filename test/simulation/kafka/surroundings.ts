import type { Scheduler } from '../engine/scheduler.js';
import type { PartitionLog, Producer } from './partition-log.js';
import type { Place } from './placement.js';
import type { OffsetEntry } from './protocol.js';

/** A transaction as it stands when it is decided. */
export interface DecidedTransaction {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly epoch: number;
  /** Names of the partitions written to. */
  readonly partitions: ReadonlySet<string>;
}

/** What is told of a cluster while it works. */
export interface ClusterObserver {
  /** A transaction is decided: its records and offsets will become visible. */
  committing(transaction: DecidedTransaction): void;
  /** A transaction is decided the other way: what is open of its producer in its partitions will not be seen. */
  aborting(transaction: DecidedTransaction): void;
  /** Offsets of a transaction have become visible. */
  offsetsCommitted(offsets: ReadonlyMap<string, OffsetEntry>): void;
  /** Somebody has committed an offset outside of a transaction. */
  plainCommit(groupId: string): void;
}

/** What the parts of a cluster need of each other. */
export interface Surroundings {
  readonly scheduler: Scheduler;
  readonly observer: ClusterObserver;
  readonly fetchRecords: number;
  note(line: () => string): void;
  log(topic: string, partition: number): PartitionLog;
  /** Error code of asking a broker for a partition, 0 if it leads it. */
  leads(brokerId: number, topic: string, partition: number): number;
  transactionPlace(transactionalId: string): Place;
  canMark(transactionalId: string, name: string): boolean;
  /** Kafka 4.3.1 leaves out the markers of partitions without a leader. */
  takesForDeleted(transactionalId: string, name: string): boolean;
  mark(name: string, producer: Producer, control: 'commit' | 'abort'): void;
  markerDelayMs(): number;
  groupsAreServed(): boolean;
}
