import type { CostWindow, Signal } from '#libs/contract';
import {
  divideHalfEven,
  formatMicros,
  parseMicros,
  rfc3339,
  type AgentProfile,
  type Budget,
  type Calendar,
  type Micros,
  type Reference,
} from '#libs/domain';

import { DEFAULT_ORGANISATION } from '../reference/index.js';
import { spendingOf, spendingTold } from './budget-spending.js';
import type { BudgetSurroundings } from './budget-surroundings.js';
import { figuresOf, handledContacts, subtractAmounts, sumAmounts } from './figures.js';
import type { LiveBudget } from './live-budget.js';
import type { LiveRecord } from './live-record.js';
import { monthViewOf, todayOf } from './month.js';
import { SeriesHistory } from './series-history.js';
import { SignalBoard } from './signal-board.js';
import { StepHistory } from './step-history.js';
import {
  LIVE_WINDOWS,
  type AgentRow,
  type BudgetSpending,
  type Agents,
  type Channels,
  type Figures,
  type FiguresByWindow,
  type LiveSections,
  type LiveWindow,
  type OrganisationView,
  type ScopeRow,
  type Series,
  type SignalView,
  type StreamClock,
  type Totals,
} from './wire/index.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Midnight of every zone of our time falls on a quarter of an hour in UTC. */
const MONTH_STEP_MS = 15 * MINUTE_MS;
const MONTH_KEEP_MS = 48 * HOUR_MS;

/** What the live view needs to know and is not told by the stream. */
export interface LiveViewOptions {
  /** Days and months of a zone. */
  readonly calendarOf: (zone: string) => Calendar;
  /** Agents in each list of the dearest; 12 if absent. */
  readonly topAgents?: number;
}

/** Scopes that the view keeps open windows of; others are not shown. */
type ShownScope = 'all' | 'channel' | 'agent' | 'team' | 'vendor';

/**
 * The state behind the live page and the API's live answers: a projection of `spendline.live`, `cost.windows` and
 * `cost.signals`, and of the reference data. It only remembers and arranges; every cost in it was computed by the
 * stages. Feed it with the `accept...` methods, ask it for `sections()` and `series()`.
 */
