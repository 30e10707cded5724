import type { Initiative, Scope } from '../reference/index.js';

const WEEK_MS = 168 * 3_600_000;

/**
 * Accepted initiatives that bear on the paid hours of a scope: its own, those of the whole, which may fall on any part of it,
 * and for the whole those of all its parts.
 */
export function initiativesOn(initiatives: readonly Initiative[], scope: string, id: string): Initiative[] {
  const whole: Scope = 'all';
  return initiatives.filter(
    (each) =>
      each.status === 'accepted' &&
      (scope === whole || each.scope === whole || (each.scope === scope && each.id === id)),
  );
}

/**
 * Paid hours that initiatives are expected to save in [startMs, endMs): each its hours a week times the part of a week that it
 * is in force there.
 */
export function savedHours(
  initiatives: readonly Pick<Initiative, 'savesHours' | 'fromMs' | 'toMs'>[],
  startMs: number,
  endMs: number,
): number {
  return initiatives.reduce((sum, { savesHours, fromMs = -Infinity, toMs = Infinity }) => {
    const inForceMs = Math.max(0, Math.min(endMs, toMs) - Math.max(startMs, fromMs));
    return sum + (savesHours * inForceMs) / WEEK_MS;
  }, 0);
}
