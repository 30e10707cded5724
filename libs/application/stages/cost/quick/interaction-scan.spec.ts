import fc from 'fast-check';
import { decodeInput, epochMs, schemas, type Interaction } from '#libs/contract';
import { ContentHash, contentHashOf } from './content-hash.js';
import { FIELD, INTERACTION_FIELDS } from './interaction-fields.js';
import { ValuePlace } from '../../bytes/value-place.js';
import { InteractionScan } from './interaction-scan.js';

const scan = new InteractionScan();

const PLAIN = {
  interactionId: 'i-1',
  channel: 'voice',
  handledBy: 'agent',
  agentId: 'a-1',
  startedAt: 1_764_000_000_000,
  endedAt: '2025-11-24T18:00:00+02:00',
  outcome: 'resolved',
  talkSeconds: 90,
};

/** What the scan read, in the terms of the decoded interaction; times as epoch milliseconds. */
function read(): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [field, { name, kind }] of INTERACTION_FIELDS.entries()) {
    if (!scan.has(field)) continue;
    if (kind === 'name') fields[name] = scan.name(field)?.text;
    else if (kind === 'text')
      fields[name] = Buffer.from(scan.bytes.subarray(scan.from[field], scan.to[field])).toString();
    else fields[name] = kind === 'flag' ? scan.value(field, 0) === 1 : scan.value(field, 0);
  }
  return fields;
}

function expected(interaction: Interaction): Record<string, unknown> {
  const times = new Set(INTERACTION_FIELDS.filter(({ kind }) => kind === 'time').map(({ name }) => name));
  return Object.fromEntries(
    Object.entries(interaction).map(([name, value]) => [
      name,
      times.has(name) ? epochMs(value as string | number) : (value as unknown),
    ]),
  );
}

/** In the middle of other records, of which nothing may be read. */
function scanned(bytes: Buffer): boolean {
  const place = new ValuePlace();
  place.goToWhole(Buffer.concat([Buffer.from('{"'), bytes, Buffer.from('":"x"}')]));
  place.from = 2;
  place.to = 2 + bytes.length;
  return scan.scan(place);
}

/** Whatever the scan takes, the whole parser takes, and reads the same. */
function expectAgreement(bytes: Buffer): boolean {
  if (!scanned(bytes)) return false;
  const decoded = decodeInput('interactions', { value: bytes, key: null, headers: {} });
  expect(decoded).toMatchObject({ ok: true });
  if (!decoded.ok) return true;
  expect(read()).toEqual(expected(decoded.data));
  const hash = new ContentHash();
  scan.hashContent(hash);
  expect(hash.text).toBe(contentHashOf(decoded.data));
  return true;
}

