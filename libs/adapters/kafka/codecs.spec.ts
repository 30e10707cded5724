import fc from 'fast-check';
import snappy from 'snappyjs';
import { LZ4, SNAPPY, unsnappy, ZSTD } from './codecs.js';

const bytes = fc.uint8Array({ maxLength: 3_000 }).map((array) => Buffer.from(array));

/** As snappy-java's SnappyOutputStream writes: magic, versions, then blocks behind their lengths. */
function xerial(blocks: readonly Buffer[]): Buffer {
  const header = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
  const framed = blocks.map((block) => {
    const compressed = snappy.compress(block);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(compressed.length);
    return Buffer.concat([length, compressed]);
  });
  return Buffer.concat([header, ...framed]);
}

describe('codecs', () => {
  it.each([
    ['snappy', SNAPPY],
    ['lz4', LZ4],
  ])('%s reads what it writes', async (_, codec) => {
    await fc.assert(
      fc.asyncProperty(bytes, fc.boolean(), async (input, repeated) => {
        const buffer = repeated ? Buffer.concat(Array.from({ length: 50 }, () => input)) : input;
        expect((await codec.decompress(await codec.compress({ buffer }))).equals(buffer)).toBe(true);
      }),
    );
  });

  it("reads the block framing of Java's snappy streams", () => {
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 5 }), (blocks) => {
        expect(unsnappy(xerial(blocks)).equals(Buffer.concat(blocks))).toBe(true);
      }),
    );
  });

  it.each([
    ['snappy', SNAPPY],
    ['lz4', LZ4],
    ['zstd', ZSTD],
  ])('%s says that a batch cannot be read, as an error that is not retried', async (name, codec) => {
    const failure = codec.decompress(Buffer.from('this is no compressed data at all'));
    await expect(failure).rejects.toMatchObject({ retriable: false, message: expect.stringContaining(name) as string });
  });

  it('notices a snappy block that is cut off', () => {
    const whole = xerial([Buffer.alloc(1_000, 'abc')]);
    expect(() => unsnappy(whole.subarray(0, -5))).toThrow('cut off');
  });
});
