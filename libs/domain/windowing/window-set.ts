import {
  addInto,
  copyMeasures,
  equalPublished,
  readRow,
  readSums,
  SUM_FIELDS,
  subtractInto,
  type Measures,
  type ScopeRef,
} from '../facts/index.js';
import type { Calendar } from '../time/index.js';
import { accruedBetween } from '../accrual/index.js';
import { accruedMeasures, type AccrualLine } from './accrual-line.js';
import { DueSchedule } from './due-schedule.js';
import { scopeKeyOf, ScopeWindows, type Accruals, type LateDelta } from './scope-windows.js';
import { KindRows } from './kind-rows.js';
import { PackedStore } from './packed-store.js';
import { ScopeRanks } from './scope-ranks.js';
import { closingEnd, windowKinds, type ClosingEnd, type WindowKind } from './window-kind.js';
import {
  ceilTo,
  floorTo,
  paneLayout,
  type PaneLayout,
  type WindowingOptions,
  type WindowResult,
} from './window-spec.js';

/** One kind over all scopes: how far it is closed, and what is due. */
interface KindState {
  readonly kind: WindowKind;
  /** Last end that the watermark passed; undefined before the first watermark. */
  frontierMs: number | undefined;
  readonly due: DueSchedule;
}

/** Takes a closed window whose content differs from a step before; the sums in `content` are of use only until it returns. */
export type WindowSink = (windows: ScopeWindows, end: ClosingEnd, content: Float64Array) => void;

/**
 * All windows of a set of scopes. Facts are booked into panes; `advance` closes every end that the watermark has
 * reached and answers with the windows whose content differs from a step before, each scope's in the order of their
 * ends; `takeRestatements` answers with closed windows that late facts changed, with their revision raised.
 */
export class WindowSet {
  readonly layout: PaneLayout;
  readonly scopes = new Map<string, ScopeWindows>();
  readonly kinds: readonly KindState[];
  private readonly late = new Map<ScopeWindows, LateDelta[]>();
  private readonly lateLines = new Map<ScopeWindows, AccrualLine[]>();
  private readonly lateMonthEnds = new Map<ScopeWindows, number[]>();
  private readonly accruing = new Set<ScopeWindows>();
  private readonly rows: KindRows;
  private readonly ranks = new ScopeRanks();
  private readonly packed = new PackedStore();
  private readonly shown = new Float64Array(SUM_FIELDS);

  constructor(
    readonly options: WindowingOptions,
    private readonly calendar: Calendar,
    minimumCoarseRetentionMs = 0,
  ) {
    this.layout = paneLayout(options, minimumCoarseRetentionMs);
    this.kinds = windowKinds(options, calendar).map((kind) => ({
      kind,
      frontierMs: undefined,
      due: new DueSchedule(kind.stepMs),
    }));
    this.rows = new KindRows(this.kinds.length);
  }

  scope(ref: ScopeRef): ScopeWindows {
    const key = scopeKeyOf(ref);
    let windows = this.scopes.get(key);
    if (!windows) {
      // Callers hand in records that carry more than the reference; only the reference is kept.
      const alone = { scope: ref.scope, id: ref.id };
      windows = new ScopeWindows(alone, this.layout, this.calendar, this.rows, this.packed);
      windows.number = this.scopes.size;
      this.scopes.set(key, windows);
    }
    return windows;
  }

  /** Something is due, or accrues, at or before `untilMs`: closing windows up to there is not idle work. */
  isDueBy(untilMs: number): boolean {
    for (const windows of this.accruing) {
      for (const { kind, frontierMs = -Infinity } of this.kinds) {
        const accruals = windows.accruals(kind);
        if (frontierMs < accruals.untilMs || (frontierMs < accruals.leaveMs && accruals.leaveMs <= untilMs))
          return true;
      }
    }
    return this.earliestDueMs() <= untilMs;
  }

  /** Earliest end at which something enters or leaves; Infinity when nothing does. */
  earliestDueMs(): number {
    return this.kinds.reduce((earliest, { due }) => Math.min(earliest, due.earliest()), Infinity);
  }

  /** Oldest pane that can still be changed; anything before it is for the calendar only. */
  get earliestPaneMs(): number {
    const frontier = this.lowestFrontierMs;
    return frontier === undefined ? -Infinity : frontier - this.layout.changeableMs;
  }

