import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { type Environment, loadDatabaseConfig } from '#libs/config';
import type { Command } from 'commander';
import { Advice } from '../advice.js';

const BUDGETS_WAIT =
  'Budgets count once a person has submitted and another approved them (console, or docs/api.md). Not in force as they stand in the file';

interface ApplyFlags {
  readonly dryRun?: boolean;
  readonly prune?: boolean;
  readonly yes?: boolean;
}

/** `spendline apply`: reference data from a YAML file. */
export function registerApply(program: Command, env: Environment): void {
  program
    .command('apply')
    .description('make rates, budgets, rules and the organisation what a YAML file says')
    .argument('<file>', 'YAML file; deploy/reference/sample.yaml is a commented one')
    .option('--dry-run', 'only show what would change')
    .option('--prune', 'delete what the file does not have')
    .option('--yes', 'do not ask before something is changed')
    .addHelpText(
      'after',
      `
Shows the difference, asks, and writes it in one transaction with a line of audit for each entry; the programs take it
over within seconds. Applying the same file twice changes nothing the second time.

Examples:
  spendline apply deploy/reference/sample.yaml --dry-run
  spendline apply ours.yaml
  spendline apply ours.yaml --prune --yes
  DATABASE_URL=postgres://... spendline apply ours.yaml`,
    )
    .action(async (file: string, flags: ApplyFlags) => {
      await apply(file, flags, loadDatabaseConfig(env).databaseUrl);
    });
}

async function apply(
  file: string,
  { dryRun = false, prune = false, yes = false }: ApplyFlags,
  databaseUrl: string,
): Promise<void> {
  const { Database, PostgresReferenceStore } = await import('#libs/adapters/postgres');
  const { applyReferenceFile, printDiff, printFault } = await import('#libs/application');
  const { confirm } = await import('../up/fresh.js');
  const yaml = readText(file);
  const database = new Database({ databaseUrl, applicationName: 'spendline-apply', poolSize: 1 });
  const run = async (onlyShow: boolean) => {
    const options = { actor: userInfo().username, nowMs: Date.now(), dryRun: onlyShow, prune };
    const result = await applyReferenceFile(new PostgresReferenceStore(database), yaml, options);
    if (result.ok) return result;
    if (result.reason !== 'invalid-file') throw new Advice(result.detail);
    throw new Advice(`${file} was not applied:\n${result.faults.map(printFault).join('\n')}`);
  };
  try {
    const { diff } = await run(true);
    console.log(printDiff(diff, { prune }));
    const changes = diff.added.length + diff.changed.length + (prune ? diff.removed.length : 0);
    if (dryRun || changes === 0) return;
    if (!yes) await confirm('Change it?', '--yes');
    const { written, waiting } = await run(false);
    console.log(`${written} entries written.`);
    if (waiting.length > 0) console.log(`${BUDGETS_WAIT}: ${waiting.join(', ')}.`);
  } finally {
    await database.close();
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Advice(`${file} cannot be read: ${(error as Error).message}.`);
  }
}
