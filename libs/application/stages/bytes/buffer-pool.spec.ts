import fc from 'fast-check';
import { BufferPool } from './buffer-pool.js';

describe('BufferPool', () => {
  it('gives out what was given back, if it is large enough', () => {
    const pool = new BufferPool();
    const first = pool.take(20_000);
    pool.give(first);
    expect(pool.keptBytes).toBe(first.length);
    expect(pool.take(first.length + 1)).not.toBe(first);
    expect(pool.take(first.length)).toBe(first);
    expect(pool.keptBytes).toBe(0);
  });

  it('takes little more than was asked for where that is much', () => {
    expect(new BufferPool().take(8 * 1_048_576 + 1_000).length).toBe(10 * 1_048_576);
  });

  it('lets go what nobody needed for a while, and keeps what somebody did', () => {
    let nowMs = 0;
    const pool = new BufferPool(() => nowMs);
    const size = 65_536;
    const takeAndGive = (count: number): void => {
      const taken = Array.from({ length: count }, () => pool.take(size));
      for (const buffer of taken) pool.give(buffer);
    };
    takeAndGive(5);
    expect(pool.keptBytes).toBe(5 * size);
    nowMs = 2_000;
    takeAndGive(2);
    expect(pool.keptBytes).toBe(5 * size);
    nowMs = 4_000;
    takeAndGive(2);
    expect(pool.keptBytes).toBe(2 * size);
  });

  it('never gives a buffer to two at a time, nor one that is too small, and keeps no more than it may', () => {
    const lengths = fc.oneof(fc.integer({ min: 0, max: 100_000 }), fc.integer({ min: 0, max: 20_000_000 }));
    fc.assert(
      fc.property(fc.array(fc.oneof(lengths, fc.constant('give' as const)), { maxLength: 60 }), (steps) => {
        const pool = new BufferPool();
        const out: Buffer[] = [];
        for (const step of steps) {
          if (step === 'give') {
            const back = out.shift();
            if (back) pool.give(back);
          } else {
            const buffer = pool.take(step);
            expect(buffer.length).toBeGreaterThanOrEqual(step);
            expect(out).not.toContain(buffer);
            out.push(buffer);
          }
          expect(pool.keptBytes).toBeLessThanOrEqual(64 * 1_048_576);
        }
      }),
      { numRuns: 50 },
    );
  });
});
