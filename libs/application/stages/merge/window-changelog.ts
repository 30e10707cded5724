import { scopeKey } from '#libs/contract';
import {
  copyMeasures,
  floorTo,
  packMeasures,
  subtractInto,
  unpackMeasures,
  type AccrualLine,
  type PackedMeasures,
  type Scope,
  type ScopeWindows,
  type WindowSet,
} from '#libs/domain';
import type { ChangelogEntry } from '../stage.js';

/** Fine panes of one changelog record: five minutes' worth with the default of ten seconds. */
const SEGMENT_PANES = 30;

type Panes = [index: number, packed: PackedMeasures][];

interface SegmentRecord {
  readonly kind: 'segment';
  readonly scope: Scope;
  readonly id: string;
  readonly panes: Panes;
}

/** Coarse panes and months up to `absorbedMs`; what lies after is in the fine panes. */
interface SettledRecord {
  readonly kind: 'settled';
  readonly scope: Scope;
  readonly id: string;
  readonly absorbedMs: number;
  readonly coarse: Panes;
  readonly months: Panes;
  /** What the month's next end will take in: start of the month, measures. */
  readonly deferred?: readonly [monthStartMs: number, packed: PackedMeasures];
}

interface RevisionsRecord {
  readonly kind: 'revisions';
  readonly scope: Scope;
  readonly id: string;
  readonly revisions: [window: string, ends: [endMs: number, revision: number][]][];
}

interface LineRecord {
  readonly kind: 'line';
  readonly scope: Scope;
  readonly id: string;
  readonly line: Omit<AccrualLine, 'amountMicros'> & { readonly amountMicros: string };
}

type WindowRecord = SegmentRecord | SettledRecord | RevisionsRecord | LineRecord;

/**
 * Keeps a {@link WindowSet} in a compacted changelog: with each commit only the five-minute segments of fine panes that
 * changed, and every quarter of an hour (one coarse step) one settled record per scope that was active.
 */
export class WindowChangelog {
  private readonly segments = new Map<ScopeWindows, Set<number>>();
  private readonly unsettled = new Set<ScopeWindows>();
  private readonly resettle = new Set<ScopeWindows>();
  private readonly restatedScopes = new Set<ScopeWindows>();
  private readonly newLines: { windows: ScopeWindows; lineId: string }[] = [];
  private readonly goneLines: string[] = [];
  private readonly absorbed = new Map<ScopeWindows, number>();
  /** Scopes whose settled record says that something is deferred. */
  private readonly deferring = new Set<ScopeWindows>();
  private settledAtMs = -Infinity;

  constructor(private readonly set: WindowSet) {}

  booked(windows: ScopeWindows, paneStartMs: number): void {
    const segment = Math.floor(windows.fine.indexOf(paneStartMs) / SEGMENT_PANES);
    const segments = this.segments.get(windows);
    if (segments) segments.add(segment);
    else this.segments.set(windows, new Set([segment]));
    this.unsettled.add(windows);
    if (paneStartMs < (this.absorbed.get(windows) ?? -Infinity)) this.resettle.add(windows);
  }

  bookedCalendar(windows: ScopeWindows): void {
    this.resettle.add(windows);
  }

  restated(windows: ScopeWindows): void {
    this.restatedScopes.add(windows);
  }

  lineAdded(windows: ScopeWindows, lineId: string): void {
    this.newLines.push({ windows, lineId });
  }

  lineRemoved(windows: ScopeWindows, lineId: string): void {
    this.goneLines.push(lineKey(windows, lineId));
  }

  /** Entries for everything that changed since the last call. */
  changes(): ChangelogEntry[] {
    const entries: ChangelogEntry[] = [];
    for (const [windows, segments] of this.segments)
      for (const segment of segments) entries.push(this.segmentEntry(windows, segment));
    this.segments.clear();
    this.settle(entries);
    for (const windows of this.restatedScopes) entries.push(this.revisionsEntry(windows));
    this.restatedScopes.clear();
    for (const key of this.goneLines) entries.push({ key, value: null });
    this.goneLines.length = 0;
    for (const { windows, lineId } of this.newLines) {
      const line = windows.lines.get(lineId);
      if (line) entries.push(lineEntry(windows, line));
    }
    this.newLines.length = 0;
    return entries;
  }

  private settle(entries: ChangelogEntry[]): void {
    const frontierMs = this.set.lowestFrontierMs;
    const { coarseMs, fineMs } = this.set.layout;
    const absorbedMs = frontierMs === undefined ? -Infinity : floorTo(frontierMs, coarseMs);
    if (absorbedMs > this.settledAtMs) {
      this.settledAtMs = absorbedMs;
      for (const windows of this.unsettled) {
        this.resettle.add(windows);
        const ahead = [...windows.fine.panes.keys()].some((index) => index * fineMs >= absorbedMs);
        if (!ahead) this.unsettled.delete(windows);
      }
      this.dropPruned(entries);
    }
    for (const windows of this.deferring) if (!windows.deferred) this.resettle.add(windows);
    for (const windows of this.resettle) entries.push(this.settledEntry(windows));
    this.resettle.clear();
  }

