import type { LedgerFacts, LedgerTopic } from './facts.js';

/** How far a partition has been read. */
export interface LedgerOffset {
  readonly topic: LedgerTopic;
  readonly partition: number;
  /** The next offset to read. */
  readonly offset: bigint;
}

/** What one transaction stores: facts, and that the partition has been read from `start` up to `next`. */
export interface LedgerWrite {
  /** The Kafka cluster that the offsets belong to. */
  readonly clusterId: string;
  readonly topic: LedgerTopic;
  readonly partition: number;
  readonly start: bigint;
  readonly next: bigint;
  readonly facts: LedgerFacts;
}

/**
 * Where the ledger is kept. Storing the same facts again changes nothing, and an older revision of a window never
 * replaces a newer one.
 */
export interface LedgerStore {
  /** Offsets of all partitions of a cluster that have been read. Rejects with {@link LedgerUnavailableError}. */
  offsets(clusterId: string): Promise<readonly LedgerOffset[]>;
  /**
   * Stores all of it or nothing. Rejects with {@link LedgerDataError} when the database refuses the content, and with
   * {@link LedgerUnavailableError} when it cannot be reached or the partition does not stand at `start`.
   */
  write(write: LedgerWrite): Promise<void>;
}

/** The database will never take this content. */
export class LedgerDataError extends Error {
  override readonly name = 'LedgerDataError';
}

/** Not now: try again from the stored offset. */
export class LedgerUnavailableError extends Error {
  override readonly name = 'LedgerUnavailableError';
  /** Tells the reader of Kafka to wait and try again. */
  readonly retry = true;
}
