import type { Chunk, FetchedBatch } from './fetched-batch.js';
import type { OwnedPartition } from './owned-partition.js';
import type { Step } from './set-transaction.js';

/** What one fetch brought of one partition, until it is done with. */
export class Arrival {
  private readonly chunks: Iterator<Chunk>;
  private over = false;

  constructor(
    readonly owned: OwnedPartition,
    readonly batch: FetchedBatch,
    chunkRecords: number,
    private readonly settle: { readonly resolve: () => void; readonly reject: (error: unknown) => void },
  ) {
    this.chunks = batch.chunks(chunkRecords);
  }

  /** Nothing more will be taken of it. */
  get isOver(): boolean {
    return this.over;
  }

  /** The next records to be processed; undefined where none are left, or none are wanted any more. */
  next(): Chunk | undefined {
    if (this.isOver || this.batch.isStale()) return undefined;
    const { value, done } = this.chunks.next() as IteratorResult<Chunk, undefined>;
    return done === true ? undefined : value;
  }

  /** A chunk as the task's next input. */
  step({ records, caughtUp, next }: Chunk): Step {
    const { topic } = this.batch;
    const input = { kind: 'records', topic, records, caughtUp } as const;
    return { partition: this.owned.partition, input, advance: [topic, next] };
  }

  /** A chunk is committed. Where the group is being shared out anew, kafkajs must hear of it, and no more is to be taken. */
  async committed(chunk: Chunk): Promise<void> {
    this.owned.took(this.batch, chunk);
    this.batch.resolve(chunk.next - 1n);
    await this.heartbeat();
  }

  async heartbeat(): Promise<void> {
    if (this.over) return;
    try {
      await this.batch.heartbeat();
    } catch (error) {
      this.fail(error);
    }
  }

  fail(error: unknown): void {
    this.over = true;
    this.settle.reject(error);
  }

  /** Nothing more will be taken of it, and what was taken is committed or given up: stages keep nothing that lies in it. */
  end(): void {
    this.over = true;
    this.batch.release();
    this.settle.resolve();
  }
}
