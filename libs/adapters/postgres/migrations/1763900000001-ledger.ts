import type { MigrationInterface, QueryRunner } from 'typeorm';

const AMOUNT = 'numeric(20,6)';
const BREAKDOWN = ['labour', 'system', 'marketing', 'outsourcing', 'training']
  .map((name) => `${name} ${AMOUNT}`)
  .join(', ');

/** What reports read: cost events, windows and signals as they were published, and how far they have been read. */
export class Ledger1763900000001 implements MigrationInterface {
  readonly name = 'Ledger1763900000001';

  async up(runner: QueryRunner): Promise<void> {
    await createCostEvents(runner);
    await createWindows(runner);
    await createSignals(runner);
    await createProgress(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP VIEW cost_event_current`);
    await runner.query(`DROP TABLE ledger_offset, ledger_rejected, signal_event, cost_window, cost_event`);
  }
}

async function createCostEvents(runner: QueryRunner): Promise<void> {
  await runner.query(`
      CREATE TABLE cost_event (
        cost_event_id text PRIMARY KEY,
        source text NOT NULL,
        source_id text NOT NULL,
        revision integer NOT NULL,
        occurred_at timestamptz NOT NULL,
        agent_id text, vendor_id text, bot_id text, channel text, team text, queue text, region text, topic text,
        stage text, customer_tier text, complexity text, outcome text,
        handle_seconds double precision,
        amount ${AMOUNT} NOT NULL,
        currency text NOT NULL,
        ${BREAKDOWN},
        lines jsonb NOT NULL,
        late boolean NOT NULL
      )`);
  await runner.query(`CREATE INDEX cost_event_source ON cost_event (source_id, source, revision)`);
  await runner.query(`CREATE INDEX cost_event_time ON cost_event (occurred_at)`);
  await runner.query(
    `CREATE INDEX cost_event_agent_time ON cost_event (agent_id, occurred_at) WHERE agent_id IS NOT NULL`,
  );
  await runner.query(`
      CREATE VIEW cost_event_current AS
        SELECT * FROM cost_event AS event
        WHERE NOT EXISTS (
          SELECT FROM cost_event AS newer
          WHERE newer.source_id = event.source_id AND newer.source = event.source AND newer.revision > event.revision
        )`);
}

async function createWindows(runner: QueryRunner): Promise<void> {
  await runner.query(`
      CREATE TABLE cost_window (
        scope text NOT NULL,
        id text NOT NULL,
        window_name text NOT NULL,
        window_end timestamptz NOT NULL,
        window_start timestamptz NOT NULL,
        revision integer NOT NULL,
        currency text NOT NULL,
        amount ${AMOUNT} NOT NULL,
        ${BREAKDOWN},
        interactions bigint NOT NULL,
        handled_by_agents bigint NOT NULL,
        automated bigint NOT NULL,
        resolved bigint NOT NULL,
        handle_seconds double precision NOT NULL,
        complaints bigint,
        csat_sum double precision,
        csat_count bigint,
        overtime_amount ${AMOUNT},
        repetitive_by_agents bigint,
        errors bigint,
        PRIMARY KEY (scope, id, window_name, window_end)
      )`);
}

async function createSignals(runner: QueryRunner): Promise<void> {
  await runner.query(`
      CREATE TABLE signal_event (
        episode_id text NOT NULL,
        sequence integer NOT NULL,
        signal_key text NOT NULL,
        status text NOT NULL,
        severity text NOT NULL,
        rule_id text NOT NULL,
        rule_kind text NOT NULL,
        scope text NOT NULL,
        id text NOT NULL,
        started_at timestamptz NOT NULL,
        observed_at timestamptz NOT NULL,
        resolved_at timestamptz,
        body jsonb NOT NULL,
        PRIMARY KEY (episode_id, sequence)
      )`);
  await runner.query(`CREATE INDEX signal_event_observed ON signal_event (observed_at)`);
}

async function createProgress(runner: QueryRunner): Promise<void> {
  await runner.query(`
      CREATE TABLE ledger_rejected (
        topic text NOT NULL,
        partition_id integer NOT NULL,
        record_offset bigint NOT NULL,
        reason text NOT NULL,
        value bytea,
        PRIMARY KEY (topic, partition_id, record_offset)
      )`);
  await runner.query(`
      CREATE TABLE ledger_offset (
        topic text NOT NULL,
        partition_id integer NOT NULL,
        next_offset bigint NOT NULL,
        PRIMARY KEY (topic, partition_id)
      )`);
}
