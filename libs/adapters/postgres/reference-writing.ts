import type { EntityManager } from 'typeorm';
import {
  effectiveDates,
  referenceEntryToWire,
  referenceKey,
  referenceValueToWire,
  withVersion,
  type DecisionMessage,
  type ReferenceChange,
  type ReferenceEntry,
} from '#libs/application';
import { OutboxRow, ReferenceAuditRow, ReferenceEntryRow } from './rows/index.js';

/** Somebody else wrote first; carries what to tell the user. */
export class ChangedMeanwhile extends Error {}

/** One writer at a time: then outbox numbers are in the order of commits, and versions cannot be taken twice. */
export async function lockReference(manager: EntityManager): Promise<void> {
  await manager.query(`LOCK TABLE reference_entry IN SHARE ROW EXCLUSIVE MODE`);
}

/** Writes one change with its line of audit and its message to the stages. The caller holds the table's lock. */
export async function writeChange(
  manager: EntityManager,
  change: ReferenceChange,
  actor: string,
  at: Date,
): Promise<void> {
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
    await manager.insert(OutboxRow, {
      topic: 'reference',
      key: referenceKey({ kind, id }),
      value: null,
      createdAt: at,
    });
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

/** The message that tells the stages of an entry. */
export function messageOf(entry: ReferenceEntry, at: Date): DecisionMessage & { createdAt: Date } {
  return { topic: 'reference', key: referenceKey(entry), value: referenceEntryToWire(entry), createdAt: at };
}
