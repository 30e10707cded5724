import fc from 'fast-check';
import { addInto, emptyMeasures, type Measures } from '#libs/domain';
import type { CellDelta } from '../exchange/panes-message.js';
import { CellBook } from './cell-book.js';

const WIDTH = 900_000;
const HOUR = 3_600_000;

const cells: fc.Arbitrary<CellDelta> = fc
  .tuple(
    fc.constantFrom(undefined, 'v-1', 'v-2'),
    fc.constantFrom('voice', 'email'),
    fc.integer({ min: 0, max: 120 }),
    fc.integer({ min: -5, max: 5 }),
  )
  .map(([vendorId, channel, pane, count]) => ({
    ...(vendorId !== undefined && { vendorId }),
    channel,
    tMs: pane * WIDTH,
    delta: { ...emptyMeasures(), interactions: count, labour: BigInt(count) * 7n },
  }));

/** Copies a book through its changelog, as a restart does. */
function restarted(changelog: Map<string, Buffer | null>): CellBook {
  const book = new CellBook(WIDTH);
  for (const [key, value] of changelog) book.restore(key, value);
  return book;
}

function keep(changelog: Map<string, Buffer | null>, book: CellBook): void {
  for (const { key, value } of book.changes()) changelog.set(key, value === null ? null : Buffer.from(String(value)));
}

describe('CellBook', () => {
  it('adds up by handler and channel, the same after a restart', () => {
    fc.assert(
      fc.property(fc.array(cells, { maxLength: 30 }), fc.nat(120), fc.nat(120), (deltas, from, length) => {
        const book = new CellBook(WIDTH);
        const changelog = new Map<string, Buffer | null>();
        for (const delta of deltas) {
          book.add(delta);
          if (delta.channel === 'voice') keep(changelog, book);
        }
        keep(changelog, book);
        const [fromMs, toMs] = [from * WIDTH, (from + length) * WIDTH];
        for (const vendorId of [undefined, 'v-1', 'v-2']) {
          const expected = new Map<string, Measures>();
          for (const { channel } of deltas.filter((each) => each.vendorId === vendorId))
            expected.set(channel, emptyMeasures());
          for (const { channel, tMs, delta } of deltas.filter((each) => each.vendorId === vendorId))
            if (tMs >= fromMs && tMs < toMs) addInto(expected.get(channel)!, delta);
          expect(book.between(vendorId, fromMs, toMs)).toEqual(expected);
          expect(restarted(changelog).between(vendorId, fromMs, toMs)).toEqual(expected);
        }
      }),
    );
  });

  it('tells what each channel and vendor cost in the last hour, and in the same a day before', () => {
    const book = new CellBook(60_000);
    const asOfMs = 40 * HOUR;
    const add = (channel: string, agoMs: number, labour: bigint, vendorId?: string) => {
      const delta = { ...emptyMeasures(), labour };
      book.add({ channel, tMs: asOfMs - agoMs, delta, ...(vendorId !== undefined && { vendorId }) });
    };
    add('voice', HOUR, 5n);
    add('voice', 60_000, 7n, 'v-1');
    add('voice', 25 * HOUR, 3n);
    add('voice', 25 * HOUR + 60_000, 100n);
    add('voice', 24 * HOUR, 100n);
    add('voice', 0, 100n);
    add('email', 24 * HOUR + 60_000, 2n, 'v-1');
    expect(book.lastHourByPart(asOfMs)).toEqual([
      { scope: 'channel', id: 'voice', amountMicros: 12n, expectedMicros: 3n },
      { scope: 'vendor', id: 'v-1', amountMicros: 7n, expectedMicros: 2n },
      { scope: 'channel', id: 'email', amountMicros: 0n, expectedMicros: 2n },
    ]);
  });

  it('forgets what is older than a day, also in its changelog', () => {
    const book = new CellBook(WIDTH);
    const changelog = new Map<string, Buffer | null>();
    book.add({ vendorId: 'v-1', channel: 'voice', tMs: 0, delta: { ...emptyMeasures(), interactions: 1 } });
    keep(changelog, book);
    book.prune(25 * HOUR);
    expect(book.vendorIds).toEqual(['v-1']);
    book.prune(26 * HOUR);
    keep(changelog, book);
    expect(book.vendorIds).toEqual([]);
    expect([...changelog.values()]).toEqual([null]);
  });
});
