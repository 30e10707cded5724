import { type Environment, loadDatabaseConfig } from '#libs/config';
import type { Command } from 'commander';

/** `spendline republish`: all decisions to Kafka again. */
export function registerRepublish(program: Command, env: Environment): void {
  program
    .command('republish')
    .description('send all rates, budgets and rules from Postgres to Kafka again')
    .addHelpText(
      'after',
      `
For a Kafka that has lost the topic spendline.reference, or never had it. \`spendline up\` does it by itself for a Kafka
that has never seen any. Sending what is known already changes nothing; the API must be running, since it does the sending.

Examples:
  spendline republish
  DATABASE_URL=postgres://... spendline republish`,
    )
    .action(async () => {
      const { republish } = await import('../up/republish.js');
      console.log(`${await republish(loadDatabaseConfig(env).databaseUrl)} entries are on their way.`);
    });
}
