import type { StageOptions } from '../stage-options.js';

/** The inputs that carry event time; bills accrue against the clock that these make. */
export const CLOCK_TOPICS = ['interactions', 'agentStates', 'feedback'] as const;
export type ClockTopic = (typeof CLOCK_TOPICS)[number];

interface TopicClock {
  latestMs: number | undefined;
  lastRecordAtMs: number | undefined;
  caughtUp: boolean;
}

/**
 * Watermark of one task (contract section 5): the least, over its input partitions that are not idle, of the largest
 * event time seen minus the disorder. A partition with records still to be read is never idle. It never goes back.
 */
export class InputClock {
  private readonly topics: Record<ClockTopic, TopicClock>;
  /** All of them: each event makes the clock go through them. */
  private readonly all: readonly TopicClock[];
  private watermark: number | undefined;
  /** Wall clock when the task began here. */
  private openedMs: number | undefined;

  constructor(
    private readonly options: Pick<StageOptions, 'clock' | 'disorderMs' | 'idleMs'>,
    caughtUp: Readonly<Partial<Record<ClockTopic, boolean>>>,
  ) {
    const fresh = (topic: ClockTopic): TopicClock => ({
      latestMs: undefined,
      lastRecordAtMs: undefined,
      caughtUp: caughtUp[topic] ?? true,
    });
    this.topics = {
      interactions: fresh('interactions'),
      agentStates: fresh('agentStates'),
      feedback: fresh('feedback'),
    };
    this.all = CLOCK_TOPICS.map((topic) => this.topics[topic]);
  }

  get watermarkMs(): number | undefined {
    return this.watermark;
  }

  /** Largest event time seen on any input. */
  get latestMs(): number | undefined {
    let latest: number | undefined;
    for (const { latestMs } of this.all) {
      if (latestMs !== undefined && (latest === undefined || latestMs > latest)) latest = latestMs;
    }
    return latest;
  }

  /** An event came; the watermark moves with {@link advance}. */
  observe(topic: ClockTopic, eventMs: number): void {
    const clock = this.topics[topic];
    if (clock.latestMs === undefined || eventMs > clock.latestMs) clock.latestMs = eventMs;
  }

  /** A chunk of records came at `nowMs`; `caughtUp`: nothing was waiting behind it. */
  read(topic: ClockTopic, nowMs: number, caughtUp: boolean): void {
    this.topics[topic].lastRecordAtMs = nowMs;
    this.topics[topic].caughtUp = caughtUp;
  }

  /** No input has come for the idle time, and none is waiting. */
  isIdle(nowMs: number): boolean {
    this.openedMs ??= nowMs;
    // A replay into an empty system: this partition's share of it may come a moment after that of others.
    if (this.latestMs === undefined && this.options.clock === 'event' && nowMs - this.openedMs < this.options.idleMs)
      return false;
    return this.all.every((clock) => this.holdsNothing(clock, nowMs));
  }

  private holdsNothing(clock: TopicClock, nowMs: number): boolean {
    if (!clock.caughtUp) return false;
    if (clock.latestMs === undefined) return true;
    // After a restart nobody knows how long it has been silent: the idle time begins again.
    clock.lastRecordAtMs ??= nowMs;
    return nowMs - clock.lastRecordAtMs >= this.options.idleMs;
  }

  /** Moves the watermark to where the inputs allow it at `nowMs` of the wall clock. */
  advance(nowMs: number): void {
    let lowest = Infinity;
    for (const clock of this.all) {
      const { latestMs, caughtUp } = clock;
      if (this.holdsNothing(clock, nowMs)) continue;
      if (latestMs === undefined) {
        if (!caughtUp) return;
      } else lowest = Math.min(lowest, latestMs - this.options.disorderMs);
    }
    if (lowest !== Infinity) {
      this.raise(lowest);
      return;
    }
    const { latestMs } = this;
    // Before its first event a task has no time of its own, so that history can be loaded into an empty system.
    if (latestMs !== undefined)
      this.raise((this.options.clock === 'live' ? nowMs : latestMs) - this.options.disorderMs);
  }

  raise(watermarkMs: number): void {
    if (this.watermark === undefined || watermarkMs > this.watermark) this.watermark = watermarkMs;
  }

  /** For the changelog. */
  toJSON(): ClockState {
    const latest: Partial<Record<ClockTopic, number>> = {};
    for (const topic of CLOCK_TOPICS) {
      const { latestMs } = this.topics[topic];
      if (latestMs !== undefined) latest[topic] = latestMs;
    }
    return { latest, ...(this.watermark !== undefined && { watermark: this.watermark }) };
  }

  restore(state: ClockState): void {
    for (const topic of CLOCK_TOPICS) this.topics[topic].latestMs = state.latest[topic];
    this.watermark = state.watermark;
  }
}

export interface ClockState {
  readonly latest: Readonly<Partial<Record<ClockTopic, number>>>;
  readonly watermark?: number;
}
