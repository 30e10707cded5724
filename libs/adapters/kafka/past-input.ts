import type { KafkaSettings, PastPartition, PastRecord, PastSource } from '#libs/application';
import { topicName, type InputTopicKey } from '#libs/contract';
import { createKafka } from './client.js';
import { LogClient, type LogPosition } from './log-client.js';
import type { KafkaLogger } from './logger.js';

const INPUTS: readonly InputTopicKey[] = ['interactions', 'agentStates', 'feedback', 'billingLines', 'revenue'];

const WAIT_MS = 250;

/**
 * The input topics as Kafka still keeps them, from the first record to the last that is there when it is opened. Belongs
 * to no consumer group and commits nothing. Partitions are read as they are asked for, a fetch at a time.
 */
export class PastInput implements PastSource {
  constructor(
    private readonly settings: KafkaSettings,
    private readonly logger: KafkaLogger,
  ) {}

  /** Throws when Kafka cannot be reached. */
  async open(): ReturnType<PastSource['open']> {
    const log = await LogClient.connect(createKafka(this.settings, 'past-input', { logger: this.logger }));
    const close = (): Promise<void> => log.close().catch(() => undefined);
    try {
      const partitions: PastPartition[] = [];
      for (const topic of INPUTS) {
        const name = topicName(topic, this.settings.topicPrefix);
        for (const [partition, { start, end }] of await log.ranges(name, await log.partitions(name)))
          if (start < end) partitions.push(recordsOf(log, topic, { topic: name, partition, offset: start }, end));
      }
      return { partitions, close };
    } catch (error) {
      await close();
      throw error;
    }
  }
}

async function* recordsOf(
  log: LogClient,
  topic: InputTopicKey,
  from: LogPosition,
  end: bigint,
): AsyncGenerator<readonly PastRecord[]> {
  const { partition } = from;
  let { offset } = from;
  while (offset < end) {
    const [batch] = await log.fetch([{ ...from, offset }], WAIT_MS);
    if (!batch) continue;
    offset = batch.next;
    const records = batch.records.filter((record) => BigInt(record.offset) < end);
    if (records.length > 0) {
      // Field by field: a record's may be getters, which a spread leaves behind.
      yield records.map(({ offset: at, key, value, headers }) => ({
        topic,
        partition,
        offset: at,
        key,
        value,
        headers,
      }));
    }
  }
}
