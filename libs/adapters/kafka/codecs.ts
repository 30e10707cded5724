import { decompress as unzstd } from 'fzstd';
import kafkajs from 'kafkajs';
import lz4 from 'lz4js';
import snappy from 'snappyjs';

const { CompressionCodecs, CompressionTypes, KafkaJSNonRetriableError } = kafkajs;

/** Java's snappy streams begin with this, then two version numbers of 4 bytes, then blocks with their lengths. */
const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
const XERIAL_HEADER_BYTES = 16;

/** What kafkajs gives a codec to compress: its own encoder, of which only the bytes matter. */
interface Encoded {
  readonly buffer: Buffer;
}

/** One compression as kafkajs wants it. */
export interface Codec {
  compress(encoder: Encoded): Promise<Buffer>;
  decompress(bytes: Buffer): Promise<Buffer>;
}

/**
 * A batch that cannot be read must stop the process rather than be skipped: kafkajs ends a consumer for good on a
 * non-retriable error, and the runner then calls `onFatal`.
 */
function codec(name: string, decompress: (bytes: Buffer) => Buffer, compress?: (bytes: Buffer) => Buffer): Codec {
  return {
    compress: ({ buffer }) =>
      compress
        ? Promise.resolve(compress(buffer))
        : Promise.reject(new KafkaJSNonRetriableError(`Spendline reads ${name} but does not write it`)),
    decompress: (bytes) => {
      try {
        return Promise.resolve(decompress(bytes));
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        const problem = `A record batch compressed with ${name} cannot be read (${reason})`;
        return Promise.reject(
          new KafkaJSNonRetriableError(`${problem}. Skip it by moving the group's offset, or delete it.`),
        );
      }
    },
  };
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Undoes plain snappy and the block framing of Java's snappy streams. */
export function unsnappy(bytes: Buffer): Buffer {
  if (!bytes.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC)) return snappy.uncompress(bytes);
  const blocks: Buffer[] = [];
  for (let at = XERIAL_HEADER_BYTES; at < bytes.length;) {
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) throw new Error('the last block is cut off');
    blocks.push(snappy.uncompress(bytes.subarray(at + 4, end)));
    at = end;
  }
  return Buffer.concat(blocks);
}

/** snappy, lz4 and zstd; gzip is built into kafkajs. */
export const SNAPPY = codec('snappy', unsnappy, (bytes) => snappy.compress(bytes));
export const LZ4 = codec(
  'lz4',
  (bytes) => bufferOf(lz4.decompress(bytes)),
  (bytes) => bufferOf(lz4.compress(bytes)),
);
export const ZSTD = codec('zstd', (bytes) => bufferOf(unzstd(bytes)));

/** Makes the codecs known to every client of this process. */
export function registerCodecs(): void {
  CompressionCodecs[CompressionTypes.Snappy] = () => SNAPPY;
  CompressionCodecs[CompressionTypes.LZ4] = () => LZ4;
  CompressionCodecs[CompressionTypes.ZSTD] = () => ZSTD;
}
