import { z } from 'zod';
import { issueMessage } from './issue-message.js';
import { afterMidnight, durationSeconds, isTimeFormat, isZoneName, timeReader } from './row-time.js';
import { RowFault, textOf, type Decide, type Evaluate, type Scope, type Value } from './value.js';

/** What expressions need of the mapping around them. */
export interface ExpressionContext {
  /** IANA zone of times that name none. */
  readonly zone: string;
  /** Texts that stand for nothing; the empty one always does. */
  readonly blanks: ReadonlySet<string>;
}

/** Schemas that compile expressions and conditions as they are validated. */
export interface ExpressionSchemas {
  readonly expression: z.ZodType<Evaluate>;
  readonly condition: z.ZodType<Decide>;
}

type Functions<Compiled> = Readonly<Record<string, z.ZodType<Compiled>>>;

/**
 * The expression language: constants, and objects of one key that names a function. It is a fixed list, without loops
 * and without eval, so a mapping from anywhere is safe to run. An absent argument makes an absent result, save where a
 * function is there to deal with it.
 */
export function expressionSchemas(context: ExpressionContext): ExpressionSchemas {
  const expression: z.ZodType<Evaluate> = z.lazy(() => oneOf('expression', () => functions, constant));
  const condition: z.ZodType<Decide> = z.lazy(() => oneOf('condition', () => conditions));
  const functions: Functions<Evaluate> = {
    ...sourceFunctions(context),
    ...textFunctions(expression),
    ...numberFunctions(expression),
    ...timeFunctions(context, expression),
    ...choiceFunctions(expression, condition),
    ...structureFunctions(expression),
  };
  const conditions = conditionFunctions(expression, condition);
  return { expression, condition };
}

/** A schema that takes an object of one key, a function's name, and compiles its argument. */
function oneOf<Compiled>(
  what: string,
  functions: () => Functions<Compiled>,
  constantOf?: (raw: string | number | boolean) => Compiled,
): z.ZodType<Compiled> {
  return z.unknown().transform((raw, context) => {
    if (constantOf && (typeof raw === 'string' || typeof raw === 'number' || typeof raw === 'boolean')) {
      return constantOf(raw);
    }
    const names = Object.keys(functions());
    const [name, ...more] = typeof raw === 'object' && raw !== null ? Object.keys(raw) : [];
    const schema = more.length === 0 && names.includes(name ?? '') ? functions()[name ?? ''] : undefined;
    if (name === undefined || !schema) {
      const message = `must be ${constantOf ? 'a constant or ' : ''}one ${what} of ${names.join(', ')}`;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    }
    const compiled = schema.safeParse((raw as Record<string, unknown>)[name], { error: issueMessage });
    if (compiled.success) return compiled.data;
    for (const issue of compiled.error.issues) {
      context.addIssue({ code: 'custom', message: issue.message, path: [name, ...issue.path] });
    }
    return z.NEVER;
  });
}

function constant(raw: string | number | boolean): Evaluate {
  return () => raw;
}

const NAME = z.string().min(1);

function sourceFunctions({ blanks }: ExpressionContext): Functions<Evaluate> {
  return {
    // A cell, without the blanks around it; in JSONL also a path such as queue.name.
    column: NAME.transform((name): Evaluate => {
      const path = name.split('.');
      return ({ row }) => present(row[name] ?? inside(row, path), blanks);
    }),
    // A named value of the mapping.
    value: NAME.transform(
      (name): Evaluate =>
        ({ values }) =>
          values[name],
    ),
  };
}

function inside(row: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, step) => {
    return typeof value === 'object' && value !== null && Object.hasOwn(value, step)
      ? (value as Record<string, unknown>)[step]
      : undefined;
  }, row);
}

function present(cell: unknown, blanks: ReadonlySet<string>): Value {
  if (cell === null || cell === undefined) return undefined;
  if (typeof cell !== 'string') return cell as Value;
  const text = cell.trim();
  return text === '' || blanks.has(text) ? undefined : text;
}

function textFunctions(expression: z.ZodType<Evaluate>): Functions<Evaluate> {
  return {
    concat: z
      .array(expression)
      .min(1)
      .transform((parts): Evaluate => (scope) => {
        const texts = parts.map((part) => textOf(part(scope)));
        return texts.some((text) => text === undefined) ? undefined : texts.join('');
      }),
    lower: expression.transform(
      (of): Evaluate =>
        (scope) =>
          textOf(of(scope))?.toLowerCase(),
    ),
    // The form of channels, stages and tiers: lower-case letters, digits and dashes.
    slug: expression.transform((of): Evaluate => (scope) => {
      const words =
        textOf(of(scope))
          ?.toLowerCase()
          .replace(/[^a-z0-9]+/g, '-') ?? '';
      return words.replace(/^-|-$/g, '').slice(0, 48) || undefined;
    }),
  };
}

function numberFunctions(expression: z.ZodType<Evaluate>): Functions<Evaluate> {
  return {
    number: expression.transform((of): Evaluate => (scope) => {
      const text = textOf(of(scope));
      if (text === undefined) return undefined;
      if (/^-?\d{1,15}(\.\d{1,9})?$/.test(text)) return Number(text);
      throw new RowFault('unreadable-number', `"${text}" is no number`);
    }),
    // Seconds of 1:02:03, 2:03 or 123.
    duration: expression.transform((of): Evaluate => (scope) => {
      const text = textOf(of(scope));
      const seconds = text === undefined ? undefined : durationSeconds(text);
      if (text !== undefined && seconds === undefined) {
        throw new RowFault('unreadable-duration', `"${text}" is no duration such as 1:02:03 or 123`);
      }
      return seconds;
    }),
  };
}

