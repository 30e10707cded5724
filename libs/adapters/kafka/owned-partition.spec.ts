import type { StageTask } from '#libs/application';
import type { FetchedBatch } from './fetched-batch.js';
import { OwnedPartition } from './owned-partition.js';

/** Without inputs, so that nothing of them has still to be read. */
function opened(isBehind: boolean): OwnedPartition {
  const owned = new OwnedPartition(0, []);
  const task = { isBehind } as unknown as StageTask;
  owned.opened({ task, positions: new Map(), ends: new Map(), sequence: 0, offsetsAreBehind: false });
  return owned;
}

describe('whether a partition is caught up', () => {
  it('is not while its task is taken over with a backlog', () => {
    const owned = opened(true);
    expect(owned.isCaughtUp).toBe(false);
    owned.goneOn(false);
    expect(owned.isCaughtUp).toBe(true);
  });

  it('is while its task has one more step to do, and no longer when it is behind after that one', () => {
    const owned = opened(false);
    const seen = [true, false, true, true, false].map((isBehind) => {
      owned.goneOn(isBehind);
      return [owned.isBehind, owned.isCaughtUp];
    });
    expect(seen).toEqual([
      [true, true],
      [false, true],
      [true, true],
      [true, false],
      [false, true],
    ]);
  });

  it('is not while it goes on with what it read at first, however many steps that takes', () => {
    const owned = new OwnedPartition(0, ['panes']);
    const task = { isBehind: false } as unknown as StageTask;
    const [positions, ends] = [new Map([['panes', 0n]] as const), new Map([['panes', 10n]] as const)];
    owned.opened({ task, positions, ends, sequence: 0, offsetsAreBehind: false });
    const seen = [true, true, false, true].map((isBehind, index) => {
      owned.goneOn(isBehind);
      if (index === 0)
        owned.took({ topic: 'panes', start: 0n, end: 10n } as FetchedBatch, { records: [], caughtUp: true, next: 10n });
      return owned.isCaughtUp;
    });
    expect(seen).toEqual([false, false, true, true]);
  });
});
