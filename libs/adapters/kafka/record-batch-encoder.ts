import { crc32c } from './crc32c.js';

/** One header's value; a repeated header is an array. */
export type HeaderValue = Buffer | string | (Buffer | string)[];

/** What is written of a record. */
export interface RecordContent {
  readonly key: Buffer | string | null;
  readonly value: Buffer | string | null;
  readonly headers?: Readonly<Record<string, HeaderValue>> | undefined;
  /** Epoch milliseconds; absent: now. */
  readonly timestampMs?: number | undefined;
}

/** What a producer adds to a batch when it sends it. */
export interface BatchEnvelope {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly firstSequence: number;
  readonly transactional: boolean;
}

/** Bytes before the first record of a batch. */
const HEADER_BYTES = 61;
const CRC_FROM = 21;
const MAGIC = 2;
const TRANSACTIONAL = 0x10;
const INITIAL_BYTES = 16_384;
/** A full batch is reached in three steps. */
const GROWTH = 4;
/** A varint of 32 bits. */
const MAX_VARINT_BYTES = 5;
/** Of a record apart from key, value and headers: length, attributes, time and offset, and three lengths. */
const RECORD_OVERHEAD_BYTES = 40;
/** Up to this length a loop over the characters is faster than a call into the engine. */
const SHORT_TEXT = 24;

/**
 * One record batch of Kafka's message format 2, written record by record into one buffer: what kafkajs does with a dozen
 * small buffers a record. Texts are written once, as if they were ASCII; where they are not, their bytes move over.
 */
export class RecordBatchEncoder {
  private bytes = Buffer.allocUnsafe(INITIAL_BYTES);
  private at = HEADER_BYTES;
  private records = 0;
  private baseMs = 0;
  private latestMs = 0;

  /** Records in the batch. */
  get count(): number {
    return this.records;
  }

  /** Bytes of the batch so far. */
  get size(): number {
    return this.at;
  }

  /** Adds a record behind the others. */
  add({ key, value, headers, timestampMs }: RecordContent): void {
    if (this.records === 0) this.baseMs = this.latestMs = timestampMs ?? Date.now();
    const atMs = timestampMs ?? this.baseMs;
    if (atMs > this.latestMs) this.latestMs = atMs;
    const lengthAt = this.at;
    // Nearly all records are of 64 to 8191 bytes, so that their length takes two.
    const bodyAt = lengthAt + 2;
    this.reserve(RECORD_OVERHEAD_BYTES);
    this.bytes[bodyAt] = 0;
    this.at = bodyAt + 1;
    this.writeVarint(atMs - this.baseMs);
    this.writeVarint(this.records);
    this.writeField(key);
    this.writeField(value);
    this.writeHeaders(headers);
    this.writeLengthBefore(lengthAt, bodyAt);
    this.records += 1;
  }

  /** The whole batch, ready to send. It may be asked for again, with another envelope, for another try. */
  finish({ producerId, producerEpoch, firstSequence, transactional }: BatchEnvelope): Buffer {
    const { bytes, at, records } = this;
    bytes.writeBigInt64BE(0n, 0);
    bytes.writeInt32BE(at - 12, 8);
    bytes.writeInt32BE(0, 12);
    bytes.writeInt8(MAGIC, 16);
    bytes.writeInt16BE(transactional ? TRANSACTIONAL : 0, CRC_FROM);
    bytes.writeInt32BE(records - 1, 23);
    bytes.writeBigInt64BE(BigInt(this.baseMs), 27);
    bytes.writeBigInt64BE(BigInt(this.latestMs), 35);
    bytes.writeBigInt64BE(producerId, 43);
    bytes.writeInt16BE(producerEpoch, 51);
    bytes.writeInt32BE(firstSequence, 53);
    bytes.writeInt32BE(records, 57);
    bytes.writeUInt32BE(crc32c(bytes, CRC_FROM, at), 17);
    return bytes.subarray(0, at);
  }

  private reserve(length: number): void {
    const needed = this.at + length;
    if (needed <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(GROWTH * this.bytes.length, needed));
    this.bytes.copy(larger, 0, 0, this.at);
    this.bytes = larger;
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
  private writeLengthBefore(lengthAt: number, contentAt: number): void {
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

  /** Zigzag varint; within the integers that a number holds exactly. The room must be reserved. */
  private writeVarint(value: number): void {
    let rest = value >= 0 ? 2 * value : -2 * value - 1;
    let { at } = this;
    for (; rest > 0x7fffffff; rest = Math.floor(rest / 128)) this.bytes[at++] = (rest % 128) | 128;
    for (; rest > 127; rest >>>= 7) this.bytes[at++] = (rest & 127) | 128;
    this.bytes[at++] = rest;
    this.at = at;
  }
}

/** Bytes of the zigzag varint of a length. */
function varintSize(length: number): number {
  if (length < 64) return 1;
  if (length < 8192) return 2;
  if (length < 1_048_576) return 3;
  return length < 134_217_728 ? 4 : MAX_VARINT_BYTES;
}
