import type { MigrationInterface, QueryRunner } from 'typeorm';

const KINDS = ['organisation', 'agent', 'agent-group', 'rate-card', 'budget', 'rule', 'fx-rate'];

/** The register of initiatives; as with budgets, what must never happen is refused here too. */
export class Initiatives1764360000000 implements MigrationInterface {
  readonly name = 'Initiatives1764360000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE initiative_version (
        initiative_id text NOT NULL,
        number integer NOT NULL CHECK (number >= 1),
        revision integer NOT NULL CHECK (revision >= 1),
        status text NOT NULL CHECK (status IN ('proposed', 'accepted', 'rejected', 'superseded', 'closed')),
        body jsonb NOT NULL,
        authors text[] NOT NULL CHECK (cardinality(authors) >= 1),
        evaluated_by text,
        evaluated_at timestamptz,
        evaluation text,
        ended_at timestamptz,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        PRIMARY KEY (initiative_id, number),
        CONSTRAINT evaluated_by_somebody CHECK ((evaluated_by IS NULL) = (status = 'proposed')),
        CONSTRAINT evaluation_says_what CHECK (status = 'proposed' OR coalesce(evaluation, '') <> ''),
        CONSTRAINT evaluator_is_not_author CHECK (evaluated_by <> ALL (authors))
      )`);
    for (const status of ['proposed', 'accepted'])
      await runner.query(`
        CREATE UNIQUE INDEX initiative_version_${status} ON initiative_version (initiative_id) WHERE status = '${status}'`);
    await guardInitiatives(runner);
    await allow(runner, [...KINDS, 'initiative'], ['budget', 'initiative', 'signal']);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TRIGGER accepted_initiative_only ON reference_entry`);
    await runner.query(`DELETE FROM reference_entry WHERE kind = 'initiative'`);
    await runner.query(`DROP TABLE initiative_version`);
    await runner.query(`DROP FUNCTION accepted_initiative_only()`);
    await runner.query(`DROP FUNCTION guard_initiative_version()`);
    // The audit is only added to, also by this: lines about initiatives stay, and the limit holds for what comes.
    await allow(runner, KINDS, ['budget', 'signal'], 'NOT VALID');
  }
}

async function allow(
  runner: QueryRunner,
  kinds: readonly string[],
  subjects: readonly string[],
  validity = '',
): Promise<void> {
  const list = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(', ');
  await runner.query(`
      ALTER TABLE reference_entry DROP CONSTRAINT reference_entry_kind_check,
        ADD CONSTRAINT reference_entry_kind_check CHECK (kind IN (${list(kinds)}))`);
  await runner.query(`
      ALTER TABLE decision_audit DROP CONSTRAINT decision_audit_subject_check,
        ADD CONSTRAINT decision_audit_subject_check CHECK (subject IN (${list(subjects)})) ${validity}`);
}

async function guardInitiatives(runner: QueryRunner): Promise<void> {
  await runner.query(`
      CREATE FUNCTION guard_initiative_version() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'INSERT' THEN
          IF NEW.status <> 'proposed' THEN RAISE check_violation USING MESSAGE = 'an initiative begins as a proposal'; END IF;
          RETURN NEW;
        END IF;
        IF TG_OP = 'DELETE' THEN RAISE check_violation USING MESSAGE = 'an initiative is closed, not deleted'; END IF;
        IF (NEW.initiative_id, NEW.number, NEW.created_at) IS DISTINCT FROM (OLD.initiative_id, OLD.number, OLD.created_at)
          OR NEW.revision <> OLD.revision + 1 OR NOT NEW.authors @> OLD.authors THEN
          RAISE check_violation USING MESSAGE = 'a version keeps its name, its authors and the order of its changes';
        END IF;
        IF (OLD.status, NEW.status) NOT IN (('proposed', 'proposed'), ('proposed', 'accepted'), ('proposed', 'rejected'),
          ('accepted', 'superseded'), ('accepted', 'closed')) THEN
          RAISE check_violation USING MESSAGE = 'no step leads from ' || OLD.status || ' to ' || NEW.status;
        END IF;
        IF (NEW.body, NEW.authors) IS DISTINCT FROM (OLD.body, OLD.authors) AND NEW.status <> 'proposed' THEN
          RAISE check_violation USING MESSAGE = 'what is evaluated is what was proposed';
        END IF;
        IF OLD.status <> 'proposed'
          AND (NEW.evaluated_by, NEW.evaluation) IS DISTINCT FROM (OLD.evaluated_by, OLD.evaluation) THEN
          RAISE check_violation USING MESSAGE = 'an evaluation stays';
        END IF;
        RETURN NEW;
      END $$`);
  await runner.query(`
      CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON initiative_version
        FOR EACH ROW EXECUTE FUNCTION guard_initiative_version()`);
  await runner.query(`
      CREATE FUNCTION accepted_initiative_only() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF NOT EXISTS (
          SELECT FROM initiative_version WHERE initiative_id = NEW.body->>'initiativeId'
            AND status IN ('accepted', 'superseded', 'closed') AND body - 'to' = NEW.body - 'to' - 'status'
        ) THEN
          RAISE check_violation USING MESSAGE = 'initiative ' || NEW.id || ' was not accepted';
        END IF;
        RETURN NEW;
      END $$`);
  await runner.query(`
      CREATE TRIGGER accepted_initiative_only BEFORE INSERT OR UPDATE ON reference_entry
        FOR EACH ROW WHEN (NEW.kind = 'initiative') EXECUTE FUNCTION accepted_initiative_only()`);
}
