import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One version of a budget. */
@Entity('budget_version')
export class BudgetVersionRow {
  @PrimaryColumn('text', { name: 'budget_id' })
  budgetId!: string;
  @PrimaryColumn('integer')
  number!: number;
  @Column('integer')
  revision!: number;
  @Column('text')
  status!: string;
  /** The wire object of the budget, without its status. */
  @Column('jsonb')
  body!: object;
  @Column('text', { array: true })
  authors!: string[];
  @Column('text', { name: 'submitted_by', nullable: true })
  submittedBy!: string | null;
  @Column('timestamptz', { name: 'submitted_at', nullable: true })
  submittedAt!: Date | null;
  @Column('text', { name: 'decided_by', nullable: true })
  decidedBy!: string | null;
  @Column('timestamptz', { name: 'decided_at', nullable: true })
  decidedAt!: Date | null;
  @Column('text', { nullable: true })
  reason!: string | null;
  @Column('jsonb', { nullable: true })
  rehearsal!: unknown;
  @Column('timestamptz', { name: 'ended_at', nullable: true })
  endedAt!: Date | null;
  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
}

/** One version of an initiative. */
@Entity('initiative_version')
export class InitiativeVersionRow {
  @PrimaryColumn('text', { name: 'initiative_id' })
  initiativeId!: string;
  @PrimaryColumn('integer')
  number!: number;
  @Column('integer')
  revision!: number;
  @Column('text')
  status!: string;
  /** The wire object of the initiative, without its status. */
  @Column('jsonb')
  body!: object;
  @Column('text', { array: true })
  authors!: string[];
  @Column('text', { name: 'evaluated_by', nullable: true })
  evaluatedBy!: string | null;
  @Column('timestamptz', { name: 'evaluated_at', nullable: true })
  evaluatedAt!: Date | null;
  @Column('text', { nullable: true })
  evaluation!: string | null;
  @Column('timestamptz', { name: 'ended_at', nullable: true })
  endedAt!: Date | null;
  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
}

/** One step of somebody's: only ever added to; number and hashes are the database's. */
@Entity('decision_audit')
export class DecisionAuditRow {
  /** bigint: a text in JavaScript. */
  @PrimaryColumn('bigint', { name: 'audit_id' })
  auditId!: string;
  @Column('timestamptz')
  at!: Date;
  @Column('text')
  actor!: string;
  @Column('text', { name: 'actor_name' })
  actorName!: string;
  @Column('text')
  subject!: 'budget' | 'initiative' | 'signal';
  @Column('text', { name: 'subject_id' })
  subjectId!: string;
  @Column('text')
  part!: string;
  @Column('text')
  action!: string;
  @Column('text', { nullable: true })
  reason!: string | null;
  @Column('jsonb', { nullable: true })
  body!: Record<string, unknown> | null;
  @Column('text', { name: 'previous_hash' })
  previousHash!: string;
  @Column('text')
  hash!: string;
}

/** What a request that may come twice was answered with. */
@Entity('idempotent_answer')
export class IdempotentAnswerRow {
  @PrimaryColumn('text')
  actor!: string;
  @PrimaryColumn('text')
  key!: string;
  @Column('text')
  fingerprint!: string;
  /** Null while the decision is being made. */
  @Column('jsonb', { nullable: true })
  answer!: unknown;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
