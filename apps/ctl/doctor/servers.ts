import type { UpConfig } from '#libs/config';
import { type Finding, missing, ok } from './finding.js';

const ANSWER_WITHIN_MS = 10_000;

/** The Kafka that KAFKA_BROKERS names. */
export async function lookAtKafka({ kafka }: UpConfig): Promise<Finding[]> {
  const { createKafka } = await import('#libs/adapters/kafka');
  const admin = createKafka(kafka, 'doctor').admin();
  const where = kafka.brokers.join(',');
  try {
    const cluster = await within(
      ANSWER_WITHIN_MS,
      admin.connect().then(() => admin.describeCluster()),
    );
    return ok('KAFKA_BROKERS', `${where} answers: ${cluster.brokers.length} broker(s), cluster ${cluster.clusterId}`);
  } catch (error) {
    return missing(
      'KAFKA_BROKERS',
      `${where} does not answer (${(error as Error).message}): start it, or mend the KAFKA_ settings`,
    );
  } finally {
    void admin.disconnect().catch(() => undefined);
  }
}

/** The Postgres that DATABASE_URL names. */
export async function lookAtPostgres(databaseUrl: string): Promise<Finding[]> {
  const { Database } = await import('#libs/adapters/postgres');
  const database = new Database({ databaseUrl, applicationName: 'spendline-doctor', poolSize: 1 });
  try {
    const [row] = await database.query<{ server_version: string }>('SHOW server_version');
    return ok('DATABASE_URL', `Postgres ${row?.server_version ?? ''} answers`);
  } catch (error) {
    return missing('DATABASE_URL', `does not answer (${(error as Error).message}): start it, or mend the setting`);
  } finally {
    await database.close();
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([work, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}
