import type { Rule, Severity } from '../reference/index.js';
import { severityRank } from './verdict.js';

/** What of a firing signal matters to whether another one silences it. */
export interface FiringSignal {
  readonly signalKey: string;
  readonly ruleId: string;
  readonly kind: string;
  readonly scope: string;
  readonly id: string;
  readonly severity: Severity;
}

/** Kinds that name what drives an overspend, and what they say better: the same excess without its reason. */
const DRIVERS: ReadonlySet<string> = new Set<Rule['kind']>(['promotion-overspend', 'vendor-quality']);
const SYMPTOMS: ReadonlySet<string> = new Set<Rule['kind']>(['burn-rate', 'budget-forecast', 'unit-cost', 'anomaly']);

/**
 * Which of the firing signals silences this one (contract section 8): an organisation's the same rule's below it, a
 * team's the same rule's on its agents; and one that names the driver of an overspend those of its scope and below that
 * only tell of the overspend. A milder signal silences nothing that is worse: it must not hide it. Silenced is not
 * resolved: the signal goes on, nobody is called for it.
 *
 * @param teamOf team of an agent id, as far as known
 * @returns the signal that silences it, the highest in the organisation first
 */
export function silencerOf<S extends FiringSignal>(
  signal: FiringSignal,
  firing: readonly S[],
  teamOf: (agentId: string) => string | undefined,
): S | undefined {
  const silencers = firing.filter((other) => {
    if (severityRank(other.severity) < severityRank(signal.severity)) return false;
    if (other.ruleId === signal.ruleId) return isAbove(other, signal, teamOf);
    const isSame = other.scope === signal.scope && other.id === signal.id;
    return DRIVERS.has(other.kind) && SYMPTOMS.has(signal.kind) && (isSame || isAbove(other, signal, teamOf));
  });
  return silencers.find(({ scope }) => scope === 'all') ?? silencers[0];
}

function isAbove(other: FiringSignal, signal: FiringSignal, teamOf: (agentId: string) => string | undefined): boolean {
  if (other.scope === 'all') return signal.scope !== 'all';
  return other.scope === 'team' && signal.scope === 'agent' && teamOf(signal.id) === other.id;
}
