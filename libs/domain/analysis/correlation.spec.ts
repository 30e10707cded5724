import fc from 'fast-check';

import { correlationOf, LEAST_PAIRS, type Pair } from './correlation.js';

const pairsOf = (...figures: readonly (readonly [number, number])[]): Pair[] => figures.map(([x, y]) => ({ x, y }));

/** Whole figures, so that adding to them and doubling them is exact. */
const anyPairs = fc.array(
  fc.record({ x: fc.integer({ min: -(10 ** 6), max: 10 ** 6 }), y: fc.integer({ min: -(10 ** 6), max: 10 ** 6 }) }),
  { minLength: LEAST_PAIRS, maxLength: 60 },
);

describe('correlationOf', () => {
  it('agrees with an example that can be reckoned by hand', () => {
    // Means 3 and 4; products 4 + 0 + 0 + 0 + 2 = 6; squares 10 and 6: 6 / sqrt(60).
    const { coefficient, pairs } = correlationOf(pairsOf([1, 2], [2, 4], [3, 5], [4, 4], [5, 5]));
    expect(coefficient).toBeCloseTo(6 / Math.sqrt(60), 12);
    expect(pairs).toBe(5);
  });

  it('is null with too few pairs, and says how many', () => {
    const few = Array.from({ length: LEAST_PAIRS - 1 }, (_, index) => ({ x: index, y: index }));
    expect(correlationOf(few)).toEqual({ coefficient: null, pairs: LEAST_PAIRS - 1 });
    expect(correlationOf([])).toEqual({ coefficient: null, pairs: 0 });
  });

  it('is null where a figure is the same everywhere, also one whose mean is not itself', () => {
    const same = Array.from({ length: 10 }, (_, index) => ({ x: 0.1, y: index }));
    expect(correlationOf(same)).toEqual({ coefficient: null, pairs: 10 });
    expect(correlationOf(same.map(({ x, y }) => ({ x: y, y: x })))).toEqual({ coefficient: null, pairs: 10 });
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses %s', (figure) => {
    expect(() => correlationOf([{ x: figure, y: 1 }])).toThrow(RangeError);
  });

  it('lies between -1 and 1, whichever figure is called x, in whatever order', () => {
    fc.assert(
      fc.property(anyPairs, (pairs) => {
        const { coefficient } = correlationOf(pairs);
        const swapped = correlationOf(pairs.map(({ x, y }) => ({ x: y, y: x }))).coefficient;
        const reversed = correlationOf([...pairs].reverse()).coefficient;
        if (coefficient === null) {
          expect([swapped, reversed]).toEqual([null, null]);
          return;
        }
        expect(Math.abs(coefficient)).toBeLessThanOrEqual(1);
        expect(swapped).toBeCloseTo(coefficient, 9);
        expect(reversed).toBeCloseTo(coefficient, 9);
      }),
    );
  });

  it('does not depend on units, turns with the sign, and is 1 on a line', () => {
    fc.assert(
      fc.property(anyPairs, fc.integer({ min: -1000, max: 1000 }), fc.integer({ min: 1, max: 50 }), (pairs, b, a) => {
        const { coefficient } = correlationOf(pairs);
        if (coefficient === null) return;
        const scaled = (factor: number): number | null =>
          correlationOf(pairs.map(({ x, y }) => ({ x: factor * x + b, y }))).coefficient;
        expect(scaled(a)).toBeCloseTo(coefficient, 9);
        expect(scaled(-a)).toBeCloseTo(-coefficient, 9);
        const line = (factor: number): number | null =>
          correlationOf(pairs.map(({ x }) => ({ x, y: factor * x + b }))).coefficient;
        expect([line(a), line(-a)].map((r) => r?.toFixed(9))).toEqual(['1.000000000', '-1.000000000']);
      }),
    );
  });
});
