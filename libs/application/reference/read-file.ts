import type { Organisation } from '#libs/domain';
import { z } from 'zod';
import { expandAgents } from './agent-range.js';
import { checkEntries } from './check-entries.js';
import { DEFAULT_ORGANISATION } from './defaults.js';
import { referenceEntry, referenceKey, type ReferenceEntry, type ReferenceKind } from './entry.js';
import { CURRENCY, parseAmount, parseDurationText, parseInstant, scalar, type Scalars } from './scalars.js';
import { entrySchemas } from './schemas.js';
import { parseYaml, type FileFault, type YamlDocument, type YamlPath } from './yaml-document.js';
import { isZone, startOfDate } from './zone.js';

/** The entries of a reference file, at version 1, or everything that is wrong with it. */
export type FileResult =
  | { readonly ok: true; readonly entries: readonly ReferenceEntry[] }
  | { readonly ok: false; readonly faults: readonly FileFault[] };

/** The lists of a reference file and the kinds of entries that stand in them. */
const SECTIONS = {
  agents: 'agent',
  agentGroups: 'agent-group',
  rateCards: 'rate-card',
  budgets: 'budget',
  initiatives: 'initiative',
  rules: 'rule',
  fxRates: 'fx-rate',
} as const satisfies Record<string, ReferenceKind>;

const FILE = z.object({
  organisation: z.record(z.string(), z.unknown()).nullish(),
  agents: z.array(z.unknown()).nullish(),
  agentGroups: z.array(z.unknown()).nullish(),
  rateCards: z.array(z.unknown()).nullish(),
  budgets: z.array(z.unknown()).nullish(),
  initiatives: z.array(z.unknown()).nullish(),
  rules: z.array(z.unknown()).nullish(),
  fxRates: z.array(z.unknown()).nullish(),
});

interface Located {
  readonly entry: ReferenceEntry;
  readonly path: YamlPath;
}

/**
 * Reads a YAML reference file (see `deploy/reference/sample.yaml` for all of it). Amounts are decimals, dates such as
 * `2026-11-01` mean midnight of the organisation's zone, a currency that is left out is the organisation's.
 * `current` is what holds already: a file may rest on it, and is checked together with it.
 */
export function readReferenceFile(text: string, current: readonly ReferenceEntry[] = []): FileResult {
  const { document, faults: syntaxFaults } = parseYaml(text);
  if (syntaxFaults.length > 0) return { ok: false, faults: syntaxFaults };
  const file = FILE.safeParse(document.value ?? {}, { error: issueMessage });
  if (!file.success) return { ok: false, faults: issueFaults(document, [], file.error) };
  const faults: FileFault[] = Object.keys(document.value ?? {})
    .filter((name) => !(name in FILE.shape))
    .map((name) => document.fault([name], `is no section: the sections are ${Object.keys(FILE.shape).join(', ')}`));
  const located: Located[] = [];
  const schemas = entrySchemas(fileScalars(homeOf(file.data.organisation, current)));
  const read = (kind: ReferenceKind, path: YamlPath, value: unknown): void => {
    const result = schemas[kind].safeParse(value, { error: issueMessage });
    if (!result.success) faults.push(...issueFaults(document, path, result.error));
    // The schema of `kind` answers with that kind's value, which the indexed access above loses.
    else located.push({ path, entry: referenceEntry(kind, result.data as never, 1) });
  };
  if (file.data.organisation) read('organisation', ['organisation'], file.data.organisation);
  for (const [section, kind] of Object.entries(SECTIONS)) {
    const items = file.data[section as keyof typeof SECTIONS] ?? [];
    items.forEach((item, index) => {
      const path = [section, index];
      const expanded = kind === 'agent' ? expandAgents(item) : { ok: true as const, items: [item] };
      if (expanded.ok) expanded.items.forEach((value) => read(kind, path, value));
      else faults.push(document.fault([...path, expanded.field], expanded.message));
    });
  }
  faults.push(...doubleFaults(document, located), ...checkTogether(document, located, current));
  return faults.length > 0
    ? { ok: false, faults: inFileOrder(faults) }
    : { ok: true, entries: located.map(({ entry }) => entry) };
}

