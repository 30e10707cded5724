import kafkajs from 'kafkajs';
import { createKafka, ensureTopics, partitionOf, Publisher } from '#libs/adapters/kafka';
import type { KafkaSettings } from '#libs/application';
import { topicConfig, topicName } from '#libs/contract';
import { KafkaBroker, WORKING_BROKER } from '../../libs/testing/kafka/index.js';
import { benchRecord, type BenchShape } from './interactions.js';
import { progressBar } from './progress.js';
import { benchReferenceRecords, type AgentBudget } from './reference.js';

const SEND = 5_000;
/** The broker aborts what takes longer; its default allows no more. */
const LONGEST_SENDING_MS = 900_000;

/** Topics of its own for one measurement, so that measurements do not meet on the one broker. */
export interface BenchTopics {
  readonly settings: KafkaSettings;
  /** For the monitor; clock, prefix and group are set. */
  readonly environment: Readonly<Record<string, string>>;
  readonly publisher: Publisher;
}

/** The broker of a run, and topics on it. */
export class BenchCluster {
  private made = 0;
  private readonly publishers: Publisher[] = [];

  private constructor(private readonly broker: KafkaBroker) {}

  static async start(): Promise<BenchCluster> {
    return new BenchCluster(await KafkaBroker.start('', undefined, { kind: WORKING_BROKER }));
  }

  get address(): string {
    return this.broker.address;
  }

  /** New, empty topics with the bench's reference data. */
  async topics(
    partitions: number,
    { clock = 'event', budgets = [] }: { clock?: 'live' | 'event'; budgets?: readonly AgentBudget[] } = {},
  ): Promise<BenchTopics> {
    this.made += 1;
    const prefix = `bench-${String(this.made)}.`;
    const settings = this.broker.settings(prefix, partitions);
    await ensureTopics(createKafka(settings, 'bench'), settings);
    await keepEveryWindow(settings);
    const publisher = new Publisher({ settings });
    await publisher.connect();
    this.publishers.push(publisher);
    await publisher.send('reference', benchReferenceRecords(budgets));
    return {
      settings,
      publisher,
      environment: {
        KAFKA_BROKERS: this.broker.address,
        SPENDLINE_TOPIC_PREFIX: prefix,
        SPENDLINE_PARTITIONS: String(partitions),
        SPENDLINE_CLOCK: clock,
      },
    };
  }

  /** New topics, full of events before anybody reads them. */
  async filled(shape: BenchShape, partitions: number, events = shape.events): Promise<BenchTopics> {
    const topics = await this.topics(partitions);
    await inParts('sending events', 0, events, (parts) =>
      topics.publisher.send(
        'interactions',
        parts.map((index) => benchRecord(index, shape)),
      ),
    );
    return topics;
  }

  /** Adds all further events of the shape, from this one on, in one transaction: consumers see them all at once. */
  async addAtOnce({ settings }: BenchTopics, shape: BenchShape, from: number): Promise<void> {
    const { topicPrefix, partitions } = settings;
    const producer = createKafka(settings, 'bench').producer({
      ...{ transactionalId: `${topicPrefix}bench`, idempotent: true, maxInFlightRequests: 1 },
      transactionTimeout: LONGEST_SENDING_MS,
    });
    await producer.connect();
    const transaction = await producer.transaction();
    const topic = topicName('interactions', topicPrefix);
    await inParts('sending events', from, shape.events, async (parts) => {
      const records = parts.map((index) => benchRecord(index, shape));
      const messages = records.map((record) => ({ ...record, partition: partitionOf(record.key, partitions) }));
      await transaction.send({ topic, messages });
    });
    await transaction.commit();
    await producer.disconnect();
  }

  async stop(): Promise<void> {
    await Promise.all(this.publishers.map((publisher) => publisher.disconnect().catch(() => undefined)));
    await this.broker.stop();
  }
}

/** Does something for the numbers from `from` up to `end`, so many at a time, and shows how far it is. */
async function inParts(
  what: string,
  from: number,
  end: number,
  work: (numbers: readonly number[]) => Promise<void>,
): Promise<void> {
  const progress = progressBar(what, end);
  for (let at = from; at < end; at += SEND) {
    const size = Math.min(SEND, end - at);
    await work(Array.from({ length: size }, (_, index) => at + index));
    progress.update(at + size);
  }
  progress.stop();
}

/** The recount wants every window that came, where compaction leaves the last of each key. */
async function keepEveryWindow(settings: KafkaSettings): Promise<void> {
  const admin = createKafka(settings, 'bench').admin();
  await admin.connect();
  const kept = { ...topicConfig('costWindows'), 'min.compaction.lag.ms': String(7 * 86_400_000) };
  await admin.alterConfigs({
    validateOnly: false,
    resources: [
      {
        type: kafkajs.ConfigResourceTypes.TOPIC,
        name: topicName('costWindows', settings.topicPrefix),
        configEntries: Object.entries(kept).map(([name, value]) => ({ name, value })),
      },
    ],
  });
  await admin.disconnect();
}
