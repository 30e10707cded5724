import { TOPIC_KEYS, TOPICS, type TopicKey } from '#libs/contract';
import { sharedPartitions, topicFaults, type FoundTopic, type FoundTopics } from './topics.js';

function complete(change: Partial<Record<TopicKey, FoundTopic | undefined>> = {}): FoundTopics {
  const topics = TOPIC_KEYS.map((key) => {
    const { partitions, cleanup } = TOPICS[key];
    return [key, { partitions: partitions === 'shared' ? 8 : partitions, cleanup }];
  });
  return { ...(Object.fromEntries(topics) as FoundTopics), ...change } as FoundTopics;
}

describe('topicFaults', () => {
  it('finds none where all is as it should be', () => {
    expect(topicFaults(complete(), '')).toEqual([]);
  });

  it('names every fault at once: topic and difference', () => {
    const found = complete({
      interactions: { partitions: 8, cleanup: 'compact' },
      costState: { partitions: 4, cleanup: 'compact' },
      reference: { partitions: 3, cleanup: 'compact' },
      signals: undefined,
    });
    expect(topicFaults(found, 'p.')).toEqual([
      'p.callcenter.interactions has cleanup.policy=compact, but needs cleanup.policy=delete',
      'p.spendline.cost-state has 4 partitions, but needs at least 8: as many as the inputs',
      'p.spendline.reference has 3 partitions, but must have 1: its records are read in one order',
      'p.cost.signals is missing; create it, or let Spendline do so with SPENDLINE_CREATE_TOPICS=true',
    ]);
  });

  it('accepts inputs of another count, as long as they agree and the rest has at least as many', () => {
    const inputs = TOPIC_KEYS.filter((key) => TOPICS[key].direction === 'in');
    const of = (partitions: number) =>
      Object.fromEntries(inputs.map((key) => [key, { partitions, cleanup: 'delete' }]));
    expect(topicFaults(complete(of(6)), '')).toEqual([]);
    expect(topicFaults(complete(of(12)), '')[0]).toContain('needs at least 12');
    const [fault] = topicFaults(complete({ feedback: { partitions: 4, cleanup: 'delete' } }), '');
    expect(fault).toContain('the input topics must have the same number of partitions');
    expect(fault).toContain('callcenter.feedback 4');
  });

  it('wants as many as somebody asked for', () => {
    expect(topicFaults(complete(), '', 8)).toEqual([]);
    expect(topicFaults(complete({ revenue: { partitions: 4, cleanup: 'delete' } }), '', 8)).toContain(
      'finance.revenue has 4 partitions, but SPENDLINE_PARTITIONS asks for at least 8',
    );
  });

  it('does not mind the order of two policies', () => {
    expect(topicFaults(complete({ signals: { partitions: 8, cleanup: 'delete, compact' } }), '')).toEqual([]);
  });
});

describe('sharedPartitions', () => {
  it('follows inputs that exist already', () => {
    expect(sharedPartitions({ feedback: { partitions: 12, cleanup: 'delete' } }, 8)).toBe(12);
    expect(sharedPartitions({ costEvents: { partitions: 12, cleanup: 'delete' } }, 8)).toBe(8);
  });
});
