import {
  addInto,
  addMeasures,
  addSums,
  emptyMeasures,
  maskOf,
  negated,
  publishesNothing,
  readSums,
  ROW_FIELDS,
  samePublished,
  SUM_FIELDS,
  type Measures,
  type ScopeRef,
} from '../facts/index.js';
import type { Micros } from '../money/index.js';
import type { Calendar } from '../time/index.js';
import { accruedMeasures } from './accrual-line.js';
import { AccrualLines } from './accrual-lines.js';
import { KindRows } from './kind-rows.js';
import { PaneTier } from './pane-tier.js';
import { PackedStore } from './packed-store.js';
import { SumTable } from './sum-table.js';
import type { ClosingEnd, WindowKind } from './window-kind.js';
import { ceilTo, type PaneLayout } from './window-spec.js';

/** Of a scope none of whose windows was restated. */
const NO_REVISIONS: ReadonlyMap<string, Map<number, number>> = new Map();

/** What a window gains between two ends; one for all, as closing goes through at once. */
const step = new Float64Array(SUM_FIELDS);
/** What was seen of a window a step before. */
const seen = new Float64Array(SUM_FIELDS);

/** A delta to a pane that a closed window had already counted. */
export interface LateDelta {
  readonly paneStartMs: number;
  readonly delta: Measures;
}

/** What came too late for rolling windows, in the month that starts at `monthStartMs`. */
export interface Deferred {
  readonly monthStartMs: number;
  readonly measures: Measures;
}

/** Until when lines change the windows of a scope. */
export interface Accruals {
  readonly windows: ScopeWindows;
  /** Up to there at every end. */
  readonly untilMs: number;
  /** The end at which the last line leaves. */
  readonly leaveMs: number;
}

/** Key of a scope inside a set. */
export function scopeKeyOf(ref: ScopeRef): string {
  return `${ref.scope}:${ref.id}`;
}

/**
 * The windows of one scope id: two tiers of panes, totals by month, accruing lines, and for each kind the content at
 * its last closed end. Rolling on is one addition and one subtraction per step, whatever the window's length.
 */
export class ScopeWindows {
  /** See {@link scopeKeyOf}. */
  readonly key: string;
  /** Among the scopes of a set, from 0 on in the order in which they came. */
  number = 0;
  readonly fine: PaneTier;
  readonly coarse: PaneTier;
  /** Month start to everything booked in that month, also what was too late for rolling windows. */
  readonly months: SumTable;
  readonly lines = new AccrualLines();
  /** Booked in the running month behind its frontier; that month's next end takes it in. */
  deferred: Deferred | undefined;
  private restatements: Map<string, Map<number, number>> | undefined;
  /** Of the first kind; those of the others follow. */
  private readonly firstRow: number;

  constructor(
    readonly ref: ScopeRef,
    private readonly layout: PaneLayout,
    private readonly calendar: Calendar,
    private readonly rows = new KindRows(0),
    packed = new PackedStore(),
  ) {
    this.key = scopeKeyOf(ref);
    this.firstRow = rows.take();
    this.fine = new PaneTier(layout.fineMs, packed);
    this.coarse = new PaneTier(layout.coarseMs, packed);
    this.months = new SumTable(packed);
  }

  /** Adds to the panes and the month; closed windows are told separately, see {@link addLate}. */
  addPane(paneStartMs: number, delta: Measures): void {
    this.fine.add(this.fine.indexOf(paneStartMs), delta);
    this.coarse.add(this.coarse.indexOf(paneStartMs), delta);
    this.addToMonth(paneStartMs, delta);
  }

  /** The same for a row as it comes from a cost task. */
  addPaneRow(paneStartMs: number, row: Float64Array): void {
    const mask = maskOf(row, 0, ROW_FIELDS);
    this.fine.panes.addRow(this.fine.indexOf(paneStartMs), row, mask);
    this.coarse.panes.addRow(this.coarse.indexOf(paneStartMs), row, mask);
    this.months.addRow(this.calendar.monthOf(paneStartMs).startMs, row, mask);
  }

