/** Timing of a runner, in milliseconds and bytes; the defaults suit a production cluster. */
export interface RunnerTiming {
  /** Silence after which the group gives a member's partitions to others. */
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  /** While records keep coming (eager-fetch.ts), a fetch is answered when this much is there … */
  readonly fetchMinBytes: number;
  /** … or this long has passed: together they decide how often there is a transaction. Below the heartbeat interval. */
  readonly fetchMaxWaitMs: number;
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
  fetchMaxBytesPerPartition: 1_048_576,
  transactionTimeoutMs: 30_000,
};

/** The defaults with another session timeout, and heartbeats often enough for it. */
export function timingFor(sessionTimeoutMs: number): RunnerTiming {
  return { ...DEFAULT_TIMING, sessionTimeoutMs, heartbeatIntervalMs: Math.ceil(sessionTimeoutMs / 5) };
}
