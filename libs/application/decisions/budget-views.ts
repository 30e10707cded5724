import { childrenOf, formatMicros, rfc3339, yearlyMicros, type Budget } from '#libs/domain';
import { planToWire } from './decide-budget.js';
import type { AuditLineView, BudgetChildrenView, BudgetOverview, BudgetVersionView } from '../live/wire/index.js';
import type { BudgetSurroundings } from '../live/budget-surroundings.js';
import type { AuditLine, BudgetVersion } from './decisions.js';

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
export function auditLineView({ atMs, ...line }: AuditLine): AuditLineView {
  return { ...line, at: rfc3339(atMs) };
}