const time = fc.oneof(
  fc.integer({ min: 1_763_990_000_000, max: 1_763_999_000_000 }),
  fc
    .date({ min: new Date('2025-11-23'), max: new Date('2025-11-24'), noInvalidDate: true })
    .chain((date) => fc.constantFrom(date.toISOString(), date.toISOString().replace('Z', '+05:45'))),
);
/** Mostly what the scan reads; now and then what it does not. */
const byKind = {
  name: fc.oneof({ weight: 9, arbitrary: fc.constantFrom('north', 'a-1', '华东', 'x y') }, fc.string()),
  text: fc.oneof({ weight: 9, arbitrary: fc.stringMatching(/^[ -!#-[\]-~]{1,20}$/) }, fc.string({ unit: 'binary' })),
  time,
  seconds: fc.oneof({ weight: 9, arbitrary: fc.nat(700) }, fc.double()),
  flag: fc.boolean(),
  nested: fc.constant({}),
};
const payloads = fc.record(
  Object.fromEntries(
    INTERACTION_FIELDS.filter(({ kind }) => kind !== 'nested').map(({ name, kind, form }) => [
      name,
      form instanceof Set ? fc.constantFrom(...form) : form === 'slug' ? fc.constantFrom('voice', 'x-1') : byKind[kind],
    ]),
  ),
  { requiredKeys: ['interactionId', 'channel', 'handledBy', 'agentId', 'vendorId', 'botId', 'outcome', 'startedAt'] },
);

const text = (value: unknown): Buffer => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
const taken = (value: unknown): boolean => expectAgreement(text(value));

describe('the scan of an interaction', () => {
  it('knows the fields of the schema, the numbers that others use among them', () => {
    const names = Object.keys(schemas['interaction.v1']['properties'] as object);
    expect(INTERACTION_FIELDS.map(({ name }) => name).sort()).toEqual(names.sort());
    for (const [name, field] of Object.entries(FIELD)) expect(INTERACTION_FIELDS[field]?.name).toBe(name);
  });

  it('reads what is plain, in any order, with spaces, nulls and unknown fields', () => {
    expect(taken(PLAIN)).toBe(true);
    expect(taken(Object.fromEntries(Object.entries(PLAIN).reverse()))).toBe(true);
    expect(taken(JSON.stringify(PLAIN, null, 2))).toBe(true);
    expect(taken({ ...PLAIN, team: null, other: null, flag: true, note: 'x', count: 12 })).toBe(true);
    expect(taken({ ...PLAIN, team: '华东', updatedAt: '2025-11-24T18:00:00.5Z', overtime: true })).toBe(true);
  });

  it.each([
    ['a fraction', { ...PLAIN, talkSeconds: 1.5 }],
    ['an escape', { ...PLAIN, team: 'a"b' }],
    ['nested fields', { ...PLAIN, units: { tokens: 1 } }],
    ['an unknown object', { ...PLAIN, other: {} }],
    ['a field twice', `{"team":"t",${JSON.stringify(PLAIN).slice(1, -1)},"team":"u"}`],
    ['a trailing comma', `${JSON.stringify(PLAIN).slice(0, -1)},}`],
    ['something behind', `${JSON.stringify(PLAIN)}x`],
    ['a zero in front', JSON.stringify(PLAIN).replace(':90', ':090')],
    ['an exponent', JSON.stringify(PLAIN).replace(':90', ':9e1')],
    ['a long week', { ...PLAIN, talkSeconds: 604_801 }],
    ['a missing field', { ...PLAIN, outcome: undefined }],
    ['an agent without id', { ...PLAIN, agentId: undefined }],
    ['no such outcome', { ...PLAIN, outcome: 'done' }],
    ['no such channel', { ...PLAIN, channel: 'Voice' }],
    ['an empty id', { ...PLAIN, interactionId: '' }],
    ['an id too long', { ...PLAIN, agentId: 'x'.repeat(129) }],
    ['an end before its start', { ...PLAIN, startedAt: 1_764_100_000_000 }],
    ['no such day', { ...PLAIN, endedAt: '2026-02-30T00:00:00Z' }],
    ['a leap second', { ...PLAIN, endedAt: '2026-12-31T23:59:60Z' }],
    ['a time of small letters', { ...PLAIN, endedAt: '2026-12-31t23:59:00z' }],
    ['a negative time', { ...PLAIN, startedAt: -1 }],
    ['nothing', ''],
    ['a list', '[]'],
    ['an empty object', '{}'],
    ['a text cut off', JSON.stringify(PLAIN).slice(0, 60)],
  ])('leaves %s to the parser', (_, value) => {
    expect(taken(value)).toBe(false);
  });

  it('leaves bytes that are no UTF-8 to the parser', () => {
    const bytes = text({ ...PLAIN, team: 'T?' });
    bytes[bytes.indexOf('?')] = 0xff;
    expect(expectAgreement(bytes)).toBe(false);
  });

  it('agrees with the parser on payloads of all fields', () => {
    let count = 0;
    fc.assert(
      fc.property(payloads, fc.boolean(), (payload, spaced) => {
        const ended = { endedAt: 1_764_000_000_000, ...payload };
        if (expectAgreement(text(JSON.stringify(ended, null, spaced ? 1 : 0)))) count += 1;
      }),
      { numRuns: 1_000 },
    );
    expect(count).toBeGreaterThan(100);
  });

  it('agrees with the parser on plain payloads whose bytes are damaged', () => {
    const pieces = [
      '"',
      ',',
      ':',
      '{',
      '}',
      '\\',
      '0',
      '-',
      '.',
      'e',
      'null',
      'true',
      '"team":"t"',
      ' ',
      '\n',
      '\u0000',
      'é',
    ];
    const plain = fc.record(
      {
        team: fc.constantFrom('t', '队', 'x y'),
        holdSeconds: fc.nat(700_000),
        answeredAt: fc.constantFrom('2025-11-24T15:59:59.1234Z', 1_763_999_000_000, '2025-11-24T15:59:59-00:30'),
        overtime: fc.boolean(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(plain, fc.nat(300), fc.nat(3), fc.constantFrom('', ...pieces), (extra, at, cut, put) => {
        const whole = text({ ...PLAIN, ...extra });
        const from = at % (whole.length + 1);
        expectAgreement(Buffer.concat([whole.subarray(0, from), Buffer.from(put), whole.subarray(from + cut)]));
      }),
      { numRuns: 3_000 },
    );
  });
});