function timeFunctions({ zone }: ExpressionContext, expression: z.ZodType<Evaluate>): Functions<Evaluate> {
  const format = z
    .string()
    .refine(isTimeFormat, 'must be a date format such as yyyy-MM-dd H:mm:ss, iso, epoch-ms or epoch-s');
  return {
    time: z
      .strictObject({
        // Several are joined with a blank: a date and a time of day.
        of: z.union([z.array(expression).min(1), expression.transform((one) => [one])]),
        format: z.union([z.array(format).min(1), format.transform((one) => [one])]),
        zone: z.string().refine(isZoneName, 'must be an IANA zone such as Asia/Jerusalem').default(zone),
        after: expression.optional(),
      })
      .transform(({ of, format: formats, zone: own, after }): Evaluate => {
        const read = timeReader(formats, own);
        return (scope) => {
          const texts = of.map((part) => textOf(part(scope)));
          if (texts.some((text) => text === undefined)) return undefined;
          const timeMs = read(texts.join(' '));
          const otherMs = after?.(scope);
          return typeof otherMs === 'number' ? afterMidnight(timeMs, otherMs, own) : timeMs;
        };
      }),
    addSeconds: z
      .strictObject({ to: expression, seconds: expression })
      .transform(({ to, seconds }): Evaluate => (scope) => {
        const [timeMs, more] = [to(scope), seconds(scope)];
        return typeof timeMs === 'number' && typeof more === 'number' ? timeMs + Math.round(more * 1000) : undefined;
      }),
  };
}

function choiceFunctions(expression: z.ZodType<Evaluate>, condition: z.ZodType<Decide>): Functions<Evaluate> {
  return {
    coalesce: z
      .array(expression)
      .min(1)
      .transform((parts): Evaluate => (scope) => {
        for (const part of parts) {
          const value = part(scope);
          if (value !== undefined) return value;
        }
        return undefined;
      }),
    when: z
      .strictObject({ if: condition, then: expression, else: expression.optional() })
      .transform(({ if: decide, then, else: otherwise }): Evaluate => (scope) => {
        return decide(scope) ? then(scope) : otherwise?.(scope);
      }),
    // Without `otherwise` a code that is not in the table is a fault of the row: new codes are not to pass unseen.
    lookup: z
      .strictObject({
        of: expression,
        table: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
        otherwise: expression.optional(),
      })
      .transform(({ of, table, otherwise }): Evaluate => {
        const entries = new Map(Object.entries(table));
        return (scope) => {
          const code = textOf(of(scope));
          if (code === undefined) return undefined;
          const found = entries.get(code);
          if (found !== undefined) return found;
          if (otherwise) return otherwise(scope);
          throw new RowFault('unknown-code', `"${code}" is not in the table`);
        };
      }),
  };
}

function structureFunctions(expression: z.ZodType<Evaluate>): Functions<Evaluate> {
  return {
    object: z.record(z.string(), expression).transform(
      (fields): Evaluate =>
        (scope) =>
          evaluateFields(fields, scope),
    ),
    list: z.array(expression).transform((items): Evaluate => (scope) => {
      return items.map((item) => item(scope)).filter((item) => item !== undefined);
    }),
  };
}

/** Every field that is not absent. */
export function evaluateFields(
  fields: Readonly<Record<string, Evaluate>>,
  scope: Scope,
): Readonly<Record<string, Value>> {
  const present: Record<string, Value> = {};
  for (const [name, evaluate] of Object.entries(fields)) {
    const value = evaluate(scope);
    if (value !== undefined) present[name] = value;
  }
  return present;
}

function conditionFunctions(expression: z.ZodType<Evaluate>, condition: z.ZodType<Decide>): Functions<Decide> {
  const pair = z.tuple([expression, expression]);
  return {
    equals: pair.transform(
      ([a, b]): Decide =>
        (scope) =>
          textOf(a(scope)) === textOf(b(scope)),
    ),
    in: z
      .strictObject({ of: expression, values: z.array(z.union([z.string(), z.number()])).min(1) })
      .transform(({ of, values }): Decide => {
        const texts = new Set(values.map(String));
        return (scope) => texts.has(textOf(of(scope)) ?? '');
      }),
    // Of numbers and times.
    less: pair.transform(
      ([a, b]): Decide =>
        (scope) =>
          Number(a(scope)) < Number(b(scope)),
    ),
    present: expression.transform(
      (of): Decide =>
        (scope) =>
          of(scope) !== undefined,
    ),
    absent: expression.transform(
      (of): Decide =>
        (scope) =>
          of(scope) === undefined,
    ),
    not: condition.transform(
      (of): Decide =>
        (scope) =>
          !of(scope),
    ),
    all: z
      .array(condition)
      .min(1)
      .transform(
        (list): Decide =>
          (scope) =>
            list.every((decide) => decide(scope)),
      ),
    any: z
      .array(condition)
      .min(1)
      .transform(
        (list): Decide =>
          (scope) =>
            list.some((decide) => decide(scope)),
      ),
  };
}
