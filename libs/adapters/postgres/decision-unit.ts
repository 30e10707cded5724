import type { EntityManager } from 'typeorm';
import {
  referenceEntry,
  snoozeToWire,
  type BudgetVersion,
  type DecisionContext,
  type DecisionMessage,
  type DecisionNote,
  type DecisionUnit,
  type InitiativeVersion,
  type ReferenceEntry,
  type Snooze,
  type Unversioned,
} from '#libs/application';
import type { Budget, Initiative } from '#libs/domain';
import { mapVersion, versionRow } from './budget-mapping.js';
import { initiativeRow, mapInitiative } from './initiative-mapping.js';
import { lockReference, writeChange } from './reference-writing.js';
import { BudgetVersionRow, InitiativeVersionRow, OutboxRow, ReferenceEntryRow } from './rows/index.js';

/** What one decision reads and writes within its transaction. */
export class PostgresDecisionUnit implements DecisionUnit {
  constructor(
    private readonly manager: EntityManager,
    private readonly context: Pick<DecisionContext, 'actor' | 'nowMs'>,
  ) {}

  async budgetVersions(budgetId: string): Promise<readonly BudgetVersion[]> {
    await lockReference(this.manager);
    const rows = await this.manager.find(BudgetVersionRow, { where: { budgetId }, order: { number: 'ASC' } });
    return rows.map(mapVersion);
  }

  async insertBudget(version: BudgetVersion): Promise<void> {
    await this.manager.insert(BudgetVersionRow, versionRow(version) as never);
  }

  async updateBudget(version: BudgetVersion): Promise<void> {
    // When it began stays, to the microsecond that a program's clock does not have.
    const { budgetId, number, createdAt: _, ...fields } = versionRow(version);
    await this.manager.update(BudgetVersionRow, { budgetId, number }, fields as never);
  }

  async publishBudget(budget: Unversioned<Budget>): Promise<void> {
    await this.publish(referenceEntry('budget', { ...budget, version: 1 }, 1));
  }

  async initiativeVersions(initiativeId: string): Promise<readonly InitiativeVersion[]> {
    await lockReference(this.manager);
    const rows = await this.manager.find(InitiativeVersionRow, { where: { initiativeId }, order: { number: 'ASC' } });
    return rows.map(mapInitiative);
  }

  async insertInitiative(version: InitiativeVersion): Promise<void> {
    await this.manager.insert(InitiativeVersionRow, initiativeRow(version));
  }

  async updateInitiative(version: InitiativeVersion): Promise<void> {
    const { initiativeId, number, createdAt: _, ...fields } = initiativeRow(version);
    await this.manager.update(InitiativeVersionRow, { initiativeId, number }, fields);
  }

  async publishInitiative(initiative: Unversioned<Initiative>): Promise<void> {
    await this.publish(referenceEntry('initiative', { ...initiative, version: 1 }, 1));
  }

  private async publish(entry: ReferenceEntry): Promise<void> {
    await lockReference(this.manager);
    const found = await this.manager.findOneBy(ReferenceEntryRow, { kind: entry.kind, id: entry.id });
    const expectedVersion = found?.version ?? 0;
    const { actor, nowMs } = this.context;
    await writeChange(this.manager, { action: 'put', entry, expectedVersion }, actor.id, new Date(nowMs));
  }

  async publishSnooze(snooze: Snooze): Promise<void> {
    const message: DecisionMessage = { topic: 'snoozes', key: snooze.episodeId, value: snoozeToWire(snooze) };
    await this.manager.insert(OutboxRow, { ...message, createdAt: new Date(this.context.nowMs) });
  }

  async note({ subject, subjectId, part, action, reason, body }: DecisionNote): Promise<void> {
    const { actor, nowMs } = this.context;
    // Number and hashes are the database's own business.
    await this.manager.query(
      `INSERT INTO decision_audit (at, actor, actor_name, subject, subject_id, part, action, reason, body)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        new Date(nowMs),
        actor.id,
        actor.name,
        subject,
        subjectId,
        part,
        action,
        reason ?? null,
        body === undefined ? null : JSON.stringify(body),
      ],
    );
  }
}
