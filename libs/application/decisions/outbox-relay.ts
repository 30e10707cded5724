import type { DecisionOutbox, DecisionPublisher } from './outbox.js';

const BATCH = 500;
const POLL_MS = 500;
const LONGEST_BACKOFF_MS = 30_000;

/** What the relay works with. */
export interface OutboxRelayOptions {
  readonly outbox: DecisionOutbox;
  readonly publisher: DecisionPublisher;
  /** Waits; ends early when `signal` aborts. */
  readonly pause: (durationMs: number) => Promise<void>;
  /** Ends the relay after the batch under way. */
  readonly signal: AbortSignal;
  /** Told of each failure, with the wait before the next attempt. */
  readonly onFault: (error: unknown, retryInMs: number) => void;
  readonly onPublished?: (count: number) => void;
}

/**
 * Publishes decisions until `signal` aborts: looks for new ones twice a second, and waits longer after
 * each failure while Postgres or Kafka is away. It never rejects.
 */
export async function runOutboxRelay(options: OutboxRelayOptions): Promise<void> {
  const { outbox, publisher, pause, signal, onFault, onPublished } = options;
  let backoffMs = POLL_MS;
  while (!signal.aborted) {
    try {
      const count = await outbox.relay(BATCH, (messages) => publisher.publish(messages));
      backoffMs = POLL_MS;
      if (count > 0) onPublished?.(count);
      if (count < BATCH) await pause(POLL_MS);
    } catch (error) {
      onFault(error, backoffMs);
      await pause(backoffMs);
      backoffMs = Math.min(2 * backoffMs, LONGEST_BACKOFF_MS);
    }
  }
}
