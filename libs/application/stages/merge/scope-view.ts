import {
  accruedBetween,
  accruedMeasures,
  addInto,
  amountOf,
  budgetPeriodOf,
  copyMeasures,
  emptyMeasures,
  floorTo,
  isNews,
  subtractInto,
  type AccrualLine,
  type AccruedBill,
  type Budget,
  type Calendar,
  type ContributorCandidate,
  type Measures,
  type Micros,
  type ScopeWindows,
  type SpendHistory,
  type SpendPart,
  type TimeSpan,
  type WindowSet,
} from '#libs/domain';
import { linesWithout, type BillChanges } from './corrected-bills.js';
import { contentWithout, type LateChange } from './late-changes.js';
import type { CellBook } from './cell-book.js';
import type { HourHistory, Stretch } from './hour-history.js';
import type { RevenueBook } from './revenue-book.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** What the rules are judged on, beside one scope's windows. */
export interface Surroundings {
  readonly set: WindowSet;
  readonly calendar: Calendar;
  readonly revenues: RevenueBook;
  readonly cells: CellBook;
  readonly hours: HourHistory;
  /** Event time from which the task has seen everything. */
  readonly observedSinceMs: number;
}

/** What changed since the rules were judged last, behind the minute that was judged. */
export interface Changes {
  readonly late: readonly LateChange[];
  readonly bills: BillChanges | undefined;
}

const NONE: Changes = { late: [], bills: undefined };

/**
 * One scope, or a part of its spend, as it stood at `asOfMs`, in the figures that rules are judged on; `without` some late
 * changes and corrections, to tell what they did. Every figure but the windows' is computed when it is asked for: most rules need one.
 */
export class ScopeView {
  readonly calendar: Calendar;
  readonly observedSinceMs: number;
  /** By start of the period, without bills. */
  private readonly booked = new Map<number, Measures>();
  private news: boolean | undefined;

  constructor(
    private readonly around: Surroundings,
    readonly windows: ScopeWindows,
    readonly part: SpendPart,
    private readonly history: () => SpendHistory,
    readonly asOfMs: number,
    private readonly without: Changes = NONE,
  ) {
    this.calendar = around.calendar;
    this.observedSinceMs = around.observedSinceMs;
  }

  /** The same scope without what came late or was corrected. */
  before(changes: Changes): ScopeView {
    return new ScopeView(this.around, this.windows, this.part, this.history, this.asOfMs, changes);
  }

  /** Content of a published window at its last end; undefined before it has one, and where no such window is kept. */
  window(name: string): { readonly content: Measures; readonly startMs: number } | undefined {
    const state = this.around.set.kinds.find(({ kind }) => kind.name === name);
    if (state?.frontierMs === undefined) return undefined;
    const { kind, frontierMs } = state;
    const startMs = kind.startOf(frontierMs);
    let now = this.windows.frontierContent(kind, frontierMs);
    if (this.without.bills) {
      now = copyMeasures(now);
      subtractInto(now, accruedMeasures(this.windows.lines.values(), startMs, frontierMs, kind.type));
      const lines = linesWithout(this.without.bills, this.windows.lines.values());
      addInto(now, accruedMeasures(lines, startMs, frontierMs, kind.type));
    }
    return { content: contentWithout(this.without.late, now, startMs, frontierMs, kind.type === 'calendar'), startMs };
  }

  periodOf(budget: Pick<Budget, 'period'>): TimeSpan {
    return budgetPeriodOf(budget, this.calendar, this.asOfMs - 1);
  }

  /** Spent in the budget's period: what was booked in it, and the bills from `billsFromMs` on. */
  spentInPeriod(budget: Pick<Budget, 'period'>, billsFromMs?: number): Measures {
    const { startMs } = this.periodOf(budget);
    const spent = copyMeasures(this.bookedSince(startMs));
    addInto(spent, accruedMeasures(this.lines, Math.max(startMs, billsFromMs ?? startMs), this.asOfMs, 'calendar'));
    return spent;
  }

