import { backoffMs, pause } from './backoff.js';
import { errorOf, isTransient } from './errors.js';
import type { KafkaLogger } from './logger.js';

const SAY_EVERY_MS = 15_000;

/** Whose work waits for Kafka, and until when. */
export interface Waiting {
  /** In the log: `Stage cost`. */
  readonly what: string;
  readonly logger: KafkaLogger;
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
}

/**
 * Does some work that needs Kafka, again and again while it is away, however long that is: what starts while a broker
 * restarts is to wait for it, not to end. Says so now and then. Undefined when `signal` aborts meanwhile; what does not
 * pass by itself is thrown.
 */
export async function whileAway<T>(
  waiting: Waiting & { readonly signal: AbortSignal },
  work: () => Promise<T>,
): Promise<T | undefined>;
export async function whileAway<T>(waiting: Omit<Waiting, 'signal'>, work: () => Promise<T>): Promise<T>;
export async function whileAway<T>({ what, logger, signal }: Waiting, work: () => Promise<T>): Promise<T | undefined> {
  let saidAtMs = -Infinity;
  for (let failures = 1; !signal?.aborted; failures++) {
    try {
      return await work();
    } catch (thrown) {
      if (!isTransient(thrown)) throw thrown;
      const nowMs = performance.now();
      if (nowMs - saidAtMs >= SAY_EVERY_MS) {
        saidAtMs = nowMs;
        logger.warn({ error: errorOf(thrown).message }, `${what} waits for Kafka`);
      }
      await pause(backoffMs(failures), signal);
    }
  }
  return undefined;
}
