import fc from 'fast-check';
import { viewOf } from './prepared-bytes.js';
import {
  asciiTextEnd,
  digitsEnd,
  HashedText,
  hashOfWords,
  keyWords,
  plainTextEnd,
  startsWith,
  TextRows,
  WholeNumber,
  wholeOf,
} from './scan-words.js';

/** Any bytes, more of those that matter than chance would give. */
const telling = fc.constantFrom(
  0,
  31,
  32,
  33,
  34,
  35,
  47,
  48,
  53,
  57,
  58,
  91,
  92,
  93,
  127,
  128,
  160,
  162,
  176,
  185,
  220,
  255,
);
const bytes = fc.array(fc.oneof({ weight: 3, arbitrary: fc.nat(255) }, telling), { maxLength: 40 });
const letters = fc.array(fc.integer({ min: 35, max: 91 }), { maxLength: 40 });
const digits = fc.array(fc.integer({ min: 48, max: 57 }), { maxLength: 15 });

/** In the middle of other bytes, at the beginning, at the end. */
const around = fc.record({ before: fc.nat(9), after: fc.nat(9) });

function placed(content: readonly number[], { before, after }: { before: number; after: number }) {
  const all = Uint8Array.from([...Array<number>(before).fill(34), ...content, ...Array<number>(after).fill(48)]);
  return { view: viewOf(all), all, from: before, to: before + content.length };
}

function plainEnd(all: Uint8Array, from: number, to: number, largest = 255): number {
  for (let at = from; at < to; at += 1) {
    const byte = all[at] as number;
    if (byte === 34) return at;
    if (byte < 32 || byte === 92 || byte > largest) return -1;
  }
  return -1;
}

describe('reading four bytes at a time', () => {
  it('finds the end of a plain text as reading byte by byte does', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          bytes,
          fc.tuple(letters, bytes).map(([a, b]) => [...a, ...b]),
        ),
        around,
        (content, where) => {
          const { view, all, from, to } = placed(content, where);
          expect(plainTextEnd(view, from, to)).toBe(plainEnd(all, from, to));
          expect(asciiTextEnd(view, from, to)).toBe(plainEnd(all, from, to, 127));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('finds and hashes a text in one walk as it does in two', () => {
    const text = new HashedText();
    fc.assert(
      fc.property(
        fc.oneof(
          bytes,
          fc.tuple(letters, bytes).map(([a, b]) => [...a, 34, ...b]),
        ),
        around,
        (content, where) => {
          const { view, from, to } = placed(content, where);
          const plain = plainTextEnd(view, from, to);
          expect(text.findPlain(view, from, to)).toBe(plain >= 0);
          if (plain >= 0) expect(text).toMatchObject({ end: plain, hash: hashOfWords(view, from, plain) });
          const ascii = asciiTextEnd(view, from, to);
          expect(text.findAscii(view, from, to)).toBe(ascii >= 0);
          if (ascii >= 0) expect(text).toMatchObject({ end: ascii, hash: hashOfWords(view, from, ascii) });
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('finds every byte that ends a text, in every place', () => {
    for (let byte = 0; byte < 256; byte += 1)
      for (let at = 0; at < 9; at += 1) {
        const content = Array<number>(9).fill(120);
        content[at] = byte;
        const { view, all, from, to } = placed(content, { before: 1, after: 1 });
        expect(plainTextEnd(view, from, to)).toBe(plainEnd(all, from, to));
        expect(asciiTextEnd(view, from, to)).toBe(plainEnd(all, from, to, 127));
      }
  });

  it('knows a key from anything else', () => {
    fc.assert(
      fc.property(bytes, around, fc.nat(), (content, where, changed) => {
        const { view, all, from } = placed(content, where);
        const key = keyWords(Uint8Array.from(content));
        expect(startsWith(view, from, all.length, key)).toBe(true);
        if (content.length === 0) return;
        all[from + (changed % content.length)] = (content[changed % content.length] as number) ^ 1;
        expect(startsWith(view, from, all.length, key)).toBe(false);
      }),
    );
  });

  it('does not know a key that is cut off', () => {
    const key = keyWords(Buffer.from('"agentId":'));
    for (let length = 0; length < 10; length += 1)
      expect(startsWith(viewOf(Buffer.from('"agentId":')), 0, length, key)).toBe(false);
  });

  it('keeps texts in rows and knows them where they stand whole', () => {
    fc.assert(
      fc.property(fc.array(bytes, { minLength: 1, maxLength: 5 }), around, (texts, where) => {
        const rows = new TextRows(texts.length);
        for (const [row, text] of texts.entries()) {
          const { view, from, to } = placed(text, where);
          rows.keep(row, view, from, to);
        }
        for (const [row, text] of texts.entries()) {
          const { view, all, from, to } = placed(text, where);
          expect(rows.lengthAt(row, view, from, to)).toBe(text.length <= 32 ? text.length : 0);
          expect(rows.lengthAt(row, view, from, all.length)).toBe(text.length <= 32 ? text.length : 0);
          if (text.length === 0) continue;
          expect(rows.lengthAt(row, view, from, to - 1)).toBe(0);
          all[to - 1] = (all[to - 1] as number) ^ 1;
          expect(rows.lengthAt(row, view, from, to)).toBe(0);
          rows.forget(row);
          expect(rows.lengthAt(row, placed(text, where).view, from, to)).toBe(0);
        }
      }),
    );
  });

  it('hashes the same bytes to the same number wherever they stand, and others most likely to another', () => {
    fc.assert(
      fc.property(bytes, around, around, (content, one, other) => {
        const a = placed(content, one);
        const b = placed(content, other);
        expect(hashOfWords(a.view, a.from, a.to)).toBe(hashOfWords(b.view, b.from, b.to));
      }),
    );
    const names = Array.from({ length: 10_000 }, (_, index) => Buffer.from(`agent-${String(index).padStart(5, '0')}`));
    const hashes = new Set(names.map((name) => hashOfWords(viewOf(name), 0, name.length)));
    expect(hashes.size).toBeGreaterThan(9_990);
  });

  it('reads whole numbers', () => {
    fc.assert(
      fc.property(digits, bytes, around, (number, behind, where) => {
        const { view, all, from, to } = placed([...number, ...behind], where);
        let end = from;
        while (end < to && (all[end] as number) >= 48 && (all[end] as number) <= 57) end += 1;
        expect(digitsEnd(view, from, to)).toBe(end);
        const text = Buffer.from(number).toString();
        expect(wholeOf(view, from, from + number.length)).toBe(Number(text));
        const whole = new WholeNumber();
        whole.read(view, from, to);
        expect(whole).toEqual({ end, value: wholeOf(view, from, end) });
      }),
      { numRuns: 1_000 },
    );
  });
});
