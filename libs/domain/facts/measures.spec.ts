import fc from 'fast-check';
import {
  addAmount,
  addInto,
  amountOf,
  copyMeasures,
  emptyMeasures,
  equalMeasures,
  isZero,
  negated,
  packMeasures,
  subtractInto,
  unpackMeasures,
  type Measures,
} from './measures.js';
import { DIMENSIONS } from '../reference/index.js';

const money = fc.oneof(fc.constant(0n), fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }));
const count = fc.oneof(fc.constant(0), fc.integer({ min: -(10 ** 12), max: 10 ** 12 }));
/** Generated from the empty one, so that a field which is added later is tested without anybody thinking of it. */
const measures: fc.Arbitrary<Measures> = fc.record(
  Object.fromEntries(
    Object.entries(emptyMeasures()).map(([field, zero]) => [field, typeof zero === 'bigint' ? money : count]),
  ) as unknown as { [Field in keyof Measures]: fc.Arbitrary<Measures[Field]> },
);
const FIELDS = Object.keys(emptyMeasures()) as (keyof Measures)[];

const plus = (a: Measures, b: Measures): Measures => {
  const sum = copyMeasures(a);
  addInto(sum, b);
  return sum;
};
const minus = (a: Measures, b: Measures): Measures => {
  const difference = copyMeasures(a);
  subtractInto(difference, b);
  return difference;
};
/** Every field different from zero and from every other. */
function distinct(): Measures {
  const all = emptyMeasures() as unknown as Record<string, bigint | number>;
  for (const [at, field] of FIELDS.entries()) all[field] = typeof all[field] === 'bigint' ? BigInt(at + 1) : at + 1;
  return all as unknown as Measures;
}

describe('measures', () => {
  it('add field by field', () => {
    fc.assert(
      fc.property(measures, measures, (a, b) => {
        const sum = plus(a, b);
        for (const field of FIELDS) {
          const [x, y] = [a[field], b[field]];
          expect(sum[field]).toBe(typeof x === 'bigint' && typeof y === 'bigint' ? x + y : Number(x) + Number(y));
        }
      }),
    );
  });

  it('form a commutative group', () => {
    fc.assert(
      fc.property(measures, measures, measures, (a, b, c) => {
        expect(plus(a, b)).toEqual(plus(b, a));
        expect(plus(plus(a, b), c)).toEqual(plus(a, plus(b, c)));
        expect(plus(a, emptyMeasures())).toEqual(a);
        expect(isZero(plus(a, negated(a)))).toBe(true);
        expect(minus(plus(a, b), b)).toEqual(a);
        expect(minus(a, b)).toEqual(plus(a, negated(b)));
      }),
    );
  });

  it('change only the target', () => {
    const [target, delta] = [distinct(), distinct()];
    addInto(target, delta);
    subtractInto(target, delta);
    negated(delta);
    const copy = copyMeasures(delta);
    copy.interactions += 1;
    expect(target).toEqual(distinct());
    expect(delta).toEqual(distinct());
  });

  it.each(FIELDS)('are told apart, and from nothing, by %s alone', (field) => {
    const other = distinct() as unknown as Record<string, bigint | number>;
    const only = emptyMeasures() as unknown as Record<string, bigint | number>;
    const one = typeof other[field] === 'bigint' ? 1n : 1;
    other[field] = typeof one === 'bigint' ? 99n : 99;
    only[field] = one;
    expect(equalMeasures(distinct(), other as unknown as Measures)).toBe(false);
    expect(equalMeasures(distinct(), distinct())).toBe(true);
    expect(isZero(only as unknown as Measures)).toBe(false);
  });

  it('come back from their packed form, by way of JSON', () => {
    fc.assert(
      fc.property(measures, (all) => {
        const packed = JSON.parse(JSON.stringify(packMeasures(all))) as (string | number)[];
        expect(unpackMeasures(packed)).toEqual(all);
        expect(packed).toHaveLength(2 * FIELDS.filter((field) => all[field] != 0).length);
      }),
    );
    expect(packMeasures(emptyMeasures())).toEqual([]);
  });

  it('keep the places of the packed form: what is stored must be read for ever', () => {
    expect(packMeasures(distinct())).toEqual([
      ...[0, '1', 1, '2', 2, '3', 3, '4', 4, '5', 5, '6'],
      ...[6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13, 14, 14, 15, 15, 16, 16, 17, 17, 18],
    ]);
    expect(FIELDS.slice(0, 8)).toEqual([...DIMENSIONS, 'overtime', 'interactions', 'handledByAgents']);
  });

  it('cost the sum of the five dimensions; overtime is a part of labour', () => {
    fc.assert(
      fc.property(measures, fc.constantFrom(...DIMENSIONS), money, (all, dimension, amountMicros) => {
        const { labour, system, marketing, outsourcing, training } = all;
        expect(amountOf(all)).toBe(labour + system + marketing + outsourcing + training);
        const more = copyMeasures(all);
        addAmount(more, dimension, amountMicros);
        expect(more[dimension]).toBe(all[dimension] + amountMicros);
        expect(amountOf(more)).toBe(amountOf(all) + amountMicros);
      }),
    );
  });
});
