import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { schemas, type SchemaId } from './schemas.js';
import { DATE_TIME } from './time.js';

const MAX_FAULTS = 3;

/** Whether a date-time is one that a calendar has is checked apart, because it has a reason of its own. */
const ajv = new Ajv2020({ allErrors: true, verbose: true, strictTypes: false, formats: { 'date-time': DATE_TIME } });

const validators = new Map<SchemaId, ValidateFunction>();

/** Compiled when it is first asked for: that takes tens of milliseconds for each, and no program needs them all. */
function validatorOf(schema: SchemaId): ValidateFunction {
  let validate = validators.get(schema);
  if (!validate) validators.set(schema, (validate = ajv.compile(schemas[schema])));
  return validate;
}

/** Whether a JSON value is a payload of the schema, calendar validity of its times apart. */
export function matchesSchema(schema: SchemaId, payload: unknown): boolean {
  return validatorOf(schema)(payload);
}

/**
 * What is wrong with a payload, readable, each with its JSON pointer: the first few faults and how many more there are.
 * Empty when it matches. Values of the payload are not quoted.
 */
export function schemaFaults(schema: SchemaId, payload: unknown): string {
  const validate = validatorOf(schema);
  if (validate(payload)) return '';
  const faults = (validate.errors ?? []).filter(tellsSomething).map(readable);
  const more = faults.length - MAX_FAULTS;
  return faults.slice(0, MAX_FAULTS).join('; ') + (more > 0 ? `; and ${String(more)} more` : '');
}

/** Branches of a oneOf and the bracket around a then-branch repeat what another error says better. */
function tellsSomething(error: ErrorObject): boolean {
  return error.keyword !== 'if' && !error.schemaPath.includes('/oneOf/');
}

function readable(error: ErrorObject): string {
  const pointer = error.instancePath === '' ? 'the payload' : error.instancePath;
  return `${pointer} ${expectation(error)}`;
}

function expectation(error: ErrorObject): string {
  const { description } = (error.parentSchema ?? {}) as { description?: string };
  switch (error.keyword) {
    case 'oneOf':
      return `must be an ${description ?? 'allowed form'}`;
    case 'enum':
      return `must be one of ${(error.params as { allowedValues: string[] }).allowedValues.join(', ')}`;
    case 'propertyNames':
      return `must not have the name ${JSON.stringify((error.params as { propertyName: string }).propertyName)}`;
    default:
      return (
        (error.message ?? 'is not valid') + (error.keyword === 'pattern' && description ? ` (${description})` : '')
      );
  }
}
