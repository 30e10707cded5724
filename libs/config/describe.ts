import { type Environment, type Origin, collect, rawValue } from './load.js';
import { PROGRAMS } from './programs.js';
import { type AnySetting, SETTING_GROUPS } from './setting.js';
import { SETTINGS } from './settings.js';

/** A setting as `spendline config` shows it. */
export interface EffectiveSetting {
  readonly name: string;
  /** What holds; a secret is only said to be set. */
  readonly shown: string;
  readonly origin: Origin;
  /** What is wrong with it, if anything. */
  readonly problem: string | undefined;
}

/** What holds for every setting in this environment, where it comes from, and what is wrong with it. Shows no secret. */
export function effectiveSettings(env: Environment): readonly EffectiveSetting[] {
  return Object.values<AnySetting>(SETTINGS).map((setting) => {
    const faults: { name: string; problem: string }[] = [];
    const raw = collect(faults, () => rawValue(setting, env)) ?? { text: undefined, origin: 'file' as const };
    const parsed = raw.text === undefined ? undefined : setting.type.schema.safeParse(raw.text);
    const problem = faults[0]?.problem ?? parsed?.error?.issues.map((issue) => issue.message).join('; ');
    return { name: setting.name, shown: shownText(setting, raw.text), origin: raw.origin, problem };
  });
}

/**
 * Variables that look like ours and are not, each with the name that was probably meant:
 * a misspelt setting would otherwise be ignored without a word.
 */
export function unknownSettings(
  env: Environment,
): readonly { readonly name: string; readonly meant: string | undefined }[] {
  const known = Object.values<AnySetting>(SETTINGS).flatMap(({ name, secret }) =>
    secret ? [name, `${name}_FILE`] : [name],
  );
  return Object.keys(env)
    .filter((name) => name.startsWith('SPENDLINE_') && !known.includes(name))
    .map((name) => ({ name, meant: known.find((candidate) => isNear(name, candidate)) }));
}

/** `docs/configuration.md`, whole. */
export function settingsMarkdown(): string {
  const chapters = SETTING_GROUPS.map((group) => {
    const rows = Object.values<AnySetting>(SETTINGS)
      .filter((setting) => setting.group === group)
      .map((setting) => `| ${cells(setting).join(' | ')} |`);
    return [
      `## ${group}`,
      '',
      '| variable | default | what it does | read by |',
      '| --- | --- | --- | --- |',
      ...rows,
    ].join('\n');
  });
  return `${[INTRODUCTION, ...chapters].join('\n\n')}\n`;
}

const INTRODUCTION = `# Configuration

<!-- Generated from libs/config/settings.ts: npx spendline config --markdown > docs/configuration.md -->

Every setting is an environment variable, and each has a default that works: \`npm start\` needs none of them.
A program that finds something wrong says all of it at once and does not start. \`npx spendline config\` shows what holds and where it comes from.

Secrets can also be read from a file: set the name with \`_FILE\` behind it to the file's path. They are never printed or logged.`;

function cells(setting: AnySetting): string[] {
  const secret = setting.secret ? ` Or \`${setting.name}_FILE\`.` : '';
  const takes = `${setting.type.says === '' ? 'Such' : `Takes ${setting.type.says}, such`} as \`${setting.example}\`.`;
  return [
    `\`${setting.name}\``,
    defaultOf(setting),
    `${setting.description}${secret} ${takes}`,
    readersOf(setting).join(', '),
  ].map((cell) => cell.replaceAll('|', '\\|'));
}

function defaultOf(setting: AnySetting): string {
  if (setting.otherwise !== undefined) return setting.otherwise;
  const own = declarationsOf(setting);
  if (new Set(own.map(([, declared]) => declared.default)).size > 1) {
    return own.map(([program, declared]) => `\`${String(declared.default)}\` (${program})`).join(', ');
  }
  return setting.default === undefined ? 'none' : `\`${setting.default}\``;
}

function readersOf(setting: AnySetting): string[] {
  const programs = declarationsOf(setting).map(([program]) => program);
  return programs.length > 0 ? programs : ['npm start'];
}

/** The setting as each program that reads it declares it: a program may have a default of its own. The supervisor looks at all of them, which says nothing. */
function declarationsOf(setting: AnySetting): [program: string, declared: AnySetting][] {
  const { up: _supervisor, ...programs } = PROGRAMS;
  return Object.entries(programs).flatMap(([program, section]) => {
    const declared = Object.values<AnySetting>(section).find(({ name }) => name === setting.name);
    return declared === undefined ? [] : [[program, declared] satisfies [string, AnySetting]];
  });
}

function shownText(setting: AnySetting, text: string | undefined): string {
  if (text === undefined) return setting.otherwise ?? 'none';
  return setting.secret ? '(set, not shown)' : text;
}

/** Whether two names differ by at most two letters added, dropped or changed. */
function isNear(left: string, right: string): boolean {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (const [i, letter] of Array.from(left).entries()) {
    const next = [i + 1];
    for (let j = 0; j < right.length; j++) {
      const changed = (row[j] ?? 0) + (letter === right[j] ? 0 : 1);
      next.push(Math.min(changed, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return (row.at(-1) ?? Infinity) <= 2;
}
