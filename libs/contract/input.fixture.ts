import fc, { type Arbitrary } from 'fast-check';
import type { InputTopicKey, WireRecord } from '#libs/contract';

/** Generators of inputs that hold to the contract, and the ways to put them into a record. */

const MINUTE_MS = 60_000;
/** 1970 to 2100: whatever comes out of it may still be shifted by an offset. */
const anyMs = fc.integer({ min: 0, max: 4_102_444_800_000 });

/** Ways to write one time as an RFC 3339 date-time. */
export function rfc3339(timeMs: number): Arbitrary<string> {
  const form = fc.record({
    offsetMinutes: fc.integer({ min: -14 * 60, max: 14 * 60 }),
    zulu: fc.boolean(),
    lowerCase: fc.boolean(),
    beyondMs: fc.stringMatching(/^\d{0,6}$/),
  });
  return form.map(({ offsetMinutes, zulu, lowerCase, beyondMs }) => {
    const shiftMinutes = zulu ? 0 : offsetMinutes;
    const local = new Date(timeMs + shiftMinutes * MINUTE_MS).toISOString().slice(0, -1);
    const minutes = Math.abs(shiftMinutes);
    const clock = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':');
    const text = local + beyondMs + (zulu ? 'Z' : (shiftMinutes < 0 ? '-' : '+') + clock);
    return lowerCase ? text.toLowerCase() : text;
  });
}

function timeAt(timeMs: number): Arbitrary<string | number> {
  return fc.oneof(fc.constant(timeMs), rfc3339(timeMs));
}

/** Times in order, each written in a way of its own. */
function timesInOrder(count: number, minGapMs: number): Arbitrary<(string | number)[]> {
  return fc
    .tuple(anyMs, fc.array(fc.integer({ min: minGapMs, max: 10 ** 9 }), { minLength: count - 1, maxLength: count - 1 }))
    .chain(([firstMs, gapsMs]) => {
      let timeMs = firstMs;
      return fc.tuple(timeAt(firstMs), ...gapsMs.map((gapMs) => timeAt((timeMs += gapMs))));
    });
}

const anyTime = anyMs.chain(timeAt);
const id = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }).map((text) => text.replaceAll('\u0000', '-'));
const slug = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/);
const currency = fc.constantFrom('CNY', 'EUR', 'USD', 'CLF', 'HRK');
const dimension = fc.constantFrom('labour', 'system', 'marketing', 'outsourcing', 'training');
const unsigned = fc.stringMatching(/^(0|[1-9][0-9]{0,9})(\.[0-9]{1,6})?$/);
const amount = fc.oneof(
  unsigned,
  unsigned.map((decimal) => `-${decimal}`),
);
const quantity = fc.double({ min: 0, max: 604_800, noNaN: true });

/** Required fields as given; the optional ones may be absent or null, and fields that nobody knows may be there. */
function payload(
  required: Arbitrary<Record<string, unknown>>,
  optional: Record<string, Arbitrary<unknown>>,
): Arbitrary<Record<string, unknown>> {
  const maybe = fc.record(
    Object.fromEntries(Object.entries(optional).map(([name, of]) => [name, fc.option(of, { freq: 8 })])),
    { requiredKeys: [] },
  );
  const unknown = fc.record({ 'x-unknown': fc.jsonValue() }, { requiredKeys: [] });
  return fc.tuple(maybe, unknown, required).map((parts) => Object.assign({}, ...parts) as Record<string, unknown>);
}

const handler = fc
  .constantFrom('agent', 'vendor', 'bot')
  .chain((handledBy) => id.map((handlerId) => ({ handledBy, [`${handledBy}Id`]: handlerId })));

