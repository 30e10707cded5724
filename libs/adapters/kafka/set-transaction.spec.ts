import type { StageOutput, StageTask } from '#libs/application';
import { SetTransaction } from './set-transaction.js';
import type { OpenSet } from './take-over.js';
import type { TaskLock } from './task-lock.js';

const OUTPUT: StageOutput = { records: [], changelog: [{ key: 'k', value: 'v' }], counters: [] };

function setOf(task: StageTask): OpenSet {
  const open = { task, positions: new Map(), ends: new Map(), sequence: 0, offsetsAreBehind: false };
  return { lock: undefined as unknown as TaskLock, tasks: new Map([[0, open]]) };
}

describe('SetTransaction', () => {
  it('gives others their turn between the slices of a task, and takes what it answers at its end', async () => {
    const seen: string[] = [];
    const task: StageTask = {
      restore: () => undefined,
      restored: () => undefined,
      process: () => {
        throw new Error('it has slices');
      },
      *processInSlices() {
        for (const slice of ['first', 'second', 'third']) {
          seen.push(slice);
          setImmediate(() => seen.push('others'));
          yield;
        }
        return OUTPUT;
      },
    };
    const transaction = new SetTransaction(setOf(task), [{ partition: 0, input: { kind: 'tick' } }]);
    await transaction.run();
    expect(seen).toEqual(['first', 'others', 'second', 'others', 'third', 'others']);
    expect(transaction.outputs).toEqual([{ partition: 0, task, output: OUTPUT }]);
  });
});
