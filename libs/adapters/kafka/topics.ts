import kafkajs, { type Admin, type Kafka } from 'kafkajs';
import type { KafkaSettings } from '#libs/application';
import { TOPICS, TOPIC_KEYS, topicConfig, topicName, type TopicKey } from '#libs/contract';
import { pause } from './backoff.js';
import { isTransient } from './errors.js';
import { LogClient } from './log-client.js';
import { SILENT_LOGGER, type KafkaLogger } from './logger.js';

const { ConfigResourceTypes } = kafkajs;

const MAX_REPLICAS = 3;
const SERVED_WITHIN_MS = 60_000;

/** Partitions of each topic, as the cluster has them. */
export type PartitionCounts = Readonly<Record<TopicKey, number>>;

/** One topic as it stands in the cluster; undefined where it is missing. */
export interface FoundTopic {
  readonly partitions: number;
  /** `cleanup.policy`, such as `compact,delete`. */
  readonly cleanup: string;
}

/** Topics by key; a missing key is a missing topic. */
export type FoundTopics = Readonly<Partial<Record<TopicKey, FoundTopic>>>;

/** The cluster's topics do not fit; `faults` names each topic and the difference. */
export class TopicsError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`Kafka's topics do not fit Spendline:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.name = 'TopicsError';
  }
}

/**
 * Checks the topics that exist, creates the missing ones (or reports them, with `createTopics` off) and returns the
 * partition counts. Shared topics are created with the partitions of the input topics that exist already, else with
 * `settings.partitions`. Throws a {@link TopicsError} with every fault at once, and then creates nothing. Safe to run in
 * several processes.
 */
export async function ensureTopics(
  kafka: Kafka,
  settings: KafkaSettings,
  logger: KafkaLogger = SILENT_LOGGER,
): Promise<PartitionCounts> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    let found = await findTopics(admin, settings.topicPrefix);
    const missing = TOPIC_KEYS.filter((key) => !found[key]);
    if (missing.length > 0 && settings.createTopics) {
      const shared = sharedPartitions(found, settings.partitions);
      const faults = existingFaults(found, settings.topicPrefix, Math.max(shared, settings.leastPartitions ?? 1));
      if (faults.length > 0) throw new TopicsError(faults);
      await createTopics(admin, settings, missing, shared);
      const names = missing.map((key) => topicName(key, settings.topicPrefix));
      await waitUntilServed(kafka, names);
      logger.info({ topics: names }, 'topics created');
      found = await findTopics(admin, settings.topicPrefix);
    }
    const faults = topicFaults(found, settings.topicPrefix, settings.leastPartitions);
    if (faults.length > 0) throw new TopicsError(faults);
    return Object.fromEntries(TOPIC_KEYS.map((key) => [key, found[key]?.partitions ?? 0])) as Record<TopicKey, number>;
  } finally {
    await admin.disconnect();
  }
}

/** Partitions for new shared topics: those of the inputs that stand already, else as configured. */
export function sharedPartitions(found: FoundTopics, configured: number): number {
  const inputs = sharedInputs(found).map(({ topic }) => topic.partitions);
  return inputs.length > 0 ? Math.max(...inputs) : configured;
}

/**
 * Everything that is wrong, a sentence each. A task owns the same partition number of all inputs, so the shared inputs
 * must have equal counts, at least `least`; what it writes by that number, outputs and changelogs, must have as many.
 */
export function topicFaults(found: FoundTopics, prefix: string, least = 1): string[] {
  const missing = TOPIC_KEYS.filter((key) => !found[key]).map(
    (key) =>
      `${topicName(key, prefix)} is missing; create it, or let Spendline do so with SPENDLINE_CREATE_TOPICS=true`,
  );
  return [...existingFaults(found, prefix, least), ...missing];
}

/** The same of those that exist. `least`: partitions that shared topics must have, be the inputs there or not. */
function existingFaults(found: FoundTopics, prefix: string, least: number): string[] {
  const inputs = sharedInputs(found);
  const counts = new Set(inputs.map(({ topic }) => topic.partitions));
  const needed = Math.max(least, ...counts);
  const list = inputs.map(({ key, topic }) => `${topicName(key, prefix)} ${topic.partitions}`).join(', ');
  return [
    ...(counts.size > 1 ? [`the input topics must have the same number of partitions, but have: ${list}`] : []),
    ...TOPIC_KEYS.flatMap((key) => {
      const topic = found[key];
      return topic ? faultsOf(key, topic, topicName(key, prefix), { least, needed }) : [];
    }),
  ];
}

function faultsOf(
  key: TopicKey,
  topic: FoundTopic,
  name: string,
  { least, needed }: { readonly least: number; readonly needed: number },
): string[] {
  const { direction, cleanup, partitions } = TOPICS[key];
  const faults: string[] = [];
  if (direction === 'in' && topic.partitions < least) {
    faults.push(`${name} has ${topic.partitions} partitions, but SPENDLINE_PARTITIONS asks for at least ${least}`);
  }
  const fewest = partitions === 'shared' ? needed : partitions;
  if (direction !== 'in' && topic.partitions < fewest) {
    faults.push(`${name} has ${topic.partitions} partitions, but needs at least ${fewest}: as many as the inputs`);
  }
  if (partitions === 1 && topic.partitions > 1) {
    faults.push(`${name} has ${topic.partitions} partitions, but must have 1: its records are read in one order`);
  }
  if (policies(topic.cleanup) !== policies(cleanup)) {
    faults.push(`${name} has cleanup.policy=${topic.cleanup}, but needs cleanup.policy=${cleanup}`);
  }
  return faults;
}

function policies(value: string): string {
  return value
    .split(',')
    .map((policy) => policy.trim())
    .sort()
    .join();
}

function sharedInputs(found: FoundTopics): { key: TopicKey; topic: FoundTopic }[] {
  return TOPIC_KEYS.flatMap((key) => {
    const topic = found[key];
    const { direction, partitions } = TOPICS[key];
    return topic && direction === 'in' && partitions === 'shared' ? [{ key, topic }] : [];
  });
}

async function findTopics(admin: Admin, prefix: string): Promise<FoundTopics> {
  const existing = new Set(await admin.listTopics());
  const keys = TOPIC_KEYS.filter((key) => existing.has(topicName(key, prefix)));
  if (keys.length === 0) return {};
  const names = keys.map((key) => topicName(key, prefix));
  const { topics } = await admin.fetchTopicMetadata({ topics: names });
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: names.map((name) => ({ type: ConfigResourceTypes.TOPIC, name, configNames: ['cleanup.policy'] })),
  });
  const partitions = new Map(topics.map((topic) => [topic.name, topic.partitions.length]));
  const cleanup = new Map(resources.map((each) => [each.resourceName, each.configEntries[0]?.configValue ?? '']));
  return Object.fromEntries(
    keys.map((key) => {
      const name = topicName(key, prefix);
      return [key, { partitions: partitions.get(name) ?? 0, cleanup: cleanup.get(name) ?? '' }];
    }),
  );
}

async function createTopics(admin: Admin, settings: KafkaSettings, keys: readonly TopicKey[], shared: number) {
  const { brokers } = await admin.describeCluster();
  await admin.createTopics({
    waitForLeaders: false,
    topics: keys.map((key) => ({
      topic: topicName(key, settings.topicPrefix),
      numPartitions: TOPICS[key].partitions === 'shared' ? shared : TOPICS[key].partitions,
      replicationFactor: Math.min(MAX_REPLICAS, brokers.length),
      configEntries: Object.entries(topicConfig(key)).map(([name, value]) => ({ name, value })),
    })),
  });
}

/**
 * Waits until every new partition can be read. A leader is known before the broker has made its files, so only asking
 * it tells; kafkajs's own wait also gives up while a topic is not yet known to the broker that it asks.
 */
async function waitUntilServed(kafka: Kafka, names: readonly string[]): Promise<void> {
  const deadline = Date.now() + SERVED_WITHIN_MS;
  const log = await LogClient.connect(kafka);
  try {
    for (const name of names) {
      while (!(await isServed(log, name))) {
        if (Date.now() > deadline)
          throw new Error(`Kafka does not serve the new topic ${name} after 60 s; see its log`);
        await pause(200);
      }
    }
  } finally {
    await log.close().catch(() => undefined);
  }
}

async function isServed(log: LogClient, topic: string): Promise<boolean> {
  try {
    const partitions = await log.partitions(topic);
    const ranges = await log.ranges(topic, partitions);
    return partitions.length > 0 && ranges.size === partitions.length;
  } catch (error) {
    if (isTransient(error)) return false;
    throw error;
  }
}
