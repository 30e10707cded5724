import { setTimeout as sleep } from 'node:timers/promises';
import { createKafka } from '#libs/adapters/kafka';
import { Database, PostgresReferenceStore } from '#libs/adapters/postgres';
import type { KafkaSettings } from '#libs/application';
import { topicName } from '#libs/contract';

const LEADERS_WITHIN_MS = 30_000;

/**
 * Sends every decision in Postgres to the stages again if this Kafka has never seen one: whoever points Spendline at another
 * Kafka takes his rates along. Answers how many entries are on their way.
 */
export async function republishWhereMissing(kafka: KafkaSettings, databaseUrl: string): Promise<number> {
  return (await hasReference(kafka)) ? 0 : republish(databaseUrl);
}

/** Sends every decision in Postgres to the stages again, through the outbox that the API empties. Answers how many. */
export async function republish(databaseUrl: string): Promise<number> {
  const database = new Database({ databaseUrl, applicationName: 'spendline-republish', poolSize: 1 });
  try {
    const store = new PostgresReferenceStore(database);
    return (await store.list()).length === 0 ? 0 : await store.republish(Date.now());
  } finally {
    await database.close();
  }
}

/** Whether anything was ever written to the reference topic. */
async function hasReference(kafka: KafkaSettings): Promise<boolean> {
  const admin = createKafka(kafka, 'republish').admin();
  await admin.connect();
  try {
    const partitions = await patiently(() => admin.fetchTopicOffsets(topicName('reference', kafka.topicPrefix)));
    return partitions.some(({ high }) => high !== '0');
  } finally {
    await admin.disconnect();
  }
}

/** A broker that has just started answers before it leads its partitions, and kafkajs does not ask again by itself. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + LEADERS_WITHIN_MS;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const isTransient = error instanceof Error && 'retriable' in error && error.retriable === true;
      if (!isTransient || performance.now() > deadline) throw error;
      await sleep(200);
    }
  }
}
