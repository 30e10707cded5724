import { In, type EntityManager } from 'typeorm';
import {
  DecisionRefused,
  REFERENCE_KINDS,
  referenceEntry,
  referenceEntryFromWire,
  writeDraft,
  writeProposal,
  type ReferenceChange,
  type ReferenceEntry,
  type ReferenceStore,
  type WriteResult,
} from '#libs/application';
import type { Budget, Initiative } from '#libs/domain';
import { mapVersion } from './budget-mapping.js';
import type { Database } from './database.js';
import { mapInitiative } from './initiative-mapping.js';
import { PostgresDecisionUnit } from './decision-unit.js';
import { ChangedMeanwhile, lockReference, messageOf, writeChange } from './reference-writing.js';
import { BudgetVersionRow, InitiativeVersionRow, OutboxRow, ReferenceEntryRow } from './rows/index.js';

/** Reference data in Postgres: entries, audit and outbox change together or not at all. */
export class PostgresReferenceStore implements ReferenceStore {
  constructor(private readonly database: Database) {}

  async list(): Promise<readonly ReferenceEntry[]> {
    const { manager } = await this.database.connected();
    const entries = (await manager.find(ReferenceEntryRow, { order: { id: 'ASC' } })).map(mapEntry);
    return REFERENCE_KINDS.flatMap((kind) => entries.filter((entry) => entry.kind === kind));
  }

  async waiting(): Promise<readonly ReferenceEntry[]> {
    const { manager } = await this.database.connected();
    const rows = await manager.find(BudgetVersionRow, { where: { status: In(['draft', 'submitted']) } });
    const proposals = await manager.find(InitiativeVersionRow, { where: { status: 'proposed' } });
    return [
      ...rows.map(mapVersion).map(({ plan, status }) => referenceEntry('budget', { ...plan, status, version: 1 }, 1)),
      ...proposals
        .map(mapInitiative)
        .map(({ plan, status }) => referenceEntry('initiative', { ...plan, status, version: 1 }, 1)),
    ];
  }

  async write(changes: readonly ReferenceChange[], actor: string, atMs: number): Promise<WriteResult> {
    try {
      await this.database.transaction(async (manager) => {
        await lockReference(manager);
        for (const change of changes) {
          if (change.action === 'put' && change.entry.kind === 'budget')
            await draft(manager, change.entry.value, actor, atMs);
          else if (change.action === 'put' && change.entry.kind === 'initiative')
            await propose(manager, change.entry.value, actor, atMs);
          else await writeChange(manager, change, actor, new Date(atMs));
        }
      });
    } catch (error) {
      if (error instanceof ChangedMeanwhile) return { ok: false, reason: 'changed-meanwhile', detail: error.message };
      if (error instanceof DecisionRefused) return { ok: false, reason: 'refused', detail: error.message };
      throw error;
    }
    return { ok: true, written: changes.length };
  }

  /** Puts every entry into the outbox again, for a Kafka that has lost them or never had them. Answers with their number. */
  async republish(atMs: number): Promise<number> {
    return this.database.transaction(async (manager) => {
      await lockReference(manager);
      const entries = (await manager.find(ReferenceEntryRow)).map(mapEntry);
      await manager.insert(
        OutboxRow,
        entries.map((entry) => messageOf(entry, new Date(atMs))),
      );
      return entries.length;
    });
  }
}

/** A budget that somebody wrote into a file is a draft: it counts when a person has submitted and another approved it. */
async function draft(manager: EntityManager, budget: Budget, actor: string, atMs: number): Promise<void> {
  const { status: _, version: __, ...plan } = budget;
  const context = { actor: { id: actor, name: actor, roles: [], isPerson: false }, nowMs: atMs };
  const unit = new PostgresDecisionUnit(manager, context);
  await writeDraft(unit, context, plan, await unit.budgetVersions(plan.budgetId));
}

/** An initiative that somebody wrote into a file is a proposal: it counts when a person has evaluated it. */
async function propose(manager: EntityManager, initiative: Initiative, actor: string, atMs: number): Promise<void> {
  const { status: _, version: __, ...plan } = initiative;
  const context = { actor: { id: actor, name: actor, roles: [], isPerson: false }, nowMs: atMs };
  const unit = new PostgresDecisionUnit(manager, context);
  await writeProposal(unit, context, plan, await unit.initiativeVersions(plan.initiativeId));
}

/** The entry of a row. Throws when it is none, which only a newer program or a hand can have brought about. */
function mapEntry({ kind, body, version }: ReferenceEntryRow): ReferenceEntry {
  const result = referenceEntryFromWire(kind, JSON.stringify({ ...body, version }));
  if (!result.ok) throw new Error(`table reference_entry has what this version cannot read: ${result.detail}`);
  return result.entry;
}