const interactions = payload(
  fc
    .tuple(handler, id, slug, timesInOrder(3, 0), fc.boolean(), fc.constantFrom('resolved', 'escalated', 'abandoned'))
    .map(([who, interactionId, channel, [startedAt, answeredAt, endedAt], answered, outcome]) => ({
      ...who,
      ...(answered ? { answeredAt } : {}),
      ...{ interactionId, channel, startedAt, endedAt, outcome },
    })),
  {
    contactId: id,
    team: id,
    queue: id,
    stage: slug,
    complexity: fc.constantFrom('low', 'medium', 'high'),
    customerTier: slug,
    talkSeconds: quantity,
    holdSeconds: quantity,
    overtime: fc.boolean(),
    units: fc.dictionary(slug, fc.option(quantity), { maxKeys: 16 }),
    charges: fc.array(payload(fc.record({ dimension, amount, currency }), { subcategory: slug }), { maxLength: 16 }),
    updatedAt: anyTime,
  },
);

const agentStates = payload(
  fc.record({ agentId: id, state: fc.constantFrom('available', 'handling', 'break', 'offline'), at: anyTime }),
  { team: id, region: id, scheduled: fc.boolean() },
);

const feedback = payload(
  fc.oneof(
    fc.record({ feedbackId: id, kind: fc.constant('csat'), score: fc.integer({ min: 0, max: 100 }), at: anyTime }),
    fc.record({ feedbackId: id, kind: fc.constantFrom('complaint', 'quality-error'), at: anyTime }),
  ),
  { interactionId: id, agentId: id, channel: slug },
);

const period = timesInOrder(2, 1).map(([periodStart, periodEnd]) => ({ periodStart, periodEnd }));

const billingLines = payload(
  fc
    .tuple(fc.record({ lineId: id, dimension, amount, currency, billedAt: anyTime }), fc.option(period, { nil: {} }))
    .map(([line, over]) => ({ ...line, ...over })),
  {
    supplier: id,
    bookedAs: dimension,
    description: fc.constant('July'),
    correctionOf: id,
    allocate: payload(fc.record({ to: fc.constantFrom('agent', 'team') }), {
      id,
      weights: fc.dictionary(id, fc.double({ min: 0.001, max: 1_000, noNaN: true }), { maxKeys: 8 }),
    }),
  },
);

const revenue = payload(
  fc.tuple(fc.record({ revenueId: id, amount: unsigned, currency }), period).map(([of, over]) => ({ ...of, ...over })),
  { billedAt: anyTime },
);

/** Payloads of each input topic that hold to the contract, with null and unknown fields among them. */
export const validPayloads: Readonly<Record<InputTopicKey, Arbitrary<Record<string, unknown>>>> = {
  interactions,
  agentStates,
  feedback,
  billingLines,
  revenue,
};

/** What decoding leaves of a payload: no null and no unknown fields. */
export function cleaned(value: unknown): unknown {
  const text = JSON.stringify(value, (name, field: unknown) =>
    field === null || name === 'x-unknown' ? undefined : field,
  );
  return JSON.parse(text) as unknown;
}

/** The ways of the CloudEvents Kafka binding to put a payload into a record. */
export const ENCODINGS = {
  plain: (payload: unknown): WireRecord => ({ key: null, value: Buffer.from(JSON.stringify(payload)), headers: {} }),
  binary: (payload: unknown): WireRecord => ({
    key: Buffer.from('k'),
    value: Buffer.from(JSON.stringify(payload)),
    headers: {
      ce_specversion: Buffer.from('1.0'),
      ce_id: Buffer.from('1'),
      ce_source: Buffer.from('/test'),
      ce_type: Buffer.from('test'),
      'content-type': Buffer.from('application/json; charset=UTF-8'),
    },
  }),
  structured: (payload: unknown): WireRecord => ({
    key: null,
    value: Buffer.from(JSON.stringify({ specversion: '1.0', id: '1', source: '/test', type: 'test', data: payload })),
    headers: { 'Content-Type': 'Application/CloudEvents+JSON; charset=utf-8' },
  }),
  encoded: (payload: unknown): WireRecord => {
    const encoded = Buffer.from(JSON.stringify(payload)).toString('base64');
    return {
      key: null,
      value: Buffer.from(
        JSON.stringify({ specversion: '1.0', id: '1', source: '/t', type: 't', data_base64: encoded }),
      ),
      headers: { 'content-type': [Buffer.from('application/cloudevents+json')] },
    };
  },
} as const;