  get lowestFrontierMs(): number | undefined {
    let lowest: number | undefined;
    for (const { frontierMs } of this.kinds) {
      if (frontierMs === undefined) return undefined;
      lowest = lowest === undefined ? frontierMs : Math.min(lowest, frontierMs);
    }
    return lowest;
  }

  /** Adds a delta to the pane that starts at `paneStartMs` (a multiple of the fine pane width). */
  book(ref: ScopeRef, paneStartMs: number, delta: Measures): ScopeWindows {
    const windows = this.scope(ref);
    if (paneStartMs < this.earliestPaneMs) return this.bookCalendar(ref, paneStartMs, delta);
    windows.addPane(paneStartMs, delta);
    this.booked(windows, paneStartMs, delta);
    return windows;
  }

  /** The same for a row of a cost task, in a pane that can still be changed: see {@link earliestPaneMs}. */
  bookRow(windows: ScopeWindows, paneStartMs: number, row: Float64Array): void {
    windows.addPaneRow(paneStartMs, row);
    this.booked(windows, paneStartMs, row);
  }

  private booked(windows: ScopeWindows, paneStartMs: number, booked: Measures | Float64Array): void {
    let late: Measures | undefined;
    for (const { kind, frontierMs = -Infinity, due } of this.kinds) {
      const enterStep = Math.ceil((paneStartMs + this.layout.fineMs) / kind.stepMs);
      const enterMs = enterStep * kind.stepMs;
      const isClosed = enterMs <= frontierMs;
      // Several panes enter at one end, and each cost task has rows for it.
      if (!isClosed && windows.isScheduled(kind, enterStep)) continue;
      const leaveMs = kind.leaveEnd(enterMs);
      if (leaveMs > frontierMs) due.add(leaveMs, windows.number);
      if (!isClosed) {
        due.add(enterMs, windows.number);
        windows.setScheduled(kind, enterStep);
        continue;
      }
      late ??= booked instanceof Float64Array ? readRow(booked, 0) : booked;
      windows.addLate(kind, frontierMs, paneStartMs, late);
    }
    if (late) push(this.late, windows, { paneStartMs, delta: late });
  }

  /**
   * Adds to the calendar only: what arrives too late for rolling windows. The running month shows it at its next end, a
   * month to come at its first; the last window of a month that is over is restated.
   */
  bookCalendar(ref: ScopeRef, tMs: number, delta: Measures): ScopeWindows {
    const windows = this.scope(ref);
    windows.addToMonth(tMs, delta);
    for (const { kind, frontierMs, due } of this.kinds) {
      if (kind.type !== 'calendar' || frontierMs === undefined) continue;
      const month = this.calendar.monthOf(tMs);
      const monthEndMs = ceilTo(month.endMs, kind.stepMs);
      if (month.startMs > frontierMs) scheduleMonth(due, kind, windows, month.startMs);
      else if (monthEndMs > frontierMs) {
        windows.deferToNextEnd(month.startMs, delta);
        due.add(frontierMs + kind.stepMs, windows.number);
        due.add(kind.leaveEnd(frontierMs + kind.stepMs), windows.number);
      } else {
        // The month's last end may be the frontier itself, whose content is kept.
        if (kind.startOf(frontierMs) === month.startMs) {
          windows.addLate(kind, frontierMs, tMs, delta);
          due.add(kind.leaveEnd(frontierMs), windows.number);
        }
        push(this.lateMonthEnds, windows, monthEndMs);
      }
    }
    return windows;
  }

  /** Lets a bill's share accrue in a scope from now on, and restates what the grace still allows. */
  addLine(ref: ScopeRef, line: AccrualLine, watermarkMs: number | undefined): ScopeWindows {
    const windows = this.scope(ref);
    const rollingFromMs =
      watermarkMs === undefined ? undefined : floorTo(watermarkMs - this.options.graceMs, this.layout.fineMs);
    const booked: AccrualLine =
      rollingFromMs !== undefined && rollingFromMs > line.startMs ? { ...line, rollingFromMs } : line;
    windows.lines.set(line.lineId, booked);
    this.accruing.add(windows);
    push(this.lateLines, windows, booked);
    for (const state of this.kinds) {
      if (state.frontierMs !== undefined) windows.showAt(state.kind, state.frontierMs);
      this.pastMonthsOf(state, windows, line);
    }
    return windows;
  }

