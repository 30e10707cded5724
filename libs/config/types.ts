import { readFileSync } from 'node:fs';
import { isRole, ROLES, type Role } from '#libs/application';
import { parseMicros } from '#libs/domain';
import { z } from 'zod';
import type { SettingType } from './setting.js';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Any text that is not blank. */
export const text: SettingType<string> = { schema: z.string(), says: '' };

/** `true` or `false`; `yes`, `no`, `1`, `0`, `on`, `off` are understood too. */
export const flag: SettingType<boolean> = {
  schema: z.stringbool({ error: (issue) => `${quote(issue.input)} is neither true nor false` }),
  says: '`true` or `false`',
};

/** One of the given words. */
export function oneOf<const W extends string>(...words: readonly [W, ...W[]]): SettingType<W> {
  const list = words.map((word) => `\`${word}\``).join(', ');
  return {
    schema: z.enum(words, { error: (issue) => `${quote(issue.input)} is not one of ${words.join(', ')}` }),
    says: `one of ${list}`,
  };
}

/** A whole number between two bounds, both included. */
export function wholeNumber(min: number, max: number): SettingType<number> {
  return {
    schema: z.string().transform((value, context) => {
      const number = Number(value);
      if (/^\d+$/.test(value) && number >= min && number <= max) return number;
      context.addIssue(`${quote(value)} is not a whole number from ${min} to ${max}`);
      return z.NEVER;
    }),
    says: `a whole number from ${min} to ${max}`,
  };
}

/** A TCP port that a program listens on. */
export const port: SettingType<number> = { ...wholeNumber(1, 65_535), says: 'a port' };

/** A length of time with its unit, such as `10s`, `5m`, `1h`; the value is milliseconds. */
export const duration: SettingType<number> = {
  schema: z.string().transform((value, context) => {
    const [, amount, unit = ''] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(value) ?? [];
    const factor = UNIT_MS[unit];
    if (amount !== undefined && factor !== undefined) return Number(amount) * factor;
    context.addIssue(`${quote(value)} is not a length of time such as 500ms, 10s, 5m, 1h or 1d`);
    return z.NEVER;
  }),
  says: 'a length of time (`500ms`, `10s`, `5m`, `1h`, `1d`)',
};

/** Comma-separated words out of a fixed set, each at most once. */
export function wordsOf<const W extends string>(...words: readonly [W, ...W[]]): SettingType<readonly W[]> {
  const known = new Set<string>(words);
  return {
    schema: z.string().transform((value, context) => {
      const found = splitList(value);
      const strange = found.filter((word) => !known.has(word));
      if (strange.length > 0) context.addIssue(`${strange.map(quote).join(', ')} is not among ${words.join(', ')}`);
      return [...new Set(found)] as unknown as readonly W[];
    }),
    says: `comma-separated out of ${words.map((word) => `\`${word}\``).join(', ')}`,
  };
}

/** Kafka's bootstrap servers: `host:port`, comma-separated. */
export const brokers: SettingType<readonly string[]> = {
  schema: z.string().transform((value, context) => {
    const list = splitList(value);
    const broken = list.filter((broker) => !/^(\[[0-9a-fA-F:.]+\]|[^\s:/@]+):\d{1,5}$/.test(broker));
    if (list.length === 0) context.addIssue('names no broker; write host:port, comma-separated');
    for (const broker of broken) context.addIssue(`${quote(broker)} is not host:port`);
    return list;
  }),
  says: '`host:port`, comma-separated',
};

/** A Postgres connection URL. The value may hold a password, so faults never repeat it. */
export const postgresUrl: SettingType<string> = {
  schema: z.string().refine(
    (value) => {
      const url = URL.canParse(value) ? new URL(value) : undefined;
      return url !== undefined && /^postgres(ql)?:$/.test(url.protocol) && url.pathname.length > 1;
    },
    { error: 'is not a Postgres URL; write postgres://user:password@host:5432/database' },
  ),
  says: '`postgres://user:password@host:port/database`',
};

/** What Kafka allows in a topic's name. */
export const topicPrefix: SettingType<string> = {
  schema: z.string().regex(/^[A-Za-z0-9._-]{0,100}$/, {
    error: (issue) => `${quote(issue.input)} may hold letters, digits, dot, dash and underscore only`,
  }),
  says: 'letters, digits, `.`, `-`, `_`',
};

/** What Kafka allows in the name of a consumer group or transaction, kept to what is easy to type. */
export const name: SettingType<string> = {
  schema: z.string().regex(/^[A-Za-z0-9._-]{1,100}$/, {
    error: (issue) => `${quote(issue.input)} may hold letters, digits, dot, dash and underscore only`,
  }),
  says: 'letters, digits, `.`, `-`, `_`',
};

/** The path of a text file; the value is what stands in it. */
export const textFile: SettingType<string> = {
  schema: z.string().transform((path, context) => {
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      context.addIssue(`cannot read ${path} (${(error as Error).message})`);
      return z.NEVER;
    }
  }),
  says: 'path of a file',
};

/** A secret long enough not to be guessed; faults never repeat it. */
export const token: SettingType<string> = {
  schema: z.string().min(16, { error: 'is shorter than 16 characters' }),
  says: 'at least 16 characters',
};

/** An OIDC issuer: https, or http on this machine. */
export const issuerUrl: SettingType<string> = {
  schema: z.string().refine(
    (value) => {
      const { protocol, hostname, search, hash } = URL.canParse(value) ? new URL(value) : new URL('none:');
      const isSafe = protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
      return isSafe && search === '' && hash === '';
    },
    { error: (issue) => `${quote(issue.input)} is not an https address (http is taken on loopback only)` },
  ),
  says: 'an https address',
};

/** `name=role`, comma-separated; a name may come several times. */
export const roleMap: SettingType<Readonly<Record<string, readonly Role[]>>> = {
  schema: z.string().transform((value, context) => {
    const map = new Map<string, Role[]>();
    for (const pair of splitList(value)) {
      const at = pair.lastIndexOf('=');
      const [name, role] = [pair.slice(0, Math.max(at, 0)).trim(), pair.slice(at + 1).trim()];
      if (name === '' || !isRole(role))
        context.addIssue(`${quote(pair)} is not name=role with one of ${ROLES.join(', ')}`);
      else map.set(name, [...(map.get(name) ?? []), role]);
    }
    return Object.fromEntries(map);
  }),
  says: '`name=role`, comma-separated',
};

/** `role or person=amount`, comma-separated; the values are micros. */
export const approvalLimits: SettingType<Readonly<Record<string, bigint>>> = {
  schema: z.string().transform((value, context) => {
    const limits = new Map<string, bigint>();
    for (const pair of splitList(value)) {
      const at = pair.lastIndexOf('=');
      const [name, amount] = [pair.slice(0, Math.max(at, 0)).trim(), pair.slice(at + 1).trim()];
      if (name === '' || !/^\d{1,12}(\.\d{1,6})?$/.test(amount)) context.addIssue(`${quote(pair)} is not name=amount`);
      else limits.set(name, parseMicros(amount));
    }
    return Object.fromEntries(limits);
  }),
  says: '`name=amount`, comma-separated',
};

/** Whether a host name means this machine and nothing that others can reach. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1');
  return name === 'localhost' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name);
}

function splitList(value: string): string[] {
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function quote(value: unknown): string {
  return JSON.stringify(value);
}
