import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Groups of agents are reference data as well. */
export class AgentGroups1764350000000 implements MigrationInterface {
  readonly name = 'AgentGroups1764350000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE reference_entry
        DROP CONSTRAINT reference_entry_kind_check,
        ADD CONSTRAINT reference_entry_kind_check
          CHECK (kind IN ('organisation', 'agent', 'agent-group', 'rate-card', 'budget', 'rule', 'fx-rate'))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DELETE FROM reference_entry WHERE kind = 'agent-group'`);
    await runner.query(`
      ALTER TABLE reference_entry
        DROP CONSTRAINT reference_entry_kind_check,
        ADD CONSTRAINT reference_entry_kind_check
          CHECK (kind IN ('organisation', 'agent', 'rate-card', 'budget', 'rule', 'fx-rate'))`);
  }
}
