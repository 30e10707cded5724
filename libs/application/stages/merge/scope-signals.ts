import {
  accruedMeasures,
  advance,
  amountOf,
  budgetPeriodOf,
  burnRate,
  copyMeasures,
  DIMENSIONS,
  emptyMeasures,
  evaluateBudgetThreshold,
  evaluateBurnRate,
  evaluateUnitCost,
  formatDuration,
  formatMicros,
  plannedMicros,
  rfc3339,
  rulesFor,
  signalKey,
  SpendHistory,
  subtractInto,
  addInto,
  UNIT_COST_SCOPES,
  withdraw,
  type AppliedRule,
  type Budget,
  type Calendar,
  type EpisodeState,
  type Measures,
  type Micros,
  type Reference,
  type Scope,
  type ScopeWindows,
  type SignalCause,
  type SignalDetails,
  type SignalMessage,
  type SpendObservation,
  type Verdict,
  type WindowSet,
} from '#libs/domain';
import type { ChangelogEntry } from '../stage.js';
import type { StageDependencies } from '../stage-options.js';
import { unlessOverflow } from './unless-overflow.js';
import { causeOfChanges, contentWithout, LateChanges, type LateChange, type LateChangesState } from './late-changes.js';

const EPISODE_KEY = 'episode/';

/** Rules are judged at each of these ends, in event time, whatever the size of the batches. */
export const JUDGE_STEP_MS = 60_000;

/** How far back burn rates look, with a step of slack. */
export const BURN_HISTORY_MS = 73 * 3_600_000;

interface Episode {
  readonly state: EpisodeState;
}

/** One budget as the metrics show it. */
export interface BudgetFigures {
  readonly budgetId: string;
  readonly spentRatio: number;
  /** Projected to the end of the period, of the amount; absent before anything was planned. */
  readonly forecastRatio?: number;
  readonly burnRates: Readonly<Record<string, number>>;
}

/** How far the rules were judged. */
export interface SignalsProgress {
  /** Event time from which the task has seen everything. */
  readonly sinceMs?: number;
  readonly late?: LateChangesState;
}

/** A verdict, the content that it rests on, and what the metrics show of a budget. */
interface Judgement {
  readonly verdict: Verdict;
  readonly content: Measures;
  readonly figures: Partial<BudgetFigures>;
}

/**
 * Judges the rules that apply to the scopes of one merge task, each minute of event time, and keeps their episodes.
 */
export class ScopeSignals {
  private readonly episodes = new Map<string, Episode>();
  private readonly dirty = new Set<string>();
  private readonly histories = new Map<ScopeWindows, SpendHistory>();
  private readonly late = new LateChanges();
  private readonly figures = new Map<string, BudgetFigures>();
  private watched: ReadonlySet<ScopeWindows> = new Set();
  private watchedOf: { reference: Reference; scopes: number } | undefined;
  /** Event time from which the task has seen everything. */
  private sinceMs: number | undefined;

  constructor(
    private readonly set: WindowSet,
    private readonly calendar: Calendar,
    private readonly dependencies: StageDependencies,
  ) {}

  /** A signal is pending or firing: time alone can change it. */
  get isWaiting(): boolean {
    for (const { state } of this.episodes.values()) if (state.phase !== 'clear') return true;
    return false;
  }

  get budgets(): Iterable<BudgetFigures> {
    return this.figures.values();
  }

  /** Messages firing now, newest of each key. */
  get firing(): SignalMessage[] {
    return [...this.episodes.values()].flatMap(({ state }) => (state.phase === 'firing' ? [state.sent] : []));
  }

  /** Something changed at `tMs`, behind the last minute judged: late data, or a correction. */
  changedLate(windows: ScopeWindows, tMs: number, calendarOnly: boolean, delta: Measures): void {
    if (!calendarOnly) this.histories.get(windows)?.correct(tMs, amountOf(delta));
    const { reference } = this.dependencies.reference.current();
    if (this.watchedScopes(reference).has(windows)) this.late.add(windows.ref, { tMs, calendarOnly, delta });
  }

  /** Judges every watched scope at `tMs`, a minute that the windows are closed up to. */
  evaluate(tMs: number): SignalMessage[] {
    this.sinceMs ??= tMs;
    const { reference } = this.dependencies.reference.current();
    const messages: SignalMessage[] = [];
    const judged = new Set<string>();
    for (const windows of this.watchedScopes(reference)) {
      const applied = rulesFor(reference, windows.ref.scope, windows.ref.id, tMs);
      if (applied.some((rule) => rule.kind !== 'unit-cost')) this.historyOf(windows).mark(windows, tMs);
      for (const rule of applied) {
        const key = signalKey(rule, this.dependencies.fingerprint);
        judged.add(key);
        const message = unlessOverflow(() => this.judge(key, rule, windows, tMs));
        if (message) messages.push(message);
      }
    }
    this.withdrawOthers(judged, tMs, messages);
    this.late.clear();
    return messages;
  }

