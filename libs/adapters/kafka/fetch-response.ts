import { decodeRecordSet } from './record-batch-decoder.js';
import type { RecordSet } from './record-set.js';

/** The answer to a fetch of version 11, as kafkajs hands it on. Numbers of 64 bits are texts. */
export interface FetchResponse {
  readonly throttleTime: number;
  readonly clientSideThrottleTime: number;
  readonly errorCode: number;
  readonly sessionId: number;
  readonly responses: readonly { readonly topicName: string; readonly partitions: readonly FetchedPartition[] }[];
}

/** What came of one partition. */
export interface FetchedPartition {
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: string;
  readonly lastStableOffset: string;
  /** kafkajs's spelling of the offset that the log starts with. */
  readonly lastStartOffset: string;
  readonly abortedTransactions: readonly { readonly producerId: string; readonly firstOffset: string }[];
  readonly preferredReadReplica: number;
  readonly messages: RecordSet;
}

/**
 * Decodes the answer to a fetch of version 11; throws UnknownFormatError where a record set is of an older format. `onReleased`:
 * every partition that has records has released them (see `RecordSet`), so that nobody reads the answer any more.
 */
export async function decodeFetchResponse(bytes: Buffer, onReleased?: () => void): Promise<FetchResponse> {
  const reader = new Reader(bytes);
  const readers = new Readers(onReleased);
  const clientSideThrottleTime = reader.int32();
  const errorCode = reader.int16();
  const sessionId = reader.int32();
  const responses: { topicName: string; partitions: FetchedPartition[] }[] = [];
  for (let topics = reader.int32(); topics > 0; topics -= 1) {
    const topicName = reader.string();
    const partitions: FetchedPartition[] = [];
    for (let left = reader.int32(); left > 0; left -= 1) partitions.push(await decodePartition(reader, readers));
    responses.push({ topicName, partitions });
  }
  return { throttleTime: 0, clientSideThrottleTime, errorCode, sessionId, responses };
}

async function decodePartition(reader: Reader, readers: Readers): Promise<FetchedPartition> {
  const partition = reader.int32();
  const errorCode = reader.int16();
  const highWatermark = reader.int64();
  const lastStableOffset = reader.int64();
  const lastStartOffset = reader.int64();
  const abortedTransactions: { producerId: string; firstOffset: string }[] = [];
  for (let left = reader.int32(); left > 0; left -= 1)
    abortedTransactions.push({ producerId: reader.int64(), firstOffset: reader.int64() });
  return {
    partition,
    errorCode,
    highWatermark,
    lastStableOffset,
    lastStartOffset,
    abortedTransactions,
    preferredReadReplica: reader.int32(),
    messages: await readers.decode(reader.bytes(), partition),
  };
}

/** The partitions of an answer whose records may still be read. */
class Readers {
  private readonly reading = new Set<() => void>();

  constructor(private readonly onReleased: (() => void) | undefined) {}

  async decode(bytes: Buffer, partition: number): Promise<RecordSet> {
    const release = (): void => {
      if (this.reading.delete(release) && this.reading.size === 0) this.onReleased?.();
    };
    const records = await decodeRecordSet(bytes, partition, release);
    if (records.length > 0) this.reading.add(release);
    return records;
  }
}

/** Reads the fields of an answer one behind the other. */
class Reader {
  private at = 0;

  constructor(private readonly buffer: Buffer) {}

  int16(): number {
    this.at += 2;
    return this.buffer.readInt16BE(this.at - 2);
  }

  int32(): number {
    this.at += 4;
    return this.buffer.readInt32BE(this.at - 4);
  }

  int64(): string {
    this.at += 8;
    return String(this.buffer.readBigInt64BE(this.at - 8));
  }

  string(): string {
    const length = this.int16();
    this.at += length;
    return this.buffer.toString('utf8', this.at - length, this.at);
  }

  /** Nothing where there is no record set. */
  bytes(): Buffer {
    const length = Math.max(0, this.int32());
    this.at += length;
    return this.buffer.subarray(this.at - length, this.at);
  }
}
