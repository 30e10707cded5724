import { TopicsError, createKafka, ensureTopics, type PartitionCounts } from '#libs/adapters/kafka';
import type { KafkaSettings } from '#libs/application';
import { Advice } from './advice.js';

/** Creates or checks the topics; throws Advice when Kafka does not answer or its topics do not fit. */
export async function prepareTopics(settings: KafkaSettings): Promise<PartitionCounts> {
  try {
    return await ensureTopics(createKafka(settings, 'topics'), settings);
  } catch (error) {
    if (error instanceof TopicsError) throw new Advice(error.message);
    throw new Advice(
      `Kafka at ${settings.brokers.join(',')} cannot be used (${(error as Error).message}): start it, or check KAFKA_BROKERS and the other KAFKA_ settings.`,
    );
  }
}
