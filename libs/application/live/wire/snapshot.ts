/**
 * What the API says and the console shows: JSON as it is on the wire. This folder imports nothing, so that a browser
 * can use it. Amounts are the contract's decimal strings in the organisation's currency; times are RFC 3339 UTC, except
 * in the series, where they are epoch milliseconds because there are hundreds of them.
 */

/** The windows that are kept open for every scope, in the order in which they are shown. */
export const LIVE_WINDOWS = ['5m', '1h', '24h', 'month'] as const;
export type LiveWindow = (typeof LIVE_WINDOWS)[number];

/** Cost and traffic of one scope over one window [start, end), and the unit figures that follow from them. */
export interface Figures {
  readonly start: string;
  readonly end: string;
  readonly amount: string;
  readonly breakdown: Readonly<Record<string, string>>;
  readonly interactions: number;
  readonly handledByAgents: number;
  readonly automated: number;
  readonly resolved: number;
  readonly handleSeconds: number;
  readonly complaints: number;
  /** amount / interactions; null without interactions. */
  readonly costPerInteraction: string | null;
  /** amount / resolved; null without resolutions. */
  readonly costPerResolution: string | null;
  /** Handle time (talk, hold, after-contact work) per contact handled by a person; null without any. */
  readonly averageHandleSeconds: number | null;
  /** automated / interactions, 0 to 1; null without interactions. */
  readonly automationRatio: number | null;
}

export type FiguresByWindow = Readonly<Partial<Record<LiveWindow, Figures>>>;

/** One channel, team, vendor or agent. */
export interface ScopeRow {
  readonly id: string;
  readonly windows: FiguresByWindow;
}

export interface AgentRow extends ScopeRow {
  /** From the reference data; null when it does not say. */
  readonly team: string | null;
}

export interface OrganisationView {
  readonly name: string;
  /** IANA zone in which days and months are cut and times are shown. */
  readonly zone: string;
  readonly currency: string;
}

/** Where the stream stands. */
export interface StreamClock {
  /** Event time up to which the open windows reach; null before the first record. */
  readonly asOf: string | null;
  readonly watermark: string | null;
  /** Wall-clock time of the newest record that took the stream forward in event time; null before the first. */
  readonly movedAt: string | null;
  /** False until the topics have been read to their end once: figures that need history are absent until then. */
  readonly historyRead: boolean;
}

export interface MonthForecast {
  readonly amount: string;
  /** How it was reached: `elapsed-share` is month to date / elapsed share of the month. */
  readonly method: 'elapsed-share';
}

export interface BudgetView {
  readonly budgetId: string;
  readonly amount: string;
  /** Month to date / budget. */
  readonly spentRatio: number;
  /** Forecast / budget; null without a forecast. */
  readonly forecastRatio: number | null;
}

export interface MonthView {
  readonly start: string;
  /** End of the calendar month in the organisation's zone. */
  readonly end: string;
  readonly amount: string;
  /** Share of the month that has passed at its window's end, 0 to 1. */
  readonly elapsedRatio: number;
  /** Null in the first hour of a month: too little to go by. */
  readonly forecast: MonthForecast | null;
  /** The approved monthly budget of the whole organisation, where there is one. */
  readonly budget: BudgetView | null;
}

export interface Totals {
  /** The 5 minute window's amount / 5; null without one. */
  readonly costPerMinute: string | null;
  /** Since midnight in the organisation's zone; null when what was spent before midnight is not known. */
  readonly today: { readonly start: string; readonly amount: string } | null;
  readonly month: MonthView | null;
  readonly windows: FiguresByWindow;
}

export interface Channels {
  readonly rows: readonly ScopeRow[];
  /** Cost of each window that no channel bears: paid time between contacts, licences and other accruals. */
  readonly outside: Readonly<Partial<Record<LiveWindow, string>>>;
}

export interface Agents {
  /** Agents of whom anything is known, shown or not. */
  readonly count: number;
  /** The dearest agents, dearest first, by each of two windows. */
  readonly top: { readonly '1h': readonly AgentRow[]; readonly '24h': readonly AgentRow[] };
}

export type SignalSeverity = 'info' | 'warning' | 'critical';

export interface SignalContributor {
  readonly scope: string;
  readonly id: string;
  readonly amount: string;
  /** 0 to 1. */
  readonly share: number;
}

/** The latest state of one episode. */
export interface SignalView {
  readonly signalKey: string;
  readonly episodeId: string;
  readonly status: 'firing' | 'resolved';
  readonly severity: SignalSeverity;
  readonly ruleId: string;
  readonly kind: string;
  readonly scope: string;
  readonly id: string;
  readonly window: string | null;
  readonly startedAt: string;
  readonly observedAt: string;
  readonly resolvedAt: string | null;
  readonly observed: number;
  readonly threshold: number;
  readonly unit: string | null;
  readonly summary: string;
  readonly contributors: readonly SignalContributor[];
  readonly runbook: string | null;
  /** Signal key of the firing signal that says the same from above, or with its reason; nobody need look at this one. */
  readonly silencedBy: string | null;
}

export interface Signals {
  /** Those that nothing silences first, most severe first, then the longest firing. */
  readonly firing: readonly SignalView[];
  /** Latest first, a handful. */
  readonly resolved: readonly SignalView[];
}

/** One moment of the chart: the 5 minute window that ended at `at`; amounts in the order of the series' ids. */
export interface SeriesPoint {
  /** Epoch milliseconds. */
  readonly at: number;
  /** Null where nothing is known yet. */
  readonly amounts: readonly (string | null)[];
}

/** Rolling 5 minute cost of everything and of each channel over the last hours. */
export interface Series {
  readonly stepMs: number;
  /** The first is `all`, the others are channels, sorted. */
  readonly ids: readonly string[];
  /** Closed windows, one a step, oldest first. */
  readonly points: readonly SeriesPoint[];
  /** The open window: where the chart is now. */
  readonly head: SeriesPoint | null;
}

/** The parts of the live view that do not change together; a delta carries those that changed. */
export interface LiveSections {
  readonly organisation: OrganisationView | null;
  readonly clock: StreamClock;
  readonly totals: Totals;
  readonly channels: Channels;
  readonly agents: Agents;
  readonly teams: readonly ScopeRow[];
  readonly vendors: readonly ScopeRow[];
  readonly signals: Signals;
}

/** Everything at one moment. `version` grows with every published change. */
export interface LiveSnapshot extends LiveSections {
  readonly version: number;
  readonly series: Series;
}

/** Points to put in the place of, or after, those that the reader has, of which only those in [keepFrom, keepTo] stay. */
export interface SeriesDelta {
  /** Epoch milliseconds. */
  readonly keepFrom: number;
  /** Epoch milliseconds. */
  readonly keepTo: number;
  readonly points: readonly SeriesPoint[];
  readonly head: SeriesPoint | null;
}

/** What changed after some version. `series` replaces the whole series, `seriesTail` continues it; never both. */
export interface LiveDelta extends Partial<LiveSections> {
  readonly version: number;
  readonly series?: Series;
  readonly seriesTail?: SeriesDelta;
}

/** Data of the stream's `heartbeat` event: the server's clock, so that a reader can tell quiet from broken. */
export interface Heartbeat {
  readonly now: string;
}

/** Names of the stream's events. */
export const STREAM_EVENTS = { snapshot: 'snapshot', delta: 'delta', heartbeat: 'heartbeat' } as const;
