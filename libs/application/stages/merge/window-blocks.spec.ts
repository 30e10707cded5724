import fc from 'fast-check';
import { encodeCostWindow } from '#libs/contract';
import {
  addMeasures,
  emptyMeasures,
  MoneyOverflowError,
  PUBLISHED_SCOPES,
  SUM_FIELDS,
  type Measures,
} from '#libs/domain';
import { recordsOf } from '../bytes/read-block.js';
import { BASE } from '../centre.fixture.js';
import { costWindowOf, type PublishedWindow } from './convert-window.js';
import { WindowBlocks } from './window-blocks.js';
import { WindowHeads } from './window-text.js';

const money = fc.oneof(
  fc.constant(0n),
  fc.bigInt({ min: -(10n ** 10n), max: 10n ** 10n }),
  fc.bigInt({ min: -(2n ** 48n) - 1n, max: 2n ** 48n + 1n }),
  fc.bigInt({ min: -(10n ** 16n), max: 10n ** 16n }),
);
const count = fc.oneof(fc.constant(0), fc.nat(1_000), fc.integer({ min: -3, max: 10 ** 9 }), fc.maxSafeInteger());
const zero = emptyMeasures();
/** Every field there is, so that one that is added later is written by both or the test fails. */
const measures = fc.record(
  Object.fromEntries(
    Object.entries(zero).map(([name, value]) => [name, typeof value === 'bigint' ? money : count]),
  ) as unknown as { [K in keyof Measures]: fc.Arbitrary<Measures[K]> },
);
const results: fc.Arbitrary<PublishedWindow> = fc.record({
  scope: fc.constantFrom(...PUBLISHED_SCOPES),
  id: fc.oneof(fc.constantFrom('a:1', '%', '"', 'ü', '\\', '\u2028'), fc.string({ minLength: 1, maxLength: 20 })),
  window: fc.constantFrom('5m', '1h', '24h', 'month'),
  startMs: fc.integer({ min: 0, max: BASE }),
  endMs: fc.integer({ min: BASE, max: 2 * BASE }),
  revision: fc.nat(3),
  measures,
});

function rowOf(content: Measures): Float64Array {
  const row = new Float64Array(SUM_FIELDS);
  addMeasures(row, 0, content);
  return row;
}

/** What the contract's encoder makes of it; undefined where it has no room for an amount. */
function expectedOf(result: PublishedWindow): object | undefined {
  try {
    const { key, value, headers } = encodeCostWindow(costWindowOf(result, 'CNY'), 'merge');
    return { key, value, headers };
  } catch (error) {
    if (error instanceof MoneyOverflowError) return undefined;
    throw error;
  }
}

describe('WindowBlocks', () => {
  it('hold what the contract’s encoder makes of the same windows, those left out that it refuses', () => {
    const blocks = new WindowBlocks(new WindowHeads((key) => key.length % 3));
    fc.assert(
      fc.property(fc.array(results, { maxLength: 8 }), (list) => {
        const expected: object[] = [];
        // Twice, as the second takes its texts from the first.
        for (const result of [...list, ...list]) {
          const record = expectedOf(result);
          if (record) expected.push(record);
          expect(blocks.add(result, result, rowOf(result.measures), 'CNY')).toBe(record !== undefined);
        }
        const written = blocks.drain().flatMap((block) => recordsOf(block));
        expect(
          written.every(({ topic, key, partition }) => topic === 'costWindows' && partition === String(key).length % 3),
        ).toBe(true);
        const plain = written.map(({ key, value, headers }) => ({ key: String(key), value: String(value), headers }));
        expect(sorted(plain)).toEqual(sorted(expected));
        expect(blocks.drain()).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('keep the order of a partition, also across blocks', () => {
    const blocks = new WindowBlocks(new WindowHeads(() => 0));
    const ref = { scope: 'agent', id: 'x'.repeat(100) } as const;
    for (let n = 0; n < 4_000; n += 1)
      blocks.add(ref, { window: '5m', startMs: 0, endMs: BASE + n, revision: 0 }, rowOf(zero), 'CNY');
    const drained = blocks.drain();
    expect(drained.length).toBeGreaterThan(1);
    const ends = drained.flatMap((block) => recordsOf(block)).map(({ headers }) => headers?.['ce_time']);
    expect(ends).toEqual([...ends].sort());
    expect(new Set(ends).size).toBe(4_000);
  });
});

function sorted(list: readonly object[]): string[] {
  return list.map((each) => JSON.stringify(each)).sort();
}
