import { readFileSync } from 'node:fs';
import { type Environment, loadKafkaConfig } from '#libs/config';
import type { RejectionFilter } from '#libs/application';
import { REJECT_REASONS } from '#libs/contract';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { Advice } from '../advice.js';
import { printable } from '../terminal/printable.js';
import { parseMoment } from './moment.js';
import type { RejectedSource } from './read.js';

interface FilterFlags {
  readonly topic?: readonly string[];
  readonly reason?: readonly string[];
  readonly since?: number;
  readonly until?: number;
}

interface ListFlags extends FilterFlags {
  readonly page: number;
  readonly limit: number;
}

interface ReplayFlags extends FilterFlags {
  readonly all?: boolean;
  readonly limit: number;
  readonly dryRun?: boolean;
  readonly again?: boolean;
  readonly yes?: boolean;
  readonly value?: string;
}

const ID = /^\d+\/\d+$/;

/** `spendline rejected`: what was refused, why, and again after a fix. */
export function registerRejected(program: Command, env: Environment): void {
  const rejected = program
    .command('rejected')
    .description('look at the records that were refused, and replay them after a fix')
    .addHelpText(
      'after',
      `
A record that cannot be counted goes to cost.rejected, untouched, with the reason; nothing else waits for it. It is kept
for 30 days. The usual way: list, show one, mend the cause (a rate, a clock, the source), replay.

Examples:
  spendline rejected list
  spendline rejected show 3/17
  spendline rejected replay --reason no-fx-rate --dry-run`,
    );
  registerList(rejected, env);
  registerShow(rejected, env);
  registerReplayRejected(rejected, env);
}

function registerList(rejected: Command, env: Environment): void {
  withFilters(rejected.command('list'))
    .description('count the rejections by reason and show a page of them, newest first')
    .option('--limit <rows>', 'so many on a page', countOf, 20)
    .option('--page <number>', 'which page', countOf, 1)
    .addHelpText(
      'after',
      `
Reasons:
${reasonLines()}

Examples:
  spendline rejected list --since 2h
  spendline rejected list --topic callcenter.interactions --reason schema --page 2
  spendline rejected list --since 2026-03-04T09:00:00+08:00 --until 2026-03-04T10:00:00+08:00`,
    )
    .action(async ({ page, limit, ...flags }: ListFlags) => {
      const source = await open(env);
      const { listRejections } = await import('./list.js');
      const filter = await filterOf(flags, source);
      await listRejections(source, { filter, page, pageSize: limit, say });
    });
}

function registerShow(rejected: Command, env: Environment): void {
  rejected
    .command('show')
    .description('show one: its value decoded, where exactly it is wrong, and what to do')
    .argument('<id>', 'partition/offset, as the list shows it', idOf)
    .addHelpText(
      'after',
      `
Shows the value as it came: it may hold personal data.

Examples:
  spendline rejected show 3/17`,
    )
    .action(async (id: string) => {
      const source = await open(env);
      const { showRejection } = await import('./show.js');
      await showRejection(source, id, say);
    });
}

function registerReplayRejected(rejected: Command, env: Environment): void {
  withFilters(rejected.command('replay'))
    .description('send rejected records to their input again, after a fix')
    .argument('[ids...]', 'partition/offset, as the list shows them; none: those that the filters leave', idsOf)
    .option('--all', 'every one that is kept')
    .option('--limit <rows>', 'at most so many in one run', countOf, 10_000)
    .option('--dry-run', 'only say what would be sent')
    .option('--value <file>', 'send the bytes of this file in the place of the rejected value; for one id')
    .option('--again', 'also those that were replayed before')
    .option('--yes', 'do not ask before something is sent')
    .addHelpText(
      'after',
      `
Key, headers and partition are as they were, and the header replayed-from says where the record stood in cost.rejected.
What would be refused again by its bytes alone is skipped, and so is what was replayed before: a second copy has no effect
within the dedup horizon (an hour), but would count beyond it. Events keep their own time, so an old one is late: it counts
in the ledger and in the month, not in the rolling windows.

Examples:
  spendline rejected replay 3/17
  spendline rejected replay 3/17 --value mended.json
  spendline rejected replay --reason no-fx-rate --dry-run
  spendline rejected replay --topic billing.lines --since 24h --yes`,
    )
    .action(async (ids: readonly string[], flags: ReplayFlags) => {
      checkMeant(ids, flags);
      const value = flags.value === undefined ? undefined : bytesOf(flags.value);
      const source = await open(env);
      const [{ replayRejected }, { confirm }] = await Promise.all([
        import('./replay-rejected.js'),
        import('../up/fresh.js'),
      ]);
      const filter = { ...(await filterOf(flags, source)), ...(ids.length > 0 && { ids: new Set(ids) }) };
      await replayRejected(source, {
        filter,
        limit: flags.limit,
        dryRun: flags.dryRun ?? false,
        again: flags.again ?? false,
        ...(value && { value }),
        confirm: (question) => (flags.yes ? Promise.resolve() : confirm(question, '--yes')),
        say,
      });
    });
}

