import { jest } from '@jest/globals';
import fc from 'fast-check';
import { crc32c } from './crc32c.js';
import { CrcLanes, LANES_BYTES } from './crc32c-lanes.js';

/** Bit by bit, as the polynomial says. `before`: the checksum of what comes before, not inverted yet. */
function bitwise(bytes: Uint8Array, before = -1): number {
  let crc = before;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

/** Bytes without a pattern, part of a larger buffer. */
function noise(length: number, seed: number): Uint8Array {
  const whole = new Uint8Array(length + 3);
  let state = seed | 1;
  for (let at = 0; at < whole.length; at += 1) {
    state = Math.imul(state, 1_103_515_245) + 12_345;
    whole[at] = state >>> 16;
  }
  return whole.subarray(3);
}

describe('crc32c', () => {
  it('gives the check value of RFC 3720', () => {
    expect(crc32c(Buffer.from('123456789'), 0, 9)).toBe(0xe3069283);
  });

  it('is the checksum of any part of any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(20), (bytes, from) => {
        const start = Math.min(from, bytes.length);
        expect(crc32c(bytes, start, bytes.length)).toBe(bitwise(bytes.subarray(start)));
      }),
    );
  });

  it('is the checksum of more than the lanes take at a time, wherever it begins and ends', () => {
    const length = fc.tuple(fc.nat(3), fc.integer({ min: -20, max: 20 }));
    fc.assert(
      fc.property(length, fc.nat(20), fc.nat(), ([blocks, more], from, seed) => {
        const bytes = noise(from + Math.max(0, blocks * LANES_BYTES + more), seed);
        expect(crc32c(bytes, from, bytes.length)).toBe(bitwise(bytes.subarray(from)));
      }),
      { numRuns: 30 },
    );
  });
});

describe('CrcLanes', () => {
  const table = Int32Array.from({ length: 256 }, (_, byte) => ~bitwise(Uint8Array.of(byte), 0));

  it('are not there where the system has no room for their memory', () => {
    const { WebAssembly: wasm } = globalThis as unknown as { WebAssembly: { Instance: () => object } };
    const replaced = jest.spyOn(wasm, 'Instance').mockImplementation(() => {
      throw new RangeError('Out of memory: Cannot allocate Wasm memory for new instance');
    });
    try {
      expect(CrcLanes.of(table)).toBeUndefined();
    } finally {
      replaced.mockRestore();
    }
  });

  it('goes on from any checksum', () => {
    const lanes = CrcLanes.of(table);
    // Wherever Node 20 runs that the product is built for.
    if (!lanes) throw new Error('there are no vectors here');
    fc.assert(
      fc.property(fc.integer(), fc.nat(20), fc.nat(), (before, from, seed) => {
        const bytes = noise(from + LANES_BYTES + 5, seed);
        const expected = ~bitwise(bytes.subarray(from, from + LANES_BYTES), before);
        expect(lanes.take(before, bytes, from)).toBe(expected);
      }),
      { numRuns: 20 },
    );
  });
});
