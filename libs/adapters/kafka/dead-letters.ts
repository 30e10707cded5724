import {
  deadLetterId,
  foldDeadLetter,
  type DeadLetter,
  type DeadLetterOffice,
  type KafkaSettings,
} from '#libs/application';
import { Publisher } from './publisher.js';
import { TopicReader } from './topic-reader.js';

/** Which dead letters: by name, or all of a receiver, or all. */
export interface DeadLetterChoice {
  readonly id?: string | undefined;
  readonly receiver?: string | undefined;
}

/** The dead letters that there are now, the oldest first. Rejects when Kafka cannot be read. */
export async function listDeadLetters(settings: KafkaSettings): Promise<DeadLetter[]> {
  const letters = new Map<string, DeadLetter>();
  let fail: (error: Error) => void = () => undefined;
  const failure = new Promise<never>((_, reject) => (fail = reject));
  const reader = new TopicReader({
    settings,
    topics: ['deadLetters'],
    onBatch: ({ records }) => {
      for (const record of records) foldDeadLetter(letters, record);
    },
    onFatal: (error) => fail(error),
  });
  await reader.start();
  try {
    await Promise.race([reader.caughtUp, failure]);
  } finally {
    await reader.stop();
  }
  return [...letters.values()].sort((a, b) => a.givenUpAt.localeCompare(b.givenUpAt));
}

/** Asks the delivery to send dead letters again; answers which. It does so as soon as it runs and the receiver works. */
export async function resendDeadLetters(
  settings: KafkaSettings,
  { id, receiver }: DeadLetterChoice = {},
): Promise<DeadLetter[]> {
  const chosen = (await listDeadLetters(settings)).filter(
    (letter) =>
      (id === undefined || deadLetterId(letter) === id) && (receiver === undefined || letter.receiver === receiver),
  );
  await askToResend(settings, chosen);
  return chosen;
}

/** Dead letters for a program that is not the delivery: each call reads the topic anew. */
export function kafkaDeadLetters(settings: KafkaSettings): DeadLetterOffice {
  return { list: () => listDeadLetters(settings), askToResend: (letters) => askToResend(settings, letters) };
}

async function askToResend(settings: KafkaSettings, letters: readonly DeadLetter[]): Promise<void> {
  const publisher = new Publisher({ settings, role: 'resend' });
  await publisher.connect();
  try {
    const records = letters.map((letter) => ({
      key: deadLetterId(letter),
      value: JSON.stringify({ ...letter, state: 'resend' } satisfies DeadLetter),
    }));
    await publisher.send('deadLetters', records);
  } finally {
    await publisher.disconnect();
  }
}
