import type { z } from 'zod';

/** How the text of a setting becomes a value, and how that is said to a person. */
export interface SettingType<T> {
  /** From the text of the environment variable to the value; its message completes the sentence "NAME: ...". */
  readonly schema: z.ZodType<T, string>;
  /** What may stand there, for the documentation: "a whole number from 1 to 1000"; empty where anything may. */
  readonly says: string;
}

/** The chapters of `docs/configuration.md`, in its order. */
export const SETTING_GROUPS = [
  'Kafka',
  'Postgres',
  'Processing',
  'Addresses',
  'Access',
  'Delivery',
  'Embedded servers',
  'Simulator',
] as const;
/** A chapter of `docs/configuration.md`. */
export type SettingGroup = (typeof SETTING_GROUPS)[number];

/**
 * One setting, declared once: loading, `spendline config` and `docs/configuration.md` all read this.
 * `D` is `string` where there is a default and `undefined` where the value may be missing.
 */
export interface Setting<T, D extends string | undefined> {
  /** Name of the environment variable. */
  readonly name: string;
  readonly group: SettingGroup;
  readonly type: SettingType<T>;
  /** As text, as a person would write it. */
  readonly default: D;
  /** What holds when it is not set, where that is not a plain default. */
  readonly otherwise?: string;
  /** What it changes for the person who sets it; a full sentence. */
  readonly description: string;
  /** A valid value, used in the documentation and parsed by a test. */
  readonly example: string;
  /** Never printed, and also read from the file that `NAME_FILE` names. */
  readonly secret?: true;
}

/** A setting of whatever value. */
export type AnySetting = Setting<unknown, string | undefined>;

/** The value that loading yields for a setting. */
export type ValueOf<S> = S extends Setting<infer T, infer D> ? (D extends string ? T : T | undefined) : never;

/** The same setting with another default, for a program whose own differs (each has its own metrics port). */
export function withDefault<T>(setting: Setting<T, string>, value: string): Setting<T, string> {
  return { ...setting, default: value };
}
