import type { IHeaders } from 'kafkajs';
import type { ValuePlace } from '#libs/application';

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

/** Of a record, of which none is used. */
const ATTRIBUTES_BYTES = 1;
const NO_HEADERS: IHeaders = Object.freeze({});

/** A batch whose records were found: where each reads what it is asked for. */
export interface OpenBatch {
  readonly context: BatchContext;
  readonly partition: number;
  /** Offsets and times stay far below 2^53, so that their sums are exact as numbers. */
  readonly firstOffset: number;
  readonly firstTimestamp: number;
  readonly records: Buffer;
  /** The same bytes. */
  readonly view: DataView;
  /** Tells that nothing of the answer that it came in is read any more by those who asked for this partition. */
  readonly release?: (() => void) | undefined;
  /** Nothing in it is for readers: ends of transactions, or records of one that was aborted. */
  isHidden: boolean;
}

/**
 * A record as kafkajs hands it out and as stages take it in. All that a record keeps is where it stands, and what it holds is
 * read anew by each look.
 */
export class DecodedRecord {
  /** `keyAt`: place of the key, length first, behind which all the rest stands. */
  constructor(
    private readonly batch: OpenBatch,
    private readonly recordAt: number,
    private readonly offsetDelta: number,
    private readonly keyAt: number,
  ) {}

  get isControlRecord(): boolean {
    return this.batch.isHidden;
  }

  /** Holds for its whole batch: all of it is of the same transaction. */
  set isControlRecord(isHidden: boolean) {
    this.batch.isHidden = isHidden;
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

  /** See `InputRecord`. */
  placeValue(place: ValuePlace): boolean {
    const { records, view } = this.batch;
    const keyLength = reader.at(records, this.keyAt).readVarint();
    place.keyBytes = records;
    place.keyFrom = keyLength < 0 ? -1 : reader.place;
    place.keyTo = keyLength < 0 ? -1 : reader.place + keyLength;
    const length = reader.skip(Math.max(0, keyLength)).readVarint();
    if (length < 0) return false;
    place.bytes = records;
    place.view = view;
    place.from = reader.place;
    place.to = reader.place + length;
    place.hasHeaders = reader.skip(length).readVarint() !== 0;
    return true;
  }

  get headers(): IHeaders {
    const behind = reader.at(this.batch.records, this.keyAt).skipBytes().skipBytes();
    const count = behind.readVarint();
    return count === 0 ? NO_HEADERS : readHeaders(behind, count);
  }
}

/** Some of a batch's records, one behind the other. */
export interface BatchPart {
  readonly batch: OpenBatch;
  /** Where the first of them stands. */
  readonly at: number;
  readonly count: number;
}

/**
 * Fetched records, in the order of their offsets. What is kept is the bytes and where batches stand in them; a record is an
 * object only while somebody looks at it. Thousands of objects that live until their commit would be moved by the collector,
 * each of them.
 */
export class RecordSet implements Iterable<DecodedRecord> {
  /** kafkajs asks for the first and the last by their numbers; the others have none. */
  readonly [index: number]: DecodedRecord;
  readonly length: number;

  private constructor(private readonly parts: readonly BatchPart[]) {
    this.length = parts.reduce((sum, { count }) => sum + count, 0);
    const [first] = parts;
    const last = parts.at(-1);
    if (!first || !last) return;
    const ends = this as Record<number, DecodedRecord>;
    ends[0] = recordAt(first);
    ends[this.length - 1] = recordAt(without(last, last.count - 1));
  }

  static of(parts: readonly BatchPart[]): RecordSet {
    return new RecordSet(parts.filter(({ count }) => count > 0));
  }

  [Symbol.iterator](): Iterator<DecodedRecord> {
    return new RecordIterator(this.parts);
  }

  /** A record of each batch: what it says of its transaction holds for all of them. */
  *heads(): Generator<DecodedRecord> {
    for (const part of this.parts) yield recordAt(part);
  }

  at(index: number): DecodedRecord | undefined {
    const from = index < 0 ? this.length + index : index;
    return this[from] ?? (from > 0 && from < this.length ? this.slice(from, from + 1)[0] : undefined);
  }

