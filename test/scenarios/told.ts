import type { ScenarioName } from '#libs/application';
import type { Signal } from '#libs/contract';
import { silencerOf } from '#libs/domain';

/** What each scenario is to be told by: the kinds of signals that must come. */
export const EXPECTED: Readonly<Record<ScenarioName, readonly string[]>> = {
  normal: [],
  'overspend-voice': ['burn-rate', 'unit-cost'],
  promotion: ['promotion-overspend'],
  'over-automation': ['over-automation'],
  'vendor-errors': ['vendor-quality'],
  'bad-input': [],
};

/** The sample's month has a bill for a promotion that is booked as labour: somebody wants to know, once, at any time. */
const ALWAYS_WANTED = new Set(['misallocation']);

/** The messages that somebody would be told: of each episode the first that nothing silenced. */
export function toldOf(signals: readonly Signal[]): Signal[] {
  const firing = new Map<string, Parameters<typeof silencerOf>[0]>();
  const told = new Map<string, Signal>();
  for (const signal of signals) {
    const { signalKey, rule, scope, id, severity } = signal;
    if (signal.status === 'resolved') firing.delete(signalKey);
    else firing.set(signalKey, { signalKey, ruleId: rule.id, kind: rule.kind, scope, id, severity });
    const own = firing.get(signalKey);
    if (!own || told.has(signal.episodeId)) continue;
    if (!silencerOf(own, [...firing.values()], () => undefined)) told.set(signal.episodeId, signal);
  }
  return [...told.values()];
}

/** Kinds that were told and are not the scenario's, and those of the scenario that were not told. */
export function differences(scenario: ScenarioName, told: readonly Signal[]): { extra: string[]; missing: string[] } {
  const kinds = new Set(told.map(({ rule }) => rule.kind as string));
  const expected = EXPECTED[scenario];
  return {
    extra: [...kinds].filter((kind) => !expected.includes(kind) && !ALWAYS_WANTED.has(kind)),
    missing: expected.filter((kind) => !kinds.has(kind)),
  };
}
