import { floorTo, SHARE_STEP_MS, type DriverValues, type Scope } from '#libs/domain';
import type { DriverDelta } from '../exchange/panes-message.js';
import type { ChangelogEntry } from '../stage.js';

const DRIVER_KEY = 'driver/';

/** What the ids of each scope did, minute by minute, while a bill is shared out among them. */
export class DriverTable {
  private readonly scopes = new Map<Scope, Map<number, Map<string, DriverValues>>>();
  private readonly dirty = new Map<Scope, Set<number>>();

  add({ scope, id, minuteMs, handleMicroseconds, contacts }: DriverDelta): void {
    const ids = this.minute(scope, minuteMs);
    const before = ids.get(id);
    ids.set(id, {
      handleMicroseconds: (before?.handleMicroseconds ?? 0) + handleMicroseconds,
      contacts: (before?.contacts ?? 0) + contacts,
    });
    this.mark(scope, minuteMs);
  }

  of(scope: Scope, minuteMs: number): ReadonlyMap<string, DriverValues> | undefined {
    return this.scopes.get(scope)?.get(minuteMs);
  }

  /** Earliest minute in which anything is known. */
  firstMinute(scope: Scope): number | undefined {
    let first: number | undefined;
    for (const minuteMs of this.scopes.get(scope)?.keys() ?? [])
      if (first === undefined || minuteMs < first) first = minuteMs;
    return first;
  }

  pruneBefore(tMs: number): void {
    const beforeMs = floorTo(tMs, SHARE_STEP_MS);
    for (const [scope, minutes] of this.scopes) {
      for (const minuteMs of minutes.keys()) {
        if (minuteMs >= beforeMs) continue;
        minutes.delete(minuteMs);
        this.mark(scope, minuteMs);
      }
    }
  }

  private minute(scope: Scope, minuteMs: number): Map<string, DriverValues> {
    let minutes = this.scopes.get(scope);
    if (!minutes) this.scopes.set(scope, (minutes = new Map<number, Map<string, DriverValues>>()));
    let ids = minutes.get(minuteMs);
    if (!ids) minutes.set(minuteMs, (ids = new Map<string, DriverValues>()));
    return ids;
  }

  private mark(scope: Scope, minuteMs: number): void {
    const minutes = this.dirty.get(scope);
    if (minutes) minutes.add(minuteMs);
    else this.dirty.set(scope, new Set([minuteMs]));
  }

  changes(): ChangelogEntry[] {
    const entries: ChangelogEntry[] = [];
    for (const [scope, minutes] of this.dirty) {
      for (const minuteMs of minutes) {
        const ids = this.of(scope, minuteMs);
        const values = ids && [...ids].map(([id, each]) => [id, each.handleMicroseconds, each.contacts]);
        entries.push({
          key: `${DRIVER_KEY}${scope}/${String(minuteMs)}`,
          value: values ? JSON.stringify(values) : null,
        });
      }
    }
    this.dirty.clear();
    return entries;
  }

  /** Takes a changelog entry back; false when it is none of drivers. */
  restore(key: string, value: Buffer | null): boolean {
    if (!key.startsWith(DRIVER_KEY)) return false;
    if (!value) return true;
    const [scope, minute] = key.slice(DRIVER_KEY.length).split('/') as [Scope, string];
    const ids = this.minute(scope, Number(minute));
    for (const [id, handleMicroseconds, contacts] of JSON.parse(value.toString('utf8')) as [string, number, number][])
      ids.set(id, { handleMicroseconds, contacts });
    return true;
  }
}
