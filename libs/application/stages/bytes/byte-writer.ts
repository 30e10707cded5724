import { MAX_VARINT_BYTES, putVarint } from './put.js';

const INITIAL_BYTES = 1_024;

/** Bytes that grow. What is written often goes in by hand: {@link reserve}, then into `bytes` from `at` on. */
export class ByteWriter {
  bytes = Buffer.allocUnsafe(INITIAL_BYTES);
  at = 0;

  reserve(length: number): void {
    const needed = this.at + length;
    if (needed <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.bytes.length, needed));
    this.bytes.copy(larger, 0, 0, this.at);
    this.bytes = larger;
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.at++] = value;
  }

  varint(value: number): void {
    this.reserve(MAX_VARINT_BYTES);
    this.at = putVarint(this.bytes, this.at, value);
  }

  /** Bytes behind their length. */
  lengthAndBytes(bytes: Uint8Array): void {
    this.reserve(MAX_VARINT_BYTES + bytes.length);
    this.at = putVarint(this.bytes, this.at, bytes.length);
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  text(text: string): void {
    this.lengthAndBytes(Buffer.from(text));
  }

  /** What was written. */
  get written(): Buffer {
    return this.bytes.subarray(0, this.at);
  }
}
