import type { TopicKey } from '#libs/contract';
import { batchBuffers } from './buffer-pool.js';
import { PREPARED_OVERSHOOT, viewOf } from './prepared-bytes.js';
import { MAX_VARINT_BYTES, putVarint, varintSize } from './put.js';

/** One header's value; a repeated header is an array. */
export type HeaderValue = Buffer | string | (Buffer | string)[];

/** What is written of a record. */
export interface RecordContent {
  readonly key: Buffer | string | null;
  readonly value: Buffer | string | null;
  readonly headers?: Readonly<Record<string, HeaderValue>> | undefined;
}

/** Bytes left free before the first record, for the header of a batch. */
export const BATCH_HEADER_BYTES = 61;
/** Of a record apart from key, value and headers: length, attributes, time and offset, and three lengths. */
const RECORD_OVERHEAD_BYTES = 40 + PREPARED_OVERSHOOT;
const INITIAL_BYTES = 16_384;
/** A full batch is reached in three steps … */
const GROWTH = 4;
/** … and takes no more than this: Kafka refuses batches over 1 MiB. */
const MOST_BYTES = 1_048_576;
/** Up to this length a loop over the characters is faster than a call into the engine. */
const SHORT_TEXT = 24;
const NOTHING = Buffer.alloc(0);

/**
 * Records one behind the other in one buffer, each as Kafka's message format 2 has it, so that whoever sends them adds only
 * the header of a batch in front and the checksum. Nothing is made for a record but its bytes. Texts are written once, as
 * if they were ASCII; where they are not, their bytes move over.
 *
 * What is written for each event goes in by hand instead of by {@link add}: {@link begin}, then the fields into `bytes` from
 * `at` on, then {@link end}.
 */
export class RecordBlock {
  bytes: Buffer;
  /** The same bytes, for what is prepared. */
  view: DataView;
  at = BATCH_HEADER_BYTES;
  private records = 0;
  private lengthAt = 0;

  /** `expectedBytes`: with room for so many it need not grow. */
  constructor(expectedBytes = INITIAL_BYTES) {
    this.bytes = batchBuffers.take(expectedBytes);
    this.view = viewOf(this.bytes);
  }

  /** Records in the block. */
  get count(): number {
    return this.records;
  }

  /** Bytes so far, those for the header included. */
  get size(): number {
    return this.at;
  }

  /** Adds a record behind the others. `timestampDelta`: milliseconds from the time of the first record. */
  add({ key, value, headers }: RecordContent, timestampDelta = 0): void {
    this.begin(RECORD_OVERHEAD_BYTES, timestampDelta);
    this.writeField(key);
    this.writeField(value);
    this.writeHeaders(headers);
    this.end();
  }

  /** Begins a record with `room` bytes for its fields: key, value, headers. */
  begin(room: number, timestampDelta = 0): void {
    this.reserve(room + RECORD_OVERHEAD_BYTES);
    this.lengthAt = this.at;
    // Nearly all records are of 64 to 8191 bytes, so that their length takes two.
    const bodyAt = this.at + 2;
    this.bytes[bodyAt] = 0;
    const at = putVarint(this.bytes, bodyAt + 1, timestampDelta);
    this.at = putVarint(this.bytes, at, this.records);
  }

  /** Ends the record whose fields reach up to `at`. */
  end(): void {
    this.writeLengthBefore(this.lengthAt, this.lengthAt + 2);
    this.records += 1;
  }

  /** Makes room for `length` more bytes; `bytes` may be another buffer afterwards, `view` with it, and the
   * one before somebody else's. */
  reserve(length: number): void {
    const needed = this.at + length;
    if (needed <= this.bytes.length) return;
    const larger = batchBuffers.take(Math.max(Math.min(GROWTH * this.bytes.length, MOST_BYTES), needed));
    this.bytes.copy(larger, 0, 0, this.at);
    batchBuffers.give(this.bytes);
    this.bytes = larger;
    this.view = viewOf(larger);
  }

  /** Gives the buffer back when it was sent and nobody will ask for it again; nothing can be done with the block after that. */
  release(): void {
    if (this.bytes !== NOTHING) batchBuffers.give(this.bytes);
    this.bytes = NOTHING;
    this.view = viewOf(NOTHING);
    this.at = 0;
  }

