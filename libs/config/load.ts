import { readFileSync } from 'node:fs';
import type { AnySetting, ValueOf } from './setting.js';

/** Environment variables, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One thing wrong with one setting. */
export interface ConfigFault {
  /** The environment variable to mend. */
  readonly name: string;
  /** Completes the sentence "NAME ...", and says what may stand there. */
  readonly problem: string;
}

/** Settings that a program cannot start with: every fault at once, each with the name of the variable to mend. */
export class ConfigError extends Error {
  constructor(readonly faults: readonly ConfigFault[]) {
    const lines = faults.map((fault) => `  ${fault.name}: ${fault.problem}`);
    const count = faults.length === 1 ? 'One setting is' : `${faults.length} settings are`;
    super(`${count} wrong (docs/configuration.md lists them all):\n${lines.join('\n')}`);
    this.name = 'ConfigError';
  }
}

/** Settings that a program reads, by the name its code uses. */
export type Section = Readonly<Record<string, AnySetting>>;
/** The loaded values of a section. */
export type Values<S extends Section> = { readonly [K in keyof S]: ValueOf<S[K]> };
/** A rule over several settings: given the text of each, says what does not go together. */
export type Rule = (given: (setting: AnySetting) => string | undefined) => readonly ConfigFault[];

/** Where a setting's text came from. */
export type Origin = 'environment' | 'file' | 'default' | 'unset';
/** A setting's text before it is parsed. */
export interface RawValue {
  readonly text: string | undefined;
  readonly origin: Origin;
}

/**
 * Finds the text of a setting: the variable itself, for a secret else the file that `NAME_FILE` names, else the default.
 * A blank variable counts as not set. Throws ConfigError when the file cannot be read or both are given.
 */
export function rawValue(setting: AnySetting, env: Environment): RawValue {
  const direct = given(env[setting.name]);
  const file = setting.secret ? given(env[`${setting.name}_FILE`]) : undefined;
  if (direct !== undefined && file !== undefined) {
    throw new ConfigError([
      { name: setting.name, problem: `is set, and so is ${setting.name}_FILE; keep one of them` },
    ]);
  }
  if (direct !== undefined) return { text: direct, origin: 'environment' };
  if (file !== undefined) return { text: readSecret(setting.name, file), origin: 'file' };
  return setting.default === undefined
    ? { text: undefined, origin: 'unset' }
    : { text: setting.default, origin: 'default' };
}

/** Loads a section; throws one ConfigError that holds every fault of every setting and rule. */
export function loadSection<S extends Section>(section: S, env: Environment, rules: readonly Rule[] = []): Values<S> {
  const faults: ConfigFault[] = [];
  const texts = new Map<string, string | undefined>();
  const values: Record<string, unknown> = {};
  for (const [key, setting] of Object.entries(section)) {
    const text = collect(faults, () => rawValue(setting, env).text);
    texts.set(setting.name, text);
    if (text === undefined) continue;
    const parsed = setting.type.schema.safeParse(text);
    if (parsed.success) values[key] = parsed.data;
    else faults.push(...parsed.error.issues.map((issue) => ({ name: setting.name, problem: issue.message })));
  }
  for (const rule of rules) faults.push(...rule((setting) => texts.get(setting.name)));
  if (faults.length > 0) throw new ConfigError(faults);
  return values as Values<S>;
}

/** Runs `read`, moving the faults of a ConfigError into `faults` so that the other settings are still looked at. */
export function collect<T>(faults: ConfigFault[], read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    faults.push(...error.faults);
    return undefined;
  }
}

function readSecret(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8').trimEnd();
  } catch (error) {
    throw new ConfigError([{ name: `${name}_FILE`, problem: `cannot read ${file} (${(error as Error).message})` }]);
  }
}

function given(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === '' ? undefined : value.trim();
}
