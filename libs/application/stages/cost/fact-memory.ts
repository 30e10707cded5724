import { packMeasures, unpackMeasures, type Measures, type PackedMeasures, type ScopeIds } from '#libs/domain';
import type { ChangelogEntry } from '../stage.js';

/** What is remembered of a contact: enough to tell copies apart, to take its cost back, and to place its feedback. */
export interface RememberedContact {
  readonly type: 'contact';
  readonly hash: string;
  readonly atMs: number;
  readonly updatedAtMs?: number;
  readonly revision: number;
  /** It was too late for rolling windows, so its corrections are too. */
  readonly calendarOnly: boolean;
  readonly ids: ScopeIds;
  readonly measures: Measures;
}

/** What is remembered of feedback: only that it was there. */
export interface RememberedFact {
  readonly type: 'feedback';
  readonly hash: string;
  readonly atMs: number;
}

export type Remembered = RememberedContact | RememberedFact;

type RememberedAs<T extends Remembered['type']> = T extends 'contact' ? RememberedContact : RememberedFact;

type Wire = [
  type: 'c' | 'f',
  id: string,
  hash: string,
  atMs: number,
  contact?: [number | null, number, 0 | 1, ScopeIds, PackedMeasures],
];

/** A fact as it is kept: its time, and the JSON text of its wire form. One text is lighter on the collector than objects. */
interface Stored {
  readonly atMs: number;
  readonly text: string;
}

/** Entries of one journal record at the most: keeps a record well under Kafka's 1 MiB. */
const JOURNAL_ENTRIES = 1000;
const JOURNAL_KEY = 'seen/';
const TYPES = { contact: 'c', feedback: 'f' } as const;

/**
 * Facts of the dedup horizon by id. Its changelog is a journal: one record for what a commit added, deleted once all
 * of it is older than the horizon.
 */
export class FactMemory {
  private readonly facts = new Map<string, Stored>();
  private readonly journal = new Map<number, { untilMs: number; keys: string[] }>();
  private added: string[] = [];
  private nextSequence = 0;

  constructor(private readonly horizonMs: number) {}

  get size(): number {
    return this.facts.size;
  }

  find<T extends Remembered['type']>(
    type: T,
    id: string,
    watermarkMs: number | undefined,
  ): RememberedAs<T> | undefined {
    const stored = this.facts.get(TYPES[type] + id);
    if (!stored || (watermarkMs !== undefined && stored.atMs < watermarkMs - this.horizonMs)) return undefined;
    return rememberedOf(JSON.parse(stored.text) as Wire) as RememberedAs<T>;
  }

  /** Every contact that is remembered; parses each, so it is for rare occasions. */
  *contacts(watermarkMs: number | undefined): Generator<RememberedContact> {
    const sinceMs = watermarkMs === undefined ? -Infinity : watermarkMs - this.horizonMs;
    for (const { atMs, text } of this.facts.values()) {
      if (atMs < sinceMs) continue;
      const fact = rememberedOf(JSON.parse(text) as Wire);
      if (fact.type === 'contact') yield fact;
    }
  }

  remember(id: string, fact: Remembered): void {
    const key = TYPES[fact.type] + id;
    this.facts.set(key, { atMs: fact.atMs, text: JSON.stringify(wireOf(id, fact)) });
    this.added.push(key);
  }

  /** Journal records for what was remembered since the last call, and deletions of those that are over. */
  changes(watermarkMs: number | undefined): ChangelogEntry[] {
    const entries: ChangelogEntry[] = [];
    for (let at = 0; at < this.added.length; at += JOURNAL_ENTRIES) {
      const keys = [...new Set(this.added.slice(at, at + JOURNAL_ENTRIES))];
      const sequence = this.nextSequence;
      this.nextSequence += 1;
      entries.push({
        key: `${JOURNAL_KEY}${String(sequence)}`,
        value: `[${keys.map((key) => this.textOf(key)).join(',')}]`,
      });
      this.journal.set(sequence, { untilMs: this.latestOf(keys), keys });
    }
    this.added = [];
    if (watermarkMs !== undefined) this.forget(watermarkMs - this.horizonMs, entries);
    return entries;
  }

  private forget(beforeMs: number, entries: ChangelogEntry[]): void {
    for (const [sequence, { untilMs, keys }] of this.journal) {
      // Journals are in order of arrival, near enough of time: the first that is still needed ends the search.
      if (untilMs >= beforeMs) return;
      for (const key of keys) {
        const fact = this.facts.get(key);
        if (fact && fact.atMs < beforeMs) this.facts.delete(key);
      }
      this.journal.delete(sequence);
      entries.push({ key: `${JOURNAL_KEY}${String(sequence)}`, value: null });
    }
  }

  private latestOf(keys: readonly string[]): number {
    return keys.reduce((latest, key) => Math.max(latest, this.facts.get(key)?.atMs ?? -Infinity), -Infinity);
  }

  /** Takes a changelog entry back; false when the entry is not this memory's. */
  restore(key: string, value: Buffer | null): boolean {
    if (!key.startsWith(JOURNAL_KEY)) return false;
    const sequence = Number(key.slice(JOURNAL_KEY.length));
    this.nextSequence = Math.max(this.nextSequence, sequence + 1);
    if (value === null) {
      this.journal.delete(sequence);
      return true;
    }
    const wires = JSON.parse(value.toString('utf8')) as Wire[];
    const keys = wires.map((wire) => {
      const [type, id, , atMs] = wire;
      this.facts.set(type + id, { atMs, text: JSON.stringify(wire) });
      return type + id;
    });
    this.journal.set(sequence, { untilMs: this.latestOf(keys), keys });
    return true;
  }

  private textOf(key: string): string {
    const stored = this.facts.get(key);
    if (!stored) throw new Error(`fact ${key} was forgotten before it was journalled`);
    return stored.text;
  }
}

function wireOf(id: string, fact: Remembered): Wire {
  if (fact.type !== 'contact') return [TYPES[fact.type], id, fact.hash, fact.atMs];
  const { hash, atMs, updatedAtMs = null, revision, calendarOnly, ids, measures } = fact;
  return ['c', id, hash, atMs, [updatedAtMs, revision, calendarOnly ? 1 : 0, ids, packMeasures(measures)]];
}

function rememberedOf([type, , hash, atMs, contact]: Wire): Remembered {
  if (type !== 'c' || !contact) return { type: 'feedback', hash, atMs };
  const [updatedAtMs, revision, calendarOnly, ids, packed] = contact;
  return {
    type: 'contact',
    hash,
    atMs,
    ...(updatedAtMs !== null && { updatedAtMs }),
    revision,
    calendarOnly: calendarOnly === 1,
    ids,
    measures: unpackMeasures(packed),
  };
}
