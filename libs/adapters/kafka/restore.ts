import { decodeMarker, MARKER_KEY, type CommitMarker } from './commit-marker.js';
import type { LogClient, LogRange, LogRecord } from './log-client.js';
import type { KafkaLogger } from './logger.js';

const PROGRESS_EVERY_MS = 5_000;
const FETCH_WAIT_MS = 500;

/** A changelog partition, compacted in memory. */
export interface RestoredState {
  /** The last value of each key, the key written longest ago first. */
  readonly entries: ReadonlyMap<string, Buffer>;
  readonly marker: CommitMarker | undefined;
  /** Records read. */
  readonly records: number;
}

/** Where to read and whom to tell. */
export interface RestoreOptions {
  readonly log: LogClient;
  readonly topic: string;
  readonly partition: number;
  /** Known after the lock was taken: nobody else writes behind it. */
  readonly range: LogRange;
  readonly logger: KafkaLogger;
  readonly signal: AbortSignal;
}

/** Reads a changelog partition from its beginning to the given end. Throws when `signal` aborts. */
export async function restoreState(options: RestoreOptions): Promise<RestoredState> {
  const { log, topic, partition, range, logger, signal } = options;
  const state = new Compaction();
  let at = range.start;
  let told = Date.now();
  while (at < range.end) {
    signal.throwIfAborted();
    for (const batch of await log.fetch([{ topic, partition, offset: at }], FETCH_WAIT_MS)) {
      for (const record of batch.records) state.add(record);
      at = batch.next;
    }
    if (Date.now() - told > PROGRESS_EVERY_MS) {
      told = Date.now();
      const percent = Number(((at - range.start) * 100n) / (range.end - range.start));
      logger.info({ topic, partition, records: state.records, percent }, 'restoring state');
    }
  }
  return state;
}

class Compaction implements RestoredState {
  readonly entries = new Map<string, Buffer>();
  marker: CommitMarker | undefined;
  records = 0;

  add({ key, value }: LogRecord): void {
    this.records += 1;
    const name = key?.toString() ?? '';
    if (name === MARKER_KEY) {
      this.marker = value ? decodeMarker(value) : undefined;
      return;
    }
    // Deleted first, so that the order of the map is the order of the last writes.
    this.entries.delete(name);
    if (value) this.entries.set(name, value);
  }
}
