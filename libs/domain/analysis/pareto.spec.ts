import fc from 'fast-check';

import { paretoOf, type ParetoMember } from './pareto.js';

const members = (quantities: readonly number[]): ParetoMember[] =>
  quantities.map((quantity, index) => ({ id: `m${String(index)}`, quantity: BigInt(quantity) }));

const anyMembers = fc
  .array(fc.bigInt({ min: 0n, max: 10n ** 14n }), { minLength: 1, maxLength: 60 })
  .map((quantities) => quantities.map((quantity, index) => ({ id: `m${String(index)}`, quantity })));

describe('paretoOf', () => {
  it('finds the fifth of the members that makes four fifths of the cost', () => {
    const { rows, vitalFew } = paretoOf(members([2, 40, 2, 3, 40, 2, 3, 2, 3, 3]));
    expect(rows.map(({ id }) => id).slice(0, 3)).toEqual(['m1', 'm4', 'm3']);
    expect(rows.slice(0, 2).map(({ cumulativeShare }) => cumulativeShare)).toEqual([0.4, 0.8]);
    expect(vitalFew).toEqual({ members: 2, memberShare: 0.2, quantity: 80n, share: 0.8, tied: [] });
  });

  it('cuts exactly: a micro below the share is not enough', () => {
    const [just, below] = [8_000_000_000_000_000n, 7_999_999_999_999_999n];
    const of = (first: bigint): number | undefined =>
      paretoOf([
        { id: 'a', quantity: first },
        { id: 'b', quantity: 10_000_000_000_000_000n - first },
      ]).vitalFew?.members;
    expect([of(just), of(below)]).toEqual([1, 2]);
  });

  it('names those that are equal across the cut, and orders them by id', () => {
    const { rows, vitalFew } = paretoOf(members([10, 10, 60, 10, 10]));
    expect(rows.map(({ id }) => id)).toEqual(['m2', 'm0', 'm1', 'm3', 'm4']);
    expect(vitalFew).toMatchObject({ members: 3, quantity: 80n, tied: ['m0', 'm1', 'm3', 'm4'] });
    expect(paretoOf(members([40, 40, 20])).vitalFew).toMatchObject({ members: 2, tied: [] });
  });

  it('counts in the whole those that are not at hand', () => {
    const whole = { quantity: 100n, members: 50 };
    expect(paretoOf(members([60, 20]), whole).vitalFew).toMatchObject({ members: 2, memberShare: 0.04 });
    expect(paretoOf(members([60, 10]), whole)).toMatchObject({ whole, vitalFew: null });
  });

  it.each([[[]], [[0, 0]], [[5, -5]], [[-3]]])('has no few where the whole is nothing: %j', (quantities) => {
    const { rows, vitalFew } = paretoOf(members(quantities));
    expect(vitalFew).toBeNull();
    expect(rows.every(({ share, cumulativeShare }) => share === null && cumulativeShare === null)).toBe(true);
  });

  it('puts credits last', () => {
    const { rows } = paretoOf(members([-20, 120]));
    expect(rows.map(({ cumulativeShare }) => cumulativeShare)).toEqual([1.2, 1]);
  });

  it('loses nothing, ends at the whole, and takes as few as possible', () => {
    fc.assert(
      fc.property(anyMembers, fc.integer({ min: 1, max: 100 }), (all, percent) => {
        const { whole, rows, vitalFew } = paretoOf(all, undefined, percent);
        expect(rows.reduce((sum, { quantity }) => sum + quantity, 0n)).toBe(whole.quantity);
        expect(new Set(rows.map(({ id }) => id))).toEqual(new Set(all.map(({ id }) => id)));
        expect(vitalFew === null).toBe(whole.quantity === 0n);
        if (whole.quantity === 0n) return;
        expect(rows.at(-1)?.cumulativeShare).toBe(1);
        expect(rows.reduce((sum, { share }) => sum + (share ?? 0), 0)).toBeCloseTo(1, 9);
        // Any other choice of one fewer has at most what the largest have together.
        const { members: count = 0, quantity = 0n, tied = [] } = vitalFew ?? {};
        const largest = [...all].map((member) => member.quantity).sort((a, b) => (a < b ? 1 : -1));
        const sumOf = (first: number): bigint => largest.slice(0, first).reduce((sum, each) => sum + each, 0n);
        expect(sumOf(count)).toBe(quantity);
        expect(quantity * 100n >= whole.quantity * BigInt(percent)).toBe(true);
        expect(sumOf(count - 1) * 100n < whole.quantity * BigInt(percent)).toBe(true);
        const isTied = largest[count] === largest[count - 1];
        const equals = all.filter((member) => member.quantity === largest[count - 1]);
        expect([...tied].sort()).toEqual(isTied ? equals.map(({ id }) => id).sort() : []);
      }),
    );
  });

  it('does not depend on the order it is given', () => {
    fc.assert(
      fc.property(anyMembers, (all) => {
        expect(paretoOf([...all].reverse())).toEqual(paretoOf(all));
      }),
    );
  });
});
