import {
  advance,
  floorTo,
  isToldAheadOf,
  least,
  RuleBook,
  signalKey,
  withdraw,
  type AccrualLine,
  type AppliedRule,
  type BudgetScope,
  type Calendar,
  type EpisodeInput,
  type EpisodeState,
  type Micros,
  type Reference,
  type Rule,
  type ScopeWindows,
  type SignalCause,
  type SignalMessage,
  type SpendPart,
  type Verdict,
  type WindowSet,
} from '#libs/domain';
import { CELL_MS, type PanesMessage } from '../exchange/panes-message.js';
import type { ChangelogEntry, Slices } from '../stage.js';
import type { StageDependencies } from '../stage-options.js';
import { JudgedBudgets } from './budget-figures.js';
import { CellBook } from './cell-book.js';
import { EarlyGates } from './early-gates.js';
import { HourHistory } from './hour-history.js';
import { judgeAhead, type KnownEpisodes, type OpenMinute } from './judge-early.js';
import { judgeRule, type BudgetFigures, type Judgement } from './judge-rule.js';
import { CorrectedBills, type CorrectedBillsState } from './corrected-bills.js';
import { causeOfChanges, LateChanges, type LateChange, type LateChangesState } from './late-changes.js';
import { PreparedMinute, type PreparedStep } from './prepared-minute.js';
import { RevenueBook } from './revenue-book.js';
import { ScopeView } from './scope-view.js';
import { detailsOf, partsOf } from './signal-details.js';
import { varianceOf } from './signal-variance.js';
import { SpendHistories } from './spend-histories.js';
import { unlessOverflow } from './unless-overflow.js';
import { WatchedScopes } from './watched-scopes.js';

const EPISODE_KEY = 'episode/';

/** Rules are judged at each of these ends, in event time, whatever the size of the batches. */
export const JUDGE_STEP_MS = 60_000;

/** How far back burn rates look, with a step of slack. */
export const BURN_HISTORY_MS = 73 * 3_600_000;

/** With nothing heard for so long the figures may be low for want of input, and no signal is taken for over. */
export const STALE_AFTER_MS = 5 * 60_000;

/**
 * Rules are judged ahead of the watermark only while it is no further behind: with history to catch up with, some partitions
 * are read long before others, and what they tell is no minute that is going on.
 */
const EARLY_REACH_MS = 5 * 60_000;

/** Kinds that look at the hours of past weeks. */
const BY_HOURS: ReadonlySet<Rule['kind']> = new Set(['anomaly', 'blind-cut'] as const);

/** So many are judged before others have their turn: some milliseconds. */
const PARTS_IN_SLICE = 20;

/**
 * Scopes are judged ahead when the watermark is so close to their minute: with the 10 s of disorder that are waited for unless
 * told otherwise, half of them are over then, and hardly anything comes any more.
 */
const PREPARED_BEFORE_MS = 5_000;

/** With one batch all of so many … */
const LEAST_PREPARED = 10;

/** … or such a part of them: a task gets 20 batches a second. */
const STEPS_OF_PREPARING = 40;

interface Episode {
  readonly state: EpisodeState;
}

/** Which minutes are judged ahead, and on what. */
interface EarlyReach {
  readonly reference: Reference;
  readonly judgedMs: number;
  readonly lastMs: number;
  readonly heardMs: number;
}

/** How far the rules were judged. */
export interface SignalsProgress {
  /** Event time from which the task has seen everything. */
  readonly sinceMs?: number;
  readonly late?: LateChangesState;
  readonly corrected?: CorrectedBillsState;
}

/**
 * Judges the rules that apply to the scopes of one merge task, each minute of event time, and keeps their episodes.
 */
export class ScopeSignals {
  private readonly episodes = new Map<string, Episode>();
  private readonly dirty = new Set<string>();
  private readonly histories: SpendHistories;
  private readonly late = new LateChanges();
  private readonly corrected = new CorrectedBills();
  private readonly revenues = new RevenueBook();
  private readonly cells = new CellBook(CELL_MS);
  private readonly hours: HourHistory;
  private readonly figures = new JudgedBudgets();
  private readonly gates = new EarlyGates();
  private readonly prepared = new PreparedMinute();
  private readonly watched: WatchedScopes;
  /** Under the reference data that was asked for last. */
  private applied: { readonly reference: Reference; readonly book: RuleBook } | undefined;
  private readonly keys = new WeakMap<AppliedRule, string>();
  /** Event time from which the task has seen everything. */
  private sinceMs: number | undefined;
  private overflows = 0;

