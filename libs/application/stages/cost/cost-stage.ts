import type { StageDefinition, TaskContext } from '../stage.js';
import type { StageDependencies, StageOptions } from '../stage-options.js';
import { CostTask } from './cost-task.js';

/** Name of the cost stage: part of its consumer group and of its transactional ids. */
export const COST_STAGE = 'cost';

/** Costs every fact and sends partial panes to the merge stage. */
export function costStage(
  options: StageOptions,
  dependencies: StageDependencies,
): StageDefinition & { createTask(context: TaskContext): CostTask } {
  return {
    name: COST_STAGE,
    inputs: ['interactions', 'agentStates', 'feedback', 'billingLines', 'revenue', 'control'],
    changelog: 'costState',
    // 2: facts as bytes, with a fingerprint of their own. 3: a name stands once in a record of facts.
    changelogFormat: 3,
    formatsBefore: [2],
    tickMs: 1000,
    createTask: (context) => new CostTask(context, options, dependencies),
  };
}
