import type { StageDefinition } from '#libs/application';
import { SumTask } from './sum-task.js';
import { WindowTask } from './window-task.js';
import type { Workload } from './workload.js';

/** Windows are written to as many partitions as the harness gives its topics. */
const OUT_PARTITIONS = 4;

/** Reads the events. `onFirst`: the first of them was seen. */
export function sumStage(workload: Workload, onFirst: () => void): StageDefinition {
  return {
    name: 'sum',
    inputs: ['interactions'],
    changelog: 'costState',
    tickMs: 10_000,
    createTask: (context) => new SumTask(context, workload, onFirst),
  };
}

/** Puts channels together, whose events are in all partitions. `partitionOf`: that of a key among so many. */
export function windowStage(
  workload: Workload,
  partitionOf: (key: string, partitions: number) => number,
): StageDefinition {
  return {
    name: 'window',
    inputs: ['panes'],
    changelog: 'mergeState',
    tickMs: 10_000,
    createTask: ({ partitionCounts }) =>
      new WindowTask(workload, (channel) => partitionOf(channel, partitionCounts.costWindows ?? OUT_PARTITIONS)),
  };
}
