import {
  addInto,
  copyMeasures,
  emptyMeasures,
  equalPublished,
  subtractInto,
  type Measures,
  type ScopeRef,
} from '../facts/index.js';
import type { Calendar } from '../time/index.js';
import { accruedMeasures } from './accrual-line.js';
import { AccrualLines } from './accrual-lines.js';
import { PaneTier } from './pane-tier.js';
import type { WindowKind } from './window-kind.js';
import { ceilTo, type PaneLayout } from './window-spec.js';

const NOTHING: Readonly<Measures> = emptyMeasures();

/** Content of one window kind (panes only, without accruals) at the last end that was closed for the scope. */
interface ClosedContent {
  endMs: number;
  content: Measures;
}

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
  readonly fine: PaneTier;
  readonly coarse: PaneTier;
  /** Month start to everything booked in that month, also what was too late for rolling windows. */
  readonly months = new Map<number, Measures>();
  readonly lines = new AccrualLines();
  /** Window name to end to revision, for ends that were restated. */
  readonly revisions = new Map<string, Map<number, number>>();
  /** Booked in the running month behind its frontier; that month's next end takes it in. */
  deferred: Deferred | undefined;
  private readonly closed = new Map<string, ClosedContent>();

  constructor(
    readonly ref: ScopeRef,
    private readonly layout: PaneLayout,
    private readonly calendar: Calendar,
  ) {
    this.key = scopeKeyOf(ref);
    this.fine = new PaneTier(layout.fineMs);
    this.coarse = new PaneTier(layout.coarseMs);
  }

  /** Adds to the panes and the month; closed windows are told separately, see {@link addLate}. */
  addPane(paneStartMs: number, delta: Measures): void {
    this.fine.add(this.fine.indexOf(paneStartMs), delta);
    this.coarse.add(this.coarse.indexOf(paneStartMs), delta);
    this.addToMonth(paneStartMs, delta);
  }

  addToMonth(tMs: number, delta: Measures): void {
    const start = this.calendar.monthOf(tMs).startMs;
    const month = this.months.get(start);
    if (month) addInto(month, delta);
    else this.months.set(start, copyMeasures(delta));
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
    const closed = this.closedAt(kind, frontierMs);
    if (tMs < kind.startOf(frontierMs) || tMs >= frontierMs) return;
    // Not in place: the content was handed out when the window was closed.
    closed.content = copyMeasures(closed.content);
    addInto(closed.content, delta);
  }

  /** The content at `frontierMs`, provided that nothing entered or left since the scope's last closed end. */
  closedAt(kind: WindowKind, frontierMs: number): ClosedContent {
    let closed = this.closed.get(kind.name);
    if (!closed) {
      closed = { endMs: frontierMs, content: emptyMeasures() };
      this.closed.set(kind.name, closed);
    } else closed.endMs = Math.max(closed.endMs, frontierMs);
    return closed;
  }

  /**
   * Moves a kind on to `endMs` and gives the content if it differs from what was seen a step before. Every end at which a
   * pane enters or leaves must be closed, in order.
   */
  close(kind: WindowKind, endMs: number): Measures | undefined {
    const startMs = kind.startOf(endMs);
    const before = this.closed.get(kind.name);
    const content = this.rolledOn(kind, before, endMs);
    if (kind.type === 'calendar' && this.deferred) {
      // What is deferred in a month that is over is in that month's total already, and so it is at a month's first end.
      if (before && kind.startOf(before.endMs) === startMs && this.deferred.monthStartMs === startMs)
        addInto(content, this.deferred.measures);
      this.deferred = undefined;
    }
    this.closed.set(kind.name, { endMs, content });
    // Of a window that was never closed nobody has seen anything, also not the accruals of a step before.
    if (this.lines.size === 0)
      return (before ? equalPublished(content, before.content) : equalPublished(content, NOTHING))
        ? undefined
        : content;
    const now = this.withAccruals(kind, content, endMs);
    const seen = before ? this.withAccruals(kind, before.content, endMs - kind.stepMs) : emptyMeasures();
    return equalPublished(now, seen) ? undefined : now;
  }

  /** Content at the frontier, as the last closed end left it. */
  frontierContent(kind: WindowKind, frontierMs: number): Measures {
    return this.withAccruals(kind, this.closedAt(kind, frontierMs).content, frontierMs);
  }

  /** Content of a window that ends at `endMs`, at or before the frontier, from the panes that are kept. */
  contentAt(kind: WindowKind, endMs: number, frontierMs: number): Measures {
    const startMs = kind.startOf(endMs);
    if (kind.type === 'rolling') return this.withAccruals(kind, this.panesBetween(kind, startMs, endMs), endMs);
    const upToMs = Math.min(frontierMs, this.calendar.monthOf(startMs).endMs);
    const content =
      kind.startOf(frontierMs) === startMs
        ? copyMeasures(this.closedAt(kind, frontierMs).content)
        : copyMeasures(this.months.get(startMs) ?? emptyMeasures());
    subtractInto(content, this.fine.sum(endMs, Math.max(endMs, upToMs)));
    return this.withAccruals(kind, content, endMs);
  }

  /** The window that is open at `asOfMs`: everything known up to then, also what no watermark has passed yet. */
  openContent(
    kind: WindowKind,
    asOfMs: number,
    frontierMs: number | undefined,
  ): { startMs: number; endMs: number; measures: Measures } {
    const endMs = Math.floor(asOfMs / kind.stepMs) * kind.stepMs + kind.stepMs;
    const startMs = kind.startOf(endMs);
    const closed = this.closed.get(kind.name);
    const panes = this.rolledOn(kind, closed && frontierMs !== undefined && { ...closed, endMs: frontierMs }, endMs);
    addInto(panes, accruedMeasures(this.lines.values(), startMs, Math.min(asOfMs, endMs), kind.type));
    return { startMs, endMs, measures: panes };
  }

  /** After a restore: the content at the frontier, from panes and months. */
  restoreClosed(kind: WindowKind, frontierMs: number): void {
    const startMs = kind.startOf(frontierMs);
    let content: Measures;
    if (kind.type === 'rolling') content = this.panesBetween(kind, startMs, frontierMs);
    else {
      content = this.monthUpTo(startMs, frontierMs);
      if (this.deferred?.monthStartMs === startMs) subtractInto(content, this.deferred.measures);
    }
    this.closed.set(kind.name, { endMs: frontierMs, content });
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

  revisionOf(window: string, endMs: number): number {
    return this.revisions.get(window)?.get(endMs) ?? 0;
  }

  /** Counts one more restatement of an end and gives its revision. */
  restated(window: string, endMs: number): number {
    let ends = this.revisions.get(window);
    if (!ends) this.revisions.set(window, (ends = new Map<number, number>()));
    const revision = (ends.get(endMs) ?? 0) + 1;
    ends.set(endMs, revision);
    return revision;
  }

  /** Panes of the window that ends at `endMs`: what was closed, plus what has entered, less what has left since. */
  private rolledOn(kind: WindowKind, closed: ClosedContent | undefined | false, endMs: number): Measures {
    const startMs = kind.startOf(endMs);
    const closedStartMs = closed ? kind.startOf(closed.endMs) : Infinity;
    const goesOn = kind.type === 'calendar' ? closedStartMs === startMs : closedStartMs <= startMs;
    // What the calendar only was told of, before there was any frontier or this month, is in its total and in no pane.
    if (!(closed && goesOn) && kind.type === 'calendar') return this.monthUpTo(startMs, endMs);
    if (!closed || !goesOn) return this.panesBetween(kind, startMs, endMs);
    const content = copyMeasures(closed.content);
    const tier = this.tierOf(kind);
    tier.addRangeInto(content, closed.endMs, endMs);
    if (kind.type === 'rolling') tier.subtractRangeFrom(content, closedStartMs, startMs);
    return content;
  }

  /** All of a month but its panes from `endMs` on. */
  private monthUpTo(startMs: number, endMs: number): Measures {
    const content = copyMeasures(this.months.get(startMs) ?? emptyMeasures());
    subtractInto(content, this.fine.sum(endMs, Math.max(endMs, this.monthEnd(startMs))));
    return content;
  }

  private panesBetween(kind: WindowKind, fromMs: number, toMs: number): Measures {
    return this.tierOf(kind).sum(fromMs, toMs);
  }

  private tierOf(kind: WindowKind): PaneTier {
    return kind.type === 'rolling' && kind.stepMs === this.layout.coarseMs ? this.coarse : this.fine;
  }

  private withAccruals(kind: WindowKind, panes: Measures, endMs: number): Measures {
    const total = copyMeasures(panes);
    if (this.lines.size === 0) return total;
    addInto(total, accruedMeasures(this.lines.values(), kind.startOf(endMs), endMs, kind.type));
    return total;
  }
}
