/** Failures in a row after which a receiver is taken for dead. */
const OPENS_AFTER = 5;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

/**
 * What is known of a receiver: closed while it works; open after a few failures in a row, and then a single attempt
 * now and then finds out whether it is back. `retryAtMs`: no attempt before (epoch milliseconds). Plain data.
 */
export interface Circuit {
  readonly failures: number;
  readonly retryAtMs: number;
}

/** A receiver that nothing is known of yet counts as working. */
export const CLOSED: Circuit = { failures: 0, retryAtMs: 0 };

/** Whether the receiver is taken for dead. */
export function isOpen({ failures }: Circuit): boolean {
  return failures >= OPENS_AFTER;
}

/**
 * After another failure at `nowMs`: the wait doubles up to half a minute, its second half decided by `random` (0 to 1)
 * so that several senders do not come back in step. `retryAfterMs`: what the receiver asked for, at most five minutes.
 */
export function afterFailure(
  { failures }: Circuit,
  {
    nowMs,
    random,
    retryAfterMs = 0,
  }: { readonly nowMs: number; readonly random: number; readonly retryAfterMs?: number | undefined },
): Circuit {
  const fullMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures, 16));
  const waitMs = Math.max(fullMs / 2 + (fullMs / 2) * random, Math.min(retryAfterMs, 300_000));
  return { failures: failures + 1, retryAtMs: nowMs + Math.round(waitMs) };
}

/** How long to wait before the next attempt, in milliseconds. */
export function waitMs({ retryAtMs }: Circuit, nowMs: number): number {
  return Math.max(0, retryAtMs - nowMs);
}
