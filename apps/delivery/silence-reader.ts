import { TopicReader, type KafkaLogger } from '#libs/adapters/kafka';
import { readSignal, ReferenceFeed, Silences, snoozeFromWire, Snoozes, type KafkaSettings } from '#libs/application';

/** What the reader is started with. */
export interface SilenceReaderOptions {
  readonly settings: KafkaSettings;
  readonly logger: KafkaLogger;
  readonly onFatal: (error: Error) => void;
}

/**
 * What nobody is to be told. All that fires, of every partition: a lane sees only its own, and what silences a signal may
 * be in another; who is in which team; and what people have snoozed. All of it comes from Kafka, so it is the same after a
 * restart, and while Postgres is away.
 */
export class SilenceReader {
  readonly silences: Silences;
  readonly snoozes = new Snoozes(() => Date.now());
  readonly #reader: TopicReader;

  constructor({ settings, logger, onFatal }: SilenceReaderOptions) {
    const reference = new ReferenceFeed((key, problem) =>
      logger.warn({ key, problem }, 'reference entry cannot be read; left out'),
    );
    this.silences = new Silences((agentId) => reference.current().rateBook.agent(agentId, Date.now())?.team);
    this.#reader = new TopicReader({
      settings,
      topics: ['reference', 'signals', 'snoozes'],
      role: 'silences',
      logger,
      onFatal,
      onBatch: ({ topic, records }) => {
        if (topic === 'reference') {
          reference.take(records);
          return;
        }
        for (const { key, value } of records) {
          const name = key?.toString('utf8');
          if (name === undefined) continue;
          if (topic === 'snoozes') this.snoozes.accept(name, snoozeFromWire(value));
          else this.silences.accept(name, readSignal(value));
        }
      },
    });
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
