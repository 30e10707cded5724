import { type Environment, loadKafkaConfig } from '#libs/config';
import { type Command, InvalidArgumentError } from 'commander';
import { parseSpeed, type Speed } from './pace.js';

interface Options {
  readonly map: string;
  readonly speed: Speed;
  readonly finish: boolean;
  readonly dryRun: boolean;
  readonly limit?: number;
}

/** `spendline replay`: sends a recorded file through a mapping. */
export function registerReplay(program: Command, env: Environment): void {
  program
    .command('replay')
    .description('send a recorded CSV or JSONL file to the input topics')
    .argument('<file>', 'the recorded file')
    .requiredOption('--map <file>', 'YAML file that maps its rows to records (docs/replay.md)')
    .option('--speed <speed>', 'max, or a multiple of real time such as 1x or 60x', speedOf, 'max')
    .option('--finish', 'then close what is open, as if time went on: for a monitor with SPENDLINE_CLOCK=event', false)
    .option('--dry-run', 'send nothing; show the first records and what would become of each row', false)
    .option('--limit <rows>', 'read at most so many rows', countOf)
    .addHelpText(
      'after',
      `
Every row is sent, skipped by a rule of the mapping, or refused with a reason; the summary counts them all.
Rows keep their own times: the monitor takes them for late if it has seen later ones (SPENDLINE_TOPIC_PREFIX and
SPENDLINE_GROUP give a replay a place of its own).

Examples:
  spendline replay calls.csv --map deploy/replay/technion.yaml --dry-run
  spendline replay calls.csv --map deploy/replay/technion.yaml --finish
  spendline replay calls.csv --map deploy/replay/technion.yaml --speed 60x --limit 500`,
    )
    .action(async (file: string, { map, limit = Infinity, ...options }: Options) => {
      const [{ replay }, { createLogger }] = await Promise.all([
        import('./replay.js'),
        import('#libs/adapters/logging'),
      ]);
      const stop = new AbortController();
      process.once('SIGINT', () => stop.abort());
      const { refused, mapped } = await replay({
        ...options,
        limit,
        file,
        mapFile: map,
        kafka: () => loadKafkaConfig(env).kafka,
        logger: createLogger('replay', 'error'),
        signal: stop.signal,
        say: (line) => console.log(line),
      });
      if (stop.signal.aborted) process.exitCode = 130;
      else if (refused > 0 && mapped === 0) process.exitCode = 1;
    });
}

function speedOf(text: string): Speed {
  const speed = parseSpeed(text);
  if (speed === undefined) throw new InvalidArgumentError('Write max, 1x or 60x.');
  return speed;
}

function countOf(text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1) throw new InvalidArgumentError('Write a whole number of rows.');
  return count;
}
