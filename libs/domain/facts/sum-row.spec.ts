import fc from 'fast-check';
import { MAX_PACKED, ROW_FIELDS, writeRow } from './measure-row.js';
import {
  addInto,
  amountOf,
  copyMeasures,
  emptyMeasures,
  equalMeasures,
  equalPublished,
  packMeasures,
  subtractInto,
  type Measures,
} from './measures.js';
import {
  addMeasures,
  addRow,
  addSums,
  isSum,
  packedSum,
  publishesNothing,
  readSums,
  safeAmountAt,
  samePublished,
  subtractSums,
  SUM_FIELDS,
} from './sum-row.js';

const money = fc.oneof(
  fc.constantFrom(0n, 1n, -1n, 2n ** 40n - 1n, 2n ** 40n, -(2n ** 40n), 2n ** 52n, 2n ** 53n + 1n, -(2n ** 60n)),
  fc.bigInt({ min: -(2n ** 41n), max: 2n ** 41n }),
  fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }),
);
const count = fc.oneof(fc.constant(0), fc.integer({ min: -1_000_000, max: 1_000_000_000 }));
const zero = emptyMeasures();
const measures = fc.record(
  Object.fromEntries(
    Object.entries(zero).map(([name, value]) => [name, typeof value === 'bigint' ? money : count]),
  ) as unknown as { [K in keyof Measures]: fc.Arbitrary<Measures[K]> },
);
const sparse = fc
  .tuple(measures, fc.subarray(Object.keys(zero) as (keyof Measures)[]))
  .map(([all, names]): Measures => Object.assign(emptyMeasures(), Object.fromEntries(names.map((n) => [n, all[n]]))));

/** Not at the beginning, so that a place that is forgotten is seen. */
const AT = 5;
const newRow = (): Float64Array => new Float64Array(AT + SUM_FIELDS + 3);

function rowOf(list: readonly Measures[]): Float64Array {
  const row = newRow();
  for (const each of list) addMeasures(row, AT, each);
  return row;
}

describe('rows of sums', () => {
  it('are packed as their measures are', () => {
    fc.assert(
      fc.property(fc.array(sparse, { maxLength: 4 }), (all) => {
        const row = rowOf(all);
        expect(packedSum(row, AT)).toEqual(packMeasures(readSums(row, AT)));
      }),
    );
  });

  it('are the rows that they say are sums as they stand', () => {
    fc.assert(
      fc.property(sparse, (each) => {
        const wire = new Float64Array(AT + ROW_FIELDS);
        if (!writeRow(each, wire, AT)) return;
        const row = rowOf([each]);
        const isSame = row.subarray(AT, AT + ROW_FIELDS).every((value, field) => value === wire[AT + field]);
        expect(isSum(wire, AT)).toBe(isSame);
      }),
    );
  });

  it('are exactly what bigints add up to and take away, whatever the amounts', () => {
    const steps = fc.array(fc.record({ delta: sparse, how: fc.constantFrom('measures', 'sums', 'minus', 'row') }), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(steps, (all) => {
        const expected = emptyMeasures();
        const row = newRow();
        const wire = new Float64Array(ROW_FIELDS);
        for (const { delta, how } of all) {
          if (how === 'minus') {
            subtractInto(expected, delta);
            subtractSums(row, AT, rowOf([delta]), AT);
          } else {
            addInto(expected, delta);
            if (how === 'row' && writeRow(delta, wire, 0, MAX_PACKED)) addRow(row, AT, wire, 0);
            else if (how === 'sums') addSums(row, AT, rowOf([delta]), AT);
            else addMeasures(row, AT, delta);
          }
        }
        expect(readSums(row, AT)).toEqual(expected);
        expect([row.subarray(0, AT), row.subarray(AT + SUM_FIELDS)].every((part) => part.every((n) => n === 0))).toBe(
          true,
        );
        const labour = safeAmountAt(row, AT, 0);
        const isSafe = expected.labour <= Number.MAX_SAFE_INTEGER && expected.labour >= Number.MIN_SAFE_INTEGER;
        expect(labour).toBe(isSafe ? Number(expected.labour) : Number.NaN);
      }),
      { numRuns: 300 },
    );
  });

  it('are equal where what windows publish is, however they came about', () => {
    const nearly = fc.record({ all: fc.array(sparse, { maxLength: 4 }), other: sparse, isOther: fc.boolean() });
    fc.assert(
      fc.property(nearly, ({ all, other, isOther }) => {
        const a = rowOf(all);
        const b = rowOf([...all, other]);
        if (!isOther) subtractSums(b, AT, rowOf([other]), AT);
        const [x, y] = [readSums(a, AT), readSums(b, AT)];
        expect(samePublished(a, AT, b, AT)).toBe(equalPublished(x, y));
        if (!isOther) expect(equalMeasures(x, y)).toBe(true);
        const difference = copyMeasures(x);
        subtractInto(difference, y);
        subtractSums(a, AT, b, AT);
        expect(publishesNothing(a, AT)).toBe(equalPublished(difference, zero));
        expect(amountOf(readSums(a, AT))).toBe(amountOf(difference));
      }),
    );
  });
});
