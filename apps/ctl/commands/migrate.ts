import { type Environment, loadDatabaseConfig } from '#libs/config';
import type { Command } from 'commander';

/** `spendline migrate`: brings the database up to date. */
export function registerMigrate(program: Command, env: Environment): void {
  program
    .command('migrate')
    .description('bring the tables in Postgres up to date')
    .addHelpText(
      'after',
      `
\`spendline up\` does this by itself. Elsewhere run it once for each new version before the programs start, with the role
that owns the tables; the programs themselves need less (deploy/postgres/roles.sql).

Examples:
  spendline migrate                                            the embedded Postgres, while spendline up runs
  DATABASE_URL=postgres://owner:...@db/spendline spendline migrate
  DATABASE_URL_FILE=/run/secrets/owner-url spendline migrate`,
    )
    .action(async () => {
      const { prepareDatabase } = await import('../prepare-database.js');
      const { applied } = await prepareDatabase(loadDatabaseConfig(env).databaseUrl);
      console.log(applied.length === 0 ? 'The tables are up to date.' : `Applied: ${applied.join(', ')}.`);
    });
}
