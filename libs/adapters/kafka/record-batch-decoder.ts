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
/** Of a record, of which none is used. */
const ATTRIBUTES_BYTES = 1;
const NO_HEADERS: IHeaders = Object.freeze({});

/** A batch whose records were found: where each reads what it is asked for. */
interface OpenBatch {
  readonly context: BatchContext;
  readonly partition: number;
  /** Offsets and times stay far below 2^53, so that their sums are exact as numbers. */
  readonly firstOffset: number;
  readonly firstTimestamp: number;
  readonly records: Buffer;
}

/**
 * A record as kafkajs hands it out and as stages take it in. Thousands of them live until their commit, long enough for the
 * collector to move each; so all that a record keeps is where it stands, and what it holds is read anew by each look.
 */
export class DecodedRecord {
  isControlRecord: boolean;

  /** `keyAt`: place of the key, length first, behind which all the rest stands. */
  constructor(
    private readonly batch: OpenBatch,
    private readonly recordAt: number,
    private readonly offsetDelta: number,
    private readonly keyAt: number,
  ) {
    this.isControlRecord = batch.context.isControlBatch;
  }

  get partition(): number {
    return this.batch.partition;
  }

  get batchContext(): BatchContext {
    return this.batch.context;
  }

  get magicByte(): number {
    return this.batch.context.magicByte;
  }

  /** There are none in this format. */
  get attributes(): number {
    return 0;
  }

  get offset(): string {
    return String(this.batch.firstOffset + this.offsetDelta);
  }

  get timestamp(): string {
    const { context, firstTimestamp, records } = this.batch;
    if (context.timestampType === 1) return context.maxTimestamp;
    return String(firstTimestamp + timestampDeltaOf(reader.at(records, this.recordAt)));
  }

  get key(): Buffer | null {
    return reader.at(this.batch.records, this.keyAt).readBytes();
  }

  get value(): Buffer | null {
    return reader.at(this.batch.records, this.keyAt).skipBytes().readBytes();
  }

  get headers(): IHeaders {
    const behind = reader.at(this.batch.records, this.keyAt).skipBytes().skipBytes();
    const count = behind.readVarint();
    return count === 0 ? NO_HEADERS : readHeaders(behind, count);
  }
}

/** A record set that this decoder does not read: kafkajs then reads the whole answer. */
export class UnknownFormatError extends Error {}

/**
 * The records of a fetched record set: batches of message format 2, one behind the other, of which the last may be cut
 * off. Throws an {@link UnknownFormatError} for older formats.
 */
export async function decodeRecordSet(bytes: Buffer, partition: number): Promise<DecodedRecord[]> {
  const records: DecodedRecord[] = [];
  let at = 0;
  while (at + HEADER_BYTES <= bytes.length) {
    if (bytes[at + 16] !== 2) throw new UnknownFormatError();
    const end = at + LENGTH_FROM + bytes.readInt32BE(at + 8);
    if (end > bytes.length) break;
    await decodeBatch({ bytes, from: at, end, partition }, records);
    at = end;
  }
  return records;
}

/** Where a batch stands in a record set. */
interface BatchPlace {
  readonly bytes: Buffer;
  readonly from: number;
  readonly end: number;
  readonly partition: number;
}

async function decodeBatch({ bytes, from, end, partition }: BatchPlace, into: DecodedRecord[]): Promise<void> {
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
  const base = { firstOffset: Number(firstOffset), firstTimestamp: Number(firstTimestamp) };
  findRecords({ context, partition, records, ...base }, count, into);
}

/** Goes through the records of a batch, one behind the other. */
function findRecords(batch: OpenBatch, count: number, into: DecodedRecord[]): void {
  const { records } = batch;
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    reader.at(records, at);
    const length = reader.readVarint();
    const recordAt = reader.place;
    if (recordAt + length > records.length) throw new RangeError('a record reaches beyond its batch');
    timestampDeltaOf(reader);
    const offsetDelta = reader.readVarint();
    into.push(new DecodedRecord(batch, recordAt, offsetDelta, reader.place));
    at = recordAt + length;
  }
}

function decompress(compression: number, bytes: Buffer): Promise<Buffer> {
  const codecs = kafkajs.CompressionCodecs as Readonly<Record<number, () => Pick<Codec, 'decompress'>>>;
  const codec = codecs[compression];
  if (!codec) throw new UnknownFormatError();
  return codec().decompress(bytes);
}

/** `record` stands at the beginning of a record, and then behind what is read. */
function timestampDeltaOf(record: RecordReader): number {
  return record.skip(ATTRIBUTES_BYTES).readVarint();
}

function readHeaders(record: RecordReader, count: number): IHeaders {
  // A map and not an object, in which `__proto__` would be no name like any other.
  const headers = new Map<string, Buffer | null | (Buffer | null)[]>();
  for (let index = 0; index < count; index += 1) {
    const name = record.readBytes()?.toString('utf8') ?? 'null';
    const value = record.readBytes();
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : Array.isArray(before) ? [...before, value] : [before, value]);
  }
  // kafkajs hands out null where a header has no value, though its types do not say so.
  return Object.fromEntries(headers) as IHeaders;
}

const NOTHING = Buffer.alloc(0);

/** Reads what a record is made of. */
class RecordReader {
  private bytes: Buffer = NOTHING;
  private position = 0;

  get place(): number {
    return this.position;
  }

  at(bytes: Buffer, place: number): this {
    this.bytes = bytes;
    this.position = place;
    return this;
  }

  skip(bytes: number): this {
    this.position += bytes;
    return this;
  }

  skipBytes(): this {
    return this.skip(Math.max(0, this.readVarint()));
  }

  readBytes(): Buffer | null {
    const length = this.readVarint();
    if (length < 0) return null;
    const from = this.position;
    this.position = from + length;
    return this.bytes.subarray(from, this.position);
  }

  /** Zigzag varint of up to 64 bits; exact within the integers that a number holds. */
  readVarint(): number {
    const { bytes } = this;
    let byte = bytes[this.position++] ?? 0;
    let rest = byte & 127;
    let scale = 128;
    while (byte > 127) {
      byte = bytes[this.position++] ?? 0;
      rest += (byte & 127) * scale;
      scale *= 128;
    }
    return rest % 2 === 0 ? rest / 2 : -(rest + 1) / 2;
  }
}

/** One for all, as nothing waits in between. */
const reader = new RecordReader();