export class LiveView {
  readonly #open: Readonly<Record<ShownScope, Map<string, LiveRecord>>> = {
    all: new Map(),
    channel: new Map(),
    agent: new Map(),
    team: new Map(),
    vendor: new Map(),
  };
  readonly #signals = new SignalBoard((agentId) => this.#agentProfiles.get(agentId)?.[0]?.team);
  /** As the rules last judged them, by budgetId. */
  readonly #budgets = new Map<string, LiveBudget>();
  readonly #series = new SeriesHistory();
  readonly #monthToDate = new StepHistory(MONTH_STEP_MS, MONTH_KEEP_MS);
  readonly #topAgents: number;
  readonly #calendarOf: (zone: string) => Calendar;
  #reference: Reference | null = null;
  #calendar: Calendar | null = null;
  #agentProfiles: ReadonlyMap<string, readonly AgentProfile[]> = new Map();
  #movedAtMs: number | null = null;
  #newestAsOfMs = Number.NEGATIVE_INFINITY;
  #newestWatermarkMs = Number.NEGATIVE_INFINITY;
  #historyRead = false;

  constructor(options: LiveViewOptions) {
    this.#calendarOf = options.calendarOf;
    this.#topAgents = options.topAgents ?? 12;
  }

  /**
   * Takes the open windows of one scope, written at `writtenMs` of the wall clock. A monitor that starts over and over
   * writes too, so only a record of later event time than all before counts as a sign that the stream moves.
   */
  acceptLive(record: LiveRecord, writtenMs: number): void {
    const watermarkMs = record.watermark ?? Number.NEGATIVE_INFINITY;
    if (record.asOf > this.#newestAsOfMs || watermarkMs > this.#newestWatermarkMs) this.#movedAtMs = writtenMs;
    this.#newestAsOfMs = Math.max(this.#newestAsOfMs, record.asOf);
    this.#newestWatermarkMs = Math.max(this.#newestWatermarkMs, watermarkMs);
    if (isShown(record.scope)) this.#open[record.scope].set(record.id, record);
  }

  /** Forgets a scope (a tombstone of the compacted topic). */
  removeLive(scope: string, id: string): void {
    if (isShown(scope)) this.#open[scope].delete(id);
  }

  /** Takes how a budget stood when it was last judged. */
  acceptBudget(budget: LiveBudget): void {
    this.#budgets.set(budget.budgetId, budget);
  }

  /** Takes a closed window; only those that the series and the day's figure rest on are kept. */
  acceptWindow(window: CostWindow): void {
    this.#series.accept(window);
    if (window.scope === 'all' && window.window === 'month') {
      this.#monthToDate.accept(Date.parse(window.end), window.revision, window.amount);
    }
  }

  /** Takes a record of `cost.signals`. */
  acceptSignal(signal: Signal): void {
    this.#signals.accept(signal);
  }

  /** Forgets a signal (a tombstone of the compacted topic). */
  removeSignal(signalKey: string): void {
    this.#signals.remove(signalKey);
  }

  /** Takes the reference data as it is now. */
  acceptReference(reference: Reference): void {
    if (reference.organisation.zone !== this.#calendar?.zone) {
      this.#calendar = this.#calendarOf(reference.organisation.zone);
    }
    this.#reference = reference;
    this.#agentProfiles = profilesByAgent(reference.agents);
  }

  /** The topics have been read to where they ended at the start: from now on a gap in history is a real one. */
  markHistoryRead(): void {
    this.#historyRead = true;
  }

  /** The parts of the page other than its chart. */
  sections(): LiveSections {
    return {
      organisation: this.#organisation(),
      clock: this.#clock(),
      totals: this.#totals(),
      channels: this.channels(),
      agents: this.#agents(),
      teams: this.#rows('team'),
      vendors: this.#rows('vendor'),
      signals: this.#signals.view(),
    };
  }

  /** The chart. */
  series(): Series {
    return this.#series.view(this.#open.all.get('all'), this.#open.channel);
  }

  /** Channels side by side, sorted by id. */
  channels(): Channels {
    const rows = this.#rows('channel');
    const outside: Partial<Record<LiveWindow, string>> = {};
    for (const window of LIVE_WINDOWS) {
      const total = this.#window('all', 'all', window);
      if (!total) continue;
      const inChannels = sumAmounts(rows.map((row) => row.windows[window]?.amount ?? '0'));
      outside[window] = subtractAmounts(total.amount, inChannels);
    }
    return { rows, outside };
  }

  /** The dearest agents in a window, dearest first, at most `limit`. Agents without cost in it are left out. */
  agents(window: LiveWindow, limit: number): AgentRow[] {
    const spent: { record: LiveRecord; amountMicros: Micros }[] = [];
    for (const record of this.#open.agent.values()) {
      const amountMicros = parseMicros(record.windows[window]?.amount ?? '0');
      if (amountMicros > 0n) spent.push({ record, amountMicros });
    }
    spent.sort((a, b) => compareMicros(b.amountMicros, a.amountMicros) || (a.record.id < b.record.id ? -1 : 1));
    return spent.slice(0, limit).map(({ record }) => ({ ...this.#row(record), team: this.#teamOf(record) }));
  }

  /** Signals that fire, or all whose latest state is remembered: firing first. */
  signals(which: 'firing' | 'all'): SignalView[] {
    const firing = this.#signals.firing();
    return which === 'firing' ? firing : [...firing, ...this.#signals.resolved()];
  }

  /** The organisation, its rates and budgets as the stages have them; null before anybody told. */
  reference(): Reference | null {
    return this.#reference;
  }

  /** Whose days and months, in which currency, and where the stream stands in event time; null before the first record. */
  surroundings(): { readonly calendar: Calendar; readonly currency: string; readonly asOfMs: number | null } {
    return {
      calendar: this.#calendar ?? this.#calendarOf(DEFAULT_ORGANISATION.zone),
      currency: this.#organisation()?.currency ?? DEFAULT_ORGANISATION.currency,
      asOfMs: this.#open.all.get('all')?.asOf ?? null,
    };
  }

  /** What is known around budgets: who is above whom, and how those of this month stand. */
  budgetSurroundings(): BudgetSurroundings {
    const asOfMs = this.#open.all.get('all')?.asOf ?? Number.NaN;
    const held = (this.#reference?.budgets ?? []).filter(
      ({ status, fromMs = -Infinity, toMs = Infinity }) =>
        status === 'approved' && !(asOfMs < fromMs) && !(asOfMs >= toMs),
    );
    return {
      inForce: held,
      teamOf: (agentId) => this.#agentProfiles.get(agentId)?.[0]?.team,
      spendingOf: (budget) => this.#spendingOf(budget),
    };
  }

  #spendingOf(budget: Budget): BudgetSpending | undefined {
    if (!this.#calendar) return undefined;
    const month =
      budget.period === 'month' && isShown(budget.scope) ? this.#window(budget.scope, budget.id, 'month') : undefined;
    // The open window is of this second; where there is none, the rules told it up to a minute ago.
    if (month) return spendingOf(budget, month, this.#calendar);
    const told = this.#budgets.get(budget.budgetId);
    return told && spendingTold(budget, told, this.#calendar);
  }

  #organisation(): OrganisationView | null {
    if (!this.#reference) return null;
    const { name, zone, currency } = this.#reference.organisation;
    return { name, zone, currency: this.#open.all.get('all')?.currency ?? currency };
  }

  #clock(): StreamClock {
    const all = this.#open.all.get('all');
    return {
      asOf: all ? rfc3339(all.asOf) : null,
      watermark: all && all.watermark !== null ? rfc3339(all.watermark) : null,
      movedAt: this.#movedAtMs === null ? null : rfc3339(this.#movedAtMs),
      historyRead: this.#historyRead,
    };
  }

  #totals(): Totals {
    const all = this.#open.all.get('all');
    if (!all) return { costPerMinute: null, today: null, month: null, windows: {} };
    const fiveMinutes = all.windows['5m'];
    const { month } = all.windows;
    return {
      costPerMinute: fiveMinutes ? formatMicros(divideHalfEven(parseMicros(fiveMinutes.amount), 5n)) : null,
      today:
        month && this.#calendar && this.#historyRead ? todayOf(month, all, this.#calendar, this.#monthToDate) : null,
      month: month && this.#calendar ? monthViewOf(month, this.#calendar, this.#reference?.budgets ?? []) : null,
      windows: this.#figures(all),
    };
  }

  #agents(): Agents {
    return {
      count: this.#open.agent.size,
      top: { '1h': this.agents('1h', this.#topAgents), '24h': this.agents('24h', this.#topAgents) },
    };
  }

  #rows(scope: ShownScope): ScopeRow[] {
    const rows = [...this.#open[scope].values()].map((record) => this.#row(record));
    return rows.sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  #row(record: LiveRecord): ScopeRow {
    return { id: record.id, windows: this.#figures(record) };
  }

  #figures(record: LiveRecord): FiguresByWindow {
    const figures: Partial<Record<LiveWindow, Figures>> = {};
    for (const name of LIVE_WINDOWS) {
      const window = record.windows[name];
      if (!window) continue;
      const vendorContacts = record.scope === 'all' ? this.#vendorContacts(name) : 0;
      figures[name] = figuresOf(window, handledContacts(window, vendorContacts));
    }
    return figures;
  }

  #vendorContacts(window: LiveWindow): number {
    let contacts = 0;
    for (const record of this.#open.vendor.values()) contacts += record.windows[window]?.interactions ?? 0;
    return contacts;
  }

  #window(scope: ShownScope, id: string, window: LiveWindow): CostWindow | undefined {
    return this.#open[scope].get(id)?.windows[window];
  }

  #teamOf({ id, asOf }: LiveRecord): string | null {
    const profile = this.#agentProfiles
      .get(id)
      ?.find(({ fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY }) => fromMs <= asOf && asOf < toMs);
    return profile?.team ?? null;
  }
}

function isShown(scope: string): scope is ShownScope {
  return scope === 'all' || scope === 'channel' || scope === 'agent' || scope === 'team' || scope === 'vendor';
}

function profilesByAgent(profiles: readonly AgentProfile[]): Map<string, AgentProfile[]> {
  const byAgent = new Map<string, AgentProfile[]>();
  for (const profile of profiles) {
    const known = byAgent.get(profile.agentId);
    if (known) known.push(profile);
    else byAgent.set(profile.agentId, [profile]);
  }
  return byAgent;
}

function compareMicros(a: Micros, b: Micros): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
