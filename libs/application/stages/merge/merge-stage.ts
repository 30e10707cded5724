import type { StageDefinition, TaskContext } from '../stage.js';
import type { StageDependencies, StageOptions } from '../stage-options.js';
import { MergeTask } from './merge-task.js';

/** Name of the merge stage: part of its consumer group and of its transactional ids. */
export const MERGE_STAGE = 'merge';

/** Merges partial panes to the windows of every scope, and judges the rules on them. */
export function mergeStage(
  options: StageOptions,
  dependencies: StageDependencies,
): StageDefinition & { createTask(context: TaskContext): MergeTask } {
  return {
    name: MERGE_STAGE,
    inputs: ['panes'],
    changelog: 'mergeState',
    // 2: the zone that months were begun in stands with them. 3: revenue, cells of handlers and hours of past weeks.
    // 4: panes in bytes, what was added to them and each quarter of an hour anew. 5: cells in panes of a minute.
    changelogFormat: 5,
    tickMs: 500,
    createTask: (context) => new MergeTask(context, options, dependencies),
  };
}
