import fc from 'fast-check';
import { markAborted, type AbortedTransaction, type DecodedRecord } from './read-committed.js';

const ABORT = Buffer.from([0, 0, 0, 0]);
const COMMIT = Buffer.from([0, 0, 0, 1]);

function record(offset: number, producer: string, key: Buffer | null = null): DecodedRecord {
  return { offset: String(offset), key, batchContext: { producerId: producer, inTransaction: true } };
}

function marker(offset: number, producer: string, key: Buffer): DecodedRecord {
  return { ...record(offset, producer, key), isControlRecord: true };
}

function visible(messages: readonly DecodedRecord[], aborted: readonly AbortedTransaction[]): string[] {
  markAborted(messages, aborted);
  return messages.filter(({ isControlRecord }) => !isControlRecord).map(({ offset }) => offset);
}

describe('markAborted', () => {
  it('hides interleaved transactions that were aborted in another order than they began', () => {
    const log = [
      record(0, 'a'),
      record(1, 'b'),
      record(2, 'a'),
      marker(3, 'b', ABORT),
      marker(4, 'a', ABORT),
      record(5, 'a'),
    ];
    const aborted = [
      { producerId: 'b', firstOffset: '1' },
      { producerId: 'a', firstOffset: '0' },
    ];
    expect(visible(log, aborted)).toEqual(['5']);
  });

  it('knows all transactions that began before the fetch', () => {
    const log = [record(10, 'b'), record(11, 'a'), marker(12, 'a', ABORT), marker(13, 'b', ABORT), record(14, 'b')];
    const aborted = [
      { producerId: 'a', firstOffset: '3' },
      { producerId: 'b', firstOffset: '4' },
    ];
    expect(visible(log, aborted)).toEqual(['14']);
  });

  it('does not take a record for an abort marker because its key looks like one', () => {
    const log = [record(0, 'a', ABORT), record(1, 'a'), marker(2, 'a', ABORT)];
    expect(visible(log, [{ producerId: 'a', firstOffset: '0' }])).toEqual([]);
  });

  it('leaves alone what is not part of a transaction', () => {
    const plain: DecodedRecord = { offset: '1', key: null, batchContext: { producerId: '-1', inTransaction: false } };
    const old: DecodedRecord = { offset: '2', key: null };
    expect(
      visible([record(0, 'a'), plain, old, marker(3, 'a', ABORT)], [{ producerId: 'a', firstOffset: '0' }]),
    ).toEqual(['1', '2']);
  });

  it('shows exactly the committed records, however transactions interleave and wherever the fetch begins', () => {
    const step = fc.record({
      producer: fc.integer({ min: 0, max: 3 }),
      end: fc.constantFrom('', '', '', 'abort', 'commit'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.nat(), (steps, seed) => {
        const { log, aborted, committed } = play(steps);
        const from = log.length === 0 ? 0 : seed % log.length;
        const overlapping = aborted.filter(({ last }) => last >= from);
        const expected = committed.filter((offset) => offset >= from).map(String);
        expect(visible(log.slice(from), overlapping)).toEqual(expected);
      }),
    );
  });
});

/** A log as a broker would write it; aborted transactions in the order of their markers, as its index has them. */
function play(steps: readonly { producer: number; end: string }[]) {
  const log: DecodedRecord[] = [];
  const aborted: (AbortedTransaction & { last: number })[] = [];
  const committed: number[] = [];
  const open = new Map<string, number[]>();
  const finish = (producerId: string, end: string): void => {
    const offsets = open.get(producerId);
    if (!offsets) return;
    open.delete(producerId);
    const last = log.length;
    log.push(marker(last, producerId, end === 'abort' ? ABORT : COMMIT));
    if (end === 'abort') aborted.push({ producerId, firstOffset: String(offsets[0]), last });
    else committed.push(...offsets);
  };
  for (const { producer, end } of steps) {
    const producerId = String(producer);
    if (end === '') {
      open.set(producerId, [...(open.get(producerId) ?? []), log.length]);
      log.push(record(log.length, producerId));
    } else finish(producerId, end);
  }
  for (const producerId of [...open.keys()]) finish(producerId, 'abort');
  return { log, aborted, committed: committed.sort((a, b) => a - b) };
}
