import fc from 'fast-check';
import { encodeCostWindow } from '#libs/contract';
import { emptyMeasures, MoneyOverflowError, SCOPES, type Measures, type WindowResult } from '#libs/domain';
import { BASE } from '../centre.fixture.js';
import { costWindowOf } from './convert-window.js';
import { WindowRecords } from './window-records.js';

const money = fc.oneof(fc.constant(0n), fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }));
const count = fc.oneof(fc.constant(0), fc.maxSafeInteger());
const zero = emptyMeasures();
/** Every field there is, so that one that is added later is written by both or the test fails. */
const measures = fc.record(
  Object.fromEntries(
    Object.entries(zero).map(([name, value]) => [name, typeof value === 'bigint' ? money : count]),
  ) as unknown as { [K in keyof Measures]: fc.Arbitrary<Measures[K]> },
);
const results: fc.Arbitrary<WindowResult> = fc.record({
  scope: fc.constantFrom(...SCOPES),
  id: fc.oneof(fc.constantFrom('a:1', '%', '"', 'ü', '\\', '\u2028'), fc.string({ minLength: 1, maxLength: 20 })),
  window: fc.constantFrom('5m', '1h', '24h', 'month'),
  startMs: fc.integer({ min: 0, max: BASE }),
  endMs: fc.integer({ min: BASE, max: 2 * BASE }),
  revision: fc.nat(3),
  measures,
});

describe('WindowRecords', () => {
  it('are what the contract’s encoder makes of the same windows', () => {
    const records = new WindowRecords((key) => key.length);
    fc.assert(
      fc.property(results, (result) => {
        const { key, value, headers } = encodeCostWindow(costWindowOf(result, 'CNY'), 'merge');
        const expected = { topic: 'costWindows', partition: key.length, key, value, headers };
        // Twice, as the second takes its texts from the first.
        expect(records.recordOf(result, 'CNY')).toEqual(expected);
        expect(records.recordOf(result, 'CNY')).toEqual(expected);
      }),
    );
  });

  it('are none with a wrong number when a sum is too large', () => {
    const records = new WindowRecords(() => 0);
    const result = { scope: 'all', id: 'all', window: '5m', startMs: 0, endMs: BASE, revision: 0 } as const;
    const measuresTooLarge = { ...zero, labour: 10n ** 16n };
    expect(() => records.recordOf({ ...result, measures: measuresTooLarge }, 'CNY')).toThrow(MoneyOverflowError);
  });
});
