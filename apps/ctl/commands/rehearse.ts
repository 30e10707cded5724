import { readFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { type Environment, loadKafkaConfig } from '#libs/config';
import { type Command, InvalidArgumentError } from 'commander';
import { Advice } from '../advice.js';
import { parseMoment } from '../rejected/moment.js';
import { printable } from '../terminal/printable.js';

interface RehearseFlags {
  readonly from: number;
  readonly to?: number;
  readonly json?: boolean;
}

/** `spendline rehearse`: what a rule, a budget or a rate would have done. */
export function registerRehearse(program: Command, env: Environment): void {
  program
    .command('rehearse')
    .description('say what proposed rules, budgets or rates would have done to the recorded past')
    .argument('<file>', 'YAML file as for apply, with what is proposed and nothing else')
    .option('--from <time>', '2026-03-04T09:00:00+08:00, or 7d for seven days ago', momentOf, Date.now() - 86_400_000)
    .option('--to <time>', 'as --from; default: now', momentOf)
    .option('--json', 'the report as JSON, whole')
    .addHelpText(
      'after',
      `
Plays the input that Kafka keeps through the monitor's own stages, under what holds today and under the proposal, and says
what would have fired, when and for how long, beside what fires today and what was told; of rates, what they would have
cost whom. Dates in the file are left out of account, and a proposed budget counts as approved. Nothing is changed.

Examples:
  spendline rehearse stricter-rule.yaml --from 7d
  spendline rehearse next-budget.yaml --from 2026-03-01T00:00:00+08:00 --to 2026-03-08T00:00:00+08:00
  spendline rehearse rates.yaml --json`,
    )
    .action(async (file: string, { from, to = Date.now(), json = false }: RehearseFlags) => {
      if (from >= to) throw new Advice('--from must lie before --to.');
      const { kafka } = loadKafkaConfig(env);
      const [{ PastInput, readDecided }, { createLogger }, { printFault, readReferenceFile, rehearse }] =
        await Promise.all([
          import('#libs/adapters/kafka'),
          import('#libs/adapters/logging'),
          import('#libs/application'),
        ]);
      const [{ PAST_DEPENDENCIES }, { rehearsalLines }] = await Promise.all([
        import('../past/dependencies.js'),
        import('../past/rehearsal-lines.js'),
      ]);
      const yaml = textOf(file);
      const logger = createLogger('rehearse', 'error');
      const { entries, signals } = await readDecided(kafka, logger);
      const proposed = readReferenceFile(yaml, entries);
      if (!proposed.ok) throw new Advice(`${file} cannot be rehearsed:\n${proposed.faults.map(printFault).join('\n')}`);
      if (proposed.entries.length === 0) throw new Advice(`${file} proposes nothing.`);
      const request = { current: entries, proposed: proposed.entries, fromMs: from, toMs: to, fired: signals };
      const report = await rehearse(request, new PastInput(kafka, logger), PAST_DEPENDENCIES, () => turn());
      if (json) console.log(JSON.stringify(report, undefined, 2));
      else for (const line of rehearsalLines(report)) console.log(printable(line));
    });
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Advice(`${file} cannot be read: ${(error as Error).message}.`);
  }
}

function momentOf(text: string): number {
  const moment = parseMoment(text, Date.now());
  if (moment === undefined)
    throw new InvalidArgumentError('Write a time with an offset, or how long ago: 2h, 30m, 7d.');
  return moment;
}
