/** Timing of a runner, in milliseconds and bytes; the defaults suit a production cluster. */
export interface RunnerTiming {
  /** Silence after which the group gives a member's partitions to others. */
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  /** While records keep coming (eager-fetch.ts), a fetch is answered when this much is there … */
  readonly fetchMinBytes: number;
  /** … or this long has passed: together they decide how often there is a transaction. Below the heartbeat interval. */
  readonly fetchMaxWaitMs: number;
  /** Of each of up to four partitions; more share as much among them, see {@link fetchBytesOfEach}. */
  readonly fetchMaxBytesPerPartition: number;
  /** After this long the broker aborts a transaction whose process is gone for good. */
  readonly transactionTimeoutMs: number;
}

/** See {@link RunnerTiming}. */
export const DEFAULT_TIMING: RunnerTiming = {
  sessionTimeoutMs: 10_000,
  heartbeatIntervalMs: 2_000,
  fetchMinBytes: 1_048_576,
  fetchMaxWaitMs: 50,
  fetchMaxBytesPerPartition: 2_097_152,
  transactionTimeoutMs: 30_000,
};

const FULL_PARTITIONS = 4;
/** With less, transactions would be small. */
const LEAST_FETCH_BYTES = 262_144;

/**
 * Bytes that one fetch may bring of each partition, where there are so many. What a fetch brings, and all that comes of it, is
 * in memory at a time, and each partition's share of it is a transaction's: half as much is 17 MB less of 260, and a tenth
 * more CPU for an event.
 */
export function fetchBytesOfEach({ fetchMaxBytesPerPartition: most }: RunnerTiming, partitions: number): number {
  const share = Math.floor((most * FULL_PARTITIONS) / partitions);
  return Math.min(most, Math.max(LEAST_FETCH_BYTES, share));
}

/** The defaults with another session timeout, and heartbeats often enough for it. */
export function timingFor(sessionTimeoutMs: number): RunnerTiming {
  return { ...DEFAULT_TIMING, sessionTimeoutMs, heartbeatIntervalMs: Math.ceil(sessionTimeoutMs / 5) };
}
