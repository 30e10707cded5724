import { CODE, type DescribedProducer, type SentMessage } from './protocol.js';

const NO_PRODUCER = -1;
const REMEMBERED_BATCHES = 5;

/** What stands in a log: a record, or the marker that ends a transaction. */
export interface LogEntry {
  readonly offset: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: NonNullable<SentMessage['headers']>;
  readonly timestampMs: number;
  readonly producerId: number;
  readonly control?: 'commit' | 'abort';
  /** First and last offset of the record batch that it came in. */
  readonly batch: { readonly first: number; last: number };
}

/** Who writes. */
export interface Producer {
  readonly producerId: number;
  readonly epoch: number;
}

/** A transaction that was aborted, as read_committed readers are told. */
export interface Aborted {
  readonly producerId: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
}

interface ProducerState {
  epoch: number;
  nextSequence: number;
  readonly batches: { readonly firstSequence: number; readonly count: number; readonly offset: number }[];
  openSince: number | undefined;
}

/**
 * One partition, as its replicas together have it: who leads it makes no difference to what it holds, because the
 * simulated producers wait for all replicas. Keeps producer epochs and sequences as a broker does.
 */
export class PartitionLog {
  readonly entries: LogEntry[] = [];
  readonly aborted: Aborted[] = [];
  private readonly producers = new Map<number, ProducerState>();
  private readonly readers = new Set<() => void>();

  constructor(
    readonly topic: string,
    readonly partition: number,
  ) {}

  /** Name within the cluster. */
  get name(): string {
    return `${this.topic}/${this.partition}`;
  }

  /** End of the log, open transactions included. */
  get end(): number {
    return this.entries.length;
  }

  /** What read_committed readers see ends here. */
  get lastStableOffset(): number {
    let least = this.end;
    for (const { openSince } of this.producers.values())
      if (openSince !== undefined && openSince < least) least = openSince;
    return least;
  }

  /** Appends records of nobody in particular. */
  append(messages: readonly SentMessage[], nowMs: number): void {
    this.write(messages, NO_PRODUCER, nowMs);
  }

  /** Appends a transaction's records; an error code, or the offset of the first. */
  appendTransactional(
    { producerId, epoch }: Producer,
    firstSequence: number,
    messages: readonly SentMessage[],
    nowMs: number,
  ): { readonly code: number; readonly offset: number } {
    const state = this.stateOf(producerId, epoch);
    if (epoch < state.epoch) return { code: CODE.invalidProducerEpoch, offset: -1 };
    if (epoch > state.epoch) {
      if (firstSequence !== 0) return { code: CODE.outOfOrderSequence, offset: -1 };
      Object.assign(state, { epoch, nextSequence: 0 });
      state.batches.length = 0;
    }
    const repeated = state.batches.find(
      (each) => each.firstSequence === firstSequence && each.count === messages.length,
    );
    if (repeated) return { code: CODE.none, offset: repeated.offset };
    if (firstSequence !== state.nextSequence) return { code: CODE.outOfOrderSequence, offset: -1 };
    const offset = this.end;
    state.nextSequence = firstSequence + messages.length;
    state.batches.push({ firstSequence, count: messages.length, offset });
    if (state.batches.length > REMEMBERED_BATCHES) state.batches.shift();
    state.openSince ??= offset;
    this.write(messages, producerId, nowMs);
    return { code: CODE.none, offset };
  }

  /** Whether the producer has records here that are neither committed nor aborted. */
  hasOpen(producerId: number): boolean {
    return this.producers.get(producerId)?.openSince !== undefined;
  }

  /** DescribeProducers. */
  describe(): DescribedProducer[] {
    return [...this.producers].map(([producerId, { epoch, openSince }]) => ({
      producerId,
      epoch,
      openFrom: openSince,
    }));
  }

  /** Records that the producer has written and not committed. */
  openRecords(producerId: number): LogEntry[] {
    const since = this.producers.get(producerId)?.openSince;
    if (since === undefined) return [];
    return this.entries.slice(since).filter((entry) => entry.producerId === producerId && !entry.control);
  }

  /** Ends the producer's transaction here. A coordinator that comes back may do so again. */
  mark({ producerId, epoch }: Producer, control: 'commit' | 'abort', nowMs: number): void {
    const state = this.stateOf(producerId, epoch);
    if (epoch < state.epoch) return;
    if (epoch > state.epoch) {
      Object.assign(state, { epoch, nextSequence: 0 });
      state.batches.length = 0;
    }
    const offset = this.end;
    if (control === 'abort' && state.openSince !== undefined) {
      this.aborted.push({ producerId, firstOffset: state.openSince, lastOffset: offset });
    }
    state.openSince = undefined;
    const key = Buffer.from([0, 0, 0, control === 'commit' ? 1 : 0]);
    const batch = { first: offset, last: offset };
    this.entries.push({
      offset,
      key,
      value: Buffer.alloc(6),
      headers: {},
      timestampMs: nowMs,
      producerId,
      control,
      batch,
    });
    this.wake();
  }

  /** Committed records, in order. */
  *committed(): Generator<LogEntry> {
    const end = this.lastStableOffset;
    for (const entry of this.entries) {
      if (entry.offset >= end) return;
      if (!entry.control && !this.isAborted(entry)) yield entry;
    }
  }

  /** Calls back at the next change; returns how to stop that. */
  onChange(reader: () => void): () => void {
    this.readers.add(reader);
    return () => this.readers.delete(reader);
  }

  private isAborted({ offset, producerId }: LogEntry): boolean {
    return this.aborted.some(
      (each) => each.producerId === producerId && each.firstOffset <= offset && offset < each.lastOffset,
    );
  }

  private stateOf(producerId: number, epoch: number): ProducerState {
    let state = this.producers.get(producerId);
    if (!state) this.producers.set(producerId, (state = { epoch, nextSequence: 0, batches: [], openSince: undefined }));
    return state;
  }

  private write(messages: readonly SentMessage[], producerId: number, timestampMs: number): void {
    const batch = { first: this.end, last: this.end + messages.length - 1 };
    for (const { key = null, value, headers = {} } of messages) {
      const offset = this.end;
      this.entries.push({ offset, key: bytes(key), value: bytes(value), headers, timestampMs, producerId, batch });
    }
    this.wake();
  }

  private wake(): void {
    for (const reader of [...this.readers]) reader();
  }
}

function bytes(value: Buffer | string | null): Buffer | null {
  return typeof value === 'string' ? Buffer.from(value) : value;
}
