/**
 * Analyses as JSON on the wire. Times are RFC 3339 UTC, amounts decimal strings in the organisation's currency; shares
 * are 0 to 1, and null where there is no whole to take them of.
 */

/** Periods by name; they end where the stream stands. */
export const ANALYSIS_PERIODS = ['this-month', 'last-month', 'last-7-days'] as const;
export type AnalysisPeriod = (typeof ANALYSIS_PERIODS)[number];

/** What the cost of contacts can be told apart by. */
export const ACTIVITY_GROUPS = [
  'topic',
  'stage',
  'complexity',
  'customer-tier',
  'channel',
  'team',
  'vendor',
  'agent',
] as const;
export type ActivityGroup = (typeof ACTIVITY_GROUPS)[number];

/** Whose CSAT can be set against cost: windows of these are always kept. */
export const CORRELATED_SCOPES = ['agent', 'channel', 'team', 'vendor'] as const;
export type CorrelatedScope = (typeof CORRELATED_SCOPES)[number];

/** What each analysis says of itself. */
export interface AnalysisFrame {
  /** The first moment that is in it. */
  readonly from: string;
  /** The first moment that is not. */
  readonly to: string;
  readonly currency: string;
}

/** One member of a Pareto analysis, in its place. */
export interface ParetoRowView {
  readonly id: string;
  readonly amount: string;
  readonly share: number | null;
  readonly cumulativeShare: number | null;
}

/** Which few members make most of the cost. */
export interface ParetoAnswer extends AnalysisFrame {
  readonly by: ActivityGroup;
  /** Of all members. */
  readonly amount: string;
  readonly members: number;
  /** The dearest, dearest first. */
  readonly items: readonly ParetoRowView[];
  /** The fewest that make 80% of the cost; null where there is no cost, or more members than are looked at. */
  readonly vitalFew: {
    readonly members: number;
    /** Of all members. */
    readonly memberShare: number;
    readonly amount: string;
    readonly share: number;
    /** Members of equal cost of which some are in and some are not, by name; as many as items at most. */
    readonly tied: readonly string[];
  } | null;
  /** Cost that belongs to no member; not in `amount`. */
  readonly unassigned: string;
}

/** What one activity costs. */
export interface ActivityView {
  /** Null is what names none. */
  readonly id: string | null;
  readonly amount: string;
  readonly share: number | null;
  readonly contacts: number;
  readonly contactShare: number | null;
  readonly handleSeconds: number;
  readonly costPerContact: string | null;
  readonly averageHandleSeconds: number | null;
}

/** Activity-based costing. */
export interface ActivitiesAnswer extends AnalysisFrame {
  readonly by: ActivityGroup;
  /** Of all activities, and of what names none. */
  readonly amount: string;
  readonly contacts: number;
  readonly members: number;
  /** The dearest; what names none comes first. */
  readonly items: readonly ActivityView[];
}

/** One dimension of the cost beside a benchmark. */
export interface CompositionPartView {
  readonly dimension: string;
  readonly amount: string;
  readonly share: number | null;
  readonly benchmarkShare: number | null;
  /** share - benchmarkShare. */
  readonly difference: number | null;
}

/** What others spend. */
export interface BenchmarkView {
  readonly id: string;
  /** Service cost / revenue. */
  readonly costToRevenue: number;
  readonly shares: Readonly<Record<string, number>>;
  readonly source: string;
}

/** What the cost consists of. */
export interface CompositionAnswer extends AnalysisFrame {
  readonly amount: string;
  readonly parts: readonly CompositionPartView[];
  /** What it is compared with; null where nothing was asked for. */
  readonly benchmark: BenchmarkView | null;
  readonly benchmarks: readonly string[];
}

/** CSAT against cost. */
export interface CorrelationAnswer extends AnalysisFrame {
  readonly over: CorrelatedScope;
  /** Pearson's r; null with fewer than `leastPairs`, or where cost or CSAT is the same everywhere. */
  readonly coefficient: number | null;
  readonly pairs: number;
  /** Members of whom fewer than `leastAnswers` customers answered. */
  readonly leftOut: number;
  readonly leastPairs: number;
  readonly leastAnswers: number;
  readonly items: readonly {
    readonly id: string;
    readonly costPerContact: string;
    readonly csat: number;
    readonly answers: number;
  }[];
}
