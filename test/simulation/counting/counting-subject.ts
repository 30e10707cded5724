import { topicName, type TopicKey } from '#libs/contract';
import type { PartitionCounts } from '../../../libs/adapters/kafka/topics.js';
import { countingStage } from '../../../libs/testing/kafka/counting-stage.js';
import type { SimCluster } from '../kafka/cluster.js';
import type { Plan } from '../plan.js';
import type { Subject } from '../subject.js';
import { writeInput } from './counting-input.js';
import { CountingOracle, type Topics } from './counting-oracle.js';

/** The counting stage, whose every fault shows in what it counts. */
export function countingSubject(seed: number, plan: Plan, clusterOf: () => SimCluster): Subject {
  const { partitions } = plan;
  // Few, and none of those that have found something.
  const isStepwise = seed % 16 === 8;
  const inputs: TopicKey[] = plan.twoInputs ? ['interactions', 'agentStates'] : ['interactions'];
  const topics: Topics = {
    group: 'sim-counting',
    inputs: inputs.map((key) => topicName(key, '')),
    output: topicName('costEvents', ''),
    changelog: topicName('costState', ''),
    ticks: topicName('signals', ''),
  };
  const counts = {
    ...{ interactions: partitions, agentStates: partitions },
    ...{ costEvents: partitions, costState: partitions, signals: partitions },
  };
  return {
    topics: Object.fromEntries(
      [...topics.inputs, topics.output, topics.changelog, topics.ticks].map((name) => [name, partitions]),
    ),
    partitionCounts: counts as unknown as PartitionCounts,
    judge: new CountingOracle(topics, clusterOf, isStepwise),
    stages: () => [countingStage({ inputs, tickMs: 400, writeAtTick: true, ...(isStepwise && { answersInStep: 2 }) })],
    writeInput: (cluster, done) => writeInput(cluster, plan, topics.inputs, done),
  };
}
