import type { EffectiveDated, Reference, Rule } from '#libs/domain';
import { DEFAULT_ORGANISATION } from './defaults.js';
import { DEFAULT_RULES } from './rule-defaults.js';
import type { ReferenceEntry, ReferenceKind, ReferenceValues } from './entry.js';

/**
 * All entries as one {@link Reference}, the built-in rules included where no entry has their ruleId.
 * Within each kind the values stand newest `fromMs` first, so of several that hold at one moment the first found is
 * the one that counts: a later decision supersedes an earlier one for as long as it lasts.
 */
export function buildReference(entries: Iterable<ReferenceEntry>): Reference {
  const all = [...entries];
  const rules = valuesOf(all, 'rule');
  const named = new Set(rules.map((rule) => rule.ruleId));
  const builtIn = DEFAULT_RULES.filter((rule) => !named.has(rule.ruleId));
  return {
    organisation: valuesOf(all, 'organisation')[0] ?? DEFAULT_ORGANISATION,
    rateCards: newestFirst(valuesOf(all, 'rate-card')),
    agents: newestFirst(valuesOf(all, 'agent')),
    agentGroups: newestFirst(valuesOf(all, 'agent-group')),
    budgets: newestFirst(valuesOf(all, 'budget')),
    initiatives: newestFirst(valuesOf(all, 'initiative')),
    rules: newestFirst<Rule>([...rules, ...builtIn]),
    fxRates: newestFirst(valuesOf(all, 'fx-rate')),
  };
}

function valuesOf<K extends ReferenceKind>(entries: readonly ReferenceEntry[], kind: K): ReferenceValues[K][] {
  return entries.filter((entry) => entry.kind === kind).map((entry) => entry.value as ReferenceValues[K]);
}

function newestFirst<T extends EffectiveDated>(values: T[]): T[] {
  const from = (value: T): number => value.fromMs ?? Number.NEGATIVE_INFINITY;
  return values.sort((a, b) => (from(a) === from(b) ? 0 : from(a) < from(b) ? 1 : -1));
}
