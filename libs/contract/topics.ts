import type { SchemaId } from './schemas.js';

/** The topics that Spendline reads and writes, by the name that the code knows them under. */
export type TopicKey =
  | 'interactions'
  | 'agentStates'
  | 'feedback'
  | 'billingLines'
  | 'revenue'
  | 'costEvents'
  | 'costWindows'
  | 'signals'
  | 'rejected'
  | 'panes'
  | 'costState'
  | 'mergeState'
  | 'reference'
  | 'live'
  | 'control'
  | 'replayed'
  | 'deadLetters'
  | 'snoozes';

/** Kafka's `cleanup.policy`. */
type CleanupPolicy = 'delete' | 'compact' | 'compact,delete';

/** One topic: what it is called, what it carries and how Kafka is to keep it. */
export interface TopicDefinition {
  /** Without the prefix; see {@link topicName}. */
  readonly name: string;
  /** `in` and `out` are the public contract; `internal` may change with any version. */
  readonly direction: 'in' | 'out' | 'internal';
  /** What a record means, in one sentence. */
  readonly summary: string;
  /** What the record key is, in words. */
  readonly key: string;
  readonly cleanup: CleanupPolicy;
  /** Schema of the value; absent where the value is not a payload of the public contract. */
  readonly schema?: SchemaId;
  /** `shared`: the configured count, the same for all of them, so that stages are co-partitioned. */
  readonly partitions: 'shared' | 1;
  /** Used when the topic is created, never checked; absent: kept for ever (compacted) or the broker's default. */
  readonly retentionMs?: number;
  /** Largest record batch in bytes, used when the topic is created; absent: the broker's default (1 MiB). */
  readonly maxMessageBytes?: number;
}

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
const MONTH_MS = 30 * DAY_MS;
/** A month-to-date window that has not changed since the 1st is still to be read on the 31st. */
const WINDOWS_MS = 62 * DAY_MS;

