import { map, type OperatorFunction } from 'rxjs';
import type { StageInput, StageOutput, StageTask } from '../stages/index.js';

/** An input with the wall clock at which it is processed, epoch ms. */
export interface TimedInput {
  readonly input: StageInput;
  readonly nowMs: number;
}

/** Runs a task over its inputs, in order: one output for each input, in the same turn. */
export function processWith(task: StageTask): OperatorFunction<TimedInput, StageOutput> {
  return (inputs$) => inputs$.pipe(map(({ input, nowMs }) => task.process(input, nowMs)));
}
