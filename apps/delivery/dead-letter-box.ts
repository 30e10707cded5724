import { Publisher, TopicReader, type KafkaLogger } from '#libs/adapters/kafka';
import { deadLetterId, foldDeadLetter, type DeadLetter, type KafkaSettings } from '#libs/application';

/** What the box is read and written with. */
export interface DeadLetterBoxOptions {
  readonly settings: KafkaSettings;
  readonly logger: KafkaLogger;
  readonly onFatal: (error: Error) => void;
}

/** The dead letters, as the compacted topic `spendline.dead-letters` has them: it outlives us, and needs no database. */
export class DeadLetterBox {
  readonly #letters = new Map<string, DeadLetter>();
  readonly #publisher: Publisher;
  readonly #reader: TopicReader;

  constructor({ settings, logger, onFatal }: DeadLetterBoxOptions) {
    this.#publisher = new Publisher({ settings, logger, role: 'dead-letters' });
    this.#reader = new TopicReader({
      settings,
      topics: ['deadLetters'],
      role: 'dead-letters',
      logger,
      onFatal,
      onBatch: ({ records }) => {
        for (const record of records) foldDeadLetter(this.#letters, record);
      },
    });
  }

  /** Resolves when all of them are read. Throws when Kafka cannot be reached. */
  async start(): Promise<void> {
    await this.#publisher.connect();
    await this.#reader.start();
    await this.#reader.caughtUp;
  }

  /** Ends the connections. */
  async stop(): Promise<void> {
    await this.#reader.stop();
    await this.#publisher.disconnect();
  }

  /** Those that nobody has delivered yet. */
  list(): readonly DeadLetter[] {
    return [...this.#letters.values()];
  }

  /** Whether the letter is still as it was listed. */
  has(letter: DeadLetter): boolean {
    return this.#letters.get(deadLetterId(letter)) === letter;
  }

  /** Keeps a letter, or replaces it. */
  async keep(letter: DeadLetter): Promise<void> {
    await this.#publisher.send('deadLetters', [{ key: deadLetterId(letter), value: JSON.stringify(letter) }]);
    this.#letters.set(deadLetterId(letter), letter);
  }

  /** Forgets a letter that was delivered, or that no longer says what is true. */
  async remove(letter: DeadLetter): Promise<void> {
    await this.#publisher.send('deadLetters', [{ key: deadLetterId(letter), value: null }]);
    this.#letters.delete(deadLetterId(letter));
  }
}
