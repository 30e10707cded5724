import type { InputTopicKey, TopicKey } from '#libs/contract';
import type { InputRecord } from '../stage.js';
import type { StageOptions } from '../stage-options.js';
import type { InputClock } from './input-clock.js';

/** Longest wait for a marker's offsets once every input is read to its end: offsets may name control records. */
const SETTLE_MS = 5_000;

interface Pending {
  readonly ends: Partial<Record<InputTopicKey, number>>;
  readonly sinceMs: number;
  /** Event time of the replay's last record, in whatever partition. */
  readonly lastMs?: number;
}

/**
 * The end of a replay (`--finish`): a record in `spendline.control` that names the inputs' end offsets. Once the task
 * has read up to them, it closes what is open: by its own clock in event time, at once instead of after the idle time
 * in live time.
 */
export class FinishMarker {
  private pending: Pending | undefined;
  private readonly positions: Partial<Record<InputTopicKey, number>> = {};
  private readonly atEnd = new Set<InputTopicKey>();
  private over = false;

  /** `caughtUp`: inputs that had nothing left to read when the task was taken over, be there control records or not. */
  constructor(caughtUp: Readonly<Partial<Record<TopicKey, boolean>>>) {
    for (const [topic, atEnd] of Object.entries(caughtUp)) if (atEnd) this.atEnd.add(topic as InputTopicKey);
  }

  /** The replay is over: nothing that is still to come holds the merge tasks back. */
  get isOver(): boolean {
    return this.over;
  }

  /** Takes a marker; anything else in the control topic is not for this version. */
  take(record: InputRecord, partition: number, nowMs: number): void {
    const marker = parseMarker(record.value);
    if (!marker) return;
    const ends: Partial<Record<InputTopicKey, number>> = {};
    for (const [topic, offsets] of Object.entries(marker.endOffsets)) {
      const end = offsets[String(partition)];
      if (end !== undefined) ends[topic as InputTopicKey] = Number(end);
    }
    this.pending = { ends, sinceMs: nowMs, ...(marker.lastMs !== undefined && { lastMs: marker.lastMs }) };
  }

  readTo(topic: InputTopicKey, nextOffset: number): void {
    this.positions[topic] = nextOffset;
    this.atEnd.delete(topic);
    // New records after the end of a replay: the clock is theirs again.
    if (!this.pending) this.over = false;
  }

  caughtUp(topic: InputTopicKey): void {
    this.atEnd.add(topic);
  }

  /**
   * Moves the clock to the end once everything named was read. In event time it answers with the replay's last instant,
   * once: what lasts until then is over. In live time everything goes on.
   */
  apply(clock: InputClock, options: StageOptions, nowMs: number): number | undefined {
    if (!this.pending) return undefined;
    const { ends, sinceMs, lastMs } = this.pending;
    const waiting = Object.entries(ends).some(([topic, end]) => {
      const reached = (this.positions[topic as InputTopicKey] ?? 0) >= end;
      const settled = this.atEnd.has(topic as InputTopicKey) && nowMs - sinceMs >= SETTLE_MS;
      return !reached && !settled;
    });
    if (waiting) return undefined;
    this.pending = undefined;
    this.over = true;
    const { latestMs } = clock;
    if (latestMs === undefined) return undefined;
    const { rolling, monthStepMs } = options.windowing;
    const longestMs = rolling.reduce(
      (longest, spec) => Math.max(longest, spec.sizeMs + 2 * spec.stepMs),
      2 * monthStepMs,
    );
    const endMs = latestMs + longestMs;
    clock.raise(options.clock === 'live' ? Math.min(endMs, nowMs - options.disorderMs) : endMs);
    return options.clock === 'live' ? undefined : Math.max(latestMs, lastMs ?? latestMs);
  }

  toJSON(): { pending?: Pending; positions: Partial<Record<InputTopicKey, number>>; over: boolean } {
    return { ...(this.pending && { pending: this.pending }), positions: this.positions, over: this.over };
  }

  restore(state: ReturnType<FinishMarker['toJSON']>): void {
    this.pending = state.pending;
    Object.assign(this.positions, state.positions);
    this.over = state.over;
  }
}

interface Marker {
  readonly endOffsets: Record<string, Record<string, string>>;
  readonly lastMs?: number;
}

function parseMarker(value: Buffer | null): Marker | undefined {
  try {
    const marker = JSON.parse(value?.toString('utf8') ?? '') as {
      kind?: unknown;
      endOffsets?: unknown;
      lastMs?: unknown;
    };
    if (marker.kind !== 'finish' || typeof marker.endOffsets !== 'object' || marker.endOffsets === null)
      return undefined;
    return {
      endOffsets: marker.endOffsets as Record<string, Record<string, string>>,
      ...(typeof marker.lastMs === 'number' && { lastMs: marker.lastMs }),
    };
  } catch {
    return undefined;
  }
}