  private writeHeaders(headers: RecordContent['headers']): void {
    if (!headers) {
      this.writeVarint(0);
      return;
    }
    let count = 0;
    for (const name in headers) {
      const value = headers[name];
      count += Array.isArray(value) ? value.length : 1;
    }
    this.reserve(MAX_VARINT_BYTES);
    this.writeVarint(count);
    for (const name in headers) {
      const value = headers[name] ?? '';
      if (!Array.isArray(value)) this.writeHeader(name, value);
      else for (const each of value) this.writeHeader(name, each);
    }
  }

  private writeHeader(name: string, value: Buffer | string): void {
    this.writeText(name);
    if (typeof value === 'string') this.writeText(value);
    else this.writeBytes(value);
  }

  private writeField(field: Buffer | string | null): void {
    if (field === null) this.writeVarint(-1);
    else if (typeof field === 'string') this.writeText(field);
    else this.writeBytes(field);
  }

  private writeBytes(bytes: Buffer): void {
    this.reserve(bytes.length + RECORD_OVERHEAD_BYTES);
    this.writeVarint(bytes.length);
    bytes.copy(this.bytes, this.at);
    this.at += bytes.length;
  }

  private writeText(text: string): void {
    this.reserve(3 * text.length + RECORD_OVERHEAD_BYTES);
    const lengthAt = this.at;
    const textAt = lengthAt + varintSize(text.length);
    this.at = textAt;
    if (text.length > SHORT_TEXT || !this.writeAscii(text)) this.at = textAt + this.bytes.write(text, textAt, 'utf8');
    this.writeLengthBefore(lengthAt, textAt);
  }

  /** False, and nothing said of the bytes, where a character is not ASCII. */
  private writeAscii(text: string): boolean {
    const { bytes, at } = this;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      if (code > 127) return false;
      bytes[at + index] = code;
    }
    this.at = at + text.length;
    return true;
  }

  /** Writes how long what begins at `contentAt` became, and moves it where that takes another number of bytes. */
  writeLengthBefore(lengthAt: number, contentAt: number): void {
    const length = this.at - contentAt;
    const size = varintSize(length);
    const shift = lengthAt + size - contentAt;
    if (shift !== 0) {
      this.reserve(MAX_VARINT_BYTES);
      this.bytes.copyWithin(contentAt + shift, contentAt, this.at);
    }
    this.at = lengthAt;
    this.writeVarint(length);
    this.at += length;
  }

  private writeVarint(value: number): void {
    this.at = putVarint(this.bytes, this.at, value);
  }
}

/** A block that goes to one partition of a topic. */
export interface TopicBlock {
  readonly topic: TopicKey;
  readonly partition: number;
  readonly block: RecordBlock;
}

/** A block is closed when it has this many bytes: Kafka refuses batches over 1 MiB. */
const FULL_BYTES = 880_000;

/** Records of one topic and partition, in as many blocks as they need. */
export class BlockWriter {
  private blocks: TopicBlock[] = [];
  private current: RecordBlock | undefined;
  /** Bytes of each block of those that were drained last: the next are most likely as large, and need not grow. */
  private expectedBytes: readonly number[] = [];

  constructor(
    private readonly topic: TopicKey,
    private readonly partition: number,
  ) {}

  /** The block that the next record goes into, a new one where the last is full. */
  next(): RecordBlock {
    let block = this.current;
    if (!block || block.size > FULL_BYTES) {
      this.current = block = new RecordBlock(this.expectedBytes[this.blocks.length]);
      this.blocks.push({ topic: this.topic, partition: this.partition, block });
    }
    return block;
  }

  get hasRecords(): boolean {
    return this.current !== undefined;
  }

  /** The blocks since the last call. */
  drain(): readonly TopicBlock[] {
    const blocks = this.blocks.filter(({ block }) => block.count > 0);
    this.expectedBytes = blocks.map(({ block }) => block.size);
    this.blocks = [];
    this.current = undefined;
    return blocks;
  }
}
