import { scopeKey } from '#libs/contract';
import {
  addMeasures,
  addRow,
  floorTo,
  isSum,
  packedSum,
  packMeasures,
  SUM_FIELDS,
  unpackMeasures,
  type AccrualLine,
  type Measures,
  type PackedMeasures,
  type Scope,
  type ScopeWindows,
  type WindowSet,
} from '#libs/domain';
import type { ChangelogEntry } from '../stage.js';
import { PaneBytes, readPaneBytes } from './pane-bytes.js';

/** Fine panes of one scope and coarse step, whole. */
const SEGMENT_KEY = 'segment/';
/** What was added to fine panes since they were last written whole, numbered. */
const ADDED_KEY = 'added/';
/** How much of what was added is kept. */
export interface AddedLimits {
  /** In one record, about; a record batch has room for 1 MiB. */
  readonly entryBytes: number;
  /** In all, about: what a restart has to add up again. */
  readonly keptBytes: number;
}

const ADDED_LIMITS: AddedLimits = { entryBytes: 262_144, keptBytes: 8_388_608 };

type Panes = [index: number, packed: PackedMeasures][];

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

type WindowRecord = SettledRecord | RevisionsRecord | LineRecord;

/**
 * Keeps a {@link WindowSet} in a compacted changelog: with each commit only what was added to fine panes, in bytes. Every
 * quarter of an hour (one coarse step), or when that has become much, the panes that it was added to are written whole, a
 * segment for each scope and coarse step, and what was added is deleted; and every quarter of an hour there is one settled
 * record per scope that was active.
 */
export class WindowChangelog {
  /** Added since the last commit. */
  private readonly added = new PaneBytes();
  private readonly addedEntries: Buffer[] = [];
  /** In the changelog: how many records of what was added, and their bytes. */
  private keptEntries = 0;
  private keptBytes = 0;
  /** Segments that something was added to since they were written: of each number the scopes. */
  private readonly segments = new Map<number, Set<ScopeWindows>>();
  private readonly segmentPanes: number;
  private readonly delta = new Float64Array(SUM_FIELDS);
  private readonly unsettled = new Set<ScopeWindows>();
  private readonly resettle = new Set<ScopeWindows>();
  private readonly restatedScopes = new Set<ScopeWindows>();
  private readonly newLines: { windows: ScopeWindows; lineId: string }[] = [];
  private readonly goneLines: string[] = [];
  private readonly absorbed = new Map<ScopeWindows, number>();
  /** What was booked last; between two commits only. */
  private last: { windows: ScopeWindows; segment: number; absorbedMs: number } | undefined;
  /** Scopes whose settled record says that something is deferred. */
  private readonly deferring = new Set<ScopeWindows>();
  private settledAtMs = -Infinity;

  constructor(
    private readonly set: WindowSet,
    private readonly limits = ADDED_LIMITS,
  ) {
    this.segmentPanes = Math.round(set.layout.coarseMs / set.layout.fineMs);
  }

  booked(windows: ScopeWindows, paneStartMs: number, delta: Measures): void {
    this.delta.fill(0);
    addMeasures(this.delta, 0, delta);
    this.bookedSums(windows, paneStartMs, this.delta);
  }

  /** The same for a row as it comes from a cost task. */
  bookedRow(windows: ScopeWindows, paneStartMs: number, row: Float64Array): void {
    if (isSum(row, 0)) {
      this.bookedSums(windows, paneStartMs, row);
      return;
    }
    this.delta.fill(0);
    addRow(this.delta, 0, row, 0);
    this.bookedSums(windows, paneStartMs, this.delta);
  }

  private bookedSums(windows: ScopeWindows, paneStartMs: number, sums: Float64Array): void {
    const index = windows.fine.indexOf(paneStartMs);
    this.added.add(windows.ref, index, sums);
    if (this.added.size >= this.limits.entryBytes) this.addedEntries.push(this.added.take());
    const segment = Math.floor(index / this.segmentPanes);
    // Rows come scope by scope: of those behind the first, nothing new is to be kept.
    if (windows !== this.last?.windows || segment !== this.last.segment) this.goTo(windows, segment);
    if (paneStartMs < (this.last?.absorbedMs ?? -Infinity)) this.resettle.add(windows);
  }

  private goTo(windows: ScopeWindows, segment: number): void {
    this.touch(windows, segment);
    this.unsettled.add(windows);
    this.last = { windows, segment, absorbedMs: this.absorbed.get(windows) ?? -Infinity };
  }

