import { scopeKey } from '#libs/contract';
import { isPublishedScope, type ScopeWindows, type WindowSet } from '#libs/domain';
import type { LiveRecord } from '../../live/index.js';
import type { OutputRecord } from '../stage.js';
import { costWindowOf } from './convert-window.js';
import { unlessOverflow } from './unless-overflow.js';

/** Open values are sent at most this often, wall clock: they are for eyes. Agents are many and change slowly. */
const SCOPE_INTERVAL_MS = 500;
const AGENT_INTERVAL_MS = 1_000;
/** While history is caught up with (event time this far behind the wall clock) nobody watches single figures. */
const CATCH_UP_MS = 60_000;
const CATCH_UP_INTERVAL_MS = 5_000;

/**
 * The open value of every window, for metrics, the API and the console: between two emissions of a window this is how
 * its content stands.
 */
export class OpenValues {
  readonly records = new Map<string, LiveRecord>();
  private readonly agents = new Due();
  private readonly others = new Due();

  constructor(
    private readonly set: WindowSet,
    private readonly partition: number,
  ) {}

  changed(windows: ScopeWindows): void {
    (windows.ref.scope === 'agent' ? this.agents : this.others).scopes.add(windows);
  }

  /** Records for the scopes that changed, if it is time. */
  send(asOfMs: number | undefined, watermarkMs: number | undefined, currency: string, nowMs: number): OutputRecord[] {
    if (asOfMs === undefined) return [];
    const catchingUp = nowMs - asOfMs > CATCH_UP_MS;
    const changed = [
      ...this.others.take(nowMs, catchingUp ? CATCH_UP_INTERVAL_MS : SCOPE_INTERVAL_MS),
      ...this.agents.take(nowMs, catchingUp ? CATCH_UP_INTERVAL_MS : AGENT_INTERVAL_MS),
    ];
    return changed.flatMap((windows) => {
      const record = unlessOverflow(() => this.recordOf(windows, asOfMs, watermarkMs, currency));
      if (!record) return [];
      const key = scopeKey(record.scope, record.id);
      this.records.set(key, record);
      return [{ topic: 'live' as const, partition: this.partition, key, value: JSON.stringify(record) }];
    });
  }

  private recordOf(
    windows: ScopeWindows,
    asOfMs: number,
    watermarkMs: number | undefined,
    currency: string,
  ): LiveRecord | undefined {
    const { scope, id } = windows.ref;
    // A group is told of by the figures of its budgets.
    if (!isPublishedScope(scope)) return undefined;
    const open = this.set.kinds.map(({ kind, frontierMs }) => {
      const { startMs, endMs, measures } = windows.openContent(kind, asOfMs, frontierMs);
      return [
        kind.name,
        costWindowOf({ scope, id, window: kind.name, startMs, endMs, revision: 0, measures }, currency),
      ] as const;
    });
    return {
      scope,
      id,
      asOf: asOfMs,
      watermark: watermarkMs ?? null,
      currency,
      windows: Object.fromEntries(open),
    };
  }
}

/** Scopes that changed since they were last sent. */
class Due {
  readonly scopes = new Set<ScopeWindows>();
  private sentAtMs = -Infinity;

  take(nowMs: number, intervalMs: number): ScopeWindows[] {
    if (this.scopes.size === 0 || nowMs - this.sentAtMs < intervalMs) return [];
    this.sentAtMs = nowMs;
    const taken = [...this.scopes];
    this.scopes.clear();
    return taken;
  }
}
