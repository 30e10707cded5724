import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { asyncScheduler } from 'rxjs';

import { zonedCalendar } from '#libs/adapters/calendar';
import { LiveStreams } from '#libs/adapters/http';
import { kafkaDeadLetters, Publisher } from '#libs/adapters/kafka';
import { NestLog, type Logger } from '#libs/adapters/logging';
import {
  Database,
  PostgresDecisionStore,
  PostgresLedgerReader,
  PostgresDecisionOutbox,
  PostgresReferenceStore,
} from '#libs/adapters/postgres';
import { createMetrics, type Health } from '#libs/adapters/prometheus';
import { LiveFeed, LiveView, runOutboxRelay, type DecisionPublisher } from '#libs/application';
import { projectRoot, type ApiConfig } from '#libs/config';

import { DatabaseHealth } from './database-health.js';
import { openAccess } from './open-access.js';
import { createHttpApp } from './http-app.js';
import { KafkaPastInsight } from './kafka-past-insight.js';
import { LiveSource } from './live-source.js';

/** Changes reach the page at most twice a second. */
const THROTTLE_MS = 500;

/** A running API. */
export interface RunningApi {
  readonly url: string;
  /** Ends streams, reading and connections. */
  stop(): Promise<void>;
}

/**
 * Starts the API with its console. It answers at once: figures appear when Kafka has been read, and routes that need
 * the database say so while it is away. Rejects when the port is taken.
 */
export async function startApi(config: ApiConfig, logger: Logger): Promise<RunningApi> {
  const now = (): number => Date.now();
  const view = new LiveView({ calendarOf: zonedCalendar });
  const feed = new LiveFeed(view, { throttleMs: THROTTLE_MS, scheduler: asyncScheduler });
  const streams = new LiveStreams({ feed, run: randomBytes(6).toString('hex'), now });
  const source = new LiveSource({ settings: config.kafka, view, feed, logger });
  const onConnectionLost = (error: Error): void => logger.warn({ error: error.message }, 'a database connection broke');
  const database = new Database({
    databaseUrl: config.databaseUrl,
    applicationName: 'spendline-api',
    onConnectionLost,
  });
  const databaseHealth = new DatabaseHealth();
  const app = await createHttpApp(
    {
      view,
      feed,
      streams,
      ledger: new PostgresLedgerReader(database),
      reference: new PostgresReferenceStore(database),
      decisions: new PostgresDecisionStore(database),
      past: new KafkaPastInsight(config.kafka, logger),
      deadLetters: kafkaDeadLetters(config.kafka),
      access: await openAccess(config.access, now),
      metrics: { registry: createMetrics(), health: () => healthOf(source, databaseHealth) },
      now,
    },
    {
      consoleFolder: join(projectRoot(), 'dist', 'console'),
      nestLog: new NestLog(logger),
      onFault: (error) => logger.error({ err: error }, 'a request failed'),
    },
  );
  await app.listen(config.apiPort, config.host);
  source.start();
  const relay = startRelay(config, database, databaseHealth, logger);
  return {
    url: `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${String(config.apiPort)}`,
    stop: async () => {
      streams.closeAll();
      await Promise.all([app.close(), source.stop(), relay.stop()]);
      await database.close();
    },
  };
}

/** Ready is a matter of the stream alone: without the database the live page still tells the truth. */
function healthOf(source: LiveSource, database: DatabaseHealth): Health {
  const { state, detail } = source.state;
  return {
    live: state !== 'failed',
    ready: state === 'following',
    details: { stream: detail, database: database.state },
  };
}

function startRelay(
  { kafka }: ApiConfig,
  database: Database,
  health: DatabaseHealth,
  logger: Logger,
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const publisher = new ConnectedPublisher(new Publisher({ settings: kafka, logger, role: 'outbox' }));
  const relaying = runOutboxRelay({
    outbox: health.watch(new PostgresDecisionOutbox(database)),
    publisher,
    signal,
    pause: (durationMs) => pause(durationMs, undefined, { signal }).catch(() => undefined),
    onPublished: (count) => logger.info({ count }, 'decisions published'),
    onFault: (error, retryInMs) => {
      if (!health.failed(error)) return;
      logger.warn({ error: String(error), retryInMs }, 'decisions cannot be published, trying on');
    },
  });
  return {
    stop: async () => {
      stopping.abort();
      await relaying;
      await publisher.close();
    },
  };
}

/** Connects with the first message: most of the time there is nothing to send. */
class ConnectedPublisher implements DecisionPublisher {
  #connected = false;

  constructor(private readonly publisher: Publisher) {}

  async publish(messages: Parameters<DecisionPublisher['publish']>[0]): Promise<void> {
    if (!this.#connected) await this.publisher.connect();
    this.#connected = true;
    for (const topic of ['reference', 'snoozes'] as const) {
      await this.publisher.send(
        topic,
        messages.filter((message) => message.topic === topic),
      );
    }
  }

  async close(): Promise<void> {
    if (this.#connected) await this.publisher.disconnect();
  }
}
