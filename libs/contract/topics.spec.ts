import { TOPIC_KEYS, TOPICS, topicConfig, topicName, type TopicKey } from '#libs/contract';

/** The table of the public contract, written down a second time on purpose: a change here breaks readers. */
const PUBLISHED = [
  ['interactions', 'callcenter.interactions', 'in', 'interaction.v1', 'delete'],
  ['agentStates', 'callcenter.agent-states', 'in', 'agent-state.v1', 'delete'],
  ['feedback', 'callcenter.feedback', 'in', 'feedback.v1', 'delete'],
  ['billingLines', 'billing.lines', 'in', 'billing-line.v1', 'delete'],
  ['revenue', 'finance.revenue', 'in', 'revenue.v1', 'delete'],
  ['costEvents', 'cost.events', 'out', 'cost-event.v1', 'delete'],
  ['costWindows', 'cost.windows', 'out', 'cost-window.v1', 'compact,delete'],
  ['signals', 'cost.signals', 'out', 'signal.v1', 'compact,delete'],
  ['rejected', 'cost.rejected', 'out', undefined, 'delete'],
] as const;

describe('topics', () => {
  it.each(PUBLISHED)('%s is published as %s', (key, name, direction, schema, cleanup) => {
    const topic = TOPICS[key];
    expect([topic.name, topic.direction, topic.schema, topic.cleanup, topic.partitions]).toEqual([
      name,
      direction,
      schema,
      cleanup,
      'shared',
    ]);
  });

  it('keeps everything else internal, under spendline.*', () => {
    const published: readonly TopicKey[] = PUBLISHED.map(([key]) => key);
    const internal = TOPIC_KEYS.filter((key) => !published.includes(key));
    expect(internal.map((key) => TOPICS[key].direction)).toEqual(internal.map(() => 'internal'));
    expect(internal.filter((key) => !TOPICS[key].name.startsWith('spendline.'))).toEqual([]);
  });

  it('gives each topic a name of its own', () => {
    expect(new Set(TOPIC_KEYS.map((key) => TOPICS[key].name)).size).toBe(TOPIC_KEYS.length);
  });

  it('never lets retention delete from a topic that is only compacted', () => {
    const compacted = TOPIC_KEYS.filter((key) => TOPICS[key].cleanup === 'compact');
    expect(compacted).toContain('costState');
    expect(compacted.filter((key) => TOPICS[key].retentionMs !== undefined)).toEqual([]);
  });

  it('puts the prefix before the name as it is', () => {
    expect(topicName('signals', '')).toBe('cost.signals');
    expect(topicName('signals', 'test7.')).toBe('test7.cost.signals');
  });

  it('names settings as Kafka does', () => {
    expect(topicConfig('rejected')).toEqual({
      'cleanup.policy': 'delete',
      'retention.ms': '2592000000',
      'max.message.bytes': '16777216',
    });
    expect(topicConfig('reference')).toEqual({ 'cleanup.policy': 'compact' });
  });
});
