/** Budgets, signals and what people decided on them: JSON as it is on the wire. Times are RFC 3339 UTC, amounts decimal strings. */

/** A version of a budget as JSON; times are RFC 3339 UTC, amounts decimal strings. */
export interface BudgetVersionView {
  readonly number: number;
  readonly revision: number;
  readonly status: 'draft' | 'submitted' | 'approved' | 'rejected' | 'superseded' | 'closed';
  /** The budget in the words of a reference file. */
  readonly plan: Readonly<Record<string, unknown>>;
  /** What it allows in a year: what approval limits are about. */
  readonly yearlyAmount: string;
  readonly authors: readonly string[];
  readonly submittedBy: string | null;
  readonly submittedAt: string | null;
  readonly decidedBy: string | null;
  readonly decidedAt: string | null;
  readonly reason: string | null;
  /** What it would have done to the recorded past; null before it is submitted. */
  readonly rehearsal: BudgetRehearsal | null;
  readonly endedAt: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** What a budget would have done to the past that was recorded when it was submitted. */
export interface BudgetRehearsal {
  readonly from: string;
  readonly to: string;
  /** First event time that was kept; null where nothing was, or nothing was rehearsed. */
  readonly recordedFrom: string | null;
  /** One sentence: what came out, or why nothing did. */
  readonly says: string;
  /** Signals of its scope, and others that would differ; those that fire most often first. */
  readonly signals: readonly BudgetRehearsalSignal[];
}

/** How often a signal would have fired, beside what fires under what holds today and what was told at the time. */
export interface BudgetRehearsalSignal {
  readonly signalKey: string;
  readonly proposedTimes: number;
  readonly proposedMinutes: number;
  readonly todayTimes: number;
  readonly toldTimes: number;
  /** What its first message would have said. */
  readonly firstSays: string | null;
}

/** How the version in force stands. */
export interface BudgetSpending {
  readonly periodStart: string;
  readonly periodEnd: string;
  readonly asOf: string;
  readonly spent: string;
  /** By the plan's profile, up to `asOf`. */
  readonly plannedToDate: string;
  /** Expected at the period's end, and the interval that holds nine in ten; null while too little was seen. */
  readonly forecast: { readonly low: string; readonly expected: string; readonly high: string } | null;
  readonly spentRatio: number;
  readonly forecastRatio: number | null;
}

/** Budgets below one, of one scope; they need not add up to it. */
export interface BudgetChildrenView {
  readonly scope: string;
  readonly budgetIds: readonly string[];
  readonly amount: string;
  /** Parent less children. */
  readonly difference: string;
}

/** A budget with what is in force and what is being decided. */
export interface BudgetOverview {
  readonly budgetId: string;
  readonly scope: string;
  readonly id: string;
  readonly period: string;
  readonly currency: string;
  /** Its latest version, which decisions are made on. */
  readonly latest: BudgetVersionView;
  /** The version that counts; null where nobody approved one. */
  readonly inForce: BudgetVersionView | null;
  readonly spending: BudgetSpending | null;
  readonly children: readonly BudgetChildrenView[];
}

/** One version of an initiative. */
export interface InitiativeVersionView {
  readonly number: number;
  readonly revision: number;
  readonly status: 'proposed' | 'accepted' | 'rejected' | 'superseded' | 'closed';
  /** The initiative in the words of a reference file. */
  readonly plan: Readonly<Record<string, unknown>>;
  readonly authors: readonly string[];
  readonly evaluatedBy: string | null;
  readonly evaluatedAt: string | null;
  /** What was looked at, and what came out. */
  readonly evaluation: string | null;
  readonly endedAt: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** An initiative with what was decided of it. */
export interface InitiativeOverview {
  readonly initiativeId: string;
  readonly scope: string;
  readonly id: string;
  readonly latest: InitiativeVersionView;
  /** The version that counts; null where nobody accepted one. */
  readonly inForce: InitiativeVersionView | null;
}

/** A line of the audit. */
export interface AuditLineView {
  readonly auditId: number;
  readonly at: string;
  readonly actor: string;
  readonly actorName: string;
  readonly subject: 'budget' | 'initiative' | 'signal';
  readonly subjectId: string;
  /** The version of the budget or initiative, the episode of the signal. */
  readonly part: string;
  readonly action: string;
  readonly reason: string | null;
  readonly body: Readonly<Record<string, unknown>> | null;
  readonly hash: string;
}

/** How people left an episode. */
export interface EpisodeHandling {
  readonly acknowledgedBy: string | null;
  readonly acknowledgedAt: string | null;
  /** Nobody wants to be told of updates before; null where it is not snoozed, or was resolved. */
  readonly snoozedUntil: string | null;
  readonly snoozedBy: string | null;
  readonly comments: number;
}
