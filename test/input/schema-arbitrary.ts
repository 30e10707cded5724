import fc, { type Arbitrary } from 'fast-check';
import type { JsonSchema } from '#libs/contract';

/** What of JSON Schema the input schemas are written in; anything else throws when the arbitrary is made. */
interface Schema {
  readonly type?: 'string' | 'number' | 'integer' | 'boolean' | 'object' | 'array';
  readonly enum?: readonly string[];
  readonly oneOf?: readonly Schema[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly dependentRequired?: Readonly<Record<string, readonly string[]>>;
  readonly allOf?: readonly Condition[];
  readonly if?: Condition['if'];
  readonly then?: Condition['then'];
  readonly propertyNames?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly maxProperties?: number;
  readonly items?: Schema;
  readonly maxItems?: number;
}

interface Condition {
  readonly if: { readonly properties: Readonly<Record<string, { readonly const: string }>> };
  readonly then: { readonly required: readonly string[] };
}

type Fields = Record<string, unknown>;

/** Entries of a map or list at the most: the schemas allow more, but every one costs time in each of the records. */
const MAX_ENTRIES = 3;
/** One optional field in so many is left out. */
const ABSENT_ONE_IN = 3;
/** Strings of a pattern are made once and picked from: making them anew costs more than all the rest of a record. */
const POOL_SIZE = 256;

/** Values of fields that a schema says too little of, by the name of the field: times that lie near each other, ids that meet. */
export type Hints = Readonly<Record<string, Arbitrary<unknown>>>;

/** Values that hold to the schema. */
export function matching(schema: JsonSchema, hints: Hints = {}): Arbitrary<Fields> {
  return matchingObject(schema as Schema, hints);
}

/** Objects that break the schema in exactly one place. */
export function breaking(schema: JsonSchema, hints: Hints = {}): Arbitrary<Fields> {
  const { properties = {}, required = [] } = schema as Schema;
  const good = matching(schema, hints);
  const without = fc.tuple(good, fc.constantFrom(...required)).map(([value, name]) => {
    const { [name]: _, ...rest } = value;
    return rest;
  });
  const wrongFields = Object.entries(properties).map(([name, property]) => {
    const wrong = wrongValue(property);
    // A null counts as absent, so only what is required misses it.
    const wrongOrNull = required.includes(name) ? fc.oneof(wrong, fc.constant(null)) : wrong;
    return fc.tuple(good, wrongOrNull).map(([value, put]) => ({ ...value, [name]: put }));
  });
  const conditions = conditionsOf(schema as Schema).map((condition) =>
    good.map((value) => {
      const forced: Fields = { ...value };
      for (const [name, { const: is }] of Object.entries(condition.if.properties)) forced[name] = is;
      return Object.fromEntries(Object.entries(forced).filter(([name]) => !condition.then.required.includes(name)));
    }),
  );
  return fc.oneof(without, ...conditions, ...wrongFields);
}

function matchingObject(schema: Schema, hints: Hints): Arbitrary<Fields> {
  const { properties, required = [], additionalProperties, propertyNames, maxProperties = MAX_ENTRIES } = schema;
  if (!properties) {
    if (typeof additionalProperties !== 'object')
      throw new Error('an object without properties says what its values are');
    const names = propertyNames ? matchingValue(propertyNames, hints) : fc.string({ minLength: 1, maxLength: 8 });
    return fc.dictionary(names as Arbitrary<string>, matchingValue(additionalProperties, hints), {
      maxKeys: Math.min(maxProperties, MAX_ENTRIES),
    });
  }
  const conditional = new Set(conditionsOf(schema).flatMap(({ then }) => then.required));
  const fields = Object.fromEntries(
    Object.entries(properties).map(([name, property]) => {
      const value = hints[name] ?? matchingValue(property, hints);
      return [name, required.includes(name) ? value : fc.option(value, { nil: undefined, freq: ABSENT_ONE_IN })];
    }),
  );
  const spare = Object.fromEntries(
    [...conditional].map((name) => [name, matchingValue(properties[name] ?? {}, hints)]),
  );
  return fc.tuple(fc.record(fields), fc.record(spare)).map(([value, extra]) => complete(schema, value, extra));
}

/** Adds what a condition asks for, takes away what may not stand alone, and leaves out what is undefined. */
function complete(schema: Schema, value: Fields, spare: Fields): Fields {
  for (const { if: when, then } of conditionsOf(schema)) {
    if (!Object.entries(when.properties).every(([name, { const: is }]) => value[name] === is)) continue;
    for (const name of then.required) value[name] ??= spare[name];
  }
  for (const [name, needed] of Object.entries(schema.dependentRequired ?? {})) {
    if (needed.some((other) => value[other] === undefined)) value[name] = undefined;
  }
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined));
}

function conditionsOf({ allOf = [], if: when, then }: Schema): readonly Condition[] {
  return when && then ? [...allOf, { if: when, then }] : allOf;
}

