import {
  planToWire,
  referenceEntryFromWire,
  type BudgetPlan,
  type BudgetRehearsal,
  type BudgetVersion,
} from '#libs/application';
import type { BudgetVersionRow } from './rows/index.js';

/** The version of a row. Throws when it is none, which only a newer program or a hand can have brought about. */
export function mapVersion(row: BudgetVersionRow): BudgetVersion {
  const { number, revision, authors, submittedBy, decidedBy, reason, rehearsal } = row;
  return {
    plan: planOf(row),
    ...{ number, revision, authors, submittedBy, decidedBy, reason },
    rehearsal: (rehearsal as BudgetRehearsal | undefined) ?? null,
    status: row.status as BudgetVersion['status'],
    submittedAtMs: row.submittedAt?.getTime() ?? null,
    decidedAtMs: row.decidedAt?.getTime() ?? null,
    endedAtMs: row.endedAt?.getTime() ?? null,
    createdAtMs: row.createdAt.getTime(),
    updatedAtMs: row.updatedAt.getTime(),
  };
}

/** The row of a version. */
export function versionRow(version: BudgetVersion): BudgetVersionRow {
  const { plan, number, revision, status, submittedBy, decidedBy, reason, rehearsal } = version;
  const date = (atMs: number | null): Date | null => (atMs === null ? null : new Date(atMs));
  return {
    budgetId: plan.budgetId,
    body: planToWire(plan),
    authors: [...version.authors],
    ...{ number, revision, status, submittedBy, decidedBy, reason, rehearsal },
    submittedAt: date(version.submittedAtMs),
    decidedAt: date(version.decidedAtMs),
    endedAt: date(version.endedAtMs),
    createdAt: new Date(version.createdAtMs),
    updatedAt: new Date(version.updatedAtMs),
  };
}

function planOf({ budgetId, body }: BudgetVersionRow): BudgetPlan {
  const result = referenceEntryFromWire('budget', JSON.stringify({ ...body, status: 'draft', version: 1 }));
  if (!result.ok || result.entry.kind !== 'budget') {
    throw new Error(`table budget_version has what this version cannot read: ${budgetId}`);
  }
  const { status: _, version: __, ...plan } = result.entry.value;
  return plan;
}
