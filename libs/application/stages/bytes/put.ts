/**
 * Writing straight into bytes: `put…(bytes, at, …)` writes at `at` and gives where it ended. The room must be there. They
 * are functions on plain arrays, not methods of a writer, because the engine then keeps `bytes` and `at` in registers:
 * everything that is written for each event goes through here.
 */

const ZERO = 48;
const POINT = 46;
/** From this length on a call into the engine is faster than a loop. */
const LONG = 16;
/**
 * Up to here numbers are calculated with as integers (`| 0` says so to the engine). The remainder of a double takes it as long
 * as writing a whole number, and its division several times as long as that of an integer by a constant.
 */
const MAX_INTEGER = 0x7fffffff;

/** ASCII or UTF-8 bytes of a text that is written again and again. */
export function bytesOf(text: string): Uint8Array {
  return Buffer.from(text);
}

export function putBytes(bytes: Uint8Array, at: number, source: Uint8Array): number {
  const { length } = source;
  if (length >= LONG) bytes.set(source, at);
  else for (let index = 0; index < length; index += 1) bytes[at + index] = source[index] as number;
  return at + length;
}

/** A part of other bytes. */
export function putRange(bytes: Uint8Array, at: number, source: Uint8Array, from: number, to: number): number {
  let end = at;
  for (let index = from; index < to; index += 1) bytes[end++] = source[index] as number;
  return end;
}

/** A whole number from 0 up, in decimal digits. */
export function putWhole(bytes: Uint8Array, at: number, value: number): number {
  if (value < 10) {
    bytes[at] = ZERO + value;
    return at + 1;
  }
  const after = at + digitsOf(value);
  let end = after;
  let rest = value;
  for (; rest > MAX_INTEGER;) {
    const tenth = Math.floor(rest / 10);
    bytes[--end] = ZERO + (rest - tenth * 10);
    rest = tenth;
  }
  putDigits(bytes, at, end, rest | 0);
  return after;
}

/** The lowest digits of an integer of up to 31 bits, as many as there is room for in [from, to). */
function putDigits(bytes: Uint8Array, from: number, to: number, value: number): void {
  let rest = value;
  for (let end = to; end > from;) {
    const tenth = (rest / 10) | 0;
    bytes[--end] = ZERO + (rest - tenth * 10);
    rest = tenth;
  }
}

function digitsOf(value: number): number {
  let digits = 1;
  for (let limit = 10; value >= limit; limit *= 10) digits += 1;
  return digits;
}

/** `unscaled` / 10^`places`, without trailing zeros but at least `leastPlaces` of them; as JavaScript writes the number. */
export function putDecimal(
  bytes: Uint8Array,
  at: number,
  unscaled: number,
  places: number,
  leastPlaces: number,
): number {
  let end = at;
  let magnitude = unscaled;
  if (unscaled < 0) {
    bytes[end++] = 45;
    magnitude = -unscaled;
  }
  const unit = POWERS[places] as number;
  const whole = magnitude < unit ? 0 : Math.floor(magnitude / unit);
  let fraction = (magnitude - whole * unit) | 0;
  end = putWhole(bytes, end, whole);
  let digits = fraction === 0 ? leastPlaces : places;
  while (digits > leastPlaces && fraction % 10 === 0) {
    fraction = (fraction / 10) | 0;
    digits -= 1;
  }
  if (digits === 0) return end;
  bytes[end] = POINT;
  putDigits(bytes, end + 1, end + 1 + digits, fraction);
  return end + 1 + digits;
}

const POWERS = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000];

/** Whole micros that a double holds exactly, as the contract's decimal: what `formatMicros` writes. */
export function putMicros(bytes: Uint8Array, at: number, amountMicros: number): number {
  return putDecimal(bytes, at, amountMicros, 6, 2);
}

/** Most bytes of a varint of up to 64 bits. */
export const MAX_VARINT_BYTES = 10;
/** What is below fits into four bytes of a varint. */
const FOUR_GROUPS = 2 ** 28;

/** Zigzag varint, as Kafka's records have it; exact for values whose double a double holds. */
export function putVarint(bytes: Uint8Array, at: number, value: number): number {
  let rest = value >= 0 ? 2 * value : -2 * value - 1;
  let end = at;
  if (rest > MAX_INTEGER) {
    const high = Math.floor(rest / FOUR_GROUPS);
    const low = (rest - high * FOUR_GROUPS) | 0;
    bytes[end] = (low & 127) | 128;
    bytes[end + 1] = ((low >> 7) & 127) | 128;
    bytes[end + 2] = ((low >> 14) & 127) | 128;
    bytes[end + 3] = (low >> 21) | 128;
    end += 4;
    rest = high;
  }
  let left = rest | 0;
  for (; left > 127; left >>= 7) bytes[end++] = (left & 127) | 128;
  bytes[end++] = left;
  return end;
}

/** Bytes of the zigzag varint of a length. */
export function varintSize(length: number): number {
  if (length < 64) return 1;
  if (length < 8192) return 2;
  if (length < 1_048_576) return 3;
  return length < 134_217_728 ? 4 : 5;
}
