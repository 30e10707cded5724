import type { Signal } from '#libs/contract';
import { consoleLink } from './wording.js';

/** A webhook before it is signed; the same for every attempt, so that a receiver can drop what it has by `id`. */
export interface WebhookMessage {
  /** See {@link messageId}. */
  readonly id: string;
  readonly body: string;
}

/** The webhook of a signal: the signal as the contract has it, and a link to the console. */
export function webhookMessage(signal: Signal, console: string, again?: number): WebhookMessage {
  const body = { type: 'spendline.signal.v1', signal, console: consoleLink(console, signal) };
  return { id: messageId(signal, again), body: JSON.stringify(body) };
}

/**
 * Names one message of one episode: `episodeId:sequence`, the CloudEvents id of the signal. One that is told again when a
 * snooze ends is another message, named by that end (`again`, epoch milliseconds) as well, so that nobody drops it as known.
 */
export function messageId({ episodeId, sequence }: Signal, again?: number): string {
  return again === undefined ? `${episodeId}:${sequence}` : `${episodeId}:${sequence}:again-${again}`;
}

/**
 * What is signed, as in the Standard Webhooks specification. `timestampSeconds` is of the attempt: a receiver
 * refuses what is more than five minutes from its own clock, since it may be an old request that somebody repeats.
 */
export function signedContent({ id, body }: WebhookMessage, timestampSeconds: number): string {
  return `${id}.${timestampSeconds}.${body}`;
}