  constructor(
    private readonly set: WindowSet,
    private readonly calendar: Calendar,
    private readonly dependencies: StageDependencies,
  ) {
    this.hours = new HourHistory(calendar);
    this.watched = new WatchedScopes(set);
    this.histories = new SpendHistories(BURN_HISTORY_MS, JUDGE_STEP_MS, set.layout);
  }

  /** A signal is pending or firing: time alone can change it. */
  get isWaiting(): boolean {
    for (const { state } of this.episodes.values()) if (state.phase !== 'clear') return true;
    return false;
  }

  get budgets(): readonly BudgetFigures[] {
    return this.figures.values();
  }

  /** Messages firing now, newest of each key. */
  get firing(): SignalMessage[] {
    return [...this.episodes.values()].flatMap(({ state }) => (state.phase === 'firing' ? [state.sent] : []));
  }

  /** Something changed at `tMs`, behind the last minute judged: late data, or a correction. */
  changedLate(windows: ScopeWindows, change: LateChange): void {
    const { tMs, calendarOnly, delta } = change;
    if (!calendarOnly) this.histories.correct(windows, tMs, delta);
    if (this.isWatched(windows)) this.late.add(windows.ref, change);
  }

  /** A bill took the place of an earlier one, or was taken back, and had begun to accrue. */
  billCorrected(windows: ScopeWindows, what: 'added' | 'taken', line: AccrualLine): void {
    if (!this.isWatched(windows)) return;
    if (what === 'added') this.corrected.added(windows.ref, line.lineId);
    else this.corrected.taken(windows.ref, line);
  }

  private isWatched(windows: ScopeWindows): boolean {
    return this.watched.of(this.dependencies.reference.current().reference).has(windows);
  }

  /** Takes what is not in windows. */
  hear({ revenues, cells }: Pick<PanesMessage, 'revenues' | 'cells'>): void {
    for (const revenue of revenues) this.revenues.add(revenue);
    for (const cell of cells) this.cells.add(cell);
  }

  /**
   * Judges every watched scope at `tMs`, a minute that the windows are closed up to.
   *
   * @param heardMs largest event time that any source has seen
   */
  *evaluate(tMs: number, heardMs: number): Slices<SignalMessage[]> {
    const isStale = tMs - heardMs > STALE_AFTER_MS;
    this.sinceMs ??= tMs;
    const { reference } = this.dependencies.reference.current();
    const messages: SignalMessage[] = [];
    const judged = new Set<string>();
    const isPrepared = tMs === this.prepared.minuteMs && !isStale;
    this.figures.begin();
    let anew = 0;
    for (const { windows, part } of this.watched.parts(reference)) {
      const rules = this.rulesOn(part, reference, tMs);
      for (const rule of rules) judged.add(this.keyOf(rule));
      const steps = isPrepared ? this.preparedSteps(windows, rules) : undefined;
      if (steps) {
        for (const prepared of steps) this.take(prepared, messages);
        continue;
      }
      anew += 1;
      if (anew % PARTS_IN_SLICE === 0) yield;
      if (rules.some((rule) => 'budget' in rule)) this.histories.of(windows, part).mark(windows, tMs);
      if (rules.some(({ kind }) => BY_HOURS.has(kind))) this.hours.record(windows, tMs, this.sinceMs);
      const view = this.viewOf(windows, part, tMs);
      for (const rule of rules) {
        const step = unlessOverflow(
          () => this.judge(rule, view, isStale),
          () => (this.overflows += 1),
        );
        if (step) this.take(step, messages);
      }
    }
    this.prepared.clear();
    this.figures.finish();
    this.cells.prune(tMs);
    this.withdrawOthers(judged, tMs, messages);
    this.late.clear();
    this.corrected.clear();
    return messages;
  }

  /**
   * After a restore: how the budgets stood at `tMs`, the last minute judged, which would else be unknown until the next one,
   * for ever if no event comes. Nothing is judged anew, and nothing told.
   */
  recallBudgets(tMs: number): void {
    const { reference } = this.dependencies.reference.current();
    this.figures.begin();
    for (const { windows, part } of this.watched.parts(reference)) {
      const onBudgets = this.rulesOn(part, reference, tMs).filter((rule) => 'budget' in rule);
      if (onBudgets.length === 0) continue;
      this.histories.of(windows, part).mark(windows, tMs);
      const view = this.viewOf(windows, part, tMs);
      for (const rule of onBudgets) {
        const judgement = unlessOverflow(() => judgeRule(rule, view));
        if (judgement?.figures) this.figures.show(rule.budget.budgetId, judgement.figures);
      }
    }
    this.figures.finish();
  }

