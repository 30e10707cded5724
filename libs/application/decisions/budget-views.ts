import { childrenOf, formatMicros, rfc3339, yearlyMicros, type Budget } from '#libs/domain';
import { planToWire } from './decide-budget.js';
import type { AuditLine, BudgetVersion } from './decisions.js';

/** A version of a budget as JSON; times are RFC 3339 UTC, amounts decimal strings. */
export interface BudgetVersionView {
  readonly number: number;
  readonly revision: number;
  readonly status: BudgetVersion['status'];
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
  readonly rehearsal: unknown;
  readonly endedAt: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
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

/** What is known of the world around budgets. */
export interface BudgetSurroundings {
  /** Every budget that counts now. */
  readonly inForce: readonly Budget[];
  readonly teamOf: (agentId: string) => string | undefined;
  /** Undefined where the stream does not say it: other periods than months, scopes that are not kept open. */
  readonly spendingOf: (budget: Budget) => BudgetSpending | undefined;
}

/** The view of one budget from all its versions, oldest first. */
export function budgetOverview(
  versions: readonly BudgetVersion[],
  around: BudgetSurroundings,
): BudgetOverview | undefined {
  const latest = versions.at(-1);
  if (latest === undefined) return undefined;
  const { budgetId, scope, id, period, currency } = latest.plan;
  const held = versions.find(({ status }) => status === 'approved');
  const budget = held && ({ ...held.plan, status: 'approved', version: held.number } satisfies Budget);
  return {
    ...{ budgetId, scope, id, period, currency },
    latest: versionView(latest),
    inForce: held ? versionView(held) : null,
    spending: (budget && around.spendingOf(budget)) ?? null,
    children: budget ? childViews(budget, around) : [],
  };
}

function childViews(budget: Budget, { inForce, teamOf }: BudgetSurroundings): BudgetChildrenView[] {
  const others = inForce.filter(({ budgetId }) => budgetId !== budget.budgetId);
  return childrenOf(budget, others, teamOf).map(({ scope, budgets, amountMicros, differenceMicros }) => ({
    scope,
    budgetIds: budgets.map(({ budgetId }) => budgetId),
    amount: formatMicros(amountMicros),
    difference: formatMicros(differenceMicros),
  }));
}

/** One version as JSON. */
export function versionView(version: BudgetVersion): BudgetVersionView {
  const { number, revision, status, plan, authors, submittedBy, decidedBy, reason, rehearsal } = version;
  const time = (atMs: number | null): string | null => (atMs === null ? null : rfc3339(atMs));
  return {
    ...{ number, revision, status, authors, submittedBy, decidedBy, reason, rehearsal },
    plan: planToWire(plan),
    yearlyAmount: formatMicros(yearlyMicros(plan)),
    submittedAt: time(version.submittedAtMs),
    decidedAt: time(version.decidedAtMs),
    endedAt: time(version.endedAtMs),
    createdAt: rfc3339(version.createdAtMs),
    updatedAt: rfc3339(version.updatedAtMs),
  };
}

/** A line of the audit as JSON. */
export interface AuditLineView extends Omit<AuditLine, 'atMs'> {
  readonly at: string;
}

export function auditLineView({ atMs, ...line }: AuditLine): AuditLineView {
  return { ...line, at: rfc3339(atMs) };
}
