import type { JsonSchema } from './schemas.js';

/** The part of a JSON Schema that says which fields there are. */
interface FieldSchema {
  readonly type?: unknown;
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly additionalProperties?: unknown;
  readonly items?: FieldSchema;
}

type Pick = (value: unknown) => unknown;

/**
 * A function that takes from a parsed JSON value what the schema knows: unknown fields are left behind and null fields
 * count as absent, at any depth. Whatever is not of the schema's shape stays as it is, for the validator to name.
 * It goes as deep as the schema and no deeper, so nesting in the input cannot exhaust the stack.
 *
 * Where nothing is to be left behind the value itself comes back: that is nearly every record, and copying costs more
 * than parsing.
 */
export function knownFieldsOf(schema: JsonSchema): (payload: unknown) => unknown {
  return pickerOf(schema as FieldSchema);
}

function pickerOf(schema: FieldSchema): Pick {
  if (schema.properties) return pickProperties(schema.properties);
  if (schema.type === 'object') return pickEntries;
  if (schema.type === 'array' && schema.items) return pickItems(pickerOf(schema.items));
  return keep;
}

function keep(value: unknown): unknown {
  return value;
}

function pickProperties(properties: Readonly<Record<string, FieldSchema>>): Pick {
  const picks = new Map(Object.entries(properties).map(([name, schema]) => [name, pickerOf(schema)]));
  const isClean = (value: Record<string, unknown>): boolean => {
    for (const name in value) {
      const field = value[name];
      const pick = picks.get(name);
      if (pick === undefined || field === null || (pick !== keep && pick(field) !== field)) return false;
    }
    return true;
  };
  return (value) => {
    if (!isObject(value) || isClean(value)) return value;
    const picked: Record<string, unknown> = {};
    for (const [name, pick] of picks) {
      const field = value[name];
      if (field !== undefined && field !== null) picked[name] = pick(field);
    }
    return picked;
  };
}

/** A map with free names, such as units. `fromEntries` defines its keys, so `__proto__` is a name like any other. */
function pickEntries(value: unknown): unknown {
  if (!isObject(value) || !Object.values(value).includes(null)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== null));
}

function pickItems(pick: Pick): Pick {
  return (value) => {
    if (!Array.isArray(value) || value.every((item) => pick(item) === item)) return value;
    return value.map(pick);
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