  /** The same for sums. */
  addPaneSums(paneStartMs: number, sums: Float64Array): void {
    this.fine.panes.addSums(this.fine.indexOf(paneStartMs), sums);
    this.coarse.panes.addSums(this.coarse.indexOf(paneStartMs), sums);
    this.months.addSums(this.calendar.monthOf(paneStartMs).startMs, sums);
  }

  addToMonth(tMs: number, delta: Measures): void {
    this.months.add(this.calendar.monthOf(tMs).startMs, delta);
  }

  /** All that was ever booked, in whatever month, without bills: only differences mean anything. */
  bookedMicros(): Micros {
    return this.months.totalMicros();
  }

  /** End of the month that starts at `startMs`. */
  monthEnd(startMs: number): number {
    return this.calendar.monthOf(startMs).endMs;
  }

  deferToNextEnd(monthStartMs: number, delta: Measures): void {
    if (this.deferred?.monthStartMs !== monthStartMs) this.deferred = { monthStartMs, measures: emptyMeasures() };
    addInto(this.deferred.measures, delta);
  }

  /** Takes a delta behind `frontierMs` into the closed content of a kind whose window at the frontier holds it. */
  addLate(kind: WindowKind, frontierMs: number, tMs: number, delta: Measures): void {
    const row = this.contentOf(kind, frontierMs);
    if (tMs < kind.startOf(frontierMs) || tMs >= frontierMs) return;
    addMeasures(this.rows.block(row), this.rows.at(row), delta);
  }

  /** Row of the content at `frontierMs`, provided that nothing entered or left since the scope's last closed end. */
  private contentOf(kind: WindowKind, frontierMs: number): number {
    const row = this.firstRow + kind.number;
    if (!(this.rows.closedMs(row) > frontierMs)) this.rows.setClosed(row, frontierMs);
    return row;
  }

  /** Whether something was scheduled to enter at this end, by its number, as far as that is remembered. */
  isScheduled(kind: WindowKind, endStep: number): boolean {
    return this.rows.isScheduled(this.firstRow + kind.number, endStep);
  }

  setScheduled(kind: WindowKind, endStep: number): void {
    this.rows.setScheduled(this.firstRow + kind.number, endStep);
  }

  /** From now on there is content at `frontierMs`. */
  showAt(kind: WindowKind, frontierMs: number): void {
    this.contentOf(kind, frontierMs);
  }

  /**
   * Moves a kind on to an end. True if the content differs from what was seen a step before: it then stands in `shown`.
   * Every end at which a pane enters or leaves must be closed, in order.
   */
  close(end: ClosingEnd, shown: Float64Array): boolean {
    const { rows } = this;
    const { kind, startMs, endMs } = end;
    const row = this.firstRow + kind.number;
    const block = rows.block(row);
    const at = rows.at(row);
    // Of a window that was never closed nobody has seen anything, also not the accruals of a step before.
    const accrues = this.lines.size > 0;
    if (accrues) {
      seen.fill(0);
      if (!Number.isNaN(rows.closedMs(row))) {
        addSums(seen, 0, block, at);
        this.addAccruals(seen, kind, end.beforeStartMs, end.beforeEndMs);
      }
    }
    const changed = this.rollOn(end, row);
    rows.setClosed(row, endMs);
    if (!accrues && !changed) return false;
    for (let field = 0; field < SUM_FIELDS; field += 1) shown[field] = block[at + field] as number;
    if (!accrues) return true;
    this.addAccruals(shown, kind, startMs, endMs);
    return !samePublished(shown, 0, seen, 0);
  }

