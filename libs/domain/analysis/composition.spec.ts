import fc from 'fast-check';

import { DIMENSIONS } from '../reference/index.js';
import { BENCHMARKS } from './benchmarks.js';
import { compositionOf } from './composition.js';

const manufacturer = BENCHMARKS.find(({ id }) => id === 'manufacturer-example') ?? null;

describe('compositionOf', () => {
  it('puts each dimension beside the benchmark', () => {
    const { totalMicros, parts } = compositionOf({ labour: 70n, system: 20n, outsourcing: 10n }, manufacturer);
    expect(totalMicros).toBe(100n);
    expect(parts.map(({ dimension, share, benchmarkShare }) => [dimension, share, benchmarkShare])).toEqual([
      ['labour', 0.7, 0.65],
      ['system', 0.2, 0.25],
      ['marketing', 0, 0.1],
      ['outsourcing', 0.1, null],
      ['training', 0, null],
    ]);
    expect(parts[0]?.difference).toBeCloseTo(0.05, 12);
    expect(parts[3]?.difference).toBeNull();
  });

  it('has no shares of nothing', () => {
    for (const amounts of [{}, { labour: 5n, system: -5n }]) {
      const { totalMicros, parts } = compositionOf(amounts, manufacturer);
      expect([totalMicros, parts.map(({ share, difference }) => share ?? difference)]).toEqual([
        0n,
        DIMENSIONS.map(() => null),
      ]);
    }
  });

  it('adds up, exactly in money and to one in shares', () => {
    const anyAmounts = fc.record(
      Object.fromEntries(DIMENSIONS.map((name) => [name, fc.bigInt({ min: 0n, max: 10n ** 16n })])),
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(anyAmounts, (amounts) => {
        const { totalMicros, parts } = compositionOf(amounts, null);
        expect(parts.reduce((sum, { amountMicros }) => sum + amountMicros, 0n)).toBe(totalMicros);
        expect(Object.values(amounts).reduce((sum: bigint, amount) => sum + (amount ?? 0n), 0n)).toBe(totalMicros);
        if (totalMicros > 0n) expect(parts.reduce((sum, { share }) => sum + (share ?? 0), 0)).toBeCloseTo(1, 9);
        expect(parts.every(({ benchmarkShare, difference }) => benchmarkShare === null && difference === null)).toBe(
          true,
        );
      }),
    );
  });
});

describe('BENCHMARKS', () => {
  it('have an id each, say where they are from, and no more than the whole', () => {
    expect(new Set(BENCHMARKS.map(({ id }) => id)).size).toBe(BENCHMARKS.length);
    for (const { shares, costToRevenue, source } of BENCHMARKS) {
      expect(source).not.toBe('');
      expect(costToRevenue).toBeGreaterThan(0);
      expect(Object.values(shares).reduce((sum, share) => sum + share, 0)).toBeLessThanOrEqual(1 + 1e-9);
    }
  });
});
