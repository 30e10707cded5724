import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Not only the stages are told of decisions: the delivery is of snoozes, in a topic of their own. */
export class Snoozes1764340000000 implements MigrationInterface {
  readonly name = 'Snoozes1764340000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE outbox
        ADD COLUMN topic text NOT NULL DEFAULT 'reference' CHECK (topic IN ('reference', 'snoozes'))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DELETE FROM outbox WHERE topic <> 'reference'`);
    await runner.query(`ALTER TABLE outbox DROP COLUMN topic`);
  }
}
