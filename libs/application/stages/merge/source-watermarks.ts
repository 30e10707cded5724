import type { PanesMessage } from '../exchange/panes-message.js';

interface Source {
  watermarkMs: number | undefined;
  idle: boolean;
  latestMs: number | undefined;
}

/**
 * Watermark of a merge task: the least over the cost tasks that are not idle; where all are, the largest. Nothing is
 * known before every cost task was heard. It never goes back.
 */
export class SourceWatermarks {
  private readonly sources = new Map<number, Source>();
  private count = 0;
  private watermark: number | undefined;

  get watermarkMs(): number | undefined {
    return this.watermark;
  }

  /** Largest event time that any source has seen, or the watermark where the clock went on alone. */
  get asOfMs(): number | undefined {
    let latest = this.watermark;
    for (const { latestMs } of this.sources.values()) {
      if (latestMs !== undefined && (latest === undefined || latestMs > latest)) latest = latestMs;
    }
    return latest;
  }

  /** Largest event time that any source has seen; -Infinity before the first. */
  get heardMs(): number {
    let latest = -Infinity;
    for (const { latestMs = -Infinity } of this.sources.values()) latest = Math.max(latest, latestMs);
    return latest;
  }

  hear(message: PanesMessage): void {
    this.count = Math.max(this.count, message.sources);
    this.sources.set(message.source, {
      watermarkMs: message.watermarkMs,
      idle: message.idle,
      latestMs: message.latestMs,
    });
    const lowest = this.lowest();
    if (lowest !== undefined && (this.watermark === undefined || lowest > this.watermark)) this.watermark = lowest;
  }

  private lowest(): number | undefined {
    if (this.sources.size < this.count) return undefined;
    let lowest = Infinity;
    let highest = -Infinity;
    for (const { watermarkMs, idle } of this.sources.values()) {
      if (watermarkMs !== undefined) highest = Math.max(highest, watermarkMs);
      if (idle) continue;
      if (watermarkMs === undefined) return undefined;
      lowest = Math.min(lowest, watermarkMs);
    }
    const watermark = lowest === Infinity ? highest : lowest;
    return watermark === -Infinity ? undefined : watermark;
  }

  toJSON(): SourceState {
    return {
      count: this.count,
      watermark: this.watermark ?? null,
      sources: [...this.sources].map(([source, { watermarkMs, idle, latestMs }]) => [
        source,
        watermarkMs ?? null,
        idle,
        latestMs ?? null,
      ]),
    };
  }

  restore(state: SourceState): void {
    this.count = state.count;
    this.watermark = state.watermark ?? undefined;
    for (const [source, watermarkMs, idle, latestMs] of state.sources) {
      this.sources.set(source, { watermarkMs: watermarkMs ?? undefined, idle, latestMs: latestMs ?? undefined });
    }
  }
}

export interface SourceState {
  readonly count: number;
  readonly watermark: number | null;
  readonly sources: readonly (readonly [
    source: number,
    watermarkMs: number | null,
    idle: boolean,
    latestMs: number | null,
  ])[];
}
