import kafkajs from 'kafkajs';
import { viewOf } from '#libs/application';
import type { Codec } from './codecs.js';
import { checkLengths, RecordSet, type BatchContext, type BatchPart, type OpenBatch } from './record-set.js';

/** Bytes of a batch before its records, and those before the part that its length counts. */
const HEADER_BYTES = 61;
const LENGTH_FROM = 12;
const LOG_APPEND_TIME = 0x8;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
const COMPRESSION = 0x7;
/** A record set that this decoder does not read: kafkajs then reads the whole answer. */
export class UnknownFormatError extends Error {}

/**
 * The records of a fetched record set: batches of message format 2, one behind the other, of which the last may be cut
 * off. `release`: see {@link OpenBatch}. Throws an {@link UnknownFormatError} for older formats.
 */
export async function decodeRecordSet(bytes: Buffer, partition: number, release?: () => void): Promise<RecordSet> {
  const parts: BatchPart[] = [];
  let at = 0;
  while (at + HEADER_BYTES <= bytes.length) {
    if (bytes[at + 16] !== 2) throw new UnknownFormatError();
    const end = at + LENGTH_FROM + bytes.readInt32BE(at + 8);
    if (end > bytes.length) break;
    parts.push(await decodeBatch({ bytes, from: at, end, partition, release }));
    at = end;
  }
  return RecordSet.of(parts);
}

/** Where a batch stands in a record set. */
interface BatchPlace {
  readonly bytes: Buffer;
  readonly from: number;
  readonly end: number;
  readonly partition: number;
  readonly release: (() => void) | undefined;
}

async function decodeBatch({ bytes, from, end, partition, release }: BatchPlace): Promise<BatchPart> {
  const attributes = bytes.readInt16BE(from + 21);
  const firstOffset = bytes.readBigInt64BE(from);
  const firstTimestamp = bytes.readBigInt64BE(from + 27);
  const context: BatchContext = {
    firstOffset: String(firstOffset),
    firstTimestamp: String(firstTimestamp),
    partitionLeaderEpoch: bytes.readInt32BE(from + 12),
    inTransaction: (attributes & TRANSACTIONAL) > 0,
    isControlBatch: (attributes & CONTROL) > 0,
    lastOffsetDelta: bytes.readInt32BE(from + 23),
    producerId: String(bytes.readBigInt64BE(from + 43)),
    producerEpoch: bytes.readInt16BE(from + 51),
    firstSequence: bytes.readInt32BE(from + 53),
    maxTimestamp: String(bytes.readBigInt64BE(from + 35)),
    timestampType: (attributes & LOG_APPEND_TIME) > 0 ? 1 : 0,
    magicByte: 2,
  };
  const count = bytes.readInt32BE(from + 57);
  const plain = bytes.subarray(from + HEADER_BYTES, end);
  const compression = attributes & COMPRESSION;
  const records = compression === 0 || count <= 0 ? plain : await decompress(compression, plain);
  const batch: OpenBatch = {
    context,
    partition,
    firstOffset: Number(firstOffset),
    firstTimestamp: Number(firstTimestamp),
    records,
    view: viewOf(records),
    release,
    isHidden: context.isControlBatch,
  };
  checkLengths(records, count);
  return { batch, at: 0, count: Math.max(0, count) };
}

function decompress(compression: number, bytes: Buffer): Promise<Buffer> {
  const codecs = kafkajs.CompressionCodecs as Readonly<Record<number, () => Pick<Codec, 'decompress'>>>;
  const codec = codecs[compression];
  if (!codec) throw new UnknownFormatError();
  return codec().decompress(bytes);
}
