import {
  createKafka,
  ensureTopics,
  partitionOf,
  SILENT_LOGGER,
  StageRunner,
  timingFor,
  type RunnerTiming,
} from '#libs/adapters/kafka';
import { processMarks } from '#libs/adapters/process';
import { environment } from '#libs/config';
import { TOPICS, TOPIC_KEYS, type TopicDefinition } from '#libs/contract';
import { sumStage, windowStage } from './peer-stages.js';

/**
 * Our engine as a contestant of the peers' harness: two stages that are written for the workload, on the product's runner.
 * It is told by the environment: BROKER, IN_TOPIC, OUT_TOPIC, GROUP, WORKLOAD. Runs until it is stopped.
 */
function setting(name: string): string {
  const value = environment()[name];
  if (value === undefined) throw new Error(`${name} is missing; the peers' harness sets it`);
  return value;
}

const workload = setting('WORKLOAD');
if (workload !== 'w1' && workload !== 'w3') throw new Error(`no workload ${workload} here, only w1 and w3`);

/** A fetch brings up to 2 MiB of each partition, all of which goes into one transaction. */
const CHUNK_RECORDS = 8_000;
const TIMING: RunnerTiming = { ...timingFor(10_000), fetchMaxBytesPerPartition: 2_097_152, fetchMaxWaitMs: 100 };

/**
 * The contract fixes our topics' names, the harness gives others; so this process knows them under those. What is told of
 * channels is for one task, as there are five of them.
 */
function nameTopics(inTopic: string, outTopic: string): void {
  const named: Partial<Record<string, Partial<TopicDefinition>>> = {
    interactions: { name: inTopic },
    costEvents: { name: `${outTopic}.events` },
    costWindows: { name: outTopic, cleanup: 'delete' },
    panes: { name: `${outTopic}.panes`, partitions: 1 },
    mergeState: { name: `${outTopic}.merge-state`, partitions: 1 },
  };
  for (const key of TOPIC_KEYS) Object.assign(TOPICS[key], named[key] ?? { name: `${outTopic}.${TOPICS[key].name}` });
}

nameTopics(setting('IN_TOPIC'), setting('OUT_TOPIC'));
const settings = {
  brokers: [setting('BROKER')],
  clientId: 'spendline',
  topicPrefix: '',
  partitions: 4,
  createTopics: true,
};
const logger = { ...SILENT_LOGGER, error: console.error, warn: console.error };
const partitionCounts = await ensureTopics(createKafka(settings, 'topics', { logger }), settings, logger);
let seen = false;
const onFirst = (): void => {
  if (!seen) console.log(`FIRST ${String(Date.now())}`);
  seen = true;
};
for (const definition of [windowStage(workload, partitionOf), sumStage(workload, onFirst)]) {
  const runner = new StageRunner({
    settings,
    group: setting('GROUP'),
    definition,
    partitionCounts,
    logger,
    chunkRecords: CHUNK_RECORDS,
    timing: TIMING,
    processMarks: processMarks(),
    onFatal: (error) => {
      console.error(error);
      process.exit(1);
    },
  });
  process.once('SIGTERM', () => void runner.stop().then(() => setTimeout(() => process.exit(0), 500)));
  await runner.start();
}
