import fc from 'fast-check';
import { divideHalfEven } from '../money/index.js';
import { exactPrice, exactPriceTimes, exactSplit } from './exact-price.js';
import { splitLargestRemainder } from './largest-remainder.js';

const DIVISORS = fc.constantFrom(1, 60, 3_600, 60_000, 3_600_000);
const quantities = fc.oneof(fc.nat({ max: 100_000 }), fc.nat({ max: 2 ** 31 - 1 }));
const prices = fc.oneof(fc.nat({ max: 10_000 }), fc.integer({ min: 0, max: 2 ** 40 }));

describe('exactPrice', () => {
  it('is what bigints give, to the last micro', () => {
    fc.assert(
      fc.property(quantities, prices, DIVISORS, (quantity, price, divisor) => {
        const expected = divideHalfEven(BigInt(quantity) * BigInt(price), BigInt(divisor));
        expect(exactPrice(quantity, price, divisor)).toBe(Number(expected));
      }),
      { numRuns: 2_000 },
    );
  });

  it('rounds ties to even', () => {
    expect([1, 3, 5, 7].map((halves) => exactPrice(halves, 30, 60))).toEqual([0, 2, 2, 4]);
  });

  it('multiplies before it rounds', () => {
    fc.assert(
      fc.property(quantities, prices, fc.nat({ max: 5_000_000 }), (quantity, price, multiplier) => {
        const numerator = BigInt(quantity) * BigInt(price) * BigInt(multiplier);
        const expected = divideHalfEven(numerator, 3_600n * 1_000_000n);
        expect(exactPriceTimes(quantity, price, 3_600, multiplier)).toBe(Number(expected));
      }),
    );
  });
});

describe('exactSplit', () => {
  it('gives the parts of the largest remainder', () => {
    const weights = fc.tuple(fc.nat(1_000_000), fc.nat(1_000_000), fc.integer({ min: 1, max: 1_000_000 }));
    fc.assert(
      fc.property(fc.nat({ max: 2_000_000_000 }), weights, (amount, shares) => {
        const parts = new Float64Array(3);
        expect(exactSplit(amount, shares, parts)).toBe(true);
        const expected = splitLargestRemainder(BigInt(amount), shares.map(BigInt));
        expect([...parts]).toEqual(expected.map(Number));
      }),
      { numRuns: 1_000 },
    );
  });

  it('leaves what is too large to others', () => {
    expect(exactSplit(2 ** 40, [650_000, 200_000, 150_000], new Float64Array(3))).toBe(false);
  });
});
