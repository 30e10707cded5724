import type { TopicKey } from '#libs/contract';

/** Where decisions go: reference data to the stages, snoozes to the delivery. */
export type DecisionTopic = Extract<TopicKey, 'reference' | 'snoozes'>;

/** A message that tells of a decision; a null value deletes the key. */
export interface DecisionMessage {
  readonly topic: DecisionTopic;
  readonly key: string;
  readonly value: string | null;
}

/** Sends messages to their topics, those of one topic in order. */
export interface DecisionPublisher {
  /** Resolves when all of them are acknowledged. */
  publish(messages: readonly DecisionMessage[]): Promise<void>;
}

/** The messages that were written with decisions and have not been published yet. */
export interface DecisionOutbox {
  /**
   * Hands the oldest unpublished messages, at most `limit`, to `publish` and remembers them as published when it
   * resolves. Should that fail they are handed over again: at least once, in order. Only one relay at a time does
   * this, whichever process it runs in, so that an older message never overtakes a newer one; for the others, and when
   * there is nothing, the answer is 0. Answers with the number of messages published.
   */
  relay(limit: number, publish: (messages: readonly DecisionMessage[]) => Promise<void>): Promise<number>;
}
