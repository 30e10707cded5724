import { concatMap, type OperatorFunction } from 'rxjs';
import type { StageInput, StageOutput, StageTask } from '../stages/index.js';

/** An input with the wall clock at which it is processed, epoch ms. */
export interface TimedInput {
  readonly input: StageInput;
  readonly nowMs: number;
}

/** Runs a task over its inputs, in order and in the same turn. */
export function processWith(task: Pick<StageTask, 'process'>): OperatorFunction<TimedInput, StageOutput> {
  return (inputs$) => inputs$.pipe(concatMap((input) => outputsOf(task, input)));
}

/** What a task makes of one input: more than one output where it is behind after the first. */
export function* outputsOf(task: Pick<StageTask, 'process'>, { input, nowMs }: TimedInput): Generator<StageOutput> {
  let output = task.process(input, nowMs);
  yield output;
  while (output.isBehind === true) yield (output = task.process({ kind: 'tick' }, nowMs));
}
