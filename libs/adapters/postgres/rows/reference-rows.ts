import { Column, Entity, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';
import type { DecisionTopic } from '#libs/application';

/** One entry of the reference data as it is now. */
@Entity('reference_entry')
export class ReferenceEntryRow {
  @PrimaryColumn('text')
  kind!: string;
  @PrimaryColumn('text')
  id!: string;
  @Column('integer')
  version!: number;
  /** The wire object of the value. */
  @Column('jsonb')
  body!: object;
  @Column('timestamptz', { name: 'valid_from', nullable: true })
  validFrom!: Date | null;
  @Column('timestamptz', { name: 'valid_to', nullable: true })
  validTo!: Date | null;
  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
  @Column('text', { name: 'updated_by' })
  updatedBy!: string;
}

/** One decision: who wrote what when. Only ever added to. */
@Entity('reference_audit')
export class ReferenceAuditRow {
  /** bigint: a text in JavaScript. */
  @PrimaryGeneratedColumn('identity', { name: 'audit_id', type: 'bigint', generatedIdentity: 'ALWAYS' })
  auditId!: string;
  @Column('timestamptz')
  at!: Date;
  @Column('text')
  actor!: string;
  @Column('text')
  action!: 'put' | 'delete';
  @Column('text')
  kind!: string;
  @Column('text')
  id!: string;
  @Column('integer')
  version!: number;
  /** The wire object written; null when deleted. */
  @Column('jsonb', { nullable: true })
  body!: object | null;
}

/** A message that is written with the decision and published afterwards. */
@Entity('outbox')
export class OutboxRow {
  /** bigint: a text in JavaScript. */
  @PrimaryGeneratedColumn('identity', { name: 'outbox_id', type: 'bigint', generatedIdentity: 'ALWAYS' })
  outboxId!: string;
  @Column('text', { default: 'reference' })
  topic!: DecisionTopic;
  @Column('text')
  key!: string;
  /** Null deletes the key. */
  @Column('text', { nullable: true })
  value!: string | null;
  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
  @Column('timestamptz', { name: 'published_at', nullable: true })
  publishedAt!: Date | null;
}
