/**
 * Reading texts four bytes at a time: a word of four bytes is looked at with the same few operations as one byte. All of it
 * works on little-endian words of a view, and reads bytes one by one where fewer than four are left in it.
 */

const ONES = 0x01010101;
const HIGH_BITS = 0x80808080 | 0;
const QUOTES = 0x22222222;
const BACKSLASHES = 0x5c5c5c5c;
const SPACES = 0x20202020;
const ZEROS = 0x30303030;
const QUOTE = 34;
const BACKSLASH = 92;
const SPACE = 32;
const ZERO = 48;
const NINE = 57;

/**
 * Where a JSON text ends that begins at `from` and has neither escapes nor control characters: the place of its closing quote;
 * -1 for another, and where none is found before `to`.
 */
export function plainTextEnd(view: DataView, from: number, to: number): number {
  return textEnd(view, from, to, 0);
}

/** The same for a text of ASCII alone; -1 for another. */
export function asciiTextEnd(view: DataView, from: number, to: number): number {
  return textEnd(view, from, to, HIGH_BITS);
}

/** `refused`: bits of which none may be set in a byte of the text. */
function textEnd(view: DataView, from: number, to: number, refused: number): number {
  let at = from;
  for (; at + 4 <= to; at += 4) {
    const word = view.getInt32(at, true);
    const stops = stopsIn(word) | (word & refused);
    if (stops === 0) continue;
    at += firstByte(stops);
    return view.getUint8(at) === QUOTE ? at : -1;
  }
  for (; at < to; at += 1) {
    const byte = view.getUint8(at);
    if (byte === QUOTE) return at;
    if (byte < SPACE || byte === BACKSLASH || (byte & refused) !== 0) return -1;
  }
  return -1;
}

/**
 * The high bits of bytes that are a quote, a backslash or a control character. The lowest that is set is right; above it,
 * where a borrow may have gone, others may be set as well.
 */
function stopsIn(word: number): number {
  const quote = word ^ QUOTES;
  const backslash = word ^ BACKSLASHES;
  return (((quote - ONES) & ~quote) | ((backslash - ONES) & ~backslash) | ((word - SPACES) & ~word)) & HIGH_BITS;
}

/** Number of the lowest byte of which a bit is set. */
function firstByte(word: number): number {
  return (31 - Math.clz32(word & -word)) >> 3;
}

/** The words of a key that is looked for again and again, as {@link startsWith} compares it. */
export interface KeyWords {
  readonly length: number;
  /** Zeros behind the last byte. */
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
}

export function keyWords(bytes: Uint8Array): KeyWords {
  const { length } = bytes;
  const words = new Int32Array((length + 3) >> 2);
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  copyWords(view, 0, length, words, 0);
  return { length, words, bytes };
}

/** Whether the bytes at `at` are those of a key, none of them at `limit` or behind. */
export function startsWith(view: DataView, at: number, limit: number, { words, length }: KeyWords): boolean {
  return holdsText(view, at, limit, words, 0, length);
}

/** Whether the bytes at `at` are the `length` bytes that `words` has from `from` on. */
export function holdsText(
  view: DataView,
  at: number,
  limit: number,
  words: Int32Array,
  from: number,
  length: number,
): boolean {
  if (at + length > limit) return false;
  const whole = length >> 2;
  for (let index = 0; index < whole; index += 1)
    if (view.getInt32(at + 4 * index, true) !== words[from + index]) return false;
  const rest = length & 3;
  return rest === 0 || partOfWord(view, at + 4 * whole, limit, rest) === words[from + whole];
}

/** Writes the bytes in [from, to) into `words` from `into` on. */
export function copyWords(view: DataView, from: number, to: number, words: Int32Array, into: number): void {
  const whole = (to - from) >> 2;
  for (let index = 0; index < whole; index += 1) words[into + index] = view.getInt32(from + 4 * index, true);
  const rest = (to - from) & 3;
  if (rest > 0) words[into + whole] = partOfWord(view, to - rest, to, rest);
}

/** The word at `at` of which only the first one to three bytes count. */
function partOfWord(view: DataView, at: number, limit: number, bytes: number): number {
  if (at + 4 <= limit) return view.getInt32(at, true) & ((1 << (8 * bytes)) - 1);
  let word = 0;
  for (let index = bytes - 1; index >= 0; index -= 1) word = (word << 8) | view.getUint8(at + index);
  return word;
}

const ROW_WORDS = 8;

/** Texts of up to 32 bytes, one in each row, side by side: to compare with one takes no step from object to object. */
export class TextRows {
  private readonly words: Int32Array;
  /** 0: nothing is kept. */
  private readonly lengths: Uint8Array;

  constructor(rows: number) {
    this.words = new Int32Array(rows * ROW_WORDS);
    this.lengths = new Uint8Array(rows);
  }

