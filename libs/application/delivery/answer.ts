/** What a receiver answered to one attempt, or why there was no answer. */
export type Answer =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly detail: string;
      readonly retryAfterMs?: number | undefined;
    }
  | { readonly kind: 'none'; readonly detail: string };

/** What became of one attempt. */
export type Outcome =
  | { readonly kind: 'accepted' }
  /** The receiver will never take this message: trying again is of no use. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** The receiver, the way to it or its settings are broken: it may take the message later. */
  | { readonly kind: 'failed'; readonly reason: string; readonly retryAfterMs?: number | undefined };

/** About the message, and nothing that a person could mend at the receiver: malformed, too large, unprocessable. */
const REFUSALS: readonly number[] = [400, 413, 415, 422];

/** Redirects are failures: a receiver that was allowed could otherwise send us anywhere. */
export function outcomeOf(answer: Answer): Outcome {
  if (answer.kind === 'none') return { kind: 'failed', reason: answer.detail };
  const { status, detail, retryAfterMs } = answer;
  if (status >= 200 && status < 300) return { kind: 'accepted' };
  const reason = detail === '' ? `HTTP ${status}` : `HTTP ${status}: ${detail}`;
  if (REFUSALS.includes(status)) return { kind: 'refused', reason };
  return { kind: 'failed', reason, retryAfterMs };
}
