import { matchesSchema, type Signal } from '#libs/contract';
import { messageId } from './webhook.js';

/** A message that a receiver did not take; kept in `spendline.dead-letters` until it is delivered after all. */
export interface DeadLetter {
  readonly receiver: string;
  readonly signal: Signal;
  /** Of `cost.signals`, where the signal stands. */
  readonly partition: number;
  /** What the receiver said last. */
  readonly reason: string;
  /** RFC 3339, wall clock. */
  readonly givenUpAt: string;
  /** Set where it was told before and is told again; see {@link messageId}. */
  readonly again?: number | undefined;
  /** `resend`: somebody asked for another attempt. */
  readonly state: 'dead' | 'resend';
}

/** The letter's name, and its key in Kafka: `receiver/episodeId:sequence`. */
export function deadLetterId({ receiver, signal, again }: DeadLetter): string {
  return `${receiver}/${messageId(signal, again)}`;
}

/** Takes a record of `spendline.dead-letters` into the letters that there are, by name. */
export function foldDeadLetter(
  letters: Map<string, DeadLetter>,
  { key, value }: { readonly key: Uint8Array | null; readonly value: Uint8Array | null },
): void {
  const letter = readDeadLetter(value);
  if (letter) letters.set(deadLetterId(letter), letter);
  else if (key) letters.delete(new TextDecoder().decode(key));
}

/** The letter in a record's value; undefined if it holds none. */
function readDeadLetter(value: Uint8Array | null): DeadLetter | undefined {
  if (value === null) return undefined;
  let letter: Partial<DeadLetter>;
  try {
    letter = JSON.parse(new TextDecoder().decode(value)) as Partial<DeadLetter>;
  } catch {
    return undefined;
  }
  return typeof letter.receiver === 'string' && matchesSchema('signal.v1', letter.signal)
    ? (letter as DeadLetter)
    : undefined;
}
