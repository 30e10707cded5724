import { isKnownCurrency } from './currencies.js';
import { openEnvelope } from './envelope.js';
import { knownFieldsOf } from './known-fields.js';
import { refuse, type Refusal } from './reject-reasons.js';
import { schemas, type SchemaId } from './schemas.js';
import { epochMs } from './time.js';
import type { AgentState, BillingLine, Feedback, Interaction, Revenue } from './types.generated.js';
import { unstorableText } from './unstorable-text.js';
import { matchesSchema, schemaFaults } from './validation.js';
import type { WireRecord } from './wire-record.js';

/** Payload of each input topic. */
export interface InputData {
  readonly interactions: Interaction;
  readonly agentStates: AgentState;
  readonly feedback: Feedback;
  readonly billingLines: BillingLine;
  readonly revenue: Revenue;
}

/** The topics that are read from outside. */
export type InputTopicKey = keyof InputData;

/** A payload that holds to the contract, its unknown and null fields dropped; or why the record is refused. */
export type Decoded<Data> = { readonly ok: true; readonly data: Data } | Refusal;

/** Largest value that is read, in bytes (contract section 3). */
export const MAX_INPUT_BYTES = 262_144;

/**
 * Decodes and validates one record of an input topic, in any of the encodings of the CloudEvents Kafka binding. Checks all
 * that needs no state; later stages add `future`, `conflict`, `no-fx-rate` and `overflow`. Never throws for what a
 * record holds. Times stay as they came: read them with `epochMs`, which cannot fail on decoded data.
 */
export function decodeInput<Key extends InputTopicKey>(
  topic: Key,
  record: WireRecord,
  { maxBytes = MAX_INPUT_BYTES }: { readonly maxBytes?: number } = {},
): Decoded<InputData[Key]> {
  const { value } = record;
  if (value === null || value.length === 0) return refuse('empty', 'the record has no value');
  if (value.length > maxBytes) {
    return refuse('too-large', `the value has ${String(value.length)} bytes, more than ${String(maxBytes)}`);
  }
  const opened = openEnvelope(value, record.headers);
  if (!opened.ok) return opened;
  const { schema, knownFields, timeFields, check } = INPUTS[topic];
  const data = knownFields(opened.payload);
  if (!matchesSchema(schema, data)) return refuse('schema', schemaFaults(schema, data));
  const payload = data as InputData[Key];
  const unstorable = opened.escaped ? unstorableText(payload) : undefined;
  if (unstorable !== undefined) return refuse('schema', unstorable);
  return badTime(payload, timeFields) ?? check(payload) ?? { ok: true, data: payload };
}

interface InputDefinition<Data> {
  readonly schema: SchemaId;
  readonly knownFields: (payload: unknown) => unknown;
  readonly timeFields: readonly string[];
  /** Semantic checks across fields; times are known to be good. */
  readonly check: (data: Data) => Refusal | undefined;
}

function define<Data>(schema: SchemaId, check: (data: Data) => Refusal | undefined): InputDefinition<Data> {
  return { schema, knownFields: knownFieldsOf(schemas[schema]), timeFields: timeFieldsOf(schema), check };
}

const INPUTS: { readonly [Key in InputTopicKey]: InputDefinition<InputData[Key]> } = {
  interactions: define('interaction.v1', checkInteraction),
  agentStates: define('agent-state.v1', () => undefined),
  feedback: define('feedback.v1', () => undefined),
  billingLines: define('billing-line.v1', (line: BillingLine) => checkCurrency(line, '') ?? checkPeriod(line)),
  revenue: define('revenue.v1', (revenue: Revenue) => checkCurrency(revenue, '') ?? checkPeriod(revenue)),
};

/** Fields that carry a time; in the inputs all of them stand at the top. */
function timeFieldsOf(schema: SchemaId): string[] {
  const properties = schemas[schema]['properties'] as Record<string, { oneOf?: { format?: string }[] }>;
  return Object.keys(properties).filter((name) => properties[name]?.oneOf?.some((form) => form.format === 'date-time'));
}

function badTime(payload: object, timeFields: readonly string[]): Refusal | undefined {
  const fields = payload as Record<string, string | number | undefined>;
  for (const name of timeFields) {
    const time = fields[name];
    if (time !== undefined && Number.isNaN(epochMs(time)))
      return refuse('bad-time', `/${name} is a time that no calendar has`);
  }
  return undefined;
}

/**
 * Answering before the start is taken, for some sources stamp it by another clock; answering after the end is not,
 * because connected time would be negative.
 */
function checkInteraction(interaction: Interaction): Refusal | undefined {
  for (const [at, charge] of (interaction.charges ?? []).entries()) {
    const fault = checkCurrency(charge, `/charges/${String(at)}`);
    if (fault) return fault;
  }
  const endedMs = epochMs(interaction.endedAt);
  if (endedMs < epochMs(interaction.startedAt)) return refuse('ends-before-start', '/endedAt is before /startedAt');
  if (interaction.answeredAt !== undefined && endedMs < epochMs(interaction.answeredAt)) {
    return refuse('ends-before-start', '/endedAt is before /answeredAt');
  }
  return undefined;
}

function checkCurrency(amount: { readonly currency: string }, pointer: string): Refusal | undefined {
  if (isKnownCurrency(amount.currency)) return undefined;
  return refuse('unknown-currency', `${pointer}/currency is ${amount.currency}, which is no ISO 4217 code`);
}

/** An empty period is refused too: nothing could accrue over it. */
function checkPeriod(of: {
  readonly periodStart?: string | number;
  readonly periodEnd?: string | number;
}): Refusal | undefined {
  if (of.periodStart === undefined || of.periodEnd === undefined) return undefined;
  if (epochMs(of.periodEnd) > epochMs(of.periodStart)) return undefined;
  return refuse('ends-before-start', '/periodEnd is not after /periodStart');
}
