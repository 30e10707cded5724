import { concatMap, type OperatorFunction } from 'rxjs';
import type { StageInput, StageOutput, StageTask } from '../stages/index.js';

/** An input with the wall clock at which it is processed, epoch ms. */
export interface TimedInput {
  readonly input: StageInput;
  readonly nowMs: number;
}

/** What of a task is needed to run it. */
type Steps = Pick<StageTask, 'process' | 'isBehind'>;

/** Runs a task over its inputs, in order and in the same turn. */
export function processWith(task: Steps): OperatorFunction<TimedInput, StageOutput> {
  return (inputs$) => inputs$.pipe(concatMap((input) => outputsOf(task, input)));
}

/** What a task makes of one input: more than one output where it is behind after the first. */
export function* outputsOf(task: Steps, { input, nowMs }: TimedInput): Generator<StageOutput> {
  yield task.process(input, nowMs);
  while (task.isBehind === true) yield task.process({ kind: 'tick' }, nowMs);
}
