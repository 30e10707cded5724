import fc from 'fast-check';
import { addMeasures, emptyMeasures, SCOPES, SUM_FIELDS, type Measures, type ScopeRef } from '#libs/domain';
import { PaneBytes, readPaneBytes } from './pane-bytes.js';

const ref: fc.Arbitrary<ScopeRef> = fc.record({
  scope: fc.constantFrom(...SCOPES),
  id: fc.string({ unit: 'binary', maxLength: 20 }),
});
const measures: fc.Arbitrary<Measures> = fc
  .record({
    labour: fc.bigInt({ min: -(2n ** 91n), max: 2n ** 91n }),
    overtime: fc.bigInt({ min: -(2n ** 52n), max: 2n ** 52n }),
    handleMicroseconds: fc.maxSafeNat(),
    paidMicroseconds: fc.integer(),
  })
  .map((some) => ({ ...emptyMeasures(), ...some }));
const groups = fc.array(
  fc.record({ ref, panes: fc.array(fc.record({ index: fc.integer(), measures }), { minLength: 1, maxLength: 4 }) }),
  { maxLength: 4 },
);

const sumsOf = (each: Measures): Float64Array => {
  const sums = new Float64Array(SUM_FIELDS);
  addMeasures(sums, 0, each);
  return sums;
};

describe('panes as bytes', () => {
  it('are read as they were written, each taking being a beginning of its own', () => {
    const bytes = new PaneBytes();
    fc.assert(
      fc.property(groups, (all) => {
        for (const { ref, panes } of all) for (const pane of panes) bytes.add(ref, pane.index, sumsOf(pane.measures));
        const value = bytes.take();
        expect(bytes.size).toBe(0);
        const read: unknown[] = [];
        let of: ScopeRef | undefined;
        if (value.length > 0)
          readPaneBytes(value, {
            scope: (ref) => (of = ref),
            pane: (index, sums) => read.push([of, index, [...sums]]),
          });
        expect(read).toEqual(
          all.flatMap(({ ref, panes }) => panes.map(({ index, measures }) => [ref, index, [...sumsOf(measures)]])),
        );
      }),
    );
  });

  it('refuse what ends too early, and a scope that does not exist', () => {
    const sink = { scope: () => undefined, pane: () => undefined };
    const bytes = new PaneBytes();
    bytes.add({ scope: 'all', id: 'all' }, 7, sumsOf({ ...emptyMeasures(), interactions: 3 }));
    const value = bytes.take();
    expect(() => readPaneBytes(value.subarray(0, -1), sink)).toThrow('end too early');
    expect(() => readPaneBytes(Buffer.from([14, 200]), sink)).toThrow('no scope has the number 199');
  });
});