/** Zone and currency that the file's dates and amounts are read in, as far as they are usable. */
function homeOf(
  section: Record<string, unknown> | null | undefined,
  current: readonly ReferenceEntry[],
): Pick<Organisation, 'zone' | 'currency'> {
  const known = current.find((entry) => entry.kind === 'organisation')?.value ?? DEFAULT_ORGANISATION;
  const zone = section?.['zone'];
  const currency = CURRENCY.safeParse(section?.['currency']);
  return {
    zone: typeof zone === 'string' && isZone(zone) ? zone : known.zone,
    currency: currency.success ? currency.data : known.currency,
  };
}

/** How a person writes amounts, dates and durations, at home in a zone and a currency. */
export function fileScalars(home: Pick<Organisation, 'zone' | 'currency'>): Scalars {
  return {
    amount: scalar(parseAmount),
    instant: scalar((value) => parseFileInstant(value, home.zone)),
    duration: scalar(parseDurationText),
    currency: CURRENCY.default(home.currency),
    unknownFields: 'refuse',
  };
}

function parseFileInstant(value: unknown, zone: string): number {
  const dateMs = typeof value === 'string' ? startOfDate(value, zone) : undefined;
  if (dateMs !== undefined) return dateMs;
  try {
    return parseInstant(value);
  } catch {
    throw new RangeError('must be a date such as 2026-11-01 or a time such as 2026-11-01T09:00:00+08:00');
  }
}

function doubleFaults(document: YamlDocument, located: readonly Located[]): FileFault[] {
  const first = new Map<string, Located>();
  return located.flatMap((item) => {
    const key = referenceKey(item.entry);
    const other = first.get(key);
    if (!other) {
      first.set(key, item);
      return [];
    }
    const { path, line } = document.fault(other.path, '');
    return [document.fault(item.path, `is ${item.entry.id} a second time, after ${path} (line ${line ?? '?'})`)];
  });
}

/** The checks over the file and what it leaves alone. */
function checkTogether(
  document: YamlDocument,
  located: readonly Located[],
  current: readonly ReferenceEntry[],
): FileFault[] {
  const paths = new Map(located.map(({ entry, path }) => [referenceKey(entry), path]));
  const together = [
    ...current.filter((entry) => !paths.has(referenceKey(entry))),
    ...new Map(located.map(({ entry }) => [referenceKey(entry), entry])).values(),
  ];
  return checkEntries(together).map(({ key, field, message }) => {
    const path = paths.get(key);
    return path ? document.fault([...path, field], message) : { path: `${key}.${field}`, message };
  });
}

function issueFaults(document: YamlDocument, path: YamlPath, error: z.ZodError): FileFault[] {
  return error.issues.flatMap((issue) => {
    const place = [...path, ...issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))];
    if (issue.code !== 'unrecognized_keys') return [document.fault(place, issue.message)];
    return issue.keys.map((key) => document.fault([...place, key], 'is not a field that is known here'));
  });
}

/** Texts for what zod finds in what a person wrote; undefined leaves zod's own. */
export function issueMessage(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.input === undefined && issue.code !== 'custom') return 'is missing';
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${issue.expected === 'array' ? 'a list' : `of type ${issue.expected}`}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_union':
      return `must be one of ${(issue['options'] as string[] | undefined)?.join(', ') ?? 'the known kinds'}`;
    case 'too_small':
      return issue.origin === 'string' ? 'must not be empty' : `must be at least ${String(issue.minimum)}`;
    case 'too_big':
      return `must be at most ${String(issue.maximum)}${issue.origin === 'string' ? ' characters' : ''}`;
    case 'invalid_format':
    case 'not_multiple_of':
    case 'unrecognized_keys':
    case 'invalid_key':
    case 'invalid_element':
    case 'custom':
      return undefined;
  }
}

function inFileOrder(faults: readonly FileFault[]): FileFault[] {
  return [...faults].sort((a, b) => (a.line ?? Infinity) - (b.line ?? Infinity) || 0);
}
