import { floorTo, isZero, SHARE_STEP_MS, type Measures, type Scope, type ScopeIds } from '#libs/domain';
import type { DriverDelta } from '../exchange/panes-message.js';
import type { ChangelogEntry } from '../stage.js';
import type { FactMemory } from './fact-memory.js';
import type { InputClock } from './input-clock.js';

const WANTED_KEY = 'drivers/';

/**
 * Tells the merge tasks what the ids of a scope did in each minute, for as long as a bill is shared out among them, and
 * nothing otherwise. Every contact that ends before `wanted` is told once: those remembered from before when it is
 * asked for, the others as they are booked.
 */
export class DriverFeed {
  /** Scope to the time up to which its contacts are told. */
  private readonly wanted = new Map<Scope, number>();
  private readonly dirty = new Set<Scope>();
  private pending = new Map<string, DriverDelta>();

  /** A bill is shared out among the ids of this scope until `untilMs`. */
  want(
    scope: Scope,
    untilMs: number,
    { memory, clock }: { readonly memory: FactMemory; readonly clock: InputClock },
  ): void {
    const beforeMs = this.wanted.get(scope) ?? -Infinity;
    if (untilMs <= beforeMs) return;
    this.wanted.set(scope, untilMs);
    this.dirty.add(scope);
    for (const { ids, atMs, measures, calendarOnly } of memory.contacts(clock.watermarkMs))
      if (!calendarOnly && atMs >= beforeMs && atMs < untilMs) this.tell(scope, ids, atMs, measures);
  }

  /** Whether somebody has to be told of contacts of this time. */
  wants(atMs: number): boolean {
    for (const untilMs of this.wanted.values()) if (atMs < untilMs) return true;
    return false;
  }

  /** A contact was booked, or taken back where the measures are negative. */
  booked(ids: ScopeIds, atMs: number, measures: Measures): void {
    for (const [scope, untilMs] of this.wanted) if (atMs < untilMs) this.tell(scope, ids, atMs, measures);
  }

  private tell(scope: Scope, ids: ScopeIds, atMs: number, measures: Measures): void {
    const id = scope === 'all' || scope === 'group' ? undefined : ids[scope];
    if (id === undefined || isZero(measures)) return;
    const minuteMs = floorTo(atMs, SHARE_STEP_MS);
    const key = `${scope} ${String(minuteMs)} ${id}`;
    const before = this.pending.get(key);
    this.pending.set(key, {
      scope,
      id,
      minuteMs,
      handleMicroseconds: (before?.handleMicroseconds ?? 0) + measures.handleMicroseconds,
      contacts: (before?.contacts ?? 0) + measures.interactions,
    });
  }

  /** Everything since the last call. */
  drain(): readonly DriverDelta[] {
    if (this.pending.size === 0) return NOTHING;
    const deltas = [...this.pending.values()].filter((delta) => delta.contacts !== 0 || delta.handleMicroseconds !== 0);
    this.pending = new Map();
    return deltas;
  }

  changes(): ChangelogEntry[] {
    const entries = [...this.dirty].map((scope) => ({
      key: WANTED_KEY + scope,
      value: String(this.wanted.get(scope) ?? 0),
    }));
    this.dirty.clear();
    return entries;
  }

  /** Takes a changelog entry back; false when it is none of drivers. */
  restore(key: string, value: Buffer | null): boolean {
    if (!key.startsWith(WANTED_KEY)) return false;
    if (value) this.wanted.set(key.slice(WANTED_KEY.length) as Scope, Number(value.toString('utf8')));
    return true;
  }
}

const NOTHING: readonly DriverDelta[] = [];
