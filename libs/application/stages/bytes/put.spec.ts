import fc from 'fast-check';
import { ByteReader } from './byte-reader.js';
import { MAX_VARINT_BYTES, putDecimal, putVarint, putWhole } from './put.js';

const ZERO_BYTES = 4;
/** Of all magnitudes, and what lies around the powers of two and ten where another number of bytes or digits begins. */
const whole = fc.oneof(
  fc.maxSafeNat(),
  fc.nat(1_000_000_000),
  fc.tuple(fc.nat(52), fc.integer({ min: -1, max: 1 })).map(([bits, more]) => Math.max(0, 2 ** bits + more)),
  fc.tuple(fc.nat(15), fc.integer({ min: -1, max: 0 })).map(([digits, more]) => 10 ** digits + more),
);
const integer = fc.tuple(whole, fc.boolean()).map(([value, isNegative]) => (isNegative ? -value : value));
/** A zigzag varint doubles the value, so that one bit less is exact. */
const packable = integer.filter((value) => Math.abs(value) < 2 ** 52);

/** What `put` wrote into a buffer of ones, from ZERO_BYTES on; nothing before or behind it may change. */
function written(put: (bytes: Uint8Array, at: number) => number): Buffer {
  const bytes = Buffer.alloc(64, 1);
  const end = put(bytes, ZERO_BYTES);
  expect(bytes.subarray(0, ZERO_BYTES).every((byte) => byte === 1)).toBe(true);
  expect(bytes.subarray(end).every((byte) => byte === 1)).toBe(true);
  return bytes.subarray(ZERO_BYTES, end);
}

/** Zigzag varint by the definition, with bigints. */
function varintOf(value: number): number[] {
  let rest = value < 0 ? -2n * BigInt(value) - 1n : 2n * BigInt(value);
  const bytes: number[] = [];
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

describe('numbers in bytes', () => {
  it('puts varints as they are defined, and reads them', () => {
    fc.assert(
      fc.property(packable, (value) => {
        const bytes = written((into, at) => putVarint(into, at, value));
        expect([...bytes]).toEqual(varintOf(value));
        expect(bytes.length).toBeLessThanOrEqual(MAX_VARINT_BYTES);
        const reader = new ByteReader(bytes);
        // Where it is read as -0, it is 0 nevertheless.
        expect(reader.varint() + 0).toBe(value + 0);
        expect(reader.isAtEnd).toBe(true);
      }),
    );
  });

  it('puts whole numbers as JavaScript writes them', () => {
    fc.assert(
      fc.property(whole, (value) => {
        expect(written((bytes, at) => putWhole(bytes, at, value)).toString()).toBe(String(value));
      }),
    );
  });

  it('puts decimals with as many places as they need', () => {
    fc.assert(
      fc.property(integer, fc.nat(6), fc.nat(6), (unscaled, places, least) => {
        const leastPlaces = Math.min(least, places);
        const digits = String(Math.abs(unscaled)).padStart(places + 1, '0');
        const [before, behind] = [digits.slice(0, digits.length - places), digits.slice(digits.length - places)];
        const needed = behind.replace(/0+$/, '').padEnd(leastPlaces, '0');
        const expected = `${unscaled < 0 ? '-' : ''}${before}${needed === '' ? '' : `.${needed}`}`;
        expect(written((bytes, at) => putDecimal(bytes, at, unscaled, places, leastPlaces)).toString()).toBe(expected);
      }),
    );
  });
});