  private touch(windows: ScopeWindows, segment: number): void {
    const scopes = this.segments.get(segment);
    if (scopes) scopes.add(windows);
    else this.segments.set(segment, new Set([windows]));
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
    this.last = undefined;
    const isQuarterOver = this.settle(entries);
    this.writePanes(entries, isQuarterOver);
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

  /** What was added, or the panes that it was added to. */
  private writePanes(entries: ChangelogEntry[], whole: boolean): void {
    if (whole || this.keptBytes > this.limits.keptBytes) this.writeSegments(entries);
    else {
      if (this.added.size > 0) this.addedEntries.push(this.added.take());
      for (const value of this.addedEntries) {
        entries.push({ key: ADDED_KEY + String(this.keptEntries), value });
        this.keptEntries += 1;
        this.keptBytes += value.length;
      }
    }
    this.added.clear();
    this.addedEntries.length = 0;
  }

  private writeSegments(entries: ChangelogEntry[]): void {
    for (const [segment, scopes] of this.segments)
      for (const windows of scopes) entries.push(this.segmentEntry(windows, segment));
    this.segments.clear();
    for (let entry = 0; entry < this.keptEntries; entry += 1)
      entries.push({ key: ADDED_KEY + String(entry), value: null });
    this.keptEntries = 0;
    this.keptBytes = 0;
  }

  /** True when a coarse step is over since the last call. */
  private settle(entries: ChangelogEntry[]): boolean {
    const frontierMs = this.set.lowestFrontierMs;
    const { coarseMs, fineMs } = this.set.layout;
    const absorbedMs = frontierMs === undefined ? -Infinity : floorTo(frontierMs, coarseMs);
    const isStepOver = absorbedMs > this.settledAtMs;
    if (isStepOver) {
      this.settledAtMs = absorbedMs;
      for (const windows of this.unsettled) {
        this.resettle.add(windows);
        const hasPanesAhead = windows.fine.panes.lastKey * fineMs >= absorbedMs;
        if (!hasPanesAhead) this.unsettled.delete(windows);
      }
      this.dropPruned(entries);
    }
    for (const windows of this.deferring) if (!windows.deferred) this.resettle.add(windows);
    for (const windows of this.resettle) entries.push(this.settledEntry(windows));
    this.resettle.clear();
    return isStepOver;
  }

  private dropPruned(entries: ChangelogEntry[]): void {
    for (const [windows, indexes] of this.set.prune()) {
      let before: number | undefined;
      for (const index of indexes) {
        const segment = Math.floor(index / this.segmentPanes);
        if (segment === before) continue;
        before = segment;
        const first = segment * this.segmentPanes;
        const isKept = windows.fine.panes.hasBetween(first, first + this.segmentPanes - 1);
        if (!isKept) entries.push({ key: segmentKey(windows, segment), value: null });
      }
    }
  }

  private segmentEntry(windows: ScopeWindows, segment: number): ChangelogEntry {
    const { delta, added, segmentPanes } = this;
    const first = segment * segmentPanes;
    added.clear();
    windows.fine.panes.forEachBetween(first, first + segmentPanes - 1, delta, (index) => {
      added.add(windows.ref, index, delta);
    });
    return { key: segmentKey(windows, segment), value: added.size > 0 ? added.take() : null };
  }

  private settledEntry(windows: ScopeWindows): ChangelogEntry {
    // Before any watermark nothing is settled but what is for the calendar only: any coarse boundary will do.
    const absorbedMs = Number.isFinite(this.settledAtMs) ? this.settledAtMs : 0;
    this.absorbed.set(windows, absorbedMs);
    const { delta: sums } = this;
    const coarse: Panes = [];
    const lastIndex = Math.floor(absorbedMs / this.set.layout.coarseMs) - 1;
    windows.coarse.panes.forEachBetween(-Infinity, lastIndex, sums, (index) => {
      coarse.push([index, packedSum(sums, 0)]);
    });
    const months: Panes = [];
    windows.months.forEachBetween(-Infinity, Infinity, sums, (startMs) => {
      const monthEndMs = windows.monthEnd(startMs);
      windows.fine.subtractRangeFrom(sums, 0, Math.max(startMs, absorbedMs), Math.max(monthEndMs, absorbedMs));
      months.push([startMs, packedSum(sums, 0)]);
    });
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
  restore(entries: ReadonlyMap<string, Buffer>, frontiers: Readonly<Record<string, number>>): void {
    // Settled records first: they say which fine panes are already in the coarse ones.
    for (const [key, value] of entries)
      if (!isOfPanes(key)) this.restoreRecord(JSON.parse(value.toString('utf8')) as WindowRecord);
    for (const [key, value] of entries) if (isOfPanes(key)) this.restorePanes(value, key.startsWith(ADDED_KEY));
    this.set.restoreFrontiers(frontiers);
    const frontierMs = this.set.lowestFrontierMs;
    if (frontierMs !== undefined) this.settledAtMs = floorTo(frontierMs, this.set.layout.coarseMs);
  }

  private restoreRecord(record: WindowRecord): void {
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
        for (const [window, ends] of record.revisions) windows.restoreRevisions(window, new Map(ends));
        return;
      case 'line':
        windows.lines.set(record.line.lineId, { ...record.line, amountMicros: BigInt(record.line.amountMicros) });
    }
  }

  private restorePanes(value: Buffer, isAdded: boolean): void {
    let windows: ScopeWindows;
    let absorbedMs = -Infinity;
    readPaneBytes(value, {
      scope: (ref) => {
        windows = this.set.scope(ref);
        absorbedMs = this.absorbed.get(windows) ?? -Infinity;
      },
      pane: (index, sums) => {
        const startMs = index * this.set.layout.fineMs;
        if (startMs >= absorbedMs) {
          windows.addPaneSums(startMs, sums);
          this.unsettled.add(windows);
        } else windows.fine.panes.addSums(index, sums);
        if (isAdded) this.touch(windows, Math.floor(index / this.segmentPanes));
      },
    });
    if (!isAdded) return;
    this.keptEntries += 1;
    this.keptBytes += value.length;
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

function isOfPanes(key: string): boolean {
  return key.startsWith(SEGMENT_KEY) || key.startsWith(ADDED_KEY);
}

function segmentKey(windows: ScopeWindows, segment: number): string {
  return `${SEGMENT_KEY}${keyOf(windows)}/${String(segment)}`;
}

function entry(key: string, record: WindowRecord): ChangelogEntry {
  return { key, value: JSON.stringify(record) };
}