  private judge(key: string, rule: AppliedRule, windows: ScopeWindows, tMs: number): SignalMessage | undefined {
    const judgement = this.verdictOf(rule, windows, tMs, []);
    if (!judgement) return undefined;
    const { verdict, content, figures } = judgement;
    if (rule.kind !== 'unit-cost') this.show(rule.budget, figures);
    const before = this.episodes.get(key);
    const input = {
      signalKey: key,
      applied: rule,
      cause: this.causeOf(rule, windows, tMs, verdict),
      stale: false,
      details: detailsOf(content, tMs),
    } as const;
    const { state, emit } = advance(before?.state, verdict, tMs, input);
    if (state !== before?.state) {
      this.episodes.set(key, { state });
      this.dirty.add(key);
    }
    return emit;
  }

  /** Late data and corrections are the cause of a verdict that would be another one without them. */
  private causeOf(rule: AppliedRule, windows: ScopeWindows, tMs: number, verdict: Verdict): SignalCause {
    const changes = this.late.of(windows.ref);
    const without = changes.length > 0 ? this.verdictOf(rule, windows, tMs, changes)?.verdict : undefined;
    if (!without || (without.condition === verdict.condition && without.severity === verdict.severity)) return 'usage';
    return causeOfChanges(changes);
  }

  /** The verdict at `tMs`, as it would be without some changes. */
  private verdictOf(
    rule: AppliedRule,
    windows: ScopeWindows,
    tMs: number,
    without: readonly LateChange[],
  ): Judgement | undefined {
    switch (rule.kind) {
      case 'unit-cost': {
        const state = this.set.kinds.find(({ kind }) => kind.name === rule.rule.window);
        if (state?.frontierMs === undefined) return undefined;
        const { kind, frontierMs } = state;
        const now = windows.frontierContent(kind, frontierMs);
        const content = contentWithout(without, now, kind.startOf(frontierMs), frontierMs, kind.type === 'calendar');
        return { verdict: evaluateUnitCost(rule, content), content, figures: {} };
      }
      case 'budget-threshold': {
        const periodStartMs = budgetPeriodOf(rule.budget, this.calendar, tMs - 1).startMs;
        const now = this.spentInPeriod(windows, rule.budget, tMs);
        const content = contentWithout(without, now, periodStartMs, tMs, true);
        const actualMicros = amountOf(content);
        // The plan's profile times the ratio observed so far: projected / amount = actual / planned to date.
        const plannedToDate = plannedMicros(rule.budget, this.calendar, periodStartMs, tMs);
        const figures = {
          spentRatio: ratio(actualMicros, rule.budget.amountMicros),
          ...(plannedToDate > 0n && { forecastRatio: ratio(actualMicros, plannedToDate) }),
        };
        return { verdict: evaluateBudgetThreshold(rule, { actualMicros, periodStartMs }), content, figures };
      }
      case 'burn-rate': {
        const observation: SpendObservation = {
          calendar: this.calendar,
          asOfMs: tMs,
          observedSinceMs: this.sinceMs ?? tMs,
          spentMicros: (fromMs, toMs) =>
            this.spentBetween(windows, fromMs, toMs) +
            amountOf(contentWithout(without, emptyMeasures(), fromMs, toMs, false)),
        };
        const verdict = evaluateBurnRate(rule, observation);
        const figures = { burnRates: burnRatesOf(rule, observation) };
        return { verdict, content: this.spentInPeriod(windows, rule.budget, tMs), figures };
      }
    }
  }

  private spentBetween(windows: ScopeWindows, fromMs: number, toMs: number): Micros {
    const accrued = amountOf(accruedMeasures(windows.lines.values(), fromMs, toMs, 'calendar'));
    return this.historyOf(windows).between(fromMs, toMs) + accrued;
  }

  /** Spent in the budget's period up to `tMs`: its months, less what the panes hold of later times, and the bills. */
  private spentInPeriod(windows: ScopeWindows, budget: Budget, tMs: number): Measures {
    const { startMs, endMs } = budgetPeriodOf(budget, this.calendar, tMs - 1);
    const total = emptyMeasures();
    for (const [monthMs, month] of windows.months) if (monthMs >= startMs && monthMs < endMs) addInto(total, month);
    subtractInto(total, windows.fine.sum(tMs, Math.max(endMs, tMs)));
    addInto(total, accruedMeasures(windows.lines.values(), startMs, tMs, 'calendar'));
    return total;
  }

