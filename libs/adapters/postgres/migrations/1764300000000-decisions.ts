import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Budgets with their approval, the audit of decisions, and answers to requests that may come twice. What must never
 * happen is refused here too, whoever asks: the application's rules say it nicely, these say it for good.
 */
export class Decisions1764300000000 implements MigrationInterface {
  readonly name = 'Decisions1764300000000';

  async up(runner: QueryRunner): Promise<void> {
    await createAudit(runner);
    await createBudgets(runner);
    await takeOverApproved(runner);
    await guardBudgets(runner);
    await runner.query(`
      CREATE TABLE idempotent_answer (
        actor text NOT NULL,
        key text NOT NULL,
        fingerprint text NOT NULL,
        answer jsonb,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (actor, key)
      )`);
    await runner.query(`CREATE INDEX signal_event_key ON signal_event (signal_key, started_at)`);
    await runner.query(`CREATE INDEX idempotent_answer_age ON idempotent_answer (created_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX signal_event_key`);
    await runner.query(`DROP TRIGGER approved_budget_only ON reference_entry`);
    await runner.query(`DROP VIEW decision_audit_fault`);
    await runner.query(`DROP TABLE idempotent_answer, budget_version, decision_audit`);
    for (const name of ['approved_budget_only', 'guard_budget_version', 'chain_decision_audit', 'refuse_change']) {
      await runner.query(`DROP FUNCTION ${name}()`);
    }
    await runner.query(`DROP FUNCTION decision_audit_hash`);
  }
}

/** Each line's hash covers the line and the hash before it: nothing can be changed, left out or put between unseen. */
async function createAudit(runner: QueryRunner): Promise<void> {
  await runner.query(`
      CREATE TABLE decision_audit (
        audit_id bigint PRIMARY KEY,
        at timestamptz NOT NULL,
        actor text NOT NULL,
        actor_name text NOT NULL,
        subject text NOT NULL CHECK (subject IN ('budget', 'signal')),
        subject_id text NOT NULL,
        part text NOT NULL,
        action text NOT NULL,
        reason text,
        body jsonb,
        previous_hash text NOT NULL,
        hash text NOT NULL
      )`);
  await runner.query(`CREATE INDEX decision_audit_subject ON decision_audit (subject, subject_id, audit_id)`);
  await runner.query(`
      CREATE FUNCTION decision_audit_hash(
        previous text, id bigint, at timestamptz, actor text, actor_name text, subject text, subject_id text, part text,
        action text, reason text, body jsonb
      ) RETURNS text LANGUAGE sql STABLE AS $$
        SELECT encode(sha256(convert_to(jsonb_build_array(
          previous, id, extract(epoch FROM at), actor, actor_name, subject, subject_id, part, action, reason, body
        )::text, 'UTF8')), 'hex')
      $$`);
  await runner.query(`
      CREATE FUNCTION chain_decision_audit() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_advisory_xact_lock(763900003);
        SELECT audit_id + 1, hash INTO NEW.audit_id, NEW.previous_hash
          FROM decision_audit ORDER BY audit_id DESC LIMIT 1;
        NEW.audit_id := coalesce(NEW.audit_id, 1);
        NEW.previous_hash := coalesce(NEW.previous_hash, '');
        NEW.hash := decision_audit_hash(NEW.previous_hash, NEW.audit_id, NEW.at, NEW.actor, NEW.actor_name, NEW.subject,
          NEW.subject_id, NEW.part, NEW.action, NEW.reason, NEW.body);
        RETURN NEW;
      END $$`);
  await runner.query(`
      CREATE TRIGGER chain BEFORE INSERT ON decision_audit FOR EACH ROW EXECUTE FUNCTION chain_decision_audit()`);
  await runner.query(`
      CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION '% is only added to', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
      END $$`);
  await runner.query(`
      CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON decision_audit
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()`);
  await runner.query(`
      CREATE VIEW decision_audit_fault AS
        SELECT audit_id, at, subject, subject_id FROM (
          SELECT *, lag(hash, 1, '') OVER chain AS hash_before, lag(audit_id, 1, 0::bigint) OVER chain AS id_before
          FROM decision_audit WINDOW chain AS (ORDER BY audit_id)
        ) AS line
        WHERE previous_hash <> hash_before OR audit_id <> id_before + 1 OR hash <> decision_audit_hash(
          previous_hash, audit_id, at, actor, actor_name, subject, subject_id, part, action, reason, body)`);
}

