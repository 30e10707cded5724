/** A message to the topic `spendline.reference`; a null value deletes the key. */
export interface ReferenceMessage {
  readonly key: string;
  readonly value: string | null;
}

/** Sends messages to the topic `spendline.reference`, in order. */
export interface ReferencePublisher {
  /** Resolves when all of them are acknowledged. */
  publish(messages: readonly ReferenceMessage[]): Promise<void>;
}

/** The messages that were written with decisions and have not been published yet. */
export interface ReferenceOutbox {
  /**
   * Hands the oldest unpublished messages, at most `limit`, to `publish` and remembers them as published when it
   * resolves. Should that fail they are handed over again: at least once, in order. Only one relay at a time does
   * this, whichever process it runs in, so that an older message never overtakes a newer one; for the others, and when
   * there is nothing, the answer is 0. Answers with the number of messages published.
   */
  relay(limit: number, publish: (messages: readonly ReferenceMessage[]) => Promise<void>): Promise<number>;
}
