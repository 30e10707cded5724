import type { StageTask } from '#libs/application';
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
});
