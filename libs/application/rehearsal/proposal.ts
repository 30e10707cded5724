import type { EffectiveDated } from '#libs/domain';
import { buildReference, referenceKey, type ReferenceEntry } from '../reference/index.js';

/** What holds today and what would hold, both as if they had held all along. */
export interface Proposal {
  readonly today: ReturnType<typeof buildReference>;
  readonly proposed: ReturnType<typeof buildReference>;
  /** Reference keys of the entries proposed. */
  readonly entries: readonly string[];
  /** Rules and scopes that it is about: their signals are told of even where nothing changes. */
  readonly ruleIds: ReadonlySet<string>;
  readonly budgetScopes: ReadonlySet<string>;
  readonly movesCost: boolean;
}

/**
 * Puts proposed entries in the place of what they would replace. Their dates are taken away, since they are tried on a
 * past that came before them, and so is what they replace, whatever its dates: a rule of the same id, a budget of the
 * same scope and period, a rate for the same thing. A proposed budget counts as approved.
 */
export function proposalOf(current: readonly ReferenceEntry[], proposed: readonly ReferenceEntry[]): Proposal {
  const places = new Set(proposed.map(placeOf));
  const kept = current.filter((entry) => !places.has(placeOf(entry)));
  const tried = [...kept, ...proposed.map(asIfAlways)];
  const today = buildReference(current);
  const built = buildReference(tried);
  const movesCost = proposed.some(({ kind }) => !JUDGED_BY.has(kind));
  return {
    today,
    // The same objects where nothing was proposed, so that what costs alike is costed once.
    proposed: movesCost
      ? built
      : { ...today, rules: built.rules, budgets: built.budgets, initiatives: built.initiatives },
    entries: proposed.map(referenceKey),
    ruleIds: new Set(proposed.flatMap((entry) => (entry.kind === 'rule' ? [entry.value.ruleId] : []))),
    budgetScopes: new Set(
      proposed.flatMap((entry) => (entry.kind === 'budget' ? [`${entry.value.scope}:${entry.value.id}`] : [])),
    ),
    movesCost,
  };
}

/** Kinds that change what is told of a cost, and no cost. */
const JUDGED_BY: ReadonlySet<ReferenceEntry['kind']> = new Set(['rule', 'budget', 'initiative'] as const);

/** What at most one of is in force at a time. */
function placeOf(entry: ReferenceEntry): string {
  switch (entry.kind) {
    case 'organisation':
      return 'organisation';
    case 'rule':
      return `rule ${entry.value.ruleId}`;
    case 'budget':
      return `budget ${entry.value.scope} ${entry.value.id} ${entry.value.period}`;
    case 'agent':
      return `agent ${entry.value.agentId}`;
    case 'initiative':
      return `initiative ${entry.value.initiativeId}`;
    case 'agent-group':
      return `agent-group ${entry.value.groupId}`;
    case 'fx-rate':
      return `fx-rate ${entry.value.currency}`;
    case 'rate-card': {
      const { for: target, id = '', kind, unit = '' } = entry.value;
      return `rate-card ${target} ${id} ${kind} ${unit}`;
    }
  }
}

function asIfAlways(entry: ReferenceEntry): ReferenceEntry {
  if (entry.kind === 'organisation') return entry;
  const { fromMs: _from, toMs: _to, ...value } = entry.value as EffectiveDated & object;
  const decided = entry.kind === 'initiative' ? { status: 'accepted' } : {};
  const approved = entry.kind === 'budget' ? { status: 'approved' } : decided;
  return { ...entry, value: { ...value, ...approved } } as ReferenceEntry;
}
