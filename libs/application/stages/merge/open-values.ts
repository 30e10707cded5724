import { scopeKey } from '#libs/contract';
import type { WindowSet, ScopeWindows } from '#libs/domain';
import type { LiveRecord } from '../../live/index.js';
import type { OutputRecord } from '../stage.js';
import { costWindowOf } from './convert-window.js';

/** Live records are sent at most this often, wall clock: they are for eyes. */
const LIVE_INTERVAL_MS = 500;

/**
 * The open value of every window, for metrics, the API and the console: between two emissions of a window this is how
 * its content stands.
 */
export class OpenValues {
  readonly records = new Map<string, LiveRecord>();
  private readonly dirty = new Set<ScopeWindows>();
  private sentAtMs = -Infinity;

  constructor(
    private readonly set: WindowSet,
    private readonly partition: number,
  ) {}

  changed(windows: ScopeWindows): void {
    this.dirty.add(windows);
  }

  /** Records for the scopes that changed, if it is time. */
  send(asOfMs: number | undefined, watermarkMs: number | undefined, currency: string, nowMs: number): OutputRecord[] {
    if (this.dirty.size === 0 || asOfMs === undefined || nowMs - this.sentAtMs < LIVE_INTERVAL_MS) return [];
    this.sentAtMs = nowMs;
    const outputs: OutputRecord[] = [];
    for (const windows of this.dirty) {
      const record = this.recordOf(windows, asOfMs, watermarkMs, currency);
      const key = scopeKey(record.scope, record.id);
      this.records.set(key, record);
      outputs.push({ topic: 'live', partition: this.partition, key, value: JSON.stringify(record) });
    }
    this.dirty.clear();
    return outputs;
  }

  private recordOf(
    windows: ScopeWindows,
    asOfMs: number,
    watermarkMs: number | undefined,
    currency: string,
  ): LiveRecord {
    const open = this.set.kinds.map(({ kind, frontierMs }) => {
      const { startMs, endMs, measures } = windows.openContent(kind, asOfMs, frontierMs);
      return [
        kind.name,
        costWindowOf({ ...windows.ref, window: kind.name, startMs, endMs, revision: 0, measures }, currency),
      ] as const;
    });
    return {
      ...windows.ref,
      asOf: asOfMs,
      watermark: watermarkMs ?? null,
      currency,
      windows: Object.fromEntries(open),
    };
  }
}