  /** Keeps the bytes in [from, to), or nothing if they are more than a row has room for. */
  keep(row: number, view: DataView, from: number, to: number): void {
    const fits = to - from <= 4 * ROW_WORDS;
    this.lengths[row] = fits ? to - from : 0;
    if (fits) copyWords(view, from, to, this.words, row * ROW_WORDS);
  }

  forget(row: number): void {
    this.lengths[row] = 0;
  }

  /** Length of what is kept, if it stands at `at`, all of it before `limit`; else 0. */
  lengthAt(row: number, view: DataView, at: number, limit: number): number {
    const length = this.lengths[row] as number;
    return holdsText(view, at, limit, this.words, row * ROW_WORDS, length) ? length : 0;
  }
}

/** A hash of the bytes in [from, to), for tables in memory; it is not kept anywhere. */
export function hashOfWords(view: DataView, from: number, to: number): number {
  let hash = 0;
  let at = from;
  for (; at + 4 <= to; at += 4) hash = mix(hash, view.getInt32(at, true));
  let rest = 0;
  for (let end = to - 1; end >= at; end -= 1) rest = (rest << 8) | view.getUint8(end);
  return mixLast(hash, rest, to - from);
}

/** `rest`: the last bytes, fewer than four; `length` of all. */
function mixLast(hash: number, rest: number, length: number): number {
  return mix(hash, rest | (length << 24));
}

/** A text that was found, with what {@link hashOfWords} gives for it: both come of one walk over its words. */
export class HashedText {
  /** Where its closing quote stands. */
  end = 0;
  hash = 0;

  /** Finds what {@link plainTextEnd} finds; false where that says -1. */
  findPlain(view: DataView, from: number, to: number): boolean {
    return this.find(view, from, to, 0);
  }

  /** Finds what {@link asciiTextEnd} finds; false where that says -1. */
  findAscii(view: DataView, from: number, to: number): boolean {
    return this.find(view, from, to, HIGH_BITS);
  }

  private find(view: DataView, from: number, to: number, refused: number): boolean {
    let hash = 0;
    for (let at = from; at + 4 <= to; at += 4) {
      const word = view.getInt32(at, true);
      const stops = stopsIn(word) | (word & refused);
      if (stops === 0) {
        hash = mix(hash, word);
        continue;
      }
      const rest = firstByte(stops);
      this.end = at + rest;
      this.hash = mixLast(hash, word & ((1 << (8 * rest)) - 1), this.end - from);
      return view.getUint8(this.end) === QUOTE;
    }
    // It ends with the record's last bytes, if at all.
    const end = textEnd(view, from, to, refused);
    if (end < 0) return false;
    this.end = end;
    this.hash = hashOfWords(view, from, end);
    return true;
  }
}

function mix(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0x5bd1e995);
  return mixed ^ (mixed >>> 15);
}

/** A whole number that was read, in one walk over its digits. */
export class WholeNumber {
  /** Behind its last digit; where it began, if there was none. */
  end = 0;
  /** Exact below 2^53. */
  value = 0;

  read(view: DataView, from: number, to: number): void {
    let value = 0;
    let at = from;
    for (; at + 4 <= to; at += 4) {
      const word = view.getInt32(at, true);
      if (!areDigits(word)) break;
      value = value * 10_000 + fourDigits(word);
    }
    for (; at < to; at += 1) {
      const byte = view.getUint8(at);
      if (!isDigit(byte)) break;
      value = value * 10 + byte - ZERO;
    }
    this.value = value;
    this.end = at;
  }
}

/** Digits in [from, to) are over where this says. */
export function digitsEnd(view: DataView, from: number, to: number): number {
  let at = from;
  while (at + 4 <= to && areDigits(view.getInt32(at, true))) at += 4;
  while (at < to && isDigit(view.getUint8(at))) at += 1;
  return at;
}

/** The whole number that the digits in [from, to) are; exact below 2^53. */
export function wholeOf(view: DataView, from: number, to: number): number {
  let value = 0;
  let at = from;
  for (; at + 4 <= to; at += 4) value = value * 10_000 + fourDigits(view.getInt32(at, true));
  for (; at < to; at += 1) value = value * 10 + view.getUint8(at) - ZERO;
  return value;
}

function areDigits(word: number): boolean {
  const digits = word ^ ZEROS;
  // Above nine, six more carry into the upper half of the byte.
  return ((digits | (digits + 0x06060606)) & 0xf0f0f0f0) === 0;
}

function fourDigits(word: number): number {
  const digits = word & 0x0f0f0f0f;
  return (digits & 15) * 1_000 + ((digits >> 8) & 15) * 100 + ((digits >> 16) & 15) * 10 + ((digits >> 24) & 15);
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}
