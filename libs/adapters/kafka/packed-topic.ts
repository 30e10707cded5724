import type { RecordBlock } from '#libs/application';
import { RecordBatchEncoder, type RecordContent } from './record-batch-encoder.js';

/**
 * The records of one topic in one send, encoded already: one batch a partition. It stands where kafkajs expects an array
 * of messages, and is what kafkajs 2.2.4 asks of that array on its way from `sendBatch` to the request: whether a message
 * lacks a value (`find`), and the messages of each partition (`reduce`). The request is written by `produce-request.ts`.
 */
export class PackedTopic {
  private readonly batches = new Map<number, RecordBatchEncoder>();

  /** Partitions written to. */
  get length(): number {
    return this.batches.size;
  }

  /** Adds a record behind those of its partition; gives the bytes of that partition's batch. */
  add(partition: number, record: RecordContent): number {
    let batch = this.batches.get(partition);
    if (!batch) this.batches.set(partition, (batch = new RecordBatchEncoder()));
    batch.add(record);
    return batch.size;
  }

  /** Takes a block of records for a partition that has none yet. */
  addBlock(partition: number, block: RecordBlock): void {
    this.batches.set(partition, new RecordBatchEncoder(block));
  }

  /** The batches of these partitions alone. */
  only(isWanted: (partition: number) => boolean): PackedTopic {
    const part = new PackedTopic();
    for (const [partition, batch] of this.batches) if (isWanted(partition)) part.batches.set(partition, batch);
    return part;
  }

  /** Gives the buffers of all batches back; see {@link RecordBlock.release}. */
  release(): void {
    for (const batch of this.batches.values()) batch.release();
    this.batches.clear();
  }

  /** Of our records none lacks a value without saying that it is null. */
  find(): undefined {
    return undefined;
  }

  /** For kafkajs's `groupMessagesPerPartition`: partition to messages, of which {@link PackedBatch} stands for one. */
  reduce(): Record<number, PackedBatch> {
    return Object.fromEntries([...this.batches].map(([partition, batch]) => [partition, new PackedBatch(batch)]));
  }
}

/** The records of one partition in one send. kafkajs asks for their number, to count the producer's sequence on. */
export class PackedBatch {
  constructor(readonly batch: RecordBatchEncoder) {}

  get length(): number {
    return this.batch.count;
  }
}
