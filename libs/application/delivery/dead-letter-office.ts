import { deadLetterId, type DeadLetter } from './dead-letter.js';

/** Dead letters as everybody sees them, the delivery's own process or not. Rejects when Kafka cannot be reached. */
export interface DeadLetterOffice {
  /** All that there are now, the oldest first. */
  list(): Promise<readonly DeadLetter[]>;
  /** Has the delivery send these again, as soon as it runs and the receiver works. */
  askToResend(letters: readonly DeadLetter[]): Promise<void>;
}

/** A dead letter as the API shows it. */
export interface DeadLetterView {
  readonly id: string;
  readonly receiver: string;
  readonly state: DeadLetter['state'];
  readonly reason: string;
  readonly givenUpAt: string;
  readonly signal: DeadLetter['signal'];
}

/** What is shown of a letter. */
export function deadLetterView(letter: DeadLetter): DeadLetterView {
  const { receiver, state, reason, givenUpAt, signal } = letter;
  return { id: deadLetterId(letter), receiver, state, reason, givenUpAt, signal };
}
