import { TopicReader, type KafkaLogger } from '#libs/adapters/kafka';
import { readSignal, ReferenceFeed, Silences, type KafkaSettings } from '#libs/application';

/** What the reader is started with. */
export interface SilenceReaderOptions {
  readonly settings: KafkaSettings;
  readonly logger: KafkaLogger;
  readonly onFatal: (error: Error) => void;
}

/**
 * All that fires, of every partition: a lane sees only its own, and what silences a signal may be in another. Also who is
 * in which team.
 */
export class SilenceReader {
  readonly silences: Silences;
  readonly #reader: TopicReader;

  constructor({ settings, logger, onFatal }: SilenceReaderOptions) {
    const reference = new ReferenceFeed((key, problem) =>
      logger.warn({ key, problem }, 'reference entry cannot be read; left out'),
    );
    this.silences = new Silences((agentId) => reference.current().rateBook.agent(agentId, Date.now())?.team);
    this.#reader = new TopicReader({
      settings,
      topics: ['reference', 'signals'],
      role: 'silences',
      logger,
      onFatal,
      onBatch: ({ topic, records }) => {
        if (topic === 'reference') reference.take(records);
        else for (const { key, value } of records) this.#take(key, value);
      },
    });
  }

  #take(key: Buffer | null, value: Buffer | null): void {
    if (key !== null) this.silences.accept(key.toString('utf8'), value === null ? undefined : readSignal(value));
  }

  /** Resolves when all that is there is read. Throws when Kafka cannot be reached. */
  async start(): Promise<void> {
    await this.#reader.start();
    await this.#reader.caughtUp;
  }

  /** Ends the connection. */
  stop(): Promise<void> {
    return this.#reader.stop();
  }
}