  /** Something was booked in the scope. */
  touch(windows: ScopeWindows): void {
    this.gates.touch(windows);
  }

  /** A message was taken whole, with the largest event time that its source has seen. */
  heardUpTo(latestMs: number): void {
    this.gates.heard(latestMs);
  }

  /**
   * Judges ahead of the watermark the rules that can be (see `isJudgedEarly`), in the scopes that something was booked in since
   * the last call: each minute after `judgedMs`, up to the one that goes on, on what has come of it.
   *
   * @param heardMs largest event time that any source has seen
   */
  *judgeEarly(judgedMs: number, heardMs: number): Slices<SignalMessage[]> {
    const touched = this.gates.take();
    const lastMs = floorTo(heardMs, JUDGE_STEP_MS) + JUDGE_STEP_MS;
    if (touched.size === 0 || this.sinceMs === undefined || lastMs - judgedMs > EARLY_REACH_MS) return [];
    const { reference } = this.dependencies.reference.current();
    const watched = this.watched.of(reference);
    const messages: SignalMessage[] = [];
    const known: KnownEpisodes = {
      keyOf: (rule) => this.keyOf(rule),
      stateOf: (key) => this.episodes.get(key)?.state,
      inputOf: (key, rule, view, judgement) => this.inputOf(key, rule, view, judgement, judgedMs),
    };
    let scopes = 0;
    for (const [windows, latestMs] of touched) {
      if (!watched.has(windows) || this.gates.isShut(windows, reference, lastMs)) continue;
      scopes += 1;
      if (scopes % PARTS_IN_SLICE === 0) yield;
      const upToMs = Math.max(latestMs, judgedMs);
      const more: Micros[] = [];
      for (const part of this.watched.partsOf(windows)) {
        const minutes = this.openMinutes(windows, part, { reference, judgedMs, lastMs, heardMs: upToMs });
        const { told, moreMicros } = judgeAhead(minutes, upToMs, known);
        if (moreMicros !== undefined) more.push(moreMicros);
        for (const { key, state, message } of told) {
          this.keep(key, state);
          messages.push(message);
        }
      }
      this.gates.shut(windows, reference, lastMs, least(more));
    }
    return messages;
  }

  /** The minutes that the watermark has still to reach; in one that is not over only rules that are in force already. */
  private *openMinutes(
    windows: ScopeWindows,
    part: SpendPart,
    { reference, judgedMs, lastMs, heardMs }: EarlyReach,
  ): Iterable<OpenMinute> {
    const view = (minuteMs: number): ScopeView => {
      this.histories.of(windows, part).mark(windows, judgedMs);
      return this.viewOf(windows, part, minuteMs);
    };
    for (let minuteMs = judgedMs + JUDGE_STEP_MS; minuteMs <= lastMs; minuteMs += JUDGE_STEP_MS) {
      let rules = this.rulesOn(part, reference, minuteMs);
      if (heardMs < minuteMs) {
        const inForce = this.rulesOn(part, reference, heardMs);
        if (inForce !== rules) {
          const names = new Set(inForce.map(nameOf));
          rules = rules.filter((rule) => names.has(nameOf(rule)));
        }
      }
      yield { minuteMs, rules, view: () => view(minuteMs) };
    }
  }

  /**
   * Judges some of the scopes for the minute after `judgedMs` once it is over and the watermark is about to reach it; see
   * {@link PreparedMinute}. Of each scope all rules have to be on budgets, as those rest on nothing but what was booked in it.
   *
   * @param heardMs largest event time that any source has seen
   */
  prepare(judgedMs: number, heardMs: number, watermarkMs: number): void {
    const minuteMs = judgedMs + JUDGE_STEP_MS;
    if (this.sinceMs === undefined || heardMs < minuteMs || minuteMs - watermarkMs > PREPARED_BEFORE_MS) return;
    const { reference } = this.dependencies.reference.current();
    const watched = this.watched.of(reference);
    this.prepared.begin(minuteMs, reference, watched);
    const most = Math.max(LEAST_PREPARED, Math.ceil(watched.size / STEPS_OF_PREPARING));
    for (let scopes = 0; scopes < most; scopes += 1) {
      const windows = this.prepared.next();
      if (!windows) return;
      this.prepareScope(windows, reference, minuteMs);
    }
  }

