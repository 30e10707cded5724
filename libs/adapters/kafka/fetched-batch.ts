import type { Consumer, EachBatchPayload, KafkaMessage } from 'kafkajs';
import type { InputRecord, InputRecords } from '#libs/application';
import type { TopicKey } from '#libs/contract';
import { RecordSet } from './record-set.js';

/** A part of a batch that is processed and committed as one. */
export interface Chunk {
  readonly records: InputRecords;
  /** Offset to read on from when the chunk is done. */
  readonly next: bigint;
  /** Nothing follows in the partition, as far as the fetch knew. */
  readonly caughtUp: boolean;
}

/** What one fetch brought of one partition. */
export class FetchedBatch {
  /** Offset that was asked for. */
  readonly start: bigint;
  /** End of the log, open transactions included. */
  readonly end: bigint;

  constructor(
    readonly topic: TopicKey,
    private readonly payload: EachBatchPayload,
  ) {
    // Part of kafkajs's Batch, though not of its types.
    const { fetchedOffset, highWatermark } = payload.batch as EachBatchPayload['batch'] & { fetchedOffset: string };
    this.start = BigInt(fetchedOffset);
    this.end = BigInt(highWatermark);
  }

  /** The records in chunks of at most `size`. */
  *chunks(size: number): Generator<Chunk> {
    const records = this.records();
    for (let from = 0; from < records.length; from += size) {
      const slice = records.slice(from, from + size);
      const isLast = from + size >= records.length;
      // The last chunk also covers what follows its records: commit markers, and offsets that compaction removed.
      const last = isLast ? this.payload.batch.lastOffset() : (slice.at(-1)?.offset ?? '0');
      const next = BigInt(last) + 1n;
      yield { records: slice, next, caughtUp: isLast && next >= this.end };
    }
  }

  /** Nobody reads any of the records again, nor what lies in them: their memory may be used for something else. */
  release(): void {
    const messages = this.payload.batch.messages as KafkaMessage[] | RecordSet;
    if (messages instanceof RecordSet) messages.release();
  }

  private records(): RecordSet | InputRecord[] {
    const { partition } = this.payload.batch;
    const messages = this.payload.batch.messages as KafkaMessage[] | RecordSet;
    // What our codec has read is as stages want it.
    return messages instanceof RecordSet ? messages : messages.map((message) => inputRecord(partition, message));
  }

  /** The consumer was sent elsewhere meanwhile, or stops. */
  isStale(): boolean {
    return this.payload.isStale() || !this.payload.isRunning();
  }

  /** Everything up to this offset is done. */
  resolve(offset: bigint): void {
    this.payload.resolveOffset(offset.toString());
  }

  /** Throws when the group is being shared out anew. */
  heartbeat(): Promise<void> {
    return this.payload.heartbeat();
  }
}

/** A record as stages and sinks know it. */
function inputRecord(partition: number, { offset, key, value, headers }: KafkaMessage): InputRecord {
  return { partition, offset, key, value, headers: headers ?? {} };
}

/** A fetch of which nothing was left for the handler: only control records, or records of aborted transactions. */
export interface SkippedBatch {
  readonly topic: string;
  readonly partition: number;
  readonly first: bigint;
  readonly last: bigint;
  readonly end: bigint;
}

interface BatchEvent {
  readonly topic: string;
  readonly partition: number;
  readonly batchSize: number;
  readonly firstOffset: string | null;
  readonly lastOffset: string;
  readonly highWatermark: string;
}

/** Calls `onSkipped` for what kafkajs goes past without asking a handler: its position moves, ours must follow. */
export function watchSkipped(consumer: Consumer, onSkipped: (batch: SkippedBatch) => void): void {
  consumer.on(consumer.events.START_BATCH_PROCESS, ({ payload }) => {
    const { topic, partition, batchSize, firstOffset, lastOffset, highWatermark } = payload as BatchEvent;
    if (batchSize > 0) return;
    const last = BigInt(lastOffset);
    onSkipped({
      topic,
      partition,
      first: firstOffset === null ? last : BigInt(firstOffset),
      last,
      end: BigInt(highWatermark),
    });
  });
}
