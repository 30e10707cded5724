import { setImmediate as turn } from 'node:timers/promises';
import { type Environment, loadKafkaConfig } from '#libs/config';
import type { Command } from 'commander';
import { Advice } from '../advice.js';
import { printable } from '../terminal/printable.js';

interface ExplainFlags {
  readonly json?: boolean;
}

/** `spendline explain`: what a signal rests on, computed again. */
export function registerExplain(program: Command, env: Environment): void {
  program
    .command('explain')
    .description('say what a signal rests on, and compute it again from the input that is kept')
    .argument('<signal>', 'its key, such as burn-rate:channel:voice:month, or an episode: key@time')
    .option('--json', 'the explanation as JSON, whole')
    .addHelpText(
      'after',
      `
Takes the newest message of the signal (or of the episode) and lists its window, the rule's and the budget's version, the
rates, the bills and the offsets of the input that it rests on. Then plays what Kafka keeps through the monitor's own stages
and says whether the same comes out. Nothing is changed.

Examples:
  spendline explain burn-rate:channel:voice:month
  spendline explain unit-cost-voice:channel:voice@2026-03-04T10:05:00.000Z --json`,
    )
    .action(async (name: string, { json = false }: ExplainFlags) => {
      const { kafka } = loadKafkaConfig(env);
      const [{ PastInput, readDecided }, { createLogger }, { buildReference, explain }] = await Promise.all([
        import('#libs/adapters/kafka'),
        import('#libs/adapters/logging'),
        import('#libs/application'),
      ]);
      const [{ PAST_DEPENDENCIES }, { explanationLines }] = await Promise.all([
        import('../past/dependencies.js'),
        import('../past/explanation-lines.js'),
      ]);
      const logger = createLogger('explain', 'error');
      const { entries, signals } = await readDecided(kafka, logger);
      const signal = signals.findLast(({ signalKey, episodeId }) => signalKey === name || episodeId === name);
      if (!signal) throw new Advice(unknownSignal(name, [...new Set(signals.map(({ signalKey }) => signalKey))]));
      const reference = buildReference(entries);
      const calendar = PAST_DEPENDENCIES.calendarOf(reference.organisation.zone);
      const past = new PastInput(kafka, logger);
      const explanation = await explain({ signal, reference, calendar }, past, PAST_DEPENDENCIES, () => turn());
      if (json) console.log(JSON.stringify(explanation, undefined, 2));
      else for (const line of explanationLines(explanation)) console.log(printable(line));
    });
}

function unknownSignal(name: string, keys: readonly string[]): string {
  if (keys.length === 0) return 'No signal is kept.';
  return `There is no signal ${name}. Those that are kept:\n${keys
    .toSorted()
    .map((key) => `  ${key}`)
    .join('\n')}`;
}
