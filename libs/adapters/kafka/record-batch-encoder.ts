import { RecordBlock, type RecordContent as Content } from '#libs/application';
import { crc32c } from './crc32c.js';

export type { HeaderValue } from '#libs/application';

/** What is written of a record. */
export interface RecordContent extends Content {
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

const CRC_FROM = 21;
const MAGIC = 2;
const TRANSACTIONAL = 0x10;

/** One record batch of Kafka's message format 2: a block of records and the header in front of it. */
export class RecordBatchEncoder {
  private baseMs: number | undefined;
  private latestMs = 0;
  private unanswered = 0;

  /** `block`: records that are written already, without a time of their own. */
  constructor(private readonly block = new RecordBlock()) {}

  /** Records in the batch. */
  get count(): number {
    return this.block.count;
  }

  /** Bytes of the batch so far. */
  get size(): number {
    return this.block.size;
  }

  /** Adds a record behind the others. */
  add(record: RecordContent): void {
    this.baseMs ??= record.timestampMs ?? Date.now();
    const atMs = record.timestampMs ?? this.baseMs;
    if (atMs > this.latestMs) this.latestMs = atMs;
    this.block.add(record, atMs - this.baseMs);
  }

  /** The whole batch, ready to send. It may be asked for again, with another envelope, for another try. */
  finish({ producerId, producerEpoch, firstSequence, transactional }: BatchEnvelope): Buffer {
    const { bytes, at, count } = this.block;
    this.baseMs ??= Date.now();
    bytes.writeBigInt64BE(0n, 0);
    bytes.writeInt32BE(at - 12, 8);
    bytes.writeInt32BE(0, 12);
    bytes.writeInt8(MAGIC, 16);
    bytes.writeInt16BE(transactional ? TRANSACTIONAL : 0, CRC_FROM);
    bytes.writeInt32BE(count - 1, 23);
    bytes.writeBigInt64BE(BigInt(this.baseMs), 27);
    bytes.writeBigInt64BE(BigInt(Math.max(this.latestMs, this.baseMs)), 35);
    bytes.writeBigInt64BE(producerId, 43);
    bytes.writeInt16BE(producerEpoch, 51);
    bytes.writeInt32BE(firstSequence, 53);
    bytes.writeInt32BE(count, 57);
    bytes.writeUInt32BE(crc32c(bytes, CRC_FROM, at), 17);
    return bytes.subarray(0, at);
  }

  /** What {@link finish} gave is on its way, and read until {@link answered}. */
  sent(): void {
    this.unanswered += 1;
  }

  answered(): void {
    this.unanswered -= 1;
  }

  /**
   * See {@link RecordBlock.release}: what {@link finish} gave is gone with it. Where an answer is outstanding, as of a try that
   * another one followed, a socket may still read it, and the buffer is left to the collector.
   */
  release(): void {
    if (this.unanswered === 0) this.block.release();
  }
}