  /** Moves the content of a row on to an end; whether what is published of it changed. */
  private rollOn(end: ClosingEnd, row: number): boolean {
    const { kind, startMs, endMs } = end;
    const block = this.rows.block(row);
    const at = this.rows.at(row);
    const closedMs = this.rows.closedMs(row);
    let goesOn = false;
    step.fill(0);
    if (!Number.isNaN(closedMs)) {
      const closedStartMs = closedMs === end.beforeEndMs ? end.beforeStartMs : kind.startOf(closedMs);
      goesOn = isNext(kind, closedStartMs, startMs);
      if (goesOn) this.addStep(kind, step, closedStartMs, closedMs, startMs, endMs);
    }
    if (!goesOn) this.addWhole(kind, step, endMs);
    if (kind.type === 'calendar' && this.deferred) {
      // What is deferred in a month that is over is in that month's total already, and so it is at a month's first end.
      if (goesOn && this.deferred.monthStartMs === startMs) addMeasures(step, 0, this.deferred.measures);
      this.deferred = undefined;
    }
    const changed = goesOn ? !publishesNothing(step, 0) : !samePublished(step, 0, block, at);
    if (goesOn) addSums(block, at, step, 0);
    else block.set(step, at);
    return changed;
  }

  /** Content at the frontier, as the last closed end left it. */
  frontierContent(kind: WindowKind, frontierMs: number): Measures {
    const total = this.copyOf(this.contentOf(kind, frontierMs));
    this.addAccruals(total, kind, kind.startOf(frontierMs), frontierMs);
    return readSums(total, 0);
  }

  /** Content of a window that ends at `endMs`, at or before the frontier, from the panes that are kept. */
  contentAt(kind: WindowKind, endMs: number, frontierMs: number): Measures {
    const startMs = kind.startOf(endMs);
    let total = new Float64Array(SUM_FIELDS);
    if (kind.type === 'rolling') this.tierOf(kind).addRangeTo(total, 0, startMs, endMs);
    else {
      const upToMs = Math.min(frontierMs, this.calendar.monthOf(startMs).endMs);
      if (kind.startOf(frontierMs) === startMs) total = this.copyOf(this.contentOf(kind, frontierMs));
      else this.months.addTo(total, 0, startMs);
      this.fine.subtractRangeFrom(total, 0, endMs, Math.max(endMs, upToMs));
    }
    this.addAccruals(total, kind, startMs, endMs);
    return readSums(total, 0);
  }

  /** The window that is open at `asOfMs`: everything known up to then, also what no watermark has passed yet. */
  openContent(
    kind: WindowKind,
    asOfMs: number,
    frontierMs: number | undefined,
  ): { startMs: number; endMs: number; measures: Measures } {
    const total = new Float64Array(SUM_FIELDS);
    const span = this.openSums(kind, asOfMs, frontierMs, total);
    return { ...span, measures: readSums(total, 0) };
  }

  /** The same, with its sums in `total`, whatever stood there before. */
  openSums(
    kind: WindowKind,
    asOfMs: number,
    frontierMs: number | undefined,
    total: Float64Array,
  ): { startMs: number; endMs: number } {
    const endMs = Math.floor(asOfMs / kind.stepMs) * kind.stepMs + kind.stepMs;
    const startMs = kind.startOf(endMs);
    const row = this.firstRow + kind.number;
    const isClosed = frontierMs !== undefined && !Number.isNaN(this.rows.closedMs(row));
    total.fill(0);
    const frontierStartMs = isClosed ? kind.startOf(frontierMs) : 0;
    if (isClosed && isNext(kind, frontierStartMs, startMs)) {
      addSums(total, 0, this.rows.block(row), this.rows.at(row));
      this.addStep(kind, total, frontierStartMs, frontierMs, startMs, endMs);
    } else this.addWhole(kind, total, endMs);
    this.addAccruals(total, kind, startMs, Math.min(asOfMs, endMs));
    return { startMs, endMs };
  }

