import type { EntityManager } from 'typeorm';
import {
  DecisionRefused,
  type AuditLine,
  type AuditQuery,
  type BudgetVersion,
  type DecisionContext,
  type DecisionStore,
  type DecisionUnit,
  type InitiativeVersion,
} from '#libs/application';
import { mapVersion } from './budget-mapping.js';
import type { Database } from './database.js';
import { mapInitiative } from './initiative-mapping.js';
import { PostgresDecisionUnit } from './decision-unit.js';
import { BudgetVersionRow, DecisionAuditRow, IdempotentAnswerRow, InitiativeVersionRow } from './rows/index.js';

/** How long a request may be sent again. */
const ANSWERS_KEPT = `interval '24 hours'`;

/** Decisions in Postgres: what is decided, its audit, the stages' message and the remembered answer, all or nothing. */
export class PostgresDecisionStore implements DecisionStore {
  constructor(private readonly database: Database) {}

  async decide<Answer>(context: DecisionContext, work: (unit: DecisionUnit) => Promise<Answer>): Promise<Answer> {
    return this.database.transaction(async (manager) => {
      const earlier = await claimKey(manager, context);
      if (earlier !== undefined) return earlier.answer as Answer;
      const answer = await work(new PostgresDecisionUnit(manager, context));
      await keepAnswer(manager, context, answer);
      return answer;
    });
  }

  async listBudgets({
    after,
    limit,
  }: {
    readonly after: string;
    readonly limit: number;
  }): Promise<readonly BudgetVersion[]> {
    const { manager } = await this.database.connected();
    const rows = await manager
      .createQueryBuilder(BudgetVersionRow, 'version')
      .where(
        `version.budget_id IN (SELECT DISTINCT budget_id FROM budget_version WHERE budget_id > :after ORDER BY budget_id LIMIT :limit)`,
        { after, limit },
      )
      .orderBy({ 'version.budget_id': 'ASC', 'version.number': 'ASC' })
      .getMany();
    return rows.map(mapVersion);
  }

  async budgetVersions(budgetId: string): Promise<readonly BudgetVersion[]> {
    const { manager } = await this.database.connected();
    return (await manager.find(BudgetVersionRow, { where: { budgetId }, order: { number: 'ASC' } })).map(mapVersion);
  }

  async listInitiatives({
    after,
    limit,
  }: {
    readonly after: string;
    readonly limit: number;
  }): Promise<readonly InitiativeVersion[]> {
    const { manager } = await this.database.connected();
    const rows = await manager
      .createQueryBuilder(InitiativeVersionRow, 'version')
      .where(
        `version.initiative_id IN
          (SELECT DISTINCT initiative_id FROM initiative_version WHERE initiative_id > :after ORDER BY initiative_id LIMIT :limit)`,
        { after, limit },
      )
      .orderBy({ 'version.initiative_id': 'ASC', 'version.number': 'ASC' })
      .getMany();
    return rows.map(mapInitiative);
  }

  async initiativeVersions(initiativeId: string): Promise<readonly InitiativeVersion[]> {
    const { manager } = await this.database.connected();
    const rows = await manager.find(InitiativeVersionRow, { where: { initiativeId }, order: { number: 'ASC' } });
    return rows.map(mapInitiative);
  }

  async audit({ subject, subjectIds, before, limit }: AuditQuery): Promise<readonly AuditLine[]> {
    const { manager } = await this.database.connected();
    const query = manager.createQueryBuilder(DecisionAuditRow, 'line').orderBy('line.audit_id', 'DESC').limit(limit);
    if (subject !== undefined) query.andWhere('line.subject = :subject', { subject });
    if (subjectIds.length > 0) query.andWhere('line.subject_id = ANY(:subjectIds)', { subjectIds });
    if (before !== null) query.andWhere('line.audit_id < :before', { before });
    return (await query.getMany()).map(mapLine);
  }

  async auditFault(): Promise<number | null> {
    const [fault] = await this.database.query<{ audit_id: string }>(
      `SELECT audit_id FROM decision_audit_fault ORDER BY audit_id LIMIT 1`,
    );
    return fault === undefined ? null : Number(fault.audit_id);
  }
}

/**
 * Takes the key of a request that may come twice; answers what the first one was answered with. One that comes while the
 * first is under way waits for it here.
 */
async function claimKey(
  manager: EntityManager,
  { actor, idempotency }: DecisionContext,
): Promise<{ readonly answer: unknown } | undefined> {
  if (idempotency === undefined) return undefined;
  const { key, fingerprint } = idempotency;
  await manager.query(`DELETE FROM idempotent_answer WHERE created_at < now() - ${ANSWERS_KEPT}`);
  const inserted = await manager.query<unknown[]>(
    `INSERT INTO idempotent_answer (actor, key, fingerprint) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING key`,
    [actor.id, key, fingerprint],
  );
  if (inserted.length > 0) return undefined;
  const found = await manager.findOneByOrFail(IdempotentAnswerRow, { actor: actor.id, key });
  if (found.fingerprint !== fingerprint) {
    throw new DecisionRefused('key-reused', 'This Idempotency-Key came with another request before: take a new one.');
  }
  return { answer: found.answer };
}

async function keepAnswer(
  manager: EntityManager,
  { actor, idempotency }: DecisionContext,
  answer: unknown,
): Promise<void> {
  if (idempotency === undefined) return;
  await manager.query(`UPDATE idempotent_answer SET answer = $3 WHERE actor = $1 AND key = $2`, [
    actor.id,
    idempotency.key,
    JSON.stringify(answer),
  ]);
}

function mapLine(row: DecisionAuditRow): AuditLine {
  const { auditId, at, previousHash: _, ...rest } = row;
  return { ...rest, auditId: Number(auditId), atMs: at.getTime() };
}
