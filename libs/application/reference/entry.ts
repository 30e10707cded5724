import type {
  AgentGroup,
  AgentProfile,
  Budget,
  EffectiveDated,
  FxRate,
  Initiative,
  Organisation,
  RateCard,
  Rule,
} from '#libs/domain';

/** The value of a reference entry, by kind. */
export interface ReferenceValues {
  readonly organisation: Organisation;
  readonly 'rate-card': RateCard;
  readonly agent: AgentProfile;
  readonly 'agent-group': AgentGroup;
  readonly budget: Budget;
  readonly initiative: Initiative;
  readonly rule: Rule;
  readonly 'fx-rate': FxRate;
}

/** A value of the reference data before its entry is given a version. */
export type Unversioned<T> = T extends { readonly version: number } ? Omit<T, 'version'> : T;

/** Kinds of reference entries, in the order in which they are listed and applied. */
export const REFERENCE_KINDS = [
  'organisation',
  'agent',
  'agent-group',
  'rate-card',
  'budget',
  'initiative',
  'rule',
  'fx-rate',
] as const;
export type ReferenceKind = keyof ReferenceValues;

type EntryOf<K extends ReferenceKind> = K extends ReferenceKind
  ? { readonly kind: K; readonly id: string; readonly version: number; readonly value: ReferenceValues[K] }
  : never;

/**
 * One thing that people decided. `id` is unique within its kind; an effective-dated value has its start in its id
 * (`rate-default@2026-10-31T16:00:00.000Z`), so a new `from` is a new entry beside the old one and never overwrites
 * it. `version` counts the times that the entry was written, from 1.
 */
export type ReferenceEntry = EntryOf<ReferenceKind>;

const ORGANISATION_ID = 'default';

/** Whether `kind` is a {@link ReferenceKind}. */
export function isReferenceKind(kind: string): kind is ReferenceKind {
  return (REFERENCE_KINDS as readonly string[]).includes(kind);
}

/** Key of an entry in the topic `spendline.reference` and in texts: `<kind>/<id>`. */
export function referenceKey(entry: { readonly kind: string; readonly id: string }): string {
  return `${entry.kind}/${entry.id}`;
}

/** Kind and id of a {@link referenceKey}; undefined when the text is none. */
export function parseReferenceKey(key: string): { readonly kind: ReferenceKind; readonly id: string } | undefined {
  const slash = key.indexOf('/');
  const kind = key.slice(0, Math.max(slash, 0));
  const id = key.slice(slash + 1);
  return isReferenceKind(kind) && id !== '' ? { kind, id } : undefined;
}

/** Builds an entry, deriving its id from the value; the version of budgets, initiatives and rules goes into their values too. */
export function referenceEntry<K extends ReferenceKind>(
  kind: K,
  value: ReferenceValues[K],
  version: number,
): EntryOf<K> & ReferenceEntry {
  const entry = { kind, version, value } as Omit<ReferenceEntry, 'id'> as ReferenceEntry;
  return { ...withVersion(entry, version), id: entryId(entry) };
}

/** The same entry at another version. */
export function withVersion(entry: ReferenceEntry, version: number): ReferenceEntry {
  switch (entry.kind) {
    case 'budget':
      return { ...entry, version, value: { ...entry.value, version } };
    case 'initiative':
      return { ...entry, version, value: { ...entry.value, version } };
    case 'rule':
      return { ...entry, version, value: { ...entry.value, version } };
    case 'organisation':
    case 'rate-card':
    case 'agent':
    case 'agent-group':
    case 'fx-rate':
      return { ...entry, version };
  }
}

/** When the entry's value holds; an organisation holds always. */
export function effectiveDates(entry: ReferenceEntry): EffectiveDated {
  return entry.kind === 'organisation' ? {} : entry.value;
}

function entryId(entry: ReferenceEntry): string {
  switch (entry.kind) {
    case 'organisation':
      return ORGANISATION_ID;
    case 'rate-card':
      return dated(entry.value.rateId, entry.value);
    case 'agent':
      return dated(entry.value.agentId, entry.value);
    case 'agent-group':
      return dated(entry.value.groupId, entry.value);
    case 'budget':
      return dated(entry.value.budgetId, entry.value);
    case 'initiative':
      return dated(entry.value.initiativeId, entry.value);
    case 'rule':
      return dated(entry.value.ruleId, entry.value);
    case 'fx-rate':
      return dated(entry.value.currency, entry.value);
  }
}

function dated(id: string, dates: EffectiveDated): string {
  return dates.fromMs === undefined ? id : `${id}@${new Date(dates.fromMs).toISOString()}`;
}
