import fc from 'fast-check';
import { partitionsIn, setCount, setOf } from './partition-sets.js';

describe('sets of partitions', () => {
  it('are two for few partitions, and of four at the most for many', () => {
    expect([1, 2, 3, 4, 8, 9, 12, 16].map(setCount)).toEqual([1, 2, 2, 2, 2, 3, 3, 4]);
  });

  it('hold every partition once, evenly to within one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), (partitions) => {
        const sets = Array.from({ length: setCount(partitions) }, (_, set) => partitionsIn(set, partitions));
        const all = sets.flat().sort((a, b) => a - b);
        expect(all).toEqual(Array.from({ length: partitions }, (_, partition) => partition));
        const sizes = sets.map(({ length }) => length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        expect(Math.max(...sizes)).toBeLessThanOrEqual(4);
        for (const [set, mine] of sets.entries())
          for (const partition of mine) expect(setOf(partition, sets.length)).toBe(set);
      }),
    );
  });
});
