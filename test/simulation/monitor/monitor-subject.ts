import { hash } from 'node:crypto';
import { zonedCalendar } from '#libs/adapters/calendar';
import {
  COST_STAGE,
  costStage,
  DEFAULT_STAGE_OPTIONS,
  MERGE_STAGE,
  mergeStage,
  type StageDependencies,
} from '#libs/application';
import { TOPIC_KEYS, topicName, TOPICS, type TopicKey } from '#libs/contract';
import { referenceFeedOf, referenceRecordsOf } from '../../../libs/testing/reference-records.js';
import { partitionOf } from '../../../libs/adapters/kafka/partitioner.js';
import { REFERENCE, Workload, type GeneratedRecord } from '../../faults/workload.js';
import type { SimCluster } from '../kafka/cluster.js';
import type { Plan } from '../plan.js';
import type { Subject } from '../subject.js';
import { MonitorOracle } from './monitor-oracle.js';

/** Event time between two records: a run takes the windows through half an hour or more. */
const STEP_MS = 20_000;
const RECORDS_FACTOR = 4;
const INPUTS = ['interactions', 'feedback', 'billingLines'] as const satisfies readonly TopicKey[];

/** The monitor's two stages, one feeding the other, on the input of the fault tests. */
export function monitorSubject(seed: number, plan: Plan, clusterOf: () => SimCluster): Subject {
  const counts = Object.fromEntries(
    TOPIC_KEYS.map((key) => {
      const { partitions } = TOPICS[key];
      return [key, partitions === 'shared' ? plan.partitions : partitions];
    }),
  ) as Record<TopicKey, number>;
  const options = { ...DEFAULT_STAGE_OPTIONS, clock: 'event' as const };
  const stages = () => [costStage(options, dependencies), mergeStage(options, dependencies)];
  const [cost, merge] = stages();
  const judged = [
    { group: `sim-${COST_STAGE}`, inputs: cost?.inputs ?? [], changelog: 'costState' as const },
    { group: `sim-${MERGE_STAGE}`, inputs: merge?.inputs ?? [], changelog: 'mergeState' as const },
  ];
  return {
    topics: Object.fromEntries(TOPIC_KEYS.map((key) => [topicName(key, ''), counts[key]])),
    partitionCounts: counts,
    judge: new MonitorOracle(judged, counts, clusterOf),
    stages,
    writeInput: (cluster, done) => writeInput(cluster, seed, plan, done),
  };
}

const dependencies: StageDependencies = {
  reference: referenceFeedOf(referenceRecordsOf(REFERENCE)),
  partitionOf,
  calendarOf: zonedCalendar,
  fingerprint: (text) => hash('sha256', text, 'hex').slice(0, 32),
};

/** Writes the records in their order at random times, and behind the last the mark that ends the input. */
function writeInput(cluster: SimCluster, seed: number, plan: Plan, done: () => void): void {
  const { scheduler } = cluster;
  const { random } = scheduler;
  const records = new Workload({ seed, stepMs: STEP_MS }).take(RECORDS_FACTOR * plan.records);
  const times = records.map(() => random.between(0, plan.writtenUntilMs)).sort((a, b) => a - b);
  const write = (record: GeneratedRecord): void => {
    const log = cluster.log(topicName(record.topic, ''), partitionOf(record.key, plan.partitions));
    const headers = record.reject === undefined ? {} : { 'expect-reject': record.reject };
    log.append([{ key: record.key, value: record.value, headers }], scheduler.nowMs);
  };
  for (const [index, record] of records.entries()) scheduler.after(times[index] ?? 0, null, () => write(record));
  scheduler.after(plan.writtenUntilMs, null, () => {
    const ends = INPUTS.map((key) => [key, cluster.logsOf(topicName(key, '')).map(({ end }) => String(end))] as const);
    const endOffsets = Object.fromEntries(ends.map(([key, list]) => [key, Object.fromEntries(list.entries())]));
    const value = JSON.stringify({ kind: 'finish', id: 'end', endOffsets });
    for (const log of cluster.logsOf(topicName('control', ''))) log.append([{ key: 'end', value }], scheduler.nowMs);
    done();
  });
}