  /** Booked from `startMs`, a month's, on: less what the panes hold of later times. Most rules of a scope ask for the same. */
  private bookedSince(startMs: number): Measures {
    const known = this.booked.get(startMs);
    if (known) return known;
    const { windows, asOfMs } = this;
    const total = emptyMeasures();
    for (const [monthMs, month] of windows.months) if (monthMs >= startMs) addInto(total, month);
    subtractInto(total, windows.fine.sumFrom(asOfMs));
    const measures = this.part.only(contentWithout(this.without.late, total, startMs, asOfMs, true));
    this.booked.set(startMs, measures);
    return measures;
  }

  /** Spent in [fromMs, toMs), as far back as burn rates look; `toMs` is `asOfMs`. */
  spentBetween(fromMs: number, toMs: number): Micros {
    const accrued = amountOf(accruedMeasures(this.lines, fromMs, toMs, 'calendar'));
    const late = this.part.only(contentWithout(this.without.late, emptyMeasures(), fromMs, toMs, false));
    return this.history().between(fromMs, toMs, this.windows) + accrued + amountOf(late);
  }

  /** What contacts and feedback brought in the last `lengthMs`, without bills; the length is one that fine panes are kept for. */
  lately(lengthMs: number): Measures {
    const fromMs = Math.max(this.asOfMs - lengthMs, this.observedSinceMs);
    const panes = this.windows.fine.sum(fromMs, this.asOfMs);
    return this.part.only(contentWithout(this.without.late, panes, fromMs, this.asOfMs, false));
  }

  /** What contacts and feedback brought in the time before `toMs`, to the next coarse pane, without bills. */
  longBefore(toMs: number, lengthMs: number): Measures {
    const { coarse } = this.windows;
    const untilMs = floorTo(toMs, coarse.widthMs);
    return coarse.sum(floorTo(untilMs - lengthMs, coarse.widthMs), untilMs);
  }

  /** Whether any contact or feedback came into the scope in the last minute. */
  hasNews(): boolean {
    return (this.news ??= isNews(this.part, this.windows.fine.sum(this.asOfMs - MINUTE_MS, this.asOfMs)));
  }

  /** The bills of the scope, with what each accrued in [fromMs, asOfMs). */
  bills(fromMs: number): AccruedBill[] {
    return Array.from(this.lines, (line) => ({ ...line, amountMicros: accruedBetween(line, fromMs, this.asOfMs) }));
  }

  /** The last hour, bills included. */
  lastHour(): Measures {
    const hour = copyMeasures(this.lately(HOUR_MS));
    addInto(hour, accruedMeasures(this.lines, this.asOfMs - HOUR_MS, this.asOfMs, 'calendar'));
    return hour;
  }

  /** The same hour of past weeks, newest first; none where it cannot be told. */
  pastHours(): Measures[] {
    return this.part.hasHours ? this.around.hours.past(this.windows, this.asOfMs).map(this.part.only) : [];
  }

  private get lines(): Iterable<AccrualLine> {
    const lines = linesWithout(this.without.bills, this.windows.lines.values());
    const { holds } = this.part;
    return holds ? [...lines].filter(holds) : lines;
  }

  /** The newest `count` whole hours, and the same of past weeks; undefined before there are so many. */
  wholeHours(count: number): Stretch | undefined {
    return this.around.hours.stretch(this.windows, this.asOfMs, count);
  }

  /** What a vendor, else the own people did lately, by channel. */
  cells(vendorId: string | undefined, fromMs: number): ReadonlyMap<string, Measures> {
    return this.around.cells.between(vendorId, fromMs, this.asOfMs);
  }

  /**
   * Channels and vendors of the whole by what their contacts cost in the last hour, against the same time a day before where
   * that was seen, else against nothing; none for any other scope, whose parts are other tasks'.
   */
  partsOfLastHour(): ContributorCandidate[] {
    if (this.windows.ref.scope !== 'all' || this.part.scope !== 'all') return [];
    const parts = this.around.cells.lastHourByPart(this.asOfMs);
    const isKnown = this.observedSinceMs <= this.asOfMs - 25 * HOUR_MS;
    return isKnown ? parts : parts.map((part) => ({ ...part, expectedMicros: 0n }));
  }

  /** Revenue of [fromMs, asOfMs). */
  revenue(fromMs: number): Micros {
    return this.around.revenues.between(fromMs, this.asOfMs);
  }
}