  /** Whether hardly any scope is left to be judged at `tMs`. */
  isPrepared(tMs: number): boolean {
    if (tMs !== this.prepared.minuteMs) return false;
    const { reference } = this.dependencies.reference.current();
    return this.watched.of(reference).size - this.prepared.size < PARTS_IN_SLICE;
  }

  private prepareScope(windows: ScopeWindows, reference: Reference, minuteMs: number): void {
    const [part, ...others] = this.watched.partsOf(windows);
    if (!part || others.length > 0) return;
    const rules = this.rulesOn(part, reference, minuteMs);
    if (!rules.every((rule) => 'budget' in rule)) return;
    this.histories.of(windows, part).mark(windows, minuteMs - JUDGE_STEP_MS);
    const view = this.viewOf(windows, part, minuteMs);
    // What overflows is counted when it is judged.
    const steps = unlessOverflow(() => rules.flatMap((rule) => this.judge(rule, view, false) ?? []));
    if (steps) this.prepared.keep(windows, { rules, steps });
  }

  /** Something was booked in the scope at `tMs`, in panes or in the calendar alone. */
  booked(windows: ScopeWindows, tMs: number): void {
    if (tMs < this.prepared.minuteMs) this.prepared.changed(windows);
  }

  /** The scope has a bill more, or less. */
  billChanged(windows: ScopeWindows): void {
    this.prepared.changed(windows);
  }

  /** Judgements since the last call that were left out, as an amount in them has more digits than there is room for. */
  takeOverflows(): number {
    const { overflows } = this;
    this.overflows = 0;
    return overflows;
  }

  /** A vendor is compared with the own people, which only the task that owns the whole can do. */
  private rulesOn(
    { scope, id }: Pick<SpendPart, 'scope' | 'id'>,
    reference: Reference,
    tMs: number,
  ): readonly AppliedRule[] {
    const book = this.bookOf(reference);
    let own = book.rulesFor(scope, id, tMs);
    if (own.some(({ kind }) => kind === 'vendor-quality')) own = own.filter(({ kind }) => kind !== 'vendor-quality');
    if (scope !== 'all') return own;
    const ofVendors = this.cells.vendorIds.flatMap((vendorId) => book.rulesFor('vendor', vendorId, tMs));
    return [...own, ...ofVendors.filter(({ kind }) => kind === 'vendor-quality')];
  }

  private bookOf(reference: Reference): RuleBook {
    if (this.applied?.reference !== reference) this.applied = { reference, book: new RuleBook(reference) };
    return this.applied.book;
  }

  private keyOf(rule: AppliedRule): string {
    let key = this.keys.get(rule);
    if (key === undefined) this.keys.set(rule, (key = signalKey(rule, this.dependencies.fingerprint)));
    return key;
  }

  private viewOf(windows: ScopeWindows, part: SpendPart, tMs: number): ScopeView {
    const { set, calendar, revenues, cells, hours, sinceMs: observedSinceMs = tMs } = this;
    return new ScopeView(
      { set, calendar, revenues, cells, hours, observedSinceMs },
      windows,
      part,
      () => this.histories.of(windows, part),
      tMs,
    );
  }

  /** What a rule comes to at the view's time; nothing is kept or told yet. Undefined where there is nothing to judge. */
  private judge(rule: AppliedRule, view: ScopeView, stale: boolean): PreparedStep | undefined {
    const judgement = judgeRule(rule, view);
    if (!judgement) return undefined;
    const key = this.keyOf(rule);
    const before = this.episodes.get(key)?.state;
    const input = this.inputOf(key, rule, view, judgement, view.asOfMs);
    const step = advance(before, judgement.verdict, view.asOfMs, { ...input, stale });
    return { rule, key, before, step, figures: judgement.figures };
  }

  private take({ rule, key, before, step, figures }: PreparedStep, messages: SignalMessage[]): void {
    if ('budget' in rule && figures) this.figures.show(rule.budget.budgetId, figures);
    if (step.state !== before) this.keep(key, step.state);
    if (step.emit) messages.push(step.emit);
  }

