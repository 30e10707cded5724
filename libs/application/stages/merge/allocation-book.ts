import {
  accruedBetween,
  addAmount,
  emptyMeasures,
  floorTo,
  SHARE_STEP_MS,
  shareAmount,
  shareMinute,
  type AgentGroup,
  type Calendar,
  type Measures,
  type Micros,
  type Scope,
  type ScopeRef,
} from '#libs/domain';
import type { AllocationDelta, DriverDelta } from '../exchange/panes-message.js';
import type { ChangelogEntry } from '../stage.js';
import { DriverTable } from './driver-table.js';

const LINE_KEY = 'allocation/';
/** Further back than this what a line's weights say is shared out month by month, not minute by minute. */
const MINUTES_BACK_MS = 62 * 86_400_000;

const SHARED_KEY = 'allocated/';

/** What the book needs of the merge task around it. */
export interface AllocationSurroundings {
  readonly calendar: Calendar;
  /** Width of the panes that shares are booked in. */
  readonly paneMs: number;
  readonly graceMs: number;
  /** How far behind the frontier panes may still change. */
  readonly changeableMs: number;
  /** Whether the scope is this task's: its shares are booked by its owner alone. */
  readonly owns: (ref: ScopeRef) => boolean;
  /** Groups in force at a moment; empty where no windows are kept of them. */
  readonly groupsAt: (tMs: number) => readonly AgentGroup[];
  /** `corrects`: the bill is in the place of another. */
  readonly book: (ref: ScopeRef, tMs: number, calendarOnly: boolean, delta: Measures, corrects: boolean) => void;
}

/** A bill that is shared out, and how far it was. */
interface Allocated extends AllocationDelta {
  /** Before this its shares are for the calendar only: the line came too late for rolling windows. */
  rollingFromMs: number | null;
  /** Minutes before this one are shared out; null until there is a watermark. */
  sharedToMs: number | null;
  /**
   * Groups of this task that the shares of their agents go to as well: those that there were when the period began, as it
   * was known when the bill came, so that what is taken back is what was booked.
   */
  groups?: readonly (readonly [groupId: string, agents: readonly string[]])[];
}

/**
 * Bills that are shared out by a driver. Every merge task hears of all of them and of all that the ids did, works out
 * every minute's shares as soon as the watermark has passed it, and books those of its own scopes: in the last pane of
 * the minute, for before its end nobody knows them. What ids did is known from a bill's arrival on, and as far back as
 * contacts are remembered. Why so: docs/decisions.md, 41.
 */
export class AllocationBook {
  private readonly lines = new Map<string, Allocated>();
  private readonly dirty = new Set<string>();
  /** Line to own id (see {@link nameOf}) to month to what was booked, so that it can be taken back whole. */
  private readonly booked = new Map<string, Map<string, Map<number, Micros>>>();
  private readonly dirtyBooked = new Map<string, Set<string>>();
  private readonly drivers = new DriverTable();
  private readonly keptMs: number;

  constructor(private readonly around: AllocationSurroundings) {
    this.keptMs = around.changeableMs + SHARE_STEP_MS;
  }

  /** A bill accrues in every minute of this stretch: it is not idle. */
  isOpenIn(fromMs: number, toMs: number): boolean {
    for (const line of this.lines.values()) if (line.startMs < toMs && line.endMs >= fromMs) return true;
    return false;
  }

  /** A bill to share out; `watermarkMs` as it stood before, undefined for one that is not late for anything. */
  add(line: AllocationDelta, watermarkMs: number | undefined): void {
    const rollingFromMs = watermarkMs === undefined ? null : floorTo(watermarkMs - this.around.graceMs, SHARE_STEP_MS);
    const groups = line.to === 'agent' ? this.ownGroups(line.startMs) : [];
    const shared: Allocated = { ...line, rollingFromMs, sharedToMs: null };
    this.lines.set(line.lineId, groups.length > 0 ? { ...shared, groups } : shared);
    this.dirty.add(line.lineId);
  }

  private ownGroups(tMs: number): (readonly [string, readonly string[]])[] {
    const own = this.around.groupsAt(tMs).filter(({ groupId: id }) => this.around.owns({ scope: 'group', id }));
    return own.map(({ groupId, agents }) => [groupId, agents] as const);
  }

  /** What ids did, or did not do after all; minutes that were shared out are shared anew. */
  hear(deltas: readonly DriverDelta[]): void {
    const minutes = new Map<string, DriverDelta[]>();
    for (const delta of deltas) {
      const key = `${delta.scope} ${String(delta.minuteMs)}`;
      const others = minutes.get(key);
      if (others) others.push(delta);
      else minutes.set(key, [delta]);
    }
    for (const [first, ...others] of minutes.values()) if (first) this.changeMinute(first, [first, ...others]);
  }

