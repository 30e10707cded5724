import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Amounts: numeric, which is a decimal text in JavaScript and never a float. */
const AMOUNT = { type: 'numeric', precision: 20, scale: 6 } as const;

/** What an amount consists of; null where the event or window does not name the dimension. */
abstract class Breakdown {
  @Column({ ...AMOUNT, nullable: true })
  labour!: string | null;
  @Column({ ...AMOUNT, nullable: true })
  system!: string | null;
  @Column({ ...AMOUNT, nullable: true })
  marketing!: string | null;
  @Column({ ...AMOUNT, nullable: true })
  outsourcing!: string | null;
  @Column({ ...AMOUNT, nullable: true })
  training!: string | null;
}

/** One published cost event; every revision stays, the view `cost_event_current` has the latest of each source. */
@Entity('cost_event')
export class CostEventRow extends Breakdown {
  @PrimaryColumn('text', { name: 'cost_event_id' })
  costEventId!: string;
  @Column('text')
  source!: string;
  @Column('text', { name: 'source_id' })
  sourceId!: string;
  @Column('integer')
  revision!: number;
  @Column('timestamptz', { name: 'occurred_at' })
  occurredAt!: Date;
  @Column('text', { name: 'agent_id', nullable: true })
  agentId!: string | null;
  @Column('text', { name: 'vendor_id', nullable: true })
  vendorId!: string | null;
  @Column('text', { name: 'bot_id', nullable: true })
  botId!: string | null;
  @Column('text', { nullable: true })
  channel!: string | null;
  @Column('text', { nullable: true })
  team!: string | null;
  @Column('text', { nullable: true })
  queue!: string | null;
  @Column('text', { nullable: true })
  region!: string | null;
  @Column('text', { nullable: true })
  topic!: string | null;
  @Column('text', { nullable: true })
  stage!: string | null;
  @Column('text', { name: 'customer_tier', nullable: true })
  customerTier!: string | null;
  @Column('text', { nullable: true })
  complexity!: string | null;
  @Column('text', { nullable: true })
  outcome!: string | null;
  @Column('double precision', { name: 'handle_seconds', nullable: true })
  handleSeconds!: number | null;
  @Column(AMOUNT)
  amount!: string;
  @Column('text')
  currency!: string;
  @Column('jsonb')
  lines!: unknown[];
  /** It came beyond the grace: no rolling window has it. */
  @Column('boolean')
  late!: boolean;
}

/** One emitted window at its latest revision. Counts are bigint: texts in JavaScript. */
@Entity('cost_window')
export class CostWindowRow extends Breakdown {
  @PrimaryColumn('text')
  scope!: string;
  @PrimaryColumn('text')
  id!: string;
  /** `5m`, `1h`, `24h`, `month`; WINDOW is a word of SQL. */
  @PrimaryColumn('text', { name: 'window_name' })
  windowName!: string;
  @PrimaryColumn('timestamptz', { name: 'window_end' })
  windowEnd!: Date;
  @Column('timestamptz', { name: 'window_start' })
  windowStart!: Date;
  @Column('integer')
  revision!: number;
  @Column('text')
  currency!: string;
  @Column(AMOUNT)
  amount!: string;
  @Column('bigint')
  interactions!: string;
  @Column('bigint', { name: 'handled_by_agents' })
  handledByAgents!: string;
  @Column('bigint')
  automated!: string;
  @Column('bigint')
  resolved!: string;
  @Column('double precision', { name: 'handle_seconds' })
  handleSeconds!: number;
  @Column('bigint', { nullable: true })
  complaints!: string | null;
  @Column('double precision', { name: 'csat_sum', nullable: true })
  csatSum!: number | null;
  @Column('bigint', { name: 'csat_count', nullable: true })
  csatCount!: string | null;
  @Column({ ...AMOUNT, name: 'overtime_amount', nullable: true })
  overtimeAmount!: string | null;
  @Column('bigint', { name: 'repetitive_by_agents', nullable: true })
  repetitiveByAgents!: string | null;
  @Column('bigint', { nullable: true })
  errors!: string | null;
}

/** One message of a signal's episode. */
@Entity('signal_event')
export class SignalEventRow {
  @PrimaryColumn('text', { name: 'episode_id' })
  episodeId!: string;
  @PrimaryColumn('integer')
  sequence!: number;
  @Column('text', { name: 'signal_key' })
  signalKey!: string;
  @Column('text')
  status!: string;
  @Column('text')
  severity!: string;
  @Column('text', { name: 'rule_id' })
  ruleId!: string;
  @Column('text', { name: 'rule_kind' })
  ruleKind!: string;
  @Column('text')
  scope!: string;
  @Column('text')
  id!: string;
  @Column('timestamptz', { name: 'started_at' })
  startedAt!: Date;
  @Column('timestamptz', { name: 'observed_at' })
  observedAt!: Date;
  @Column('timestamptz', { name: 'resolved_at', nullable: true })
  resolvedAt!: Date | null;
  /** The whole signal.v1. */
  @Column('jsonb')
  body!: object;
}

/** A record that could not be kept, as it was. */
@Entity('ledger_rejected')
export class LedgerRejectedRow {
  /** The Kafka cluster whose topic it is. */
  @PrimaryColumn('text', { name: 'cluster_id', default: '' })
  clusterId!: string;
  @PrimaryColumn('text')
  topic!: string;
  @PrimaryColumn('integer', { name: 'partition_id' })
  partitionId!: number;
  @PrimaryColumn('bigint', { name: 'record_offset' })
  recordOffset!: string;
  @Column('text')
  reason!: string;
  @Column('bytea', { nullable: true })
  value!: Buffer | null;
}

/** Where to read a partition of a cluster on from; written in the transaction of what was read. */
@Entity('ledger_offset')
export class LedgerOffsetRow {
  @PrimaryColumn('text', { name: 'cluster_id', default: '' })
  clusterId!: string;
  @PrimaryColumn('text')
  topic!: string;
  @PrimaryColumn('integer', { name: 'partition_id' })
  partitionId!: number;
  @Column('bigint', { name: 'next_offset' })
  nextOffset!: string;
}