/** Every topic, public and internal. */
export const TOPICS: Readonly<Record<TopicKey, TopicDefinition>> = {
  interactions: {
    name: 'callcenter.interactions',
    direction: 'in',
    summary: 'A finished handling of a customer contact by one agent, vendor or bot.',
    key: 'agentId, else vendorId, else botId',
    cleanup: 'delete',
    schema: 'interaction.v1',
    partitions: 'shared',
    retentionMs: WEEK_MS,
  },
  agentStates: {
    name: 'callcenter.agent-states',
    direction: 'in',
    summary: 'An agent enters a state.',
    key: 'agentId',
    cleanup: 'delete',
    schema: 'agent-state.v1',
    partitions: 'shared',
    retentionMs: WEEK_MS,
  },
  feedback: {
    name: 'callcenter.feedback',
    direction: 'in',
    summary: 'What a customer or a quality check said of a contact.',
    key: "the interaction's key: agentId, else vendorId, else botId",
    cleanup: 'delete',
    schema: 'feedback.v1',
    partitions: 'shared',
    retentionMs: WEEK_MS,
  },
  billingLines: {
    name: 'billing.lines',
    direction: 'in',
    summary: 'A line of an invoice, payroll run or usage bill.',
    key: 'lineId',
    cleanup: 'delete',
    schema: 'billing-line.v1',
    partitions: 'shared',
    retentionMs: MONTH_MS,
  },
  revenue: {
    name: 'finance.revenue',
    direction: 'in',
    summary: 'Revenue of a period.',
    key: 'revenueId',
    cleanup: 'delete',
    schema: 'revenue.v1',
    partitions: 'shared',
    retentionMs: MONTH_MS,
  },
  costEvents: {
    name: 'cost.events',
    direction: 'out',
    summary: 'A costed fact.',
    key: "the key of the fact that was costed: the interaction's key, agentId, or lineId",
    cleanup: 'delete',
    schema: 'cost-event.v1',
    partitions: 'shared',
    retentionMs: WEEK_MS,
  },
  costWindows: {
    name: 'cost.windows',
    direction: 'out',
    summary: 'A rolling or calendar window of one scope.',
    key: 'scope:id:window, with : and % inside the id percent-encoded',
    cleanup: 'compact,delete',
    schema: 'cost-window.v1',
    partitions: 'shared',
    retentionMs: WINDOWS_MS,
  },
  signals: {
    name: 'cost.signals',
    direction: 'out',
    summary: 'An overspend or risk signal fires, goes on or resolves.',
    key: 'signalKey',
    cleanup: 'compact,delete',
    schema: 'signal.v1',
    partitions: 'shared',
    retentionMs: MONTH_MS,
  },
  rejected: {
    name: 'cost.rejected',
    direction: 'out',
    summary: 'An input record that could not be taken, untouched, with the reason in its headers.',
    key: 'key of the rejected record',
    cleanup: 'delete',
    partitions: 'shared',
    retentionMs: MONTH_MS,
    // A record at its own topic's limit grows by our headers: without room here it could never leave the input.
    maxMessageBytes: 16 * 1024 * 1024,
  },
  panes: {
    name: 'spendline.panes',
    direction: 'internal',
    summary: 'Partial window panes from the cost stage to the merge stage.',
    key: 'scope:id',
    cleanup: 'delete',
    partitions: 'shared',
    retentionMs: WEEK_MS,
  },
  costState: {
    name: 'spendline.cost-state',
    direction: 'internal',
    summary: 'Changelog of the cost stage.',
    key: 'state key',
    cleanup: 'compact',
    partitions: 'shared',
  },
  mergeState: {
    name: 'spendline.merge-state',
    direction: 'internal',
    summary: 'Changelog of the merge stage.',
    key: 'state key',
    cleanup: 'compact',
    partitions: 'shared',
  },
  reference: {
    name: 'spendline.reference',
    direction: 'internal',
    summary: 'Reference data: rate cards, budgets, rules, the organisation.',
    key: 'kind/id',
    cleanup: 'compact',
    partitions: 1,
  },
  live: {
    name: 'spendline.live',
    direction: 'internal',
    summary: 'Open window values of a scope, for metrics, API and console.',
    key: 'scope:id',
    cleanup: 'compact',
    partitions: 'shared',
  },
  control: {
    name: 'spendline.control',
    direction: 'internal',
    summary: 'Markers for the cost tasks: the end of a replay, what one tells the others of a bill.',
    key: 'kind of marker',
    cleanup: 'delete',
    partitions: 'shared',
    retentionMs: WEEK_MS,
  },
  replayed: {
    name: 'spendline.replayed',
    direction: 'internal',
    summary: 'Which rejected records were sent to their input again, so that nobody does it twice unawares.',
    key: 'partition/offset in cost.rejected',
    cleanup: 'delete',
    partitions: 1,
    // As long as any rejection may be there.
    retentionMs: MONTH_MS + DAY_MS,
  },
  deadLetters: {
    name: 'spendline.dead-letters',
    direction: 'internal',
    summary: 'Messages about signals that a receiver did not take, until they are delivered after all.',
    key: 'receiver/episodeId:sequence',
    cleanup: 'compact',
    partitions: 1,
  },
  snoozes: {
    name: 'spendline.snoozes',
    direction: 'internal',
    summary: 'Until when receivers are to be quiet about an episode of a signal.',
    key: 'episodeId',
    cleanup: 'compact,delete',
    partitions: 1,
    // A snooze ends after a week at the latest.
    retentionMs: WEEK_MS + DAY_MS,
  },
};

/** CloudEvents type of what each published topic carries. */
export const EVENT_TYPES = {
  costEvents: 'spendline.cost.v1',
  costWindows: 'spendline.window.v1',
  signals: 'spendline.signal.v1',
} as const satisfies Partial<Record<TopicKey, string>>;

/** Every {@link TopicKey}, in the order of the table. */
export const TOPIC_KEYS = Object.keys(TOPICS) as readonly TopicKey[];

/** The topic's name in Kafka: the prefix (may be empty) is put before it as it is. */
export function topicName(key: TopicKey, prefix: string): string {
  return prefix + TOPICS[key].name;
}

/** Kafka's settings for creating the topic, by their Kafka names. */
export function topicConfig(key: TopicKey): Readonly<Record<string, string>> {
  const { cleanup, retentionMs, maxMessageBytes } = TOPICS[key];
  return {
    'cleanup.policy': cleanup,
    ...(retentionMs === undefined ? {} : { 'retention.ms': String(retentionMs) }),
    ...(maxMessageBytes === undefined ? {} : { 'max.message.bytes': String(maxMessageBytes) }),
  };
}