  private dropPruned(entries: ChangelogEntry[]): void {
    for (const [windows, indexes] of this.set.prune()) {
      const kept = new Set([...windows.fine.panes.keys()].map((index) => Math.floor(index / SEGMENT_PANES)));
      for (const segment of new Set(indexes.map((index) => Math.floor(index / SEGMENT_PANES)))) {
        if (!kept.has(segment)) entries.push({ key: segmentKey(windows, segment), value: null });
      }
    }
  }

  private segmentEntry(windows: ScopeWindows, segment: number): ChangelogEntry {
    const panes: Panes = [];
    for (let index = segment * SEGMENT_PANES; index < (segment + 1) * SEGMENT_PANES; index += 1) {
      const pane = windows.fine.panes.get(index);
      if (pane) panes.push([index, packMeasures(pane)]);
    }
    return entry(segmentKey(windows, segment), { kind: 'segment', ...windows.ref, panes });
  }

  private settledEntry(windows: ScopeWindows): ChangelogEntry {
    // Before any watermark nothing is settled but what is for the calendar only: any coarse boundary will do.
    const absorbedMs = Number.isFinite(this.settledAtMs) ? this.settledAtMs : 0;
    this.absorbed.set(windows, absorbedMs);
    const { coarseMs } = this.set.layout;
    const coarse: Panes = [];
    for (const [index, pane] of windows.coarse.panes)
      if ((index + 1) * coarseMs <= absorbedMs) coarse.push([index, packMeasures(pane)]);
    const months: Panes = [];
    for (const [startMs, total] of windows.months) {
      const settled = copyMeasures(total);
      const monthEndMs = windows.monthEnd(startMs);
      subtractInto(settled, windows.fine.sum(Math.max(startMs, absorbedMs), Math.max(monthEndMs, absorbedMs)));
      months.push([startMs, packMeasures(settled)]);
    }
    const { deferred } = windows;
    if (deferred) this.deferring.add(windows);
    else this.deferring.delete(windows);
    return entry(`settled/${keyOf(windows)}`, {
      kind: 'settled',
      ...windows.ref,
      absorbedMs,
      coarse,
      months,
      ...(deferred && { deferred: [deferred.monthStartMs, packMeasures(deferred.measures)] }),
    });
  }

  private revisionsEntry(windows: ScopeWindows): ChangelogEntry {
    const revisions = [...windows.revisions].map(([window, ends]): RevisionsRecord['revisions'][number] => [
      window,
      [...ends],
    ]);
    return entry(`revisions/${keyOf(windows)}`, { kind: 'revisions', ...windows.ref, revisions });
  }

  /** Fills the empty set from the newest value of each changelog key; `frontiers` come from the task's own record. */
  restore(values: Iterable<Buffer>, frontiers: Readonly<Record<string, number>>): void {
    const records = Array.from(values, (value) => JSON.parse(value.toString('utf8')) as WindowRecord);
    // Settled records first: they say which fine panes are already in the coarse ones.
    for (const record of records) if (record.kind !== 'segment') this.restoreRecord(record);
    for (const record of records) if (record.kind === 'segment') this.restoreSegment(record);
    this.set.restoreFrontiers(frontiers);
    const frontierMs = this.set.lowestFrontierMs;
    if (frontierMs !== undefined) this.settledAtMs = floorTo(frontierMs, this.set.layout.coarseMs);
  }

  private restoreRecord(record: SettledRecord | RevisionsRecord | LineRecord): void {
    const windows = this.set.scope(record);
    switch (record.kind) {
      case 'settled':
        this.absorbed.set(windows, record.absorbedMs);
        for (const [index, packed] of record.coarse) windows.coarse.add(index, unpackMeasures(packed));
        for (const [startMs, packed] of record.months) windows.addToMonth(startMs, unpackMeasures(packed));
        if (record.deferred) {
          const [monthStartMs, packed] = record.deferred;
          windows.deferred = { monthStartMs, measures: unpackMeasures(packed) };
          this.deferring.add(windows);
        }
        return;
      case 'revisions':
        for (const [window, ends] of record.revisions) windows.revisions.set(window, new Map(ends));
        return;
      case 'line':
        windows.lines.set(record.line.lineId, { ...record.line, amountMicros: BigInt(record.line.amountMicros) });
    }
  }

  private restoreSegment(record: SegmentRecord): void {
    const windows = this.set.scope(record);
    const absorbedMs = this.absorbed.get(windows) ?? -Infinity;
    for (const [index, packed] of record.panes) {
      const delta = unpackMeasures(packed);
      const startMs = index * this.set.layout.fineMs;
      if (startMs >= absorbedMs) {
        windows.addPane(startMs, delta);
        this.unsettled.add(windows);
      } else windows.fine.add(index, delta);
    }
  }
}

function keyOf(windows: ScopeWindows): string {
  return scopeKey(windows.ref.scope, windows.ref.id);
}

function lineKey(windows: ScopeWindows, lineId: string): string {
  return `line/${keyOf(windows)}/${lineId}`;
}

function lineEntry(windows: ScopeWindows, line: AccrualLine): ChangelogEntry {
  return entry(lineKey(windows, line.lineId), {
    kind: 'line',
    ...windows.ref,
    line: { ...line, amountMicros: String(line.amountMicros) },
  });
}

function segmentKey(windows: ScopeWindows, segment: number): string {
  return `segment/${keyOf(windows)}/${String(segment)}`;
}

function entry(key: string, record: WindowRecord): ChangelogEntry {
  return { key, value: JSON.stringify(record) };
}
