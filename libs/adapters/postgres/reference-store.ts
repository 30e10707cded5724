import type { EntityManager } from 'typeorm';
import {
  REFERENCE_KINDS,
  effectiveDates,
  referenceEntryFromWire,
  referenceEntryToWire,
  referenceKey,
  referenceValueToWire,
  withVersion,
  type ReferenceChange,
  type ReferenceEntry,
  type ReferenceStore,
  type WriteResult,
} from '#libs/application';
import type { Database } from './database.js';
import { OutboxRow, ReferenceAuditRow, ReferenceEntryRow } from './rows/index.js';

/** Somebody else wrote first; carries what to tell the user. */
class ChangedMeanwhile extends Error {}

/** Reference data in Postgres: entries, audit and outbox change together or not at all. */
export class PostgresReferenceStore implements ReferenceStore {
  constructor(private readonly database: Database) {}

  async list(): Promise<readonly ReferenceEntry[]> {
    const { manager } = await this.database.connected();
    const entries = (await manager.find(ReferenceEntryRow, { order: { id: 'ASC' } })).map(mapEntry);
    return REFERENCE_KINDS.flatMap((kind) => entries.filter((entry) => entry.kind === kind));
  }

  async write(changes: readonly ReferenceChange[], actor: string, atMs: number): Promise<WriteResult> {
    try {
      await this.database.transaction(async (manager) => {
        // One writer at a time: then outbox numbers are in the order of commits, and versions cannot be taken twice.
        await manager.query(`LOCK TABLE reference_entry IN SHARE ROW EXCLUSIVE MODE`);
        for (const change of changes) await writeChange(manager, change, actor, new Date(atMs));
      });
    } catch (error) {
      if (error instanceof ChangedMeanwhile) return { ok: false, reason: 'changed-meanwhile', detail: error.message };
      throw error;
    }
    return { ok: true, written: changes.length };
  }

  /** Puts every entry into the outbox again, for a Kafka that has lost them or never had them. Answers with their number. */
  async republish(atMs: number): Promise<number> {
    return this.database.transaction(async (manager) => {
      await manager.query(`LOCK TABLE reference_entry IN SHARE ROW EXCLUSIVE MODE`);
      const entries = (await manager.find(ReferenceEntryRow)).map(mapEntry);
      await manager.insert(
        OutboxRow,
        entries.map((entry) => messageOf(entry, new Date(atMs))),
      );
      return entries.length;
    });
  }
}

async function writeChange(manager: EntityManager, change: ReferenceChange, actor: string, at: Date): Promise<void> {
  const { kind, id } = change.action === 'put' ? change.entry : change;
  const found = await manager.findOneBy(ReferenceEntryRow, { kind, id });
  if ((found?.version ?? 0) !== change.expectedVersion) {
    const now = found ? `is at version ${found.version}` : 'is gone';
    throw new ChangedMeanwhile(`${referenceKey({ kind, id })} ${now}, not ${change.expectedVersion}: apply again`);
  }
  // The audit knows the versions of entries that were deleted since, so that a number never comes twice.
  const version = ((await manager.maximum(ReferenceAuditRow, 'version', { kind, id })) ?? 0) + 1;
  const audit = { at, actor, action: change.action, kind, id, version };
  if (change.action === 'delete') {
    await manager.delete(ReferenceEntryRow, { kind, id });
    await manager.insert(ReferenceAuditRow, { ...audit, body: null });
    await manager.insert(OutboxRow, { key: referenceKey({ kind, id }), value: null, createdAt: at });
    return;
  }
  const entry = withVersion(change.entry, version);
  const { fromMs, toMs } = effectiveDates(entry);
  const body = referenceValueToWire(entry);
  await manager.upsert(
    ReferenceEntryRow,
    {
      ...{ kind, id, version, body, updatedAt: at, updatedBy: actor },
      validFrom: fromMs === undefined ? null : new Date(fromMs),
      validTo: toMs === undefined ? null : new Date(toMs),
    },
    ['kind', 'id'],
  );
  await manager.insert(ReferenceAuditRow, { ...audit, body });
  await manager.insert(OutboxRow, messageOf(entry, at));
}

function messageOf(entry: ReferenceEntry, at: Date): { key: string; value: string; createdAt: Date } {
  return { key: referenceKey(entry), value: referenceEntryToWire(entry), createdAt: at };
}

/** The entry of a row. Throws when it is none, which only a newer program or a hand can have brought about. */
function mapEntry({ kind, body, version }: ReferenceEntryRow): ReferenceEntry {
  const result = referenceEntryFromWire(kind, JSON.stringify({ ...body, version }));
  if (!result.ok) throw new Error(`table reference_entry has what this version cannot read: ${result.detail}`);
  return result.entry;
}