  /** Takes a bill's share back whole, as if it had never been there, and restates what the grace still allows. */
  removeLine(ref: ScopeRef, lineId: string): ScopeWindows | undefined {
    const windows = this.scopes.get(scopeKeyOf(ref));
    const line = windows?.lines.get(lineId);
    if (!windows || !line) return undefined;
    windows.lines.delete(lineId);
    push(this.lateLines, windows, { ...line, amountMicros: -line.amountMicros });
    for (const state of this.kinds) this.pastMonthsOf(state, windows, line);
    return windows;
  }

  /** The last windows of months that are over take a bill's share in, however late it comes. */
  private pastMonthsOf({ kind, frontierMs }: KindState, windows: ScopeWindows, line: AccrualLine): void {
    if (kind.type !== 'calendar' || frontierMs === undefined) return;
    let month = this.calendar.monthOf(line.startMs);
    for (; month.startMs <= line.endMs; month = this.calendar.monthOf(month.endMs)) {
      const endMs = ceilTo(month.endMs, kind.stepMs);
      if (endMs > frontierMs) return;
      if (accruedBetween(line, month.startMs, month.endMs) !== 0n) push(this.lateMonthEnds, windows, endMs);
    }
  }

  /** The windows whose ends lie up to the watermark and whose content differs from a step before. */
  advance(watermarkMs: number): WindowResult[] {
    const results: WindowResult[] = [];
    this.advanceInto(watermarkMs, (windows, { kind, endMs }, content) => {
      results.push(resultOf(windows, kind, endMs, 0, readSums(content, 0)));
    });
    return results;
  }

  /** The same, each handed to `emit`. */
  advanceInto(watermarkMs: number, emit: WindowSink): void {
    for (const state of this.kinds) this.advanceKind(state, watermarkMs, emit);
  }

  private advanceKind(state: KindState, watermarkMs: number, emit: WindowSink): void {
    const { kind, due } = state;
    const targetMs = floorTo(watermarkMs, kind.stepMs);
    if (state.frontierMs !== undefined && targetMs <= state.frontierMs) return;
    // Before the first watermark nothing is known of earlier ends: accruals begin to be shown a grace before it.
    if (state.frontierMs === undefined) {
      const earliestMs = Math.min(watermarkMs - this.options.graceMs, due.earliest() - kind.stepMs);
      state.frontierMs = floorTo(earliestMs, kind.stepMs);
      // What came for the calendar only had no end to be shown at before.
      if (kind.type === 'calendar') for (const windows of this.scopes.values()) this.scheduleMonths(state, windows);
    }
    const accruing = [...this.accruing].map((windows) => windows.accruals(kind));
    for (const endMs of endsToClose(state, targetMs, accruing)) {
      for (const { windows, untilMs, leaveMs } of accruing)
        if (endMs <= untilMs || endMs === leaveMs) due.add(endMs, windows.number);
      const end = closingEnd(kind, endMs);
      for (const windows of this.ranks.inOrder(due.take(endMs), this.scopes))
        if (windows.close(end, this.shown)) emit(windows, end, this.shown);
    }
    state.frontierMs = targetMs;
  }

  /** Before the first end of all: the running month is due at the next, and those before it and to come at theirs. */
  private scheduleMonths({ kind, due, frontierMs = -Infinity }: KindState, windows: ScopeWindows): void {
    for (const startMs of windows.months.keys()) {
      const endMs = ceilTo(windows.monthEnd(startMs), kind.stepMs);
      if (startMs > frontierMs) scheduleMonth(due, kind, windows, startMs);
      else if (endMs > frontierMs) {
        due.add(frontierMs + kind.stepMs, windows.number);
        due.add(kind.leaveEnd(frontierMs + kind.stepMs), windows.number);
      } else {
        push(this.lateMonthEnds, windows, endMs);
        if (kind.startOf(frontierMs) !== startMs) continue;
        windows.fillClosed(kind, frontierMs);
        due.add(kind.leaveEnd(frontierMs), windows.number);
      }
    }
  }

