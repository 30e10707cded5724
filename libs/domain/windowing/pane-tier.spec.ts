import fc from 'fast-check';
import { addInto, emptyMeasures, type Measures } from '../facts/index.js';
import { PaneTier } from './pane-tier.js';

const WIDTH = 10;

function measuresOf(amountMicros: bigint): Measures {
  return { ...emptyMeasures(), system: amountMicros, interactions: 1 };
}

const facts = fc.array(fc.record({ tMs: fc.integer({ min: -300, max: 300 }), amountMicros: fc.bigInt(-9n, 99n) }), {
  maxLength: 40,
});
const bound = fc.integer({ min: -40, max: 40 }).map((index) => index * WIDTH);

describe('PaneTier', () => {
  it('sums what was added in a stretch, however long or short', () => {
    fc.assert(
      fc.property(facts, bound, bound, (all, fromMs, toMs) => {
        const tier = new PaneTier(WIDTH);
        const expected = emptyMeasures();
        for (const { tMs, amountMicros } of all) {
          tier.add(tier.indexOf(tMs), measuresOf(amountMicros));
          if (tMs >= fromMs && tMs < toMs) addInto(expected, measuresOf(amountMicros));
        }
        expect(tier.sum(fromMs, toMs)).toEqual(expected);
      }),
    );
  });

  it('knows what lies ahead of a time, whatever was asked, added and forgotten before', () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ how: fc.constant('ask' as const), tMs: bound }) },
      { weight: 2, arbitrary: fc.record({ how: fc.constant('add' as const), tMs: bound }) },
      { weight: 1, arbitrary: fc.record({ how: fc.constant('prune' as const), tMs: bound }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const tier = new PaneTier(WIDTH);
        // Enough of them ahead that their sum is kept.
        for (let index = -40; index < 80; index += 1) tier.add(index, measuresOf(BigInt(index * index)));
        for (const { how, tMs } of steps) {
          if (how === 'ask') expect(tier.sumFrom(tMs)).toEqual(tier.sum(tMs, 10_000));
          else if (how === 'add') tier.add(tier.indexOf(tMs), measuresOf(7n));
          else tier.pruneBefore(tMs);
        }
      }),
    );
  });

  it('forgets what lies before a time and says which panes that were', () => {
    fc.assert(
      fc.property(facts, bound, (all, tMs) => {
        const tier = new PaneTier(WIDTH);
        for (const fact of all) tier.add(tier.indexOf(fact.tMs), measuresOf(fact.amountMicros));
        const before = [...tier.panes.keys()];
        const kept = tier.sum(tMs, 1_000);
        const gone = tier.pruneBefore(tMs);
        expect(gone.sort()).toEqual(before.filter((index) => index * WIDTH < tMs).sort());
        expect(tier.sum(-1_000, 1_000)).toEqual(kept);
        expect(tier.pruneBefore(tMs)).toEqual([]);
      }),
    );
  });

  it('keeps its own copy of what is added, and gives its sums away', () => {
    const tier = new PaneTier(WIDTH);
    const delta = measuresOf(5n);
    tier.add(0, delta);
    delta.system = 99n;
    tier.sum(0, WIDTH).system = 77n;
    expect(tier.sum(0, WIDTH).system).toBe(5n);
  });

  it('puts times before the epoch into panes that start before them', () => {
    const tier = new PaneTier(WIDTH);
    expect([-11, -10, -1, 0, 9, 10].map((tMs) => tier.indexOf(tMs))).toEqual([-2, -1, -1, 0, 0, 1]);
  });
});
