import fc from 'fast-check';
import { splitLargestRemainder } from './largest-remainder.js';

const weight = fc.oneof(fc.bigInt({ min: 0n, max: 9n }), fc.bigInt({ min: 0n, max: 1_000_000n }));
const weights = fc.array(weight, { minLength: 1, maxLength: 8 }).filter((list) => list.some((each) => each > 0n));
const amount = fc.oneof(fc.bigInt({ min: -50n, max: 50n }), fc.bigInt({ min: -(10n ** 16n), max: 10n ** 16n }));

describe('splitLargestRemainder', () => {
  it.each<[bigint, bigint[], bigint[]]>([
    [100n, [45n, 10n, 10n], [69n, 16n, 15n]],
    [10n, [1n, 1n, 1n], [4n, 3n, 3n]],
    [-10n, [1n, 1n, 1n], [-4n, -3n, -3n]],
    [2n, [0n, 1n, 1n, 1n], [0n, 1n, 1n, 0n]],
    [0n, [1n, 2n], [0n, 0n]],
    [7n, [5n], [7n]],
  ])('shares %s in proportion to %j', (amountMicros, proportions, parts) => {
    expect(splitLargestRemainder(amountMicros, proportions)).toEqual(parts);
  });

  it('adds up exactly, each part within one of its exact share', () => {
    fc.assert(
      fc.property(amount, weights, (amountMicros, proportions) => {
        const parts = splitLargestRemainder(amountMicros, proportions);
        const total = proportions.reduce((sum, each) => sum + each, 0n);
        expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(amountMicros);
        for (const [at, part] of parts.entries()) {
          const off = part * total - amountMicros * (proportions[at] ?? 0n);
          expect(off < total && off > -total).toBe(true);
          if (proportions[at] === 0n) expect(part).toBe(0n);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('gives the missing micros to the largest remainders: nobody is short while another with less is not', () => {
    fc.assert(
      fc.property(amount, weights, (amountMicros, proportions) => {
        const size = amountMicros < 0n ? -amountMicros : amountMicros;
        const total = proportions.reduce((sum, each) => sum + each, 0n);
        const shares = splitLargestRemainder(size, proportions).map((part, at) => ({
          remainder: (size * (proportions[at] ?? 0n)) % total,
          raised: part > (size * (proportions[at] ?? 0n)) / total,
        }));
        const raised = shares.filter((share) => share.raised).map(({ remainder }) => remainder);
        const left = shares.filter((share) => !share.raised).map(({ remainder }) => remainder);
        for (const more of raised) for (const less of left) expect(more >= less).toBe(true);
      }),
    );
  });

  it.each([[[0n, 0n]], [[]], [[2n, -1n]]])('refuses the weights %j', (proportions) => {
    expect(() => splitLargestRemainder(1n, proportions)).toThrow(RangeError);
  });
});