  private show(budget: Budget, part: Partial<BudgetFigures>): void {
    const before = this.figures.get(budget.budgetId) ?? { budgetId: budget.budgetId, spentRatio: 0, burnRates: {} };
    this.figures.set(budget.budgetId, { ...before, ...part, burnRates: { ...before.burnRates, ...part.burnRates } });
  }

  private historyOf(windows: ScopeWindows): SpendHistory {
    let history = this.histories.get(windows);
    if (!history) {
      history = new SpendHistory(BURN_HISTORY_MS, JUDGE_STEP_MS, this.set.layout);
      this.histories.set(windows, history);
    }
    return history;
  }

  /** Scopes that any rule or budget looks at; most agents have none. */
  private watchedScopes(reference: Reference): ReadonlySet<ScopeWindows> {
    const { scopes } = this.set;
    if (this.watchedOf?.reference !== reference || this.watchedOf.scopes !== scopes.size) {
      this.watchedOf = { reference, scopes: scopes.size };
      const byRule = new Set<Scope>(reference.rules.flatMap((rule) => rule.scopes ?? UNIT_COST_SCOPES));
      const byBudget = new Set(reference.budgets.map((budget) => `${budget.scope}:${budget.id}`));
      const watched = [...scopes]
        .filter(([key, windows]) => byRule.has(windows.ref.scope) || byBudget.has(key))
        .sort(([a], [b]) => (a < b ? -1 : 1));
      this.watched = new Set(watched.map(([, windows]) => windows));
    }
    return this.watched;
  }

  /** A rule that no longer applies takes its signal back. */
  private withdrawOthers(judged: ReadonlySet<string>, tMs: number, messages: SignalMessage[]): void {
    for (const [key, { state }] of this.episodes) {
      if (judged.has(key)) continue;
      const message = withdraw(state, tMs, 'plan-change');
      if (message) messages.push(message);
      this.episodes.delete(key);
      this.dirty.add(key);
    }
  }

  changes(): ChangelogEntry[] {
    const entries = [...this.dirty].map((key) => {
      const episode = this.episodes.get(key);
      return { key: EPISODE_KEY + key, value: episode ? JSON.stringify(episode) : null };
    });
    this.dirty.clear();
    return entries;
  }

  /** Takes a changelog entry back; false when it is not an episode. */
  restore(key: string, value: Buffer | null): boolean {
    if (!key.startsWith(EPISODE_KEY)) return false;
    const id = key.slice(EPISODE_KEY.length);
    if (value === null) this.episodes.delete(id);
    else this.episodes.set(id, JSON.parse(value.toString('utf8')) as Episode);
    return true;
  }

  /** What is small enough to be kept with every commit. */
  get progress(): SignalsProgress {
    const late = this.late.toJSON();
    return { ...(this.sinceMs !== undefined && { sinceMs: this.sinceMs }), ...(late.length > 0 && { late }) };
  }

  restoreProgress({ sinceMs, late = [] }: SignalsProgress): void {
    this.sinceMs = sinceMs;
    this.late.restore(late);
  }
}

function burnRatesOf(
  { rule, budget }: Extract<AppliedRule, { kind: 'burn-rate' }>,
  observation: SpendObservation,
): Record<string, number> {
  const burnRates: Record<string, number> = {};
  for (const windowMs of rule.pairs.flatMap(({ longMs, shortMs }) => [longMs, shortMs])) {
    const burn = burnRate(budget, windowMs, observation);
    if (burn) burnRates[formatDuration(windowMs)] = burn.rate;
  }
  return burnRates;
}

function ratio(part: Micros, whole: Micros): number {
  return whole > 0n ? Number(part) / Number(whole) : 0;
}

/** Until contributors by child scope are known here, what the cost is made of says most. */
function detailsOf(content: Measures, tMs: number): SignalDetails {
  const total = amountOf(content);
  const evidence = { watermark: rfc3339(tMs) };
  if (total <= 0n) return { evidence };
  const measures = copyMeasures(content);
  const contributors = DIMENSIONS.filter((dimension) => measures[dimension] !== 0n)
    .sort((a, b) => (measures[b] > measures[a] ? 1 : measures[b] < measures[a] ? -1 : 0))
    .map((dimension) => ({
      scope: 'dimension',
      id: dimension,
      amount: formatMicros(measures[dimension]),
      share: ratio(measures[dimension], total),
    }));
  return { contributors, evidence };
}