  /** Closed windows that facts booked since the last call have changed, with their revisions raised, ends in order. */
  takeRestatements(): WindowResult[] {
    const results: WindowResult[] = [];
    const touched = [...this.late.keys(), ...this.lateLines.keys(), ...this.lateMonthEnds.keys()];
    const numbers = touched.map(({ number }) => number);
    for (const windows of this.ranks.inOrder(numbers, this.scopes)) {
      const deltas = this.late.get(windows) ?? [];
      const lines = this.lateLines.get(windows) ?? [];
      const first = results.length;
      for (const state of this.kinds) this.restate(state, windows, deltas, lines, results);
      this.restateMonthEnds(windows, results, first);
    }
    this.late.clear();
    this.lateLines.clear();
    this.lateMonthEnds.clear();
    return results;
  }

  private restateMonthEnds(windows: ScopeWindows, results: WindowResult[], first: number): void {
    const ends = [...new Set(this.lateMonthEnds.get(windows) ?? [])].sort((a, b) => a - b);
    for (const { kind, frontierMs } of this.kinds) {
      if (kind.type !== 'calendar' || frontierMs === undefined) continue;
      const restated = new Set(
        results.slice(first).flatMap(({ window, endMs }) => (window === kind.name ? endMs : [])),
      );
      for (const endMs of ends) {
        if (restated.has(endMs)) continue;
        const measures = windows.contentAt(kind, endMs, frontierMs);
        results.push(resultOf(windows, kind, endMs, windows.restated(kind.name, endMs), measures));
      }
    }
  }

  private restate(
    state: KindState,
    windows: ScopeWindows,
    deltas: readonly LateDelta[],
    lines: readonly AccrualLine[],
    results: WindowResult[],
  ): void {
    const { kind, frontierMs } = state;
    if (frontierMs === undefined) return;
    const changedIn = (endMs: number): Measures => {
      const startMs = kind.startOf(endMs);
      const change = accruedMeasures(lines, startMs, endMs, kind.type);
      for (const { paneStartMs, delta } of deltas)
        if (paneStartMs >= startMs && paneStartMs < endMs) addInto(change, delta);
      return change;
    };
    const before = (endMs: number, now: Measures): Measures => {
      const old = copyMeasures(now);
      subtractInto(old, changedIn(endMs));
      return old;
    };
    const ends = this.affectedEnds(state, deltas, lines);
    const affected = new Set(ends);
    for (const endMs of ends) {
      const now = windows.contentAt(kind, endMs, frontierMs);
      const stepBefore = windows.contentAt(kind, endMs - kind.stepMs, frontierMs);
      const wasNow = before(endMs, now);
      const wasPublished =
        windows.revisionOf(kind.name, endMs) > 0 || !equalPublished(wasNow, before(endMs - kind.stepMs, stepBefore));
      // A reader carries on what was published last: a step before where that is restated too, else what was known here.
      const carried = !wasPublished && affected.has(endMs - kind.stepMs) ? stepBefore : wasNow;
      const restate = !equalPublished(now, carried);
      if (restate) results.push(resultOf(windows, kind, endMs, windows.restated(kind.name, endMs), now));
    }
  }

  private affectedEnds(state: KindState, deltas: readonly LateDelta[], lines: readonly AccrualLine[]): number[] {
    const { kind, frontierMs = -Infinity } = state;
    const ends = new Set<number>();
    const addRange = (fromMs: number, toMs: number): void => {
      for (let endMs = fromMs; endMs <= Math.min(toMs, frontierMs); endMs += kind.stepMs) ends.add(endMs);
    };
    for (const { paneStartMs } of deltas) {
      const enterMs = ceilTo(paneStartMs + this.layout.fineMs, kind.stepMs);
      addRange(enterMs, kind.leaveEnd(enterMs));
    }
    for (const line of lines) {
      // A line touches only the ends inside the grace, also for the calendar: older ends keep what was known then.
      const fromMs = Math.max(line.startMs, line.rollingFromMs ?? -Infinity, frontierMs - this.options.graceMs);
      addRange(ceilTo(fromMs + 1, kind.stepMs), frontierMs);
    }
    return [...ends].sort((a, b) => a - b);
  }

