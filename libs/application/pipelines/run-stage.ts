import { concatMap, filter, map, type OperatorFunction } from 'rxjs';
import type { StageInput, StageOutput, StageTask } from '../stages/index.js';

/** An input with the wall clock at which it is processed, epoch ms. */
export interface TimedInput {
  readonly input: StageInput;
  readonly nowMs: number;
}

/** Whether an output has anything to be written: a tick usually has not. */
export function hasEffects(output: StageOutput): boolean {
  return output.records.length > 0 || output.changelog.length > 0;
}

/** Runs a task over its inputs, in order, one output for each input. */
export function processWith(task: StageTask): OperatorFunction<TimedInput, StageOutput> {
  return (inputs$) => inputs$.pipe(map(({ input, nowMs }) => task.process(input, nowMs)));
}

/**
 * Runs a task and hands each output that has effects to `commit` before the next input is looked at: the state that an
 * output came from is only built upon once it is committed. An error of `commit` ends the stream; the task must then be
 * dropped, never reused.
 */
export function processAndCommit(
  task: StageTask,
  commit: (output: StageOutput, input: TimedInput) => Promise<void>,
): OperatorFunction<TimedInput, StageOutput> {
  return (inputs$) =>
    inputs$.pipe(
      // concatMap subscribes to the next input's work only after this one's commit.
      concatMap(async (timed) => {
        const output = task.process(timed.input, timed.nowMs);
        if (hasEffects(output) || timed.input.kind === 'records') await commit(output, timed);
        return output;
      }),
      filter(hasEffects),
    );
}
