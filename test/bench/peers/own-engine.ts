import { hash } from 'node:crypto';
import { zonedCalendar } from '#libs/adapters/calendar';
import { createKafka, ensureTopics, partitionOf, SILENT_LOGGER, StageRunner, timingFor } from '#libs/adapters/kafka';
import { environment } from '#libs/config';
import { TOPICS, TOPIC_KEYS, type TopicDefinition } from '#libs/contract';
import { peerCostStage, peerMergeStage } from './peer-stages.js';
import { peerReference } from './peer-reference.js';

/**
 * Our engine as a contestant of the peers' harness: the product's two stages and its runner, set to the workload. It is
 * told by the environment: BROKER, IN_TOPIC, OUT_TOPIC, GROUP, WORKLOAD. Runs until it is stopped.
 */
function setting(name: string): string {
  const value = environment()[name];
  if (value === undefined) throw new Error(`${name} is missing; the peers' harness sets it`);
  return value;
}

const workload = setting('WORKLOAD');
if (workload !== 'w1' && workload !== 'w3') throw new Error(`no workload ${workload} here, only w1 and w3`);

/** The contract fixes our topics' names, the harness gives others; so this process knows them under those. */
function nameTopics(inTopic: string, outTopic: string): void {
  const named: Partial<Record<string, Partial<TopicDefinition>>> = {
    interactions: { name: inTopic },
    costEvents: { name: `${outTopic}.events` },
    costWindows: { name: outTopic, cleanup: 'delete' },
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
const dependencies = {
  reference: peerReference(workload),
  partitionOf,
  calendarOf: zonedCalendar,
  fingerprint: (text: string) => hash('sha256', text, 'hex').slice(0, 32),
};
let seen = false;
const onFirst = (): void => {
  if (!seen) console.log(`FIRST ${String(Date.now())}`);
  seen = true;
};
for (const definition of [peerCostStage(workload, dependencies, onFirst), peerMergeStage(workload, dependencies)]) {
  const runner = new StageRunner({
    settings,
    group: setting('GROUP'),
    definition,
    partitionCounts,
    logger,
    chunkRecords: 5_000,
    timing: timingFor(10_000),
    onFatal: (error) => {
      console.error(error);
      process.exit(1);
    },
  });
  process.once('SIGTERM', () => void runner.stop().then(() => setTimeout(() => process.exit(0), 500)));
  await runner.start();
}
