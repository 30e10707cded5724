import { Command, InvalidArgumentError } from 'commander';
import { whyNoBroker } from '../../libs/testing/kafka/index.js';
import { ROWS } from './rows/index.js';
import { runMatrix } from './run-matrix.js';
import { asMarkdown, asScreen, verdictOf } from './table.js';

/** Exit code where nothing can be broken. */
const NO_BROKER = 3;

function whole(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('a whole number from 1 on, please');
  return number;
}

function knownRow(name: string, before: readonly string[]): string[] {
  if (!ROWS.some((row) => row.name === name))
    throw new InvalidArgumentError(`no such row; there are ${ROWS.map((row) => row.name).join(', ')}`);
  return [...before, name];
}

const list = ROWS.map(({ name, fault, holds }) => `  ${name.padEnd(16)} ${fault}\n${' '.repeat(19)}-> ${holds}`);
const program = new Command('npm run faults --')
  .description(
    'Breaks real brokers, databases and monitors while a generated input runs through them, and has an oracle that shares no code with the product judge what came out: every input accounted for once, every cost event once with the right amount, every month equal to a recount.',
  )
  .option('--row <name>', 'only this row; may be repeated', knownRow, [])
  .option('--seed <n>', 'decides input, victims, points and times; a failing run names its own', whole, 1)
  .option('--full', 'many rounds of each row instead of a few', false)
  .option('--minutes <n>', 'time for a full run, shared among the rows by their weight', whole, 30)
  .option('--rounds <n>', 'so many faults in each row instead', whole)
  .option('--session <ms>', 'session timeout of the monitors; they ship with 10000', whole, 5_000)
  .option('--rate <n>', 'records a second that the source sends', whole, 400)
  .addHelpText(
    'after',
    `\nRows:\n${list.join('\n')}\n
Examples:
  npm run faults                                            each row shortly, a few minutes in all
  npm run faults -- --row crash --row zombie --seed 7       two rows, another seed
  npm run faults -- --full --minutes 30 --session 10000     the long matrix as the product is shipped
  npm run faults -- --full --minutes 90 --row crash --row zombie --row rolling-kills --rate 600
                                                            200 kills, 100 sleeps, 30 broker kills, a million records

The table comes last, as text and as Markdown for docs/reliability.md. Exit code 1: something did not hold; 3: there is
nothing here to run a broker with.`,
  )
  .parse();
const options = program.opts<{
  row: string[];
  seed: number;
  full: boolean;
  minutes: number;
  rounds?: number;
  session: number;
  rate: number;
}>();

const why = whyNoBroker();
if (why !== undefined) {
  console.error(`No fault tests without a broker: ${why}`);
  process.exit(NO_BROKER);
}
const outcomes = await runMatrix({
  rows: ROWS.filter(({ name }) => options.row.length === 0 || options.row.includes(name)),
  seed: options.seed,
  sessionMs: options.session,
  perSecond: options.rate,
  ...(options.full && { fullMinutes: options.minutes }),
  ...(options.rounds !== undefined && { rounds: options.rounds }),
  say: (text) => console.log(text),
});
console.log(`\n${asScreen(outcomes, options.session)}\n\n${asMarkdown(outcomes, options.session)}`);
process.exit(outcomes.some((outcome) => verdictOf(outcome) === 'BROKEN') ? 1 : 0);