  private changeMinute({ scope, minuteMs }: DriverDelta, deltas: readonly DriverDelta[]): void {
    const shared = [...this.lines.values()].filter(
      (line) => line.to === scope && minuteMs < (line.sharedToMs ?? -Infinity) && isIn(line, minuteMs),
    );
    for (const line of shared) this.shareOut(line, minuteMs, -1n);
    for (const delta of deltas) this.drivers.add(delta);
    for (const line of shared) this.shareOut(line, minuteMs, 1n);
  }

  /** Shares out all minutes that end at or before `watermarkMs`. */
  advance(watermarkMs: number): void {
    const toMs = floorTo(watermarkMs, SHARE_STEP_MS);
    for (const line of this.lines.values()) {
      if (line.sharedToMs === null) this.begin(line, toMs);
      const fromMs = Math.max(line.sharedToMs ?? toMs, floorTo(line.startMs, SHARE_STEP_MS));
      const endMs = Math.min(toMs, floorTo(line.endMs, SHARE_STEP_MS) + SHARE_STEP_MS);
      for (let minuteMs = fromMs; minuteMs < endMs; minuteMs += SHARE_STEP_MS) this.shareOut(line, minuteMs, 1n);
      if (toMs <= (line.sharedToMs ?? -Infinity)) continue;
      line.sharedToMs = toMs;
      if (fromMs < endMs) this.dirty.add(line.lineId);
    }
    this.drivers.pruneBefore(toMs - this.keptMs);
  }

  /**
   * The minutes of a line that had passed when it came: one by one where anything is known of them, and what is left
   * before them at once, unallocated or by the weights.
   */
  private begin(line: Allocated, toMs: number): void {
    const windowsFromMs = Math.max(line.rollingFromMs ?? -Infinity, toMs - this.keptMs);
    const firstMs = this.drivers.firstMinute(line.to) ?? Infinity;
    const knownFromMs = floorTo(Math.min(firstMs, Math.max(windowsFromMs, toMs - this.around.graceMs)), SHARE_STEP_MS);
    // What is booked at once is booked for the calendar, and so it is taken back where more becomes known of it.
    line.rollingFromMs = Math.max(line.rollingFromMs ?? -Infinity, knownFromMs);
    // Weights are known of every minute, but a period may be of centuries.
    const minutesFromMs = line.by === 'weights' ? Math.min(knownFromMs, toMs - MINUTES_BACK_MS) : knownFromMs;
    line.sharedToMs = Math.min(toMs, Math.max(floorTo(line.startMs, SHARE_STEP_MS), minutesFromMs));
    this.dirty.add(line.lineId);
    const { calendar } = this.around;
    const untilMs = Math.min(line.sharedToMs, line.endMs + 1);
    for (let tMs = line.startMs; tMs < untilMs;) {
      const monthEndMs = Math.min(calendar.monthOf(tMs).endMs, untilMs);
      const amountMicros = accruedBetween(line, tMs, monthEndMs);
      this.bookShares(line, shareAmount(line, amountMicros, undefined), { tMs, sign: 1n, calendarOnly: true });
      tMs = monthEndMs;
    }
  }

  /** Takes everything back that a line booked: within reach of the windows minute by minute, the rest from its months. */
  takeBack(lineId: string): void {
    const line = this.lines.get(lineId);
    if (!line) return;
    const { sharedToMs } = line;
    if (sharedToMs !== null) {
      const fromMs = Math.max(floorTo(line.startMs, SHARE_STEP_MS), sharedToMs - this.keptMs);
      for (let minuteMs = fromMs; minuteMs < sharedToMs && isIn(line, minuteMs); minuteMs += SHARE_STEP_MS)
        this.shareOut(line, minuteMs, -1n);
    }
    for (const [name, months] of this.booked.get(lineId) ?? [])
      for (const [monthMs, amountMicros] of months)
        if (amountMicros !== 0n) this.bookShare(line, refOf(line, name), monthMs, -amountMicros, true);
    this.lines.delete(lineId);
    this.dirty.add(lineId);
  }

  private shareOut(line: Allocated, minuteMs: number, sign: bigint): void {
    const calendarOnly = minuteMs < (line.rollingFromMs ?? -Infinity);
    // A minute's shares are known at its end, and stand in its last pane.
    const paneMs = floorTo(minuteMs + SHARE_STEP_MS - 1, this.around.paneMs);
    const shares = shareMinute(line, minuteMs, this.drivers.of(line.to, minuteMs));
    this.bookShares(line, shares, { tMs: paneMs, sign, calendarOnly });
  }

