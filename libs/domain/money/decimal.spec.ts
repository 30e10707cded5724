import fc from 'fast-check';
import { addDecimal, decimalOf, numberOf, ZERO_DECIMAL, type Decimal } from './decimal.js';

const anyDecimal: fc.Arbitrary<Decimal> = fc.record({
  unscaled: fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }),
  scale: fc.integer({ min: 0, max: 30 }),
});

/** Both on the larger scale, so that equal values are equal numbers whatever their scales. */
function expectSame(a: Decimal, b: Decimal): void {
  expect(a.unscaled * 10n ** BigInt(b.scale)).toBe(b.unscaled * 10n ** BigInt(a.scale));
}

describe('decimalOf', () => {
  it.each<[number, bigint, number]>([
    [0, 0n, 0],
    [-0, 0n, 0],
    [480, 480n, 0],
    [0.1, 1n, 1],
    [-0.5, -5n, 1],
    [33.25, 3325n, 2],
    [1e-7, 1n, 7],
    [1.5e-7, 15n, 8],
    [-2.5e-10, -25n, 11],
    [5e-324, 5n, 324],
    [1e21, 10n ** 21n, 0],
    [1.5e21, 15n * 10n ** 20n, 0],
    [Number.MAX_SAFE_INTEGER, 9_007_199_254_740_991n, 0],
    [2 ** 60, 1_152_921_504_606_847_000n, 0],
  ])('takes %d as its shortest text says', (value, unscaled, scale) => {
    expect(decimalOf(value)).toEqual({ unscaled, scale });
  });

  it.each([NaN, Infinity, -Infinity])('refuses %d', (value) => {
    expect(() => decimalOf(value)).toThrow(RangeError);
  });

  it('is the same number again, for every finite number', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(numberOf(decimalOf(value))).toBe(value === 0 ? 0 : value);
      }),
      { numRuns: 500 },
    );
  });

  it('reads hundredths of a second without the float behind them', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(10 ** 9), max: 10 ** 9 }), (hundredths) => {
        expectSame(decimalOf(hundredths / 100), { unscaled: BigInt(hundredths), scale: 2 });
      }),
    );
  });
});

describe('addDecimal', () => {
  it('adds exactly where floats do not', () => {
    expectSame(addDecimal(decimalOf(0.1), decimalOf(0.2)), { unscaled: 3n, scale: 1 });
    expectSame(addDecimal(decimalOf(1e21), decimalOf(1e-7)), { unscaled: 10n ** 28n + 1n, scale: 7 });
  });

  it('is exact, in any order, with zero as its neutral element', () => {
    fc.assert(
      fc.property(anyDecimal, anyDecimal, anyDecimal, (a, b, c) => {
        const sum = addDecimal(a, b);
        const scale = a.scale + b.scale;
        expectSame(sum, {
          unscaled: a.unscaled * 10n ** BigInt(b.scale) + b.unscaled * 10n ** BigInt(a.scale),
          scale,
        });
        expectSame(sum, addDecimal(b, a));
        expectSame(addDecimal(sum, c), addDecimal(a, addDecimal(b, c)));
        expectSame(addDecimal(a, ZERO_DECIMAL), a);
      }),
    );
  });
});
