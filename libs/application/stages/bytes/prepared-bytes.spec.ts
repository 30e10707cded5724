import fc from 'fast-check';
import { AsciiCopy, prepare, PREPARED_OVERSHOOT, PreparedStore, putPrepared, viewOf } from './prepared-bytes.js';

const BEFORE = 5;

/** What stands in a target full of 1 after `put` wrote at BEFORE, up to the most bytes that it may touch. */
function written(length: number, put: (view: DataView) => number): { whole: Buffer; end: number } {
  const target = Buffer.alloc(BEFORE + length + PREPARED_OVERSHOOT, 1);
  return { end: put(viewOf(target)), whole: target.subarray(0, BEFORE + length) };
}

describe('prepared bytes', () => {
  it('are put as they are, whatever they are, and nothing before them changes', () => {
    // Among them all that make a double that is no number.
    const byte = fc.oneof(fc.constantFrom(0, 127, 128, 240, 248, 255), fc.nat(255));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.array(byte, { maxLength: 100 }), (some, more) => {
        const bytes = Buffer.from([...some, ...more]);
        const { whole, end } = written(bytes.length, (view) => putPrepared(view, BEFORE, prepare(bytes)));
        expect(end).toBe(BEFORE + bytes.length);
        expect(whole.equals(Buffer.concat([Buffer.alloc(BEFORE, 1), bytes]))).toBe(true);
      }),
    );
  });

  it('are put from a store as from a buffer of their own, however many there are and however long', () => {
    const store = new PreparedStore();
    const texts = fc.array(fc.uint8Array({ maxLength: 600 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(texts, (list) => {
        // All are prepared before the first is put: none may lie in the place of another.
        const stored = list.map((bytes) => store.prepare(bytes));
        for (const [index, prepared] of stored.entries()) {
          const bytes = Buffer.from(list[index] as Uint8Array);
          const { whole, end } = written(bytes.length, (view) => putPrepared(view, BEFORE, prepared));
          expect(end).toBe(BEFORE + bytes.length);
          expect(whole.subarray(BEFORE).equals(bytes)).toBe(true);
        }
      }),
    );
  });

  it('hold no NaN where they are UTF-8', () => {
    const character = fc.oneof(
      fc.constantFrom('\x7f', '\u{10ffff}', '\u{f0000}'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    );
    fc.assert(
      fc.property(fc.array(character, { maxLength: 50 }), (text) => {
        expect(prepare(text.join('')).holdsNaN).toBe(false);
      }),
    );
  });

  it('are put from a copy of ASCII, again and again', () => {
    const copy = new AsciiCopy(128);
    const ascii = fc.uint8Array({ max: 127, maxLength: 128 });
    fc.assert(
      fc.property(ascii, fc.nat(10), (bytes, from) => {
        const start = Math.min(from, bytes.length);
        const expected = Buffer.from(bytes.subarray(start));
        copy.take(bytes, start, bytes.length);
        const { whole, end } = written(expected.length, (view) => copy.put(view, BEFORE));
        expect(end).toBe(BEFORE + expected.length);
        expect(whole.subarray(BEFORE).equals(expected)).toBe(true);
      }),
    );
  });
});
