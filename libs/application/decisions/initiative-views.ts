import { rfc3339 } from '#libs/domain';
import type { InitiativeOverview, InitiativeVersionView } from '../live/wire/index.js';
import { initiativeToWire } from './decide-initiative.js';
import type { InitiativeVersion } from './decisions.js';

/** The view of one initiative from all its versions, oldest first. */
export function initiativeOverview(versions: readonly InitiativeVersion[]): InitiativeOverview | undefined {
  const latest = versions.at(-1);
  if (latest === undefined) return undefined;
  const { initiativeId, scope, id } = latest.plan;
  const held = versions.find(({ status }) => status === 'accepted');
  return {
    ...{ initiativeId, scope, id },
    latest: initiativeVersionView(latest),
    inForce: held ? initiativeVersionView(held) : null,
  };
}

/** One version as JSON. */
export function initiativeVersionView(version: InitiativeVersion): InitiativeVersionView {
  const { number, revision, status, plan, authors, evaluatedBy, evaluation } = version;
  const time = (atMs: number | null): string | null => (atMs === null ? null : rfc3339(atMs));
  return {
    ...{ number, revision, status, authors, evaluatedBy, evaluation },
    plan: initiativeToWire(plan),
    evaluatedAt: time(version.evaluatedAtMs),
    endedAt: time(version.endedAtMs),
    createdAt: rfc3339(version.createdAtMs),
    updatedAt: rfc3339(version.updatedAtMs),
  };
}