/** What is shown comes from strangers. */
const say = (line: string): void => console.log(printable(line));

function withFilters(command: Command): Command {
  const reasons = new Option('--reason <slugs...>', 'only for these reasons').choices(Object.keys(REJECT_REASONS));
  return command
    .option('--topic <names...>', 'only from these inputs, such as callcenter.interactions')
    .addOption(reasons)
    .option('--since <time>', 'rejected at or after: 2026-03-04T09:00:00+08:00, or 2h for two hours ago', momentOf)
    .option('--until <time>', 'rejected before', momentOf);
}

function checkMeant(ids: readonly string[], { all, topic, reason, since, until, value }: ReplayFlags): void {
  const hasFilter = topic !== undefined || reason !== undefined || since !== undefined || until !== undefined;
  if (ids.length === 0 && !hasFilter && !all) {
    throw new Advice(
      'Say which: ids as `spendline rejected list` shows them, or --reason, --topic, --since, --until, or --all.',
    );
  }
  if (value !== undefined && ids.length !== 1)
    throw new Advice('--value takes the place of one value: name exactly one id.');
}

async function open(env: Environment): Promise<RejectedSource> {
  const [{ prepareTopics }, { createLogger }] = await Promise.all([
    import('../prepare-topics.js'),
    import('#libs/adapters/logging'),
  ]);
  const { kafka } = loadKafkaConfig(env);
  await prepareTopics(kafka);
  return { settings: kafka, logger: createLogger('rejected', 'error') };
}

async function filterOf(
  { topic, reason, since, until }: FilterFlags,
  { settings }: RejectedSource,
): Promise<RejectionFilter> {
  const { INPUT_NAMES, inputNamed } = await import('#libs/application');
  const inputs = topic?.map((name) => {
    const input = inputNamed(name, settings.topicPrefix);
    if (!input) throw new Advice(`${name} is no input: there are ${INPUT_NAMES.join(', ')}.`);
    return input;
  });
  return {
    ...(inputs && { inputs }),
    ...(reason && { reasons: reason }),
    ...(since !== undefined && { sinceMs: since }),
    ...(until !== undefined && { untilMs: until }),
  };
}

function reasonLines(): string {
  const width = Math.max(...Object.keys(REJECT_REASONS).map((reason) => reason.length)) + 2;
  return Object.entries(REJECT_REASONS)
    .map(([reason, meaning]) => `  ${reason.padEnd(width)}${meaning}`)
    .join('\n');
}

function bytesOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Advice(`${file} cannot be read: ${(error as Error).message}.`);
  }
}

function idOf(text: string): string {
  if (ID.test(text)) return text;
  throw new InvalidArgumentError('Write partition/offset as the list shows it, such as 3/17.');
}

function idsOf(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, idOf(text)];
}

function momentOf(text: string): number {
  const moment = parseMoment(text, Date.now());
  if (moment === undefined)
    throw new InvalidArgumentError('Write a time with an offset, or how long ago: 2h, 30m, 7d.');
  return moment;
}

function countOf(text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1) throw new InvalidArgumentError('Write a whole number from 1.');
  return count;
}
