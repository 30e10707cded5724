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
  readonly words: Int32Array;
  /** The bytes of the last word that count. */
  readonly lastMask: number;
  readonly bytes: Uint8Array;
}

export function keyWords(bytes: Uint8Array): KeyWords {
  const { length } = bytes;
  const padded = new DataView(new ArrayBuffer(Math.max(4, 4 * Math.ceil(length / 4))));
  for (const [index, byte] of bytes.entries()) padded.setUint8(index, byte);
  const words = Int32Array.from({ length: padded.byteLength / 4 }, (_, index) => padded.getInt32(4 * index, true));
  return { length, words, lastMask: maskOf(length - 4 * (words.length - 1)), bytes };
}

/** Of the lowest `bytes` bytes of a word. */
function maskOf(bytes: number): number {
  return bytes >= 4 ? -1 : (1 << (8 * bytes)) - 1;
}

/** Whether the bytes at `at` are those of a key. */
export function startsWith(view: DataView, at: number, key: KeyWords): boolean {
  const { words, length } = key;
  const last = words.length - 1;
  if (at + 4 * words.length > view.byteLength) return hasBytes(view, at, key.bytes, length);
  for (let index = 0; index < last; index += 1) if (view.getInt32(at + 4 * index, true) !== words[index]) return false;
  return ((view.getInt32(at + 4 * last, true) ^ (words[last] as number)) & key.lastMask) === 0;
}

function hasBytes(view: DataView, at: number, bytes: Uint8Array, length: number): boolean {
  if (at + length > view.byteLength) return false;
  for (let index = 0; index < length; index += 1) if (view.getUint8(at + index) !== bytes[index]) return false;
  return true;
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