  /** The records with the numbers in [from, to). */
  slice(from: number, to = this.length): RecordSet {
    if (from === 0 && to >= this.length) return this;
    const parts: BatchPart[] = [];
    let first = 0;
    for (const part of this.parts) {
      const skipped = Math.min(part.count, Math.max(0, from - first));
      const count = Math.min(part.count, to - first) - skipped;
      if (count > 0) parts.push({ ...without(part, skipped), count });
      first += part.count;
    }
    return new RecordSet(parts);
  }

  /**
   * For kafkajs alone, which asks each record, by way of texts and big integers, whether it is behind an offset and whether
   * it is for readers. The first who says yes speaks for all behind it in its batch.
   */
  filter(isWanted: (record: DecodedRecord) => boolean): RecordSet {
    const parts = this.parts.map((part) => fromFirst(part, isWanted));
    return parts.every((part, index) => part === this.parts[index]) ? this : RecordSet.of(parts);
  }

  /** Nobody will look at any of the records again, nor at the others of their partition in the same answer. */
  release(): void {
    this.parts[0]?.batch.release?.();
  }

  some(test: (record: DecodedRecord) => boolean): boolean {
    for (const record of this) if (test(record)) return true;
    return false;
  }
}

function fromFirst(part: BatchPart, isWanted: (record: DecodedRecord) => boolean): BatchPart {
  let rest = part;
  while (rest.count > 0 && !isWanted(recordAt(rest))) rest = without(rest, 1);
  return rest;
}

/** Without the first `count` records. */
function without({ batch, at, count: all }: BatchPart, count: number): BatchPart {
  reader.at(batch.records, at);
  for (let index = 0; index < count; index += 1) reader.skip(reader.readVarint());
  return { batch, at: reader.place, count: all - count };
}

function recordAt({ batch, at }: BatchPart): DecodedRecord {
  reader.at(batch.records, at);
  reader.readVarint();
  return recordOf(batch);
}

/** `reader` stands at the beginning of the record, behind its length. */
function recordOf(batch: OpenBatch): DecodedRecord {
  const from = reader.place;
  timestampDeltaOf(reader);
  const offsetDelta = reader.readVarint();
  return new DecodedRecord(batch, from, offsetDelta, reader.place);
}

/** Goes through the records of batches. */
class RecordIterator implements Iterator<DecodedRecord> {
  private nextPart = 0;
  private batch: OpenBatch | undefined;
  private at = 0;
  private left = 0;
  /** Told again and again: whoever iterates takes the record out at once. */
  private readonly found: { done: false; value: DecodedRecord | undefined } = { done: false, value: undefined };

  constructor(private readonly parts: readonly BatchPart[]) {}

  next(): IteratorResult<DecodedRecord, undefined> {
    if (this.left === 0) {
      const part = this.parts[this.nextPart++];
      if (!part) return { done: true, value: undefined };
      ({ batch: this.batch, at: this.at, count: this.left } = part);
    }
    const batch = this.batch as OpenBatch;
    this.left -= 1;
    reader.at(batch.records, this.at);
    const length = reader.readVarint();
    this.at = reader.place + length;
    this.found.value = recordOf(batch);
    return this.found as IteratorYieldResult<DecodedRecord>;
  }
}

/** Whoever looks at a record later may rely on it: each of so many lies within its batch. Throws where one does not. */
export function checkLengths(records: Buffer, count: number): void {
  reader.at(records, 0);
  for (let index = 0; index < count; index += 1) {
    const length = reader.readVarint();
    if (!(length >= 0 && reader.place + length <= records.length))
      throw new RangeError('a record reaches beyond its batch');
    reader.skip(length);
  }
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
/** Of a varint, so many bits are put together as an integer: with doubles it takes several times as long. */
const LOW_BITS = 28;

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
    let low = byte & 127;
    for (let shift = 7; byte > 127 && shift < LOW_BITS; shift += 7) {
      byte = bytes[this.position++] ?? 0;
      low |= (byte & 127) << shift;
    }
    let half = low >> 1;
    for (let scale = 2 ** (LOW_BITS - 1); byte > 127; scale *= 128) {
      byte = bytes[this.position++] ?? 0;
      half += (byte & 127) * scale;
    }
    return (low & 1) === 0 ? half : -half - 1;
  }
}

/** One for all, as nothing waits in between. */
const reader = new RecordReader();
