import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What people decide, who decided it, and the messages that tell the stages. */
export class Reference1763900000000 implements MigrationInterface {
  readonly name = 'Reference1763900000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE reference_entry (
        kind text NOT NULL CHECK (kind IN ('organisation', 'agent', 'rate-card', 'budget', 'rule', 'fx-rate')),
        id text NOT NULL,
        version integer NOT NULL CHECK (version >= 1),
        body jsonb NOT NULL,
        valid_from timestamptz,
        valid_to timestamptz CHECK (valid_to > valid_from),
        updated_at timestamptz NOT NULL,
        updated_by text NOT NULL,
        PRIMARY KEY (kind, id)
      )`);
    await runner.query(`
      CREATE TABLE reference_audit (
        audit_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at timestamptz NOT NULL,
        actor text NOT NULL,
        action text NOT NULL CHECK (action IN ('put', 'delete')),
        kind text NOT NULL,
        id text NOT NULL,
        version integer NOT NULL,
        body jsonb,
        CHECK ((action = 'delete') = (body IS NULL)),
        UNIQUE (kind, id, version)
      )`);
    await runner.query(`
      CREATE TABLE outbox (
        outbox_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        key text NOT NULL,
        value text,
        created_at timestamptz NOT NULL,
        published_at timestamptz
      )`);
    await runner.query(`CREATE INDEX outbox_unpublished ON outbox (outbox_id) WHERE published_at IS NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE outbox, reference_audit, reference_entry`);
  }
}
