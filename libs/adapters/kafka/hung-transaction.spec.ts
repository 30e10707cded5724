import { offsetsPartition } from './hung-transaction.js';

describe('the offsets partition of a group', () => {
  // As brokers place them; the hash of the last is Java's smallest integer.
  it.each([
    ['t1.test-counting', 8, 3],
    ['spendline-cost', 50, 34],
    ['polygenelubricants', 50, 0],
  ])('%s of %i is %i', (group, count, partition) => {
    expect(offsetsPartition(group, count)).toBe(partition);
  });
});