  /** Books the shares of the ids that are this task's, and in its groups what their agents' shares come to. */
  private bookShares(
    line: Allocated,
    shares: readonly (readonly [id: string, amountMicros: Micros])[],
    { tMs, sign, calendarOnly }: { readonly tMs: number; readonly sign: bigint; readonly calendarOnly: boolean },
  ): void {
    for (const [id, amountMicros] of shares)
      this.bookShare(line, { scope: line.to, id }, tMs, sign * amountMicros, calendarOnly);
    if (!line.groups) return;
    const byAgent = new Map(shares);
    for (const [id, agents] of line.groups) {
      const amountMicros = agents.reduce((sum, agentId) => sum + (byAgent.get(agentId) ?? 0n), 0n);
      if (amountMicros !== 0n) this.bookShare(line, { scope: 'group', id }, tMs, sign * amountMicros, calendarOnly);
    }
  }

  private bookShare(
    { lineId, to, dimension, corrects = false }: Allocated,
    ref: ScopeRef,
    tMs: number,
    amountMicros: Micros,
    calendarOnly: boolean,
  ): void {
    if (!this.around.owns(ref)) return;
    const delta = emptyMeasures();
    addAmount(delta, dimension, amountMicros);
    this.around.book(ref, tMs, calendarOnly, delta, corrects);
    const name = nameOf(to, ref);
    const months = child(child(this.booked, lineId), name);
    const monthMs = this.around.calendar.monthOf(tMs).startMs;
    months.set(monthMs, (months.get(monthMs) ?? 0n) + amountMicros);
    let ids = this.dirtyBooked.get(lineId);
    if (!ids) this.dirtyBooked.set(lineId, (ids = new Set()));
    ids.add(name);
  }

  changes(): ChangelogEntry[] {
    const entries: ChangelogEntry[] = [...this.dirty].map((lineId) => {
      const line = this.lines.get(lineId);
      return {
        key: LINE_KEY + lineId,
        value: line ? JSON.stringify({ ...line, amountMicros: String(line.amountMicros) }) : null,
      };
    });
    for (const [lineId, ids] of this.dirtyBooked) {
      const scope = this.lines.get(lineId)?.to;
      for (const id of ids) {
        const months = [...child(child(this.booked, lineId), id)].map(([monthMs, micros]) => [monthMs, String(micros)]);
        const key = SHARED_KEY + JSON.stringify([lineId, id]);
        entries.push({ key, value: scope === undefined ? null : JSON.stringify(months) });
      }
      if (scope === undefined) this.booked.delete(lineId);
    }
    this.dirty.clear();
    this.dirtyBooked.clear();
    return [...entries, ...this.drivers.changes()];
  }

  /** Takes a changelog entry back; false when it is none of allocations. */
  restore(key: string, value: Buffer | null): boolean {
    if (this.drivers.restore(key, value)) return true;
    if (key.startsWith(LINE_KEY)) {
      if (!value) return true;
      const wire = JSON.parse(value.toString('utf8')) as Omit<Allocated, 'amountMicros'> & { amountMicros: string };
      this.lines.set(wire.lineId, { ...wire, amountMicros: BigInt(wire.amountMicros) });
      return true;
    }
    if (!key.startsWith(SHARED_KEY)) return false;
    if (!value) return true;
    const [lineId, id] = JSON.parse(key.slice(SHARED_KEY.length)) as [string, string];
    const months = JSON.parse(value.toString('utf8')) as [number, string][];
    child(this.booked, lineId).set(id, new Map(months.map(([monthMs, micros]) => [monthMs, BigInt(micros)])));
    return true;
  }
}

const GROUP_MARK = '\0';

/** A scope's id as shares are remembered by; that of a group has a mark that no id has. */
function nameOf(to: Scope, { scope, id }: ScopeRef): string {
  return scope === to ? id : GROUP_MARK + id;
}

function refOf({ to }: AllocationDelta, name: string): ScopeRef {
  return name.startsWith(GROUP_MARK) ? { scope: 'group', id: name.slice(1) } : { scope: to, id: name };
}

function isIn({ startMs, endMs }: AllocationDelta, minuteMs: number): boolean {
  return minuteMs <= endMs && minuteMs + SHARE_STEP_MS > startMs;
}

function child<K, L, V>(maps: Map<K, Map<L, V>>, key: K): Map<L, V> {
  let map = maps.get(key);
  if (!map) maps.set(key, (map = new Map<L, V>()));
  return map;
}