function matchingValue(schema: Schema, hints: Hints): Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.oneOf) return fc.oneof(...schema.oneOf.map((form) => matchingValue(form, hints)));
  switch (schema.type) {
    case 'string':
      return matchingString(schema);
    case 'number':
      return fc.oneof(
        fc.integer({ min: lowest(schema), max: Math.min(schema.maximum ?? 1e6, 1e6) }),
        fc.double({ min: lowest(schema), max: schema.maximum ?? 1e12, noNaN: true }),
      );
    case 'integer':
      return fc.oneof(fc.integer({ min: schema.minimum ?? 0, max: 2 ** 31 }), fc.maxSafeNat());
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(matchingValue(schema.items ?? {}, hints), { maxLength: MAX_ENTRIES });
    case 'object':
      return matchingObject(schema, hints);
    default:
      throw new Error(`no arbitrary for ${JSON.stringify(schema)}`);
  }
}

function lowest({ minimum, exclusiveMinimum }: Schema): number {
  return exclusiveMinimum === undefined ? (minimum ?? 0) : exclusiveMinimum + 1;
}

function matchingString({ format, pattern, minLength = 0, maxLength = 64 }: Schema): Arbitrary<string> {
  if (format === 'date-time') return dateTime();
  if (pattern !== undefined) return poolOf(pattern);
  const max = Math.min(maxLength, 12);
  return fc.oneof(
    { weight: 6, arbitrary: fc.string({ minLength, maxLength: max }) },
    // Every character but NUL and lone halves of surrogate pairs: those hold to the schema and are refused all the same.
    fc.string({ unit: 'binary', minLength, maxLength: max }).map((text) => text.replaceAll('\u0000', '-')),
    fc.constant('x'.repeat(maxLength)),
  );
}

/** Texts that some pattern or other refuses. */
const MISFITS = [
  '',
  ' x',
  'A-B',
  '-',
  '1e3',
  '+1',
  '1.',
  '.5',
  '1.1234567',
  '12345678901',
  'cny',
  'EURO',
  'x'.repeat(49),
];

const pools = new Map<string, Arbitrary<string>>();

function poolOf(pattern: string): Arbitrary<string> {
  const known = pools.get(pattern);
  if (known) return known;
  const pool = fc.constantFrom(...fc.sample(fc.stringMatching(new RegExp(pattern)), { numRuns: POOL_SIZE, seed: 1 }));
  pools.set(pattern, pool);
  return pool;
}

/** Any day that the syntax of RFC 3339 can say, some of which no calendar has. */
function dateTime(): Arbitrary<string> {
  const digits = (max: number) => fc.nat({ max }).map((part) => String(part).padStart(2, '0'));
  return fc
    .tuple(
      fc.nat({ max: 9999 }),
      digits(13),
      digits(32),
      digits(24),
      digits(60),
      digits(61),
      fc.constantFrom('Z', '+08:00', '-23:59', '.123Z'),
    )
    .map(([year, month, day, hour, minute, second, zone]) => {
      return `${String(year).padStart(4, '0')}-${month}-${day}T${hour}:${minute}:${second}${zone}`;
    });
}

/** A value that the schema refuses, whatever stands around it. Never null, which counts as absent. */
function wrongValue(schema: Schema): Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom<unknown>('', 'nothing-of-the-kind', 1, true, [], {});
  if (schema.oneOf)
    return fc.constantFrom<unknown>('', 'tomorrow', '2026-11-23', '2026-11-23T10:00:00', -1, 1.5, true, {});
  switch (schema.type) {
    case 'string': {
      const { pattern } = schema;
      const misfits = pattern === undefined ? [] : MISFITS.filter((text) => !new RegExp(pattern).test(text));
      const wrong: unknown[] = [1, false, [], {}, ...misfits];
      if (schema.minLength !== undefined && schema.minLength > 0) wrong.push('');
      if (schema.maxLength !== undefined) wrong.push('x'.repeat(schema.maxLength + 1));
      return fc.constantFrom<unknown>(...wrong);
    }
    case 'number': {
      const least = schema.exclusiveMinimum ?? (schema.minimum ?? 0) - 1e-9;
      return fc.constantFrom<unknown>(
        '1',
        '',
        true,
        [],
        {},
        least,
        ...(schema.maximum === undefined ? [] : [schema.maximum + 1]),
      );
    }
    case 'boolean':
      return fc.constantFrom<unknown>('true', 0, 1, [], {});
    case 'array': {
      const { items = {}, maxItems } = schema;
      const one = fc.oneof(fc.constantFrom<unknown>(null, 'x', 1, []), wrongItem(items)).map((item) => [item]);
      return maxItems === undefined
        ? one
        : fc.oneof(one, fc.constantFrom<unknown>({}, 'x', Array(maxItems + 1).fill({})));
    }
    case 'object':
      return wrongItem(schema);
    default:
      throw new Error(`no wrong value for ${JSON.stringify(schema)}`);
  }
}

function wrongItem(schema: Schema): Arbitrary<unknown> {
  const { properties, propertyNames, additionalProperties, required = [] } = schema;
  const others = fc.constantFrom<unknown>('x', 1, true, []);
  if (properties) return required.length > 0 ? fc.oneof(others, fc.constant({})) : others;
  const wrong = [others];
  if (propertyNames) wrong.push(fc.constantFrom<unknown>({ 'Not A Slug': 1 }, { ['__proto__']: 1 }, { '': 1 }));
  if (typeof additionalProperties === 'object') {
    wrong.push(wrongValue(additionalProperties).map((value) => ({ name: value })));
  }
  return fc.oneof(...wrong);
}
