import type { Scope } from '#libs/domain';
import { viewOf } from '../../bytes/prepared-bytes.js';
import { bytesOf } from '../../bytes/put.js';
import { TextRows } from '../../bytes/scan-words.js';
import { NameTable, type NameForm } from './names.js';

/**
 * How the values of a field are read: a name that comes again, a text that is nearly always new, a time, a number of
 * seconds, yes or no. `nested`: not read here.
 */
export type FieldKind = 'name' | 'text' | 'time' | 'seconds' | 'flag' | 'nested';

/** A field of interaction.v1. */
export interface InteractionField {
  readonly name: string;
  readonly kind: FieldKind;
  readonly form?: NameForm;
  readonly scope?: Scope;
}

const ids = (name: string, scope?: Scope): InteractionField =>
  scope ? { name, kind: 'name', form: 'id', scope } : { name, kind: 'name', form: 'id' };
const slugs = (name: string, scope?: Scope): InteractionField =>
  scope ? { name, kind: 'name', form: 'slug', scope } : { name, kind: 'name', form: 'slug' };
const words = (name: string, ...allowed: string[]): InteractionField => ({
  name,
  kind: 'name',
  form: new Set(allowed),
});

/** All of them; a test holds them against the schema. Their order is that of {@link FIELD} and of the fingerprint. */
export const INTERACTION_FIELDS: readonly InteractionField[] = [
  { name: 'interactionId', kind: 'text' },
  { name: 'contactId', kind: 'text' },
  slugs('channel', 'channel'),
  words('handledBy', 'agent', 'bot', 'vendor'),
  ids('agentId', 'agent'),
  ids('vendorId', 'vendor'),
  ids('botId'),
  ids('team', 'team'),
  ids('queue', 'queue'),
  ids('region', 'region'),
  ids('topic', 'topic'),
  slugs('stage', 'stage'),
  words('complexity', 'low', 'medium', 'high'),
  slugs('customerTier', 'customer-tier'),
  { name: 'customerId', kind: 'text' },
  words('direction', 'inbound', 'outbound'),
  { name: 'startedAt', kind: 'time' },
  { name: 'answeredAt', kind: 'time' },
  { name: 'endedAt', kind: 'time' },
  { name: 'talkSeconds', kind: 'seconds' },
  { name: 'holdSeconds', kind: 'seconds' },
  { name: 'afterContactSeconds', kind: 'seconds' },
  words('outcome', 'resolved', 'unresolved', 'escalated', 'transferred', 'abandoned'),
  { name: 'overtime', kind: 'flag' },
  { name: 'repetitive', kind: 'flag' },
  { name: 'repeatOf', kind: 'text' },
  slugs('initiative'),
  { name: 'units', kind: 'nested' },
  { name: 'charges', kind: 'nested' },
  { name: 'updatedAt', kind: 'time' },
];

/** Numbers of the fields that something is done with. */
export const FIELD = {
  interactionId: 0,
  channel: 2,
  handledBy: 3,
  agentId: 4,
  vendorId: 5,
  botId: 6,
  team: 7,
  queue: 8,
  region: 9,
  topic: 10,
  stage: 11,
  complexity: 12,
  customerTier: 13,
  startedAt: 16,
  answeredAt: 17,
  endedAt: 18,
  talkSeconds: 19,
  holdSeconds: 20,
  afterContactSeconds: 21,
  outcome: 22,
  overtime: 23,
  repetitive: 24,
  updatedAt: 29,
} as const;

/** `"name":` of each field. */
export const KEYS: readonly Uint8Array[] = INTERACTION_FIELDS.map(({ name }) => bytesOf(`"${name}":`));

/** The same in rows by the fields' numbers. */
export function keyRows(): TextRows {
  const rows = new TextRows(KEYS.length);
  for (const [field, key] of KEYS.entries()) rows.keep(field, viewOf(key), 0, key.length);
  return rows;
}

/** A table of names for each field that has them. */
export function nameTables(): readonly (NameTable | undefined)[] {
  return INTERACTION_FIELDS.map(({ name, kind, form, scope }) =>
    kind === 'name' && form ? new NameTable(name, form, scope) : undefined,
  );
}
