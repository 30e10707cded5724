import type { Server } from 'node:http';
import { NestFactory } from '@nestjs/core';
import { SinkRunner, createKafka, ensureTopics, whileAway } from '#libs/adapters/kafka';
import { NestLog, type Logger } from '#libs/adapters/logging';
import { Database, PostgresLedgerStore } from '#libs/adapters/postgres';
import { processMarks } from '#libs/adapters/process';
import { MetricsModule, createMetrics, keepConnections } from '#libs/adapters/prometheus';
import { LEDGER_TOPICS, isLedgerTopic, recordBatch } from '#libs/application';
import type { LedgerConfig } from '#libs/config';
import { LedgerView } from './ledger-view.js';

/** A running ledger. */
export interface RunningLedger {
  readonly metricsUrl: string;
  /** Finishes the batch under way and ends all connections. */
  stop(): Promise<void>;
}

/** How the ledger is started. */
export interface LedgerOptions {
  readonly config: LedgerConfig;
  readonly logger: Logger;
  /** The ledger cannot go on, for a reason that a restart may mend; never because Postgres is away. */
  readonly onFatal: (error: Error) => void;
}

/**
 * Writes cost events, windows and signals from Kafka into Postgres, each once, in batches. While Postgres is away it
 * waits and then catches up. Rejects when Kafka cannot be reached or the port for metrics is taken.
 */
export async function startLedger({ config, logger, onFatal }: LedgerOptions): Promise<RunningLedger> {
  const { kafka, group, host, metricsPort, databaseUrl } = config;
  const database = new Database({
    databaseUrl,
    applicationName: 'spendline-ledger',
    onConnectionLost: (error) => logger.warn({ error: error.message }, 'a database connection broke'),
  });
  const store = new PostgresLedgerStore(database, kafka.topicPrefix);
  const metrics = createMetrics();
  const view = new LedgerView(metrics, () => runner);
  const runner = new SinkRunner({
    settings: kafka,
    group: `${group}-ledger`,
    topics: LEDGER_TOPICS,
    processMarks: processMarks(),
    howToForget: (topic) =>
      `To go on, forget the stored offsets, with the role that owns the tables: psql "$DATABASE_URL" -c "DELETE FROM ledger_offset WHERE topic = '${topic}'". The ledger then reads the topic from its beginning; no row is lost or doubled.`,
    load: (clusterId) => store.offsets(clusterId),
    handle: async ({ topic, ...batch }) => {
      if (!isLedgerTopic(topic)) throw new Error(`the ledger does not keep ${topic}`);
      view.recorded(topic, await recordBatch(store, { topic, ...batch }));
    },
    onFatal: (error) => {
      view.failed(error);
      onFatal(error);
    },
    logger,
  });
  const module = MetricsModule.forRoot({ registry: metrics, health: () => view.health() });
  const app = await NestFactory.create(module, { logger: new NestLog(logger), abortOnError: false });
  keepConnections(app.getHttpServer() as Server);
  await app.listen(metricsPort, host);
  await whileAway({ what: 'The ledger', logger }, () =>
    ensureTopics(createKafka(kafka, 'ledger-topics', { logger }), kafka, logger),
  );
  await runner.start();
  return {
    metricsUrl: `http://${host.includes(':') ? `[${host}]` : host}:${metricsPort}/metrics`,
    stop: async () => {
      await runner.stop();
      await app.close();
      await database.close();
    },
  };
}
