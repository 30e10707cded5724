import { type Environment, effectiveSettings, settingsMarkdown, unknownSettings } from '#libs/config';
import type { Command } from 'commander';
import { tableLines } from '../terminal/table.js';

/** `spendline config`: what holds, and where it comes from. */
export function registerConfig(program: Command, env: Environment): void {
  program
    .command('config')
    .description('show every setting that holds and where it comes from; secrets are not shown')
    .option('--markdown', 'print docs/configuration.md instead')
    .addHelpText(
      'after',
      `
Ends with exit code 1 if a setting is wrong.

Examples:
  spendline config
  SPENDLINE_PARTITIONS=16 spendline config`,
    )
    .action(({ markdown }: { markdown?: true }) => {
      if (markdown) return void process.stdout.write(settingsMarkdown());
      const settings = effectiveSettings(env);
      const rows = settings.map(({ name, shown, origin, problem }) => [
        name,
        origin,
        problem === undefined ? shown : `${shown}   WRONG: ${problem}`,
      ]);
      console.log(tableLines(rows).join('\n'));
      for (const { name, meant } of unknownSettings(env)) {
        console.log(
          `  ${name} is not a setting and changes nothing${meant === undefined ? '' : `; did you mean ${meant}?`}`,
        );
      }
      if (settings.some(({ problem }) => problem !== undefined)) process.exitCode = 1;
    });
}