async function createBudgets(runner: QueryRunner): Promise<void> {
  await runner.query(`
      CREATE TABLE budget_version (
        budget_id text NOT NULL,
        number integer NOT NULL CHECK (number >= 1),
        revision integer NOT NULL CHECK (revision >= 1),
        status text NOT NULL CHECK (status IN ('draft', 'submitted', 'approved', 'rejected', 'superseded', 'closed')),
        body jsonb NOT NULL,
        authors text[] NOT NULL CHECK (cardinality(authors) >= 1),
        submitted_by text,
        submitted_at timestamptz,
        decided_by text,
        decided_at timestamptz,
        reason text,
        rehearsal jsonb,
        ended_at timestamptz,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        PRIMARY KEY (budget_id, number),
        CONSTRAINT submitter_is_author CHECK (submitted_by IS NULL OR submitted_by = ANY (authors)),
        CONSTRAINT submitted_by_somebody CHECK (status = 'draft' OR submitted_by IS NOT NULL),
        CONSTRAINT decided_by_somebody CHECK ((decided_by IS NULL) = (status IN ('draft', 'submitted'))),
        CONSTRAINT approver_is_not_author
          CHECK (status NOT IN ('approved', 'superseded', 'closed') OR decided_by <> ALL (authors)),
        CONSTRAINT rejected_with_reason CHECK (status <> 'rejected' OR coalesce(reason, '') <> '')
      )`);
  await runner.query(`
      CREATE UNIQUE INDEX budget_version_open ON budget_version (budget_id) WHERE status IN ('draft', 'submitted')`);
  await runner.query(`CREATE UNIQUE INDEX budget_version_held ON budget_version (budget_id) WHERE status = 'approved'`);
}

/** Budgets that counted before there was approval go on counting. */
async function takeOverApproved(runner: QueryRunner): Promise<void> {
  await runner.query(`
      INSERT INTO budget_version
        (budget_id, number, revision, status, body, authors, submitted_by, submitted_at, decided_by, decided_at,
         created_at, updated_at)
      SELECT budget_id, number, 1, CASE WHEN number = count THEN 'approved' ELSE 'superseded' END, body - 'status',
        ARRAY[updated_by], updated_by, updated_at, 'before approval', updated_at, updated_at, updated_at
      FROM (
        SELECT *, body->>'budgetId' AS budget_id,
          row_number() OVER (PARTITION BY body->>'budgetId' ORDER BY valid_from NULLS FIRST) AS number,
          count(*) OVER (PARTITION BY body->>'budgetId') AS count
        FROM reference_entry WHERE kind = 'budget' AND body->>'status' = 'approved'
      ) AS held`);
}

async function guardBudgets(runner: QueryRunner): Promise<void> {
  await runner.query(`
      CREATE FUNCTION guard_budget_version() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'INSERT' THEN
          IF NEW.status <> 'draft' THEN RAISE check_violation USING MESSAGE = 'a budget begins as a draft'; END IF;
          RETURN NEW;
        END IF;
        IF TG_OP = 'DELETE' THEN RAISE check_violation USING MESSAGE = 'a budget is closed, not deleted'; END IF;
        IF (NEW.budget_id, NEW.number, NEW.created_at) IS DISTINCT FROM (OLD.budget_id, OLD.number, OLD.created_at)
          OR NEW.revision <> OLD.revision + 1 OR NOT NEW.authors @> OLD.authors THEN
          RAISE check_violation USING MESSAGE = 'a version keeps its name, its authors and the order of its changes';
        END IF;
        IF (OLD.status, NEW.status) NOT IN (('draft', 'draft'), ('draft', 'submitted'), ('submitted', 'approved'),
          ('submitted', 'rejected'), ('approved', 'superseded'), ('approved', 'closed')) THEN
          RAISE check_violation USING MESSAGE = 'no step leads from ' || OLD.status || ' to ' || NEW.status;
        END IF;
        IF NEW.body <> OLD.body AND (OLD.status, NEW.status) <> ('draft', 'draft') THEN
          RAISE check_violation USING MESSAGE = 'what was submitted is not changed';
        END IF;
        IF OLD.status <> 'draft' AND (NEW.authors, NEW.submitted_by) IS DISTINCT FROM (OLD.authors, OLD.submitted_by)
          OR OLD.decided_by IS NOT NULL AND NEW.decided_by IS DISTINCT FROM OLD.decided_by THEN
          RAISE check_violation USING MESSAGE = 'who submitted and who decided stays';
        END IF;
        RETURN NEW;
      END $$`);
  await runner.query(`
      CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON budget_version
        FOR EACH ROW EXECUTE FUNCTION guard_budget_version()`);
  await runner.query(`
      CREATE FUNCTION approved_budget_only() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF NOT EXISTS (
          SELECT FROM budget_version WHERE budget_id = NEW.body->>'budgetId'
            AND status IN ('approved', 'superseded', 'closed') AND body - 'to' = NEW.body - 'to' - 'status'
        ) THEN
          RAISE check_violation USING MESSAGE = 'budget ' || NEW.id || ' was not approved';
        END IF;
        RETURN NEW;
      END $$`);
  await runner.query(`
      CREATE TRIGGER approved_budget_only BEFORE INSERT OR UPDATE ON reference_entry
        FOR EACH ROW WHEN (NEW.kind = 'budget') EXECUTE FUNCTION approved_budget_only()`);
}
