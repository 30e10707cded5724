import kafkajs, { type IHeaders } from 'kafkajs';
import type { Codec } from './codecs.js';

/** Of a batch that its records came in; the fields are kafkajs's. Numbers of 64 bits are texts. */
export interface BatchContext {
  readonly firstOffset: string;
  readonly firstTimestamp: string;
  readonly partitionLeaderEpoch: number;
  readonly inTransaction: boolean;
  readonly isControlBatch: boolean;
  readonly lastOffsetDelta: number;
  readonly producerId: string;
  readonly producerEpoch: number;
  readonly firstSequence: number;
  readonly maxTimestamp: string;
  readonly timestampType: 0 | 1;
  readonly magicByte: number;
}

/** Bytes of a batch before its records, and those before the part that its length counts. */
const HEADER_BYTES = 61;
const LENGTH_FROM = 12;
const LOG_APPEND_TIME = 0x8;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
const COMPRESSION = 0x7;
const NO_HEADERS: IHeaders = Object.freeze({});

/** A record as kafkajs hands it out, whose texts are made when someone asks for them. */
export class DecodedRecord {
  readonly attributes = 0;
  isControlRecord: boolean;

  constructor(
    readonly batchContext: BatchContext,
    private readonly base: BatchBase,
    private readonly offsetDelta: number,
    private readonly timestampDelta: number,
    readonly key: Buffer | null,
    readonly value: Buffer | null,
    readonly headers: IHeaders,
  ) {
    this.isControlRecord = batchContext.isControlBatch;
  }

  get magicByte(): number {
    return this.batchContext.magicByte;
  }

  get offset(): string {
    return String(this.base.firstOffset + this.offsetDelta);
  }

  get timestamp(): string {
    const { timestampType, maxTimestamp } = this.batchContext;
    return timestampType === 1 ? maxTimestamp : String(this.base.firstTimestamp + this.timestampDelta);
  }
}

/** Offsets and times stay far below 2^53, so that their sums are exact as numbers. */
interface BatchBase {
  readonly firstOffset: number;
  readonly firstTimestamp: number;
}

/** A record set that this decoder does not read: kafkajs then reads the whole answer. */
export class UnknownFormatError extends Error {}

/**
 * The records of a fetched record set: batches of message format 2, one behind the other, of which the last may be cut
 * off. Throws an {@link UnknownFormatError} for older formats.
 */
export async function decodeRecordSet(bytes: Buffer): Promise<DecodedRecord[]> {
  const records: DecodedRecord[] = [];
  let at = 0;
  while (at + HEADER_BYTES <= bytes.length) {
    if (bytes[at + 16] !== 2) throw new UnknownFormatError();
    const end = at + LENGTH_FROM + bytes.readInt32BE(at + 8);
    if (end > bytes.length) break;
    await decodeBatch(bytes, at, end, records);
    at = end;
  }
  return records;
}

async function decodeBatch(bytes: Buffer, from: number, end: number, into: DecodedRecord[]): Promise<void> {
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
  const base = { firstOffset: Number(firstOffset), firstTimestamp: Number(firstTimestamp) };
  const count = bytes.readInt32BE(from + 57);
  const plain = bytes.subarray(from + HEADER_BYTES, end);
  const compression = attributes & COMPRESSION;
  const records = compression === 0 || count <= 0 ? plain : await decompress(compression, plain);
  new RecordReader(records, context, base).readInto(into, count);
}

function decompress(compression: number, bytes: Buffer): Promise<Buffer> {
  const codecs = kafkajs.CompressionCodecs as Readonly<Record<number, () => Pick<Codec, 'decompress'>>>;
  const codec = codecs[compression];
  if (!codec) throw new UnknownFormatError();
  return codec().decompress(bytes);
}

/** Reads records of one batch, one behind the other. */
class RecordReader {
  private at = 0;

  constructor(
    private readonly bytes: Buffer,
    private readonly context: BatchContext,
    private readonly base: BatchBase,
  ) {}

  readInto(records: DecodedRecord[], count: number): void {
    for (let index = 0; index < count; index += 1) records.push(this.readRecord());
  }

  private readRecord(): DecodedRecord {
    const length = this.readVarint();
    const end = this.at + length;
    if (end > this.bytes.length) throw new RangeError('a record reaches beyond its batch');
    this.at += 1; // attributes, of which there are none
    const timestampDelta = this.readVarint();
    const offsetDelta = this.readVarint();
    const key = this.readBytes();
    const value = this.readBytes();
    const headerCount = this.readVarint();
    const headers = headerCount === 0 ? NO_HEADERS : this.readHeaders(headerCount);
    this.at = end;
    return new DecodedRecord(this.context, this.base, offsetDelta, timestampDelta, key, value, headers);
  }

  private readHeaders(count: number): IHeaders {
    // A map and not an object, in which `__proto__` would be no name like any other.
    const headers = new Map<string, Buffer | null | (Buffer | null)[]>();
    for (let index = 0; index < count; index += 1) {
      const name = this.readBytes()?.toString('utf8') ?? 'null';
      const value = this.readBytes();
      const before = headers.get(name);
      headers.set(name, before === undefined ? value : Array.isArray(before) ? [...before, value] : [before, value]);
    }
    // kafkajs hands out null where a header has no value, though its types do not say so.
    return Object.fromEntries(headers) as IHeaders;
  }

  private readBytes(): Buffer | null {
    const length = this.readVarint();
    if (length < 0) return null;
    const from = this.at;
    this.at = from + length;
    return this.bytes.subarray(from, this.at);
  }

  /** Zigzag varint of up to 64 bits; exact within the integers that a number holds. */
  private readVarint(): number {
    const { bytes } = this;
    let byte = bytes[this.at++] ?? 0;
    let rest = byte & 127;
    let scale = 128;
    while (byte > 127) {
      byte = bytes[this.at++] ?? 0;
      rest += (byte & 127) * scale;
      scale *= 128;
    }
    return rest % 2 === 0 ? rest / 2 : -(rest + 1) / 2;
  }
}
