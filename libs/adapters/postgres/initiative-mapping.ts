import {
  initiativeToWire,
  referenceEntryFromWire,
  type InitiativePlan,
  type InitiativeVersion,
} from '#libs/application';
import type { InitiativeVersionRow } from './rows/index.js';

/** The version of a row. Throws when it is none, which only a newer program or a hand can have brought about. */
export function mapInitiative(row: InitiativeVersionRow): InitiativeVersion {
  const { number, revision, authors, evaluatedBy, evaluation } = row;
  return {
    plan: planOf(row),
    ...{ number, revision, authors, evaluatedBy, evaluation },
    status: row.status as InitiativeVersion['status'],
    evaluatedAtMs: row.evaluatedAt?.getTime() ?? null,
    endedAtMs: row.endedAt?.getTime() ?? null,
    createdAtMs: row.createdAt.getTime(),
    updatedAtMs: row.updatedAt.getTime(),
  };
}

/** The row of a version. */
export function initiativeRow(version: InitiativeVersion): InitiativeVersionRow {
  const { plan, number, revision, status, evaluatedBy, evaluation } = version;
  const date = (atMs: number | null): Date | null => (atMs === null ? null : new Date(atMs));
  return {
    initiativeId: plan.initiativeId,
    body: initiativeToWire(plan),
    authors: [...version.authors],
    ...{ number, revision, status, evaluatedBy, evaluation },
    evaluatedAt: date(version.evaluatedAtMs),
    endedAt: date(version.endedAtMs),
    createdAt: new Date(version.createdAtMs),
    updatedAt: new Date(version.updatedAtMs),
  };
}

function planOf({ initiativeId, body }: InitiativeVersionRow): InitiativePlan {
  const result = referenceEntryFromWire('initiative', JSON.stringify({ ...body, status: 'proposed', version: 1 }));
  if (!result.ok || result.entry.kind !== 'initiative') {
    throw new Error(`table initiative_version has what this version cannot read: ${initiativeId}`);
  }
  const { status: _, version: __, ...plan } = result.entry.value;
  return plan;
}