  /** What was prepared of a scope for the minute that is judged, unless its episodes have gone on since. */
  private preparedSteps(windows: ScopeWindows, rules: readonly AppliedRule[]): readonly PreparedStep[] | undefined {
    const steps = this.prepared.of(windows, rules);
    return steps?.every(({ key, before }) => this.episodes.get(key)?.state === before) === true ? steps : undefined;
  }

  private keep(key: string, state: EpisodeState): void {
    this.episodes.set(key, { state });
    this.dirty.add(key);
  }

  /** What an episode needs to know; `watermarkMs`: of the figures. */
  private inputOf(
    key: string,
    rule: AppliedRule,
    view: ScopeView,
    { verdict, content, contributors }: Judgement,
    watermarkMs: number,
  ): EpisodeInput {
    return {
      signalKey: key,
      applied: rule,
      cause: this.causeOf(rule, view, verdict),
      stale: false,
      details: () => detailsOf(content, watermarkMs, contributors ?? partsOf(rule, view), varianceOf(rule, view)),
    };
  }

  /**
   * Late data and corrections are the cause of a verdict that would be another one without them. Where nothing came in
   * since the last minute, time alone moved it: the plan went on, bills accrued, or something left the window.
   */
  private causeOf(rule: AppliedRule, view: ScopeView, verdict: Verdict): SignalCause {
    const late = this.late.of(view.windows.ref);
    const bills = this.corrected.of(view.windows.ref);
    const without = late.length > 0 || bills ? judgeRule(rule, view.before({ late, bills }))?.verdict : undefined;
    if (without && (without.condition !== verdict.condition || without.severity !== verdict.severity))
      return bills ? 'correction' : causeOfChanges(late);
    return view.hasNews() ? 'usage' : 'clock';
  }

  /** A rule that no longer applies takes its signal back. */
  private withdrawOthers(judged: ReadonlySet<string>, tMs: number, messages: SignalMessage[]): void {
    for (const [key, { state }] of this.episodes) {
      if (judged.has(key) || isToldAheadOf(state, tMs)) continue;
      const message = withdraw(state, tMs, this.endOf(key, state, tMs));
      if (message) messages.push(message);
      this.episodes.delete(key);
      this.dirty.add(key);
    }
  }

  /** A rule that applied a minute ago by what is decided today was ended by its dates, else people took it back. */
  private endOf(key: string, state: EpisodeState, tMs: number): SignalCause {
    if (state.phase !== 'firing') return 'plan-change';
    const { reference } = this.dependencies.reference.current();
    const ref = { scope: state.sent.scope as BudgetScope, id: state.sent.id };
    const before = this.rulesOn(ref, reference, tMs - JUDGE_STEP_MS);
    const applied = before.some((rule) => this.keyOf(rule) === key);
    return applied ? 'expiry' : 'plan-change';
  }

  changes(): ChangelogEntry[] {
    const entries = [...this.dirty].map((key) => {
      const episode = this.episodes.get(key);
      return { key: EPISODE_KEY + key, value: episode ? JSON.stringify(episode) : null };
    });
    this.dirty.clear();
    return [...entries, ...this.revenues.changes(), ...this.cells.changes(), ...this.hours.changes()];
  }

  /** Takes a changelog entry back; false when it is none of this. */
  restore(key: string, value: Buffer | null): boolean {
    if ([this.revenues, this.cells, this.hours].some((part) => part.restore(key, value))) return true;
    if (!key.startsWith(EPISODE_KEY)) return false;
    const id = key.slice(EPISODE_KEY.length);
    if (value === null) this.episodes.delete(id);
    else this.episodes.set(id, JSON.parse(value.toString('utf8')) as Episode);
    return true;
  }

  /** What is small enough to be kept with every commit. */
  get progress(): SignalsProgress {
    const [late, corrected] = [this.late.toJSON(), this.corrected.toJSON()];
    return {
      ...(this.sinceMs !== undefined && { sinceMs: this.sinceMs }),
      ...(late.length > 0 && { late }),
      ...(corrected.length > 0 && { corrected }),
    };
  }

  restoreProgress({ sinceMs, late = [], corrected = [] }: SignalsProgress): void {
    this.sinceMs = sinceMs;
    this.late.restore(late);
    this.corrected.restore(corrected);
  }
}

/** The same for the same decisions of people on the same scope. */
function nameOf({ rule, scope, id, basis }: AppliedRule): string {
  return `${rule.ruleId} ${scope} ${id} ${basis}`;
}
