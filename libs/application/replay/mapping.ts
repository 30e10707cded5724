import { schemas, type InputTopicKey, type SchemaId } from '#libs/contract';
import { z } from 'zod';
import { parseYaml, type FileFault, type YamlDocument, type YamlPath } from '../reference/yaml-document.js';
import { expressionSchemas } from './expression.js';
import { issueMessage } from './issue-message.js';
import { isZoneName } from './row-time.js';
import type { Decide, Evaluate } from './value.js';

/** Leaves rows out on purpose. */
export interface SkipRule {
  /** A slug that the summary shows. */
  readonly reason: string;
  readonly when: Decide;
}

/** One record that a row gives. */
export interface RecordMapping {
  readonly topic: InputTopicKey;
  /** Rows that give no such record, without a mention: the row itself is not skipped. */
  readonly when?: Decide;
  readonly fields: Readonly<Record<string, Evaluate>>;
  /** Absent: the contract's key of the topic. */
  readonly key?: Evaluate;
}

/** A compiled mapping from the rows of a file to records of input topics. */
export interface Mapping {
  readonly name: string;
  readonly source: MappingSource;
  /** Columns that it reads; every one must be in a CSV's header. */
  readonly columns: readonly string[];
  readonly skip: readonly SkipRule[];
  /** Named values in the order of their definition; each may use those before. */
  readonly values: readonly { readonly name: string; readonly evaluate: Evaluate }[];
  readonly records: readonly RecordMapping[];
  /** `event-time`: the whole file is read and sorted first; `file`: as the rows come. */
  readonly sort: 'event-time' | 'file';
}

/** How the file is written. */
export interface MappingSource {
  readonly format: 'csv' | 'jsonl';
  readonly delimiter: string;
}

/** A mapping, or everything that is wrong with it. */
export type MappingResult =
  { readonly ok: true; readonly mapping: Mapping } | { readonly ok: false; readonly faults: readonly FileFault[] };

const TOPIC_NAMES = ['interactions', 'agentStates', 'feedback', 'billingLines', 'revenue'] as const;
const SCHEMA_OF = {
  interactions: 'interaction.v1',
  agentStates: 'agent-state.v1',
  feedback: 'feedback.v1',
  billingLines: 'billing-line.v1',
  revenue: 'revenue.v1',
} as const satisfies Record<InputTopicKey, SchemaId>;
const SLUG = z.string().regex(/^[a-z0-9][a-z0-9-]{0,47}$/, 'must be lower-case letters, digits and dashes');

const HEAD = z.object({
  zone: z.string().refine(isZoneName, 'must be an IANA zone such as Asia/Jerusalem').default('UTC'),
  blanks: z.array(z.string()).default([]),
});

/** Reads a mapping file (docs/replay.md tells the language; `deploy/replay` has examples). Never throws for what it holds. */
export function readMapping(text: string): MappingResult {
  const { document, faults } = parseYaml(text);
  if (faults.length > 0) return { ok: false, faults };
  const raw = document.value ?? {};
  const head = HEAD.safeParse(raw);
  const { zone, blanks } = head.success ? head.data : { zone: 'UTC', blanks: [] };
  const result = fileSchema({ zone, blanks: new Set(blanks) }).safeParse(raw, { error: issueMessage });
  const unknown = [...unknownFields(raw, document), ...unknownValues(raw, document)];
  if (!result.success) return { ok: false, faults: [...faultsOf(document, result.error), ...unknown] };
  if (unknown.length > 0) return { ok: false, faults: unknown };
  const { name, format, delimiter, skip, values, records, sort } = result.data;
  const mapping: Mapping = {
    name,
    source: { format, delimiter },
    columns: [...new Set(namesUsed(raw, 'column').map(({ name: column }) => column))],
    skip,
    values: Object.entries(values).map(([valueName, evaluate]) => ({ name: valueName, evaluate })),
    records: records.map(({ topic, when, fields, key }) => ({
      topic,
      fields,
      ...(when && { when }),
      ...(key && { key }),
    })),
    sort,
  };
  return { ok: true, mapping };
}

function fileSchema(context: Parameters<typeof expressionSchemas>[0]) {
  const { expression, condition } = expressionSchemas(context);
  return z.strictObject({
    name: SLUG,
    description: z.string().optional(),
    format: z.enum(['csv', 'jsonl']),
    delimiter: z.string().length(1, 'must be one character').default(','),
    zone: HEAD.shape.zone,
    blanks: HEAD.shape.blanks,
    sort: z.enum(['event-time', 'file']).default('file'),
    skip: z.array(z.strictObject({ reason: SLUG, when: condition })).default([]),
    values: z.record(z.string(), expression).default({}),
    records: z
      .array(
        z.strictObject({
          topic: z.enum(TOPIC_NAMES),
          when: condition.optional(),
          fields: z.record(z.string(), expression),
          key: expression.optional(),
        }),
      )
      .min(1, 'must say at least one record'),
  });
}

function faultsOf(document: YamlDocument, error: z.ZodError): FileFault[] {
  return error.issues.map(({ path, message }) => document.fault(path.map(stepOf), message));
}

function stepOf(step: PropertyKey): string | number {
  return typeof step === 'symbol' ? step.toString() : step;
}

/** Every `{ <function>: name }` of a document, with where it stands. */
function namesUsed(raw: unknown, functionName: string, path: YamlPath = []): { name: string; path: YamlPath }[] {
  if (typeof raw !== 'object' || raw === null) return [];
  const entries = Object.entries(raw);
  const [only] = entries;
  if (entries.length === 1 && only?.[0] === functionName && typeof only[1] === 'string') {
    return [{ name: only[1], path: [...path, functionName] }];
  }
  return entries.flatMap(([step, value]) => {
    return namesUsed(value, functionName, [...path, Array.isArray(raw) ? Number(step) : step]);
  });
}

/** A value is known from its definition on, and only within values and records; skip rules come before them. */
function unknownValues(raw: unknown, document: YamlDocument): FileFault[] {
  const defined = Object.keys((raw as { values?: object }).values ?? {});
  return namesUsed(raw, 'value').flatMap(({ name, path }) => {
    const [section, place] = path;
    const known =
      section === 'records' ? defined : section === 'values' ? defined.slice(0, defined.indexOf(String(place))) : [];
    if (known.includes(name)) return [];
    return [document.fault(path, `no value "${name}" is defined before this`)];
  });
}

/** A misspelt field would be taken for one that the contract does not know, and ignored. */
function unknownFields(raw: unknown, document: YamlDocument): FileFault[] {
  const records = (raw as { records?: unknown }).records;
  return (Array.isArray(records) ? records : []).flatMap((record: unknown, at) => {
    const { topic, fields } = (record ?? {}) as { topic?: string; fields?: object };
    const schema = TOPIC_NAMES.find((name) => name === topic);
    if (!schema || !fields) return [];
    const known = Object.keys(schemas[SCHEMA_OF[schema]]['properties'] as object);
    return Object.keys(fields)
      .filter((name) => !known.includes(name))
      .map((name) => document.fault(['records', at, 'fields', name], `is no field of ${schema}: ${known.join(', ')}`));
  });
}
