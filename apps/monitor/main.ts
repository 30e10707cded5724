import 'reflect-metadata';
import { hash } from 'node:crypto';
import type { Server } from 'node:http';
import { NestFactory } from '@nestjs/core';
import { zonedCalendar } from '#libs/adapters/calendar';
import {
  createKafka,
  ensureTopics,
  KafkaStageTransport,
  partitionOf,
  timingFor,
  TopicReader,
  TopicsError,
  whileAway,
} from '#libs/adapters/kafka';
import { createLogger, NestLog, type Logger } from '#libs/adapters/logging';
import { processMarks, stopGracefully } from '#libs/adapters/process';
import { createMetrics, keepConnections } from '#libs/adapters/prometheus';
import { DEFAULT_STAGE_OPTIONS, ReferenceFeed, type StageOptions, type StageTask } from '#libs/application';
import { ConfigError, environment, loadMonitorConfig, type MonitorConfig } from '#libs/config';
import { MonitorModule } from './monitor.module.js';
import { MonitorView } from './monitor-view.js';

/**
 * Records of one transaction: what a fetch brings of one partition, 2 MiB of contacts, goes into one, which spreads its price; few
 * enough that heartbeats are never long in coming.
 */
const CHUNK_RECORDS = 5_000;

function stageOptions(config: MonitorConfig): StageOptions {
  const { clock, disorderMs, idleMs, graceMs, dedupHorizonMs, maxFutureMs, extraScopes, kafka } = config;
  return {
    ...DEFAULT_STAGE_OPTIONS,
    clock,
    disorderMs,
    idleMs,
    dedupHorizonMs,
    maxFutureMs,
    windowing: { ...DEFAULT_STAGE_OPTIONS.windowing, graceMs, correctionMs: dedupHorizonMs },
    scopes: [...DEFAULT_STAGE_OPTIONS.scopes, ...extraScopes],
    topicPrefix: kafka.topicPrefix,
  };
}

/** Ends the process for good: whoever started it starts it again, from what is committed. */
function endWith(logger: Logger, error: unknown): never {
  logger.fatal({ error: error instanceof Error ? error.message : String(error) }, 'the monitor cannot go on');
  process.exit(1);
}

async function readReference(
  config: MonitorConfig,
  logger: Logger,
): Promise<{ feed: ReferenceFeed; reader: TopicReader }> {
  const feed = new ReferenceFeed((key, problem) =>
    logger.warn({ key, problem }, 'reference entry cannot be read; left out'),
  );
  const reader = await whileAway({ what: 'The monitor', logger }, async () => {
    const made = new TopicReader({
      settings: config.kafka,
      topics: ['reference'],
      onBatch: ({ records }) => feed.take(records),
      onFatal: (error) => endWith(logger, error),
      logger,
      role: 'reference',
    });
    await made.start();
    return made;
  });
  await reader.caughtUp;
  logger.info({ entries: feed.size }, 'reference data read');
  return { feed, reader };
}

async function main(): Promise<void> {
  const config = loadMonitorConfig(environment());
  const logger = createLogger('monitor', config.logLevel);
  const metrics = createMetrics();
  const view = new MonitorView(metrics, config.maxAgents);
  const partitionCounts = await whileAway({ what: 'The monitor', logger }, () =>
    ensureTopics(createKafka(config.kafka, 'topics', { logger }), config.kafka, logger),
  );
  const { feed, reader } = await readReference(config, logger);
  const opened = new Map<string, StageTask>();
  const transport = new KafkaStageTransport({
    settings: config.kafka,
    group: config.group,
    partitionCounts,
    logger,
    chunkRecords: CHUNK_RECORDS,
    timing: timingFor(config.sessionTimeoutMs),
    processMarks: processMarks(),
    onCommitted: (stage, _task, output, commitSeconds) => view.committed$.next({ stage, output, commitSeconds }),
    onTaskOpened: (stage, partition, task) => {
      opened.set(`${stage}/${String(partition)}`, task);
      view.opened(stage, task);
    },
    onTaskClosed: (stage, partition) => {
      const task = opened.get(`${stage}/${String(partition)}`);
      if (task) view.closed(task);
      opened.delete(`${stage}/${String(partition)}`);
    },
    onTaskFailed: (stage, fenced) => view.taskFailed(stage, fenced),
    onFatal: (error) => {
      view.failed(error);
      endWith(logger, error);
    },
  });
  metrics.onExpose(() => view.refresh(transport, Date.now()));
  const dependencies = {
    reference: feed,
    partitionOf,
    calendarOf: zonedCalendar,
    fingerprint: (text: string) => hash('sha256', text, 'hex').slice(0, 32),
  };
  const module = MonitorModule.forRoot(stageOptions(config), dependencies, {
    registry: metrics,
    health: () => view.health(transport, Date.now()),
  });
  const app = await NestFactory.create(module, { logger: new NestLog(logger), abortOnError: false });
  app.connectMicroservice({ strategy: transport });
  stopGracefully({
    stop: async () => {
      await app.close();
      await reader.stop();
    },
    onFailure: (problem) => logger.error({ problem: String(problem) }, 'stopping failed'),
  });
  keepConnections(app.getHttpServer() as Server);
  await app.listen(config.metricsPort, config.host);
  await app.startAllMicroservices();
  logger.info({ metrics: `http://${config.host}:${String(config.metricsPort)}/metrics` }, 'monitor started');
}

main().catch((error: unknown) => {
  console.error(error instanceof ConfigError || error instanceof TopicsError ? error.message : error);
  process.exit(1);
});
