import fc from 'fast-check';
import {
  addInto,
  addMeasures,
  amountOf,
  emptyMeasures,
  isZero,
  maskOf,
  readSums,
  ROW_FIELDS,
  subtractInto,
  SUM_FIELDS,
  writeRow,
  type Measures,
} from '../facts/index.js';
import { PackedStore } from './packed-store.js';
import { SumTable } from './sum-table.js';

const zero = emptyMeasures();
const names = Object.keys(zero) as (keyof Measures)[];
/** Few, so that they meet in one row. */
const some = ['labour', 'overtime', 'interactions', 'paidMicroseconds'] as const;
/** Around where an amount's rest is full, and beyond what a row takes. */
const money = fc.oneof(
  fc.constantFrom(1n, -1n, 2n ** 40n - 1n, 2n ** 40n, -(2n ** 40n), 2n ** 52n - 1n, 2n ** 60n, -(2n ** 60n)),
  fc.bigInt({ min: -100n, max: 1_000_000n }),
);
const count = fc.integer({ min: -5, max: 1_000_000_000 });
const measures = fc
  .array(fc.tuple(fc.constantFrom(...some, ...some, ...names), money, count), { maxLength: 6 })
  .map((fields): Measures => {
    const made = emptyMeasures();
    for (const [name, amount, number] of fields)
      Object.assign(made, { [name]: typeof zero[name] === 'bigint' ? amount : number });
    return made;
  });
/** Few keys, so that they meet, or behind all others; months are large numbers. */
const key = fc.oneof(
  { weight: 4, arbitrary: fc.oneof(fc.integer({ min: -1, max: 3 }), fc.constantFrom(50, 99)) },
  { weight: 1, arbitrary: fc.constantFrom(1_793_491_200_000, 1_796_083_200_000) },
);
/** Panes that are there before: with more than a few, entries are kept in another form. */
const panes = fc.constantFrom(0, 0, 0, 31, 32, 33);
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      how: fc.constant('add' as const),
      as: fc.constantFrom('row' as const, 'row' as const, 'sums' as const, 'measures' as const),
      key,
      delta: measures,
    }),
  },
  { weight: 1, arbitrary: fc.record({ how: fc.constantFrom('delete' as const, 'deleteBefore' as const), key }) },
);

const delta: Measures = { ...zero, labour: 7n };

function rowOf(sums: Measures): Float64Array {
  const row = new Float64Array(SUM_FIELDS);
  addMeasures(row, 0, sums);
  return row;
}

describe('SumTable', () => {
  it('holds what bigints add up to, in the order of its keys, whichever way it comes and whatever is forgotten', () => {
    fc.assert(
      fc.property(panes, fc.array(step, { maxLength: 60 }), key, key, (before, drawn, first, last) => {
        const filling = Array.from(
          { length: before },
          (_, one) => ({ how: 'add', as: 'sums', key: one, delta }) as const,
        );
        const steps = [...filling, ...drawn];
        // Two tables of one store, so that a row that both think theirs is seen.
        const store = new PackedStore();
        const tables = [new SumTable(store), new SumTable(store)] as const;
        const expected = new Map<number, Measures>();
        const row = new Float64Array(ROW_FIELDS);
        for (const each of steps) {
          if (each.how === 'add') {
            const before = expected.get(each.key) ?? emptyMeasures();
            addInto(before, each.delta);
            expected.set(each.key, before);
            const isSums = each.as === 'sums';
            const isRow = each.as === 'row' && writeRow(each.delta, row, 0);
            for (const table of tables)
              if (isSums) table.addSums(each.key, rowOf(each.delta));
              else if (isRow) table.addRow(each.key, row, maskOf(row, 0, ROW_FIELDS));
              else table.add(each.key, each.delta);
          } else if (each.how === 'delete') {
            expected.delete(each.key);
            for (const table of tables) table.delete(each.key);
          } else {
            const gone = [...expected.keys()].filter((one) => one < each.key).sort((a, b) => a - b);
            for (const one of gone) expected.delete(one);
            for (const table of tables) expect(table.deleteBefore(each.key)).toEqual(gone);
          }
        }
        const inOrder = [...expected].sort(([a], [b]) => a - b);
        const stretch = emptyMeasures();
        for (const [one, sums] of inOrder) if (one >= first && one <= last) addInto(stretch, sums);
        for (const table of tables) {
          expect([...table]).toEqual(inOrder);
          expect([...table.keys()]).toEqual(inOrder.map(([one]) => one));
          expect(table.size).toBe(inOrder.length);
          for (const [one, sums] of inOrder) expect(table.get(one)).toEqual(sums);
          expect(table.get(100)).toBeUndefined();
          expect(table.lastKey).toBe(inOrder.at(-1)?.[0] ?? -Infinity);
          expect(table.countFrom(first)).toBe(inOrder.filter(([one]) => one >= first).length);
          expect(table.hasBetween(first, last)).toBe(inOrder.some(([one]) => one >= first && one <= last));
          const between: unknown[] = [];
          const sums = new Float64Array(SUM_FIELDS);
          table.forEachBetween(first, last, sums, (one) => between.push([one, readSums(sums, 0)]));
          expect(between).toEqual(inOrder.filter(([one]) => one >= first && one <= last));
          expect(table.totalMicros()).toBe(inOrder.reduce((sum, [, sums]) => sum + amountOf(sums), 0n));
          const target = new Float64Array(SUM_FIELDS + 2);
          table.addTo(target, 1, first, last);
          // Not only the same amounts: there is one form for each.
          expect(target.subarray(1, 1 + SUM_FIELDS)).toEqual(rowOf(stretch));
          for (const [one] of inOrder) table.subtractFrom(target, 1, one, one);
          const rest = { ...stretch };
          for (const [, sums] of inOrder) subtractInto(rest, sums);
          expect(target.subarray(1, 1 + SUM_FIELDS)).toEqual(rowOf(rest));
          expect([target[0], target[SUM_FIELDS + 1]]).toEqual([0, 0]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('holds many panes, and few again', () => {
    const table = new SumTable(new PackedStore());
    const sums = new Float64Array(SUM_FIELDS);
    for (let pane = 0; pane < 2_000; pane += 1) table.addSums(pane, rowOf({ ...zero, labour: BigInt(pane + 1) }));
    table.addTo(sums, 0, 0, 1_999);
    expect(readSums(sums, 0).labour).toBe(2_001_000n);
    table.deleteBefore(1_995);
    expect([...table].map(([pane, { labour }]) => [pane, labour])).toEqual(
      [1_995, 1_996, 1_997, 1_998, 1_999].map((pane) => [pane, BigInt(pane + 1)]),
    );
    table.addSums(1_994, rowOf({ ...zero, labour: 3n }));
    expect([...table.keys()]).toEqual([1_994, 1_995, 1_996, 1_997, 1_998, 1_999]);
  });

  it('gives rows back: what is forgotten makes room for what comes', () => {
    const store = new PackedStore();
    const table = new SumTable(store);
    const one = { ...emptyMeasures(), labour: 5n };
    table.add(1, one);
    const all: Measures = { ...emptyMeasures() };
    for (const name of names) Object.assign(all, { [name]: typeof zero[name] === 'bigint' ? 2n ** 41n + 1n : 3 });
    table.add(1, all);
    table.deleteBefore(2);
    table.add(7, one);
    expect(table.get(7)).toEqual(one);
    expect(isZero(table.get(7)!)).toBe(false);
    expect(table.size).toBe(1);
  });
});