  /** Forgets panes and revisions that no window can need any more; gives the fine pane indexes gone by scope. */
  prune(): Map<ScopeWindows, number[]> {
    const gone = new Map<ScopeWindows, number[]>();
    const frontier = this.lowestFrontierMs;
    if (frontier === undefined) return gone;
    for (const windows of this.scopes.values()) {
      const indexes = windows.fine.pruneBefore(frontier - this.layout.fineRetentionMs);
      if (indexes.length > 0) gone.set(windows, indexes);
      windows.coarse.pruneBefore(frontier - this.layout.coarseRetentionMs);
      for (const { kind } of this.kinds) {
        const ends = windows.revisions.get(kind.name);
        for (const endMs of ends?.keys() ?? []) {
          // The last window of a month may be restated for ever, and its revisions must go on.
          const isForEver = kind.startOf(endMs) !== kind.startOf(endMs + kind.stepMs) && kind.type === 'calendar';
          if (endMs < frontier - this.layout.coarseRetentionMs && !isForEver) ends?.delete(endMs);
        }
      }
    }
    return gone;
  }

  /** After scopes were filled from a changelog: frontiers, closed contents and schedules as they were. */
  restoreFrontiers(frontiers: Readonly<Record<string, number>>): void {
    for (const state of this.kinds) {
      const frontierMs = frontiers[state.kind.name];
      if (frontierMs === undefined) continue;
      state.frontierMs = frontierMs;
    }
    for (const windows of this.scopes.values()) {
      if (windows.lines.size > 0) this.accruing.add(windows);
      for (const state of this.kinds) this.restoreSchedule(state, windows);
    }
  }

  private restoreSchedule(state: KindState, windows: ScopeWindows): void {
    const { kind, due } = state;
    const frontierMs = state.frontierMs ?? -Infinity;
    if (state.frontierMs !== undefined) windows.fillClosed(kind, state.frontierMs);
    const tiers =
      kind.type === 'rolling' && kind.stepMs === this.layout.coarseMs ? [windows.fine, windows.coarse] : [windows.fine];
    for (const tier of tiers) {
      for (const index of tier.panes.keys()) {
        const enterMs = ceilTo((index + 1) * tier.widthMs, kind.stepMs);
        if (enterMs > frontierMs) due.add(enterMs, windows.number);
        if (kind.leaveEnd(enterMs) > frontierMs) due.add(kind.leaveEnd(enterMs), windows.number);
      }
    }
    if (kind.type === 'calendar' && state.frontierMs !== undefined && windows.months.size > 0) {
      due.add(kind.leaveEnd(state.frontierMs), windows.number);
      if (windows.deferred) due.add(state.frontierMs + kind.stepMs, windows.number);
      for (const startMs of windows.months.keys())
        if (startMs > state.frontierMs) scheduleMonth(due, kind, windows, startMs);
    }
  }

  /** Ends up to which each window is closed, for the changelog. */
  frontiers(): Record<string, number> {
    const frontiers: Record<string, number> = {};
    for (const { kind, frontierMs } of this.kinds) if (frontierMs !== undefined) frontiers[kind.name] = frontierMs;
    return frontiers;
  }
}

/** A month that is not begun is due at its first end, and again when it is left. */
function scheduleMonth(due: DueSchedule, kind: WindowKind, windows: ScopeWindows, monthStartMs: number): void {
  const firstEndMs = ceilTo(monthStartMs + 1, kind.stepMs);
  due.add(firstEndMs, windows.number);
  due.add(kind.leaveEnd(firstEndMs), windows.number);
}

/** Ends up to `targetMs` at which something is due, every end up to which bills accrue, and those where they leave. */
function endsToClose(
  { kind, due, frontierMs = -Infinity }: KindState,
  targetMs: number,
  accruing: readonly Accruals[],
): number[] {
  const ends = new Set(due.endsUntil(targetMs));
  for (const { leaveMs } of accruing) if (leaveMs > frontierMs && leaveMs <= targetMs) ends.add(leaveMs);
  const lastAccrualMs = accruing.reduce((last, { untilMs }) => Math.max(last, untilMs), -Infinity);
  for (let endMs = frontierMs + kind.stepMs; endMs <= Math.min(targetMs, lastAccrualMs); endMs += kind.stepMs)
    ends.add(endMs);
  return [...ends].sort((x, y) => x - y);
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const values = map.get(key);
  if (values) values.push(value);
  else map.set(key, [value]);
}

function resultOf(
  windows: ScopeWindows,
  kind: WindowKind,
  endMs: number,
  revision: number,
  measures: Measures,
): WindowResult {
  const { scope, id } = windows.ref;
  return { scope, id, window: kind.name, startMs: kind.startOf(endMs), endMs, revision, measures };
}