  /** Where nothing was closed yet, or after a restore: the content at the frontier, from panes and months. */
  fillClosed(kind: WindowKind, frontierMs: number): void {
    const startMs = kind.startOf(frontierMs);
    const total = new Float64Array(SUM_FIELDS);
    this.addWhole(kind, total, frontierMs);
    if (kind.type === 'calendar' && this.deferred?.monthStartMs === startMs)
      addMeasures(total, 0, negated(this.deferred.measures));
    const row = this.contentOf(kind, frontierMs);
    this.rows.block(row).set(total, this.rows.at(row));
  }

  /** How long lines change windows of this kind: at every end, and then once more when the last of them leaves. */
  accruals(kind: WindowKind): Accruals {
    const accruedByMs = this.lines.accruedByMs;
    if (accruedByMs === -Infinity) return { windows: this, untilMs: -Infinity, leaveMs: -Infinity };
    const lastEndMs = ceilTo(accruedByMs, kind.stepMs);
    const leaveMs = kind.leaveEnd(lastEndMs);
    // A rolling window loses a bit of a line at each step; a month holds all of it until it is over.
    return { windows: this, untilMs: kind.type === 'rolling' ? leaveMs : lastEndMs, leaveMs };
  }

  /** Window name to end to revision, for ends that were restated. */
  get revisions(): ReadonlyMap<string, Map<number, number>> {
    return this.restatements ?? NO_REVISIONS;
  }

  /** Takes the revisions of a window's ends as they were. */
  restoreRevisions(window: string, ends: Map<number, number>): void {
    this.restatements ??= new Map();
    this.restatements.set(window, ends);
  }

  revisionOf(window: string, endMs: number): number {
    return this.revisions.get(window)?.get(endMs) ?? 0;
  }

  /** Counts one more restatement of an end and gives its revision. */
  restated(window: string, endMs: number): number {
    let ends = this.revisions.get(window);
    if (!ends) this.restoreRevisions(window, (ends = new Map<number, number>()));
    const revision = (ends.get(endMs) ?? 0) + 1;
    ends.set(endMs, revision);
    return revision;
  }

  /** What has entered since the window from `closedStartMs` to `closedMs`, less what has left. */
  private addStep(
    kind: WindowKind,
    target: Float64Array,
    closedStartMs: number,
    closedMs: number,
    startMs: number,
    endMs: number,
  ): void {
    const tier = this.tierOf(kind);
    tier.addRangeTo(target, 0, closedMs, endMs);
    if (kind.type === 'rolling') tier.subtractRangeFrom(target, 0, closedStartMs, startMs);
  }

  /** All of the window that ends at `endMs`. */
  private addWhole(kind: WindowKind, target: Float64Array, endMs: number): void {
    const startMs = kind.startOf(endMs);
    if (kind.type === 'rolling') this.tierOf(kind).addRangeTo(target, 0, startMs, endMs);
    else {
      // What the calendar only was told of, before there was any frontier or this month, is in its total and in no pane.
      this.months.addTo(target, 0, startMs);
      this.fine.subtractRangeFrom(target, 0, endMs, Math.max(endMs, this.monthEnd(startMs)));
    }
  }

  private tierOf(kind: WindowKind): PaneTier {
    return kind.type === 'rolling' && kind.stepMs === this.layout.coarseMs ? this.coarse : this.fine;
  }

  private copyOf(row: number): Float64Array<ArrayBuffer> {
    const at = this.rows.at(row);
    return this.rows.block(row).slice(at, at + SUM_FIELDS);
  }

  private addAccruals(target: Float64Array, kind: WindowKind, fromMs: number, toMs: number): void {
    if (this.lines.size > 0) addMeasures(target, 0, accruedMeasures(this.lines.values(), fromMs, toMs, kind.type));
  }
}

/** Whether a window that starts at `startMs` goes on from one that was closed and started at `closedStartMs`. */
function isNext(kind: WindowKind, closedStartMs: number, startMs: number): boolean {
  return kind.type === 'calendar' ? closedStartMs === startMs : closedStartMs <= startMs;
}
