import { decodeInput, MAX_INPUT_BYTES, type InputTopicKey } from '#libs/contract';
import { ENCODINGS } from './input.fixture.js';

const interaction = {
  interactionId: 'i-1',
  channel: 'voice',
  handledBy: 'agent',
  agentId: 'agent-001',
  startedAt: '2026-01-05T09:00:00+08:00',
  endedAt: 1_767_575_100_000,
  outcome: 'resolved',
};
const line = {
  lineId: 'l-1',
  dimension: 'system',
  amount: '1200.50',
  currency: 'CNY',
  billedAt: '2026-01-31T00:00:00Z',
  periodStart: '2026-01-01T00:00:00+08:00',
  periodEnd: '2026-02-01T00:00:00+08:00',
};
const revenue = { revenueId: 'r-1', amount: '5', currency: 'CNY', periodStart: 0, periodEnd: 1 };

function decode(topic: InputTopicKey, payload: unknown) {
  return decodeInput(topic, ENCODINGS.plain(payload));
}

function decodeText(text: string | Buffer, headers?: Record<string, string>) {
  return decodeInput('interactions', { key: null, value: Buffer.from(text), ...(headers && { headers }) });
}

/** The interaction as JSON text with `more` before its end, for what JSON.stringify would not write. */
function withText(more: string): string {
  return `${JSON.stringify(interaction).slice(0, -1)},${more}}`;
}

describe('what decodeInput takes', () => {
  it('an interaction without headers', () => {
    expect(decodeInput('interactions', { key: null, value: Buffer.from(JSON.stringify(interaction)) })).toStrictEqual({
      ok: true,
      data: interaction,
    });
  });

  it.each([
    ['unknown fields, which it drops', '"extra":{"deep":[1]}', {}],
    ['null in optional fields, which it drops', '"queue":null,"units":{"sms":null}', { units: {} }],
    ['__proto__ and constructor as fields', '"__proto__":{"isAdmin":true},"constructor":{"prototype":1}', {}],
    ['a field given twice: the last one', '"team":"first","team":"last"', { team: 'last' }],
    [
      'unknown fields in charges',
      '"charges":[{"dimension":"system","amount":"-1","currency":"EUR","note":null,"x":1}]',
      {
        charges: [{ dimension: 'system', amount: '-1', currency: 'EUR' }],
      },
    ],
    ['escaped characters beyond the basic plane', '"topic":"\\ud83d\\ude00"', { topic: '😀' }],
    ['lone surrogates in fields that it drops', '"extra":"\\ud83d"', {}],
    ['fields nested 100,000 deep that it drops', `"extra":${'['.repeat(1e5)}${']'.repeat(1e5)}`, {}],
    ['an answer before the start, by another clock', '"answeredAt":0', { answeredAt: 0 }],
  ])('%s', (_, text, more) => {
    expect(decodeText(withText(text))).toStrictEqual({ ok: true, data: { ...interaction, ...more } });
  });

  it('a contact without duration', () => {
    expect(decode('interactions', { ...interaction, startedAt: interaction.endedAt })).toMatchObject({ ok: true });
  });

  it('__proto__ as the name of a weight without harm', () => {
    const text = `{"to":"team","by":"weights","weights":{"__proto__":2,"a":null}}`;
    const decoded = decodeInput('billingLines', {
      key: null,
      value: Buffer.from(`${JSON.stringify(line).slice(0, -1)},"allocate":${text}}`),
    });
    expect(decoded.ok && Object.entries(decoded.data.allocate?.weights ?? {})).toEqual([['__proto__', 2]]);
    expect(({} as Record<string, unknown>)['a']).toBeUndefined();
  });

  it('a value of exactly 256 KiB', () => {
    const text = withText(`"extra":""`);
    const filled = text.replace('"extra":""', `"extra":"${'x'.repeat(MAX_INPUT_BYTES - text.length)}"`);
    expect(filled).toHaveLength(MAX_INPUT_BYTES);
    expect(decodeText(filled)).toMatchObject({ ok: true });
    expect(decodeText(`${filled} `)).toMatchObject({ ok: false, reason: 'too-large' });
  });

  it('a byte order mark', () => {
    expect(decodeText(`\uFEFF${JSON.stringify(interaction)}`)).toMatchObject({ ok: true });
  });

  it('currencies that were withdrawn lately, for recorded bills', () => {
    expect(decode('billingLines', { ...line, currency: 'HRK' })).toMatchObject({ ok: true });
  });
});

describe('what decodeInput refuses', () => {
  it.each([null, Buffer.alloc(0)])('a record without value: %p', (value) => {
    expect(decodeInput('interactions', { key: null, value })).toMatchObject({ ok: false, reason: 'empty' });
  });

  it.each([
    ['text', 'hello'],
    ['blanks', ' \n'],
    ['half an object', '{"interactionId":"i-1"'],
    ['NaN', withText('"talkSeconds":NaN')],
    ['Infinity', withText('"talkSeconds":Infinity')],
    ['a comment', `${JSON.stringify(interaction)} // note`],
    ['two documents', '{}{}'],
    ['single quotes', "{'a':1}"],
    ['a raw control character', withText('"topic":"a\nb"')],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['a surrogate in bytes', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['UTF-16', Buffer.from(JSON.stringify(interaction), 'utf16le')],
    ['nesting without end', '['.repeat(200_000)],
  ])('%s as not-json', (_, text) => {
    expect(decodeText(text)).toMatchObject({ ok: false, reason: 'not-json' });
  });

  it.each([
    ['null', 'null', 'the payload must be object'],
    ['an array', '[]', 'the payload must be object'],
    ['null in a required field', withText('"outcome":null'), "must have required property 'outcome'"],
    ['null in a list', withText('"charges":[null]'), '/charges/0 must be object'],
    ['a handler without id', withText('"agentId":null'), "must have required property 'agentId'"],
    ['another handler than its id', withText('"handledBy":"bot"'), "must have required property 'botId'"],
    ['a number too large for any', withText('"talkSeconds":1e400'), '/talkSeconds must be number'],
    ['a negative quantity', withText('"units":{"sms":-1}'), '/units/sms must be >= 0'],
    ['a text for a number', withText('"talkSeconds":"60"'), '/talkSeconds must be number'],
    [
      'an amount as number',
      withText('"charges":[{"dimension":"system","amount":1.5,"currency":"CNY"}]'),
      '/charges/0/amount must be string',
    ],
    [
      'seven fraction digits',
      withText('"charges":[{"dimension":"system","amount":"0.0000001","currency":"CNY"}]'),
      'decimal string, at most 6 fraction digits',
    ],
    ['an unknown word', withText('"outcome":"done"'), '/outcome must be one of resolved, unresolved'],
    ['an empty id', withText('"interactionId":""'), '/interactionId must NOT have fewer than 1 characters'],
    ['an id of 129 characters', withText(`"interactionId":"${'x'.repeat(129)}"`), 'more than 128'],
    ['a lone surrogate', withText('"topic":"\\ud83d"'), '/topic holds a lone surrogate'],
    ['a NUL character', withText('"topic":"a\\u0000"'), 'NUL character'],
    ['__proto__ as a unit', withText('"units":{"__proto__":1}'), '/units must not have the name "__proto__"'],
    ['too many charges', withText(`"charges":[${'1,'.repeat(20)}1]`), '/charges must NOT have more than 16 items'],
    [
      'a time without offset',
      withText('"endedAt":"2026-01-05T09:00:00"'),
      '/endedAt must be an RFC 3339 date-time with offset',
    ],
    ['a time in seconds with fraction', withText('"endedAt":1767575100.5'), '/endedAt must be an RFC 3339'],
    ['a time before the epoch in milliseconds', withText('"endedAt":-1'), '/endedAt must be an RFC 3339'],
  ])('%s as schema', (_, text, detail) => {
    expect(decodeText(text)).toEqual({
      ok: false,
      reason: 'schema',
      detail: expect.stringContaining(detail) as string,
    });
  });

  it('with the first few faults, and how many more', () => {
    const decoded = decode('interactions', {
      ...interaction,
      channel: 'A',
      outcome: 1,
      talkSeconds: -1,
      holdSeconds: -1,
    });
    expect(decoded).toEqual({
      ok: false,
      reason: 'schema',
      detail:
        '/channel must match pattern "^[a-z0-9][a-z0-9-]{0,47}$"; ' +
        '/talkSeconds must be >= 0; /holdSeconds must be >= 0; and 1 more',
    });
  });

  it('a csat without score', () => {
    expect(decode('feedback', { feedbackId: 'f', kind: 'csat', at: 0 })).toMatchObject({ ok: false, reason: 'schema' });
    expect(decode('feedback', { feedbackId: 'f', kind: 'complaint', at: 0 })).toMatchObject({ ok: true });
  });

  it('half a period', () => {
    expect(decode('billingLines', { ...line, periodEnd: null })).toMatchObject({ ok: false, reason: 'schema' });
  });

  it.each(['2026-02-30T00:00:00Z', '2026-01-05T25:00:00Z', '2026-01-05T09:00:00+99:00', 1e300])(
    'the time %s, which no calendar has',
    (updatedAt) => {
      expect(decode('interactions', { ...interaction, updatedAt })).toEqual({
        ok: false,
        reason: 'bad-time',
        detail: '/updatedAt is a time that no calendar has',
      });
    },
  );

  it.each(['XXX', 'XTS', 'ABC'])('the currency %s', (currency) => {
    const refused = { ok: false, reason: 'unknown-currency' };
    expect(decode('billingLines', { ...line, currency })).toMatchObject(refused);
    expect(decode('revenue', { ...revenue, currency })).toMatchObject(refused);
    const good = { dimension: 'system', amount: '1', currency: 'CNY' };
    expect(decode('interactions', { ...interaction, charges: [good, { ...good, currency }] })).toEqual({
      ...refused,
      detail: `/charges/1/currency is ${currency}, which is no ISO 4217 code`,
    });
  });

  it.each([
    ['interactions', { ...interaction, startedAt: interaction.endedAt + 1 }, '/endedAt is before /startedAt'],
    ['interactions', { ...interaction, answeredAt: interaction.endedAt + 1 }, '/endedAt is before /answeredAt'],
    ['billingLines', { ...line, periodEnd: line.periodStart }, '/periodEnd is not after /periodStart'],
    ['revenue', { ...revenue, periodStart: 2 }, '/periodEnd is not after /periodStart'],
  ] as const)('%s that end before they start', (topic, payload, detail) => {
    expect(decode(topic, payload)).toEqual({ ok: false, reason: 'ends-before-start', detail });
  });
});

describe('the CloudEvents envelope', () => {
  const value = JSON.stringify(interaction);
  const event = { specversion: '1.0', id: '1', source: '/crm', type: 'contact', data: interaction };
  const structured = { 'content-type': 'application/cloudevents+json' };

  it.each([
    ['header ce_specversion is missing', value, { ce_id: '1' }],
    ['header ce_specversion must be 1.0', value, { ce_specversion: '0.3' }],
    ['other CloudEvents formats are not read', value, { 'content-type': 'application/cloudevents-batch+json' }],
    ['other CloudEvents formats are not read', value, { 'content-type': 'application/cloudevents+avro' }],
    ['specversion is missing', value, structured],
    ['specversion must be 1.0', JSON.stringify({ ...event, specversion: 1 }), structured],
    ['has no data', JSON.stringify({ ...event, data: null }), structured],
    ['has both data and data_base64', JSON.stringify({ ...event, data_base64: 'e30=' }), structured],
    ['data_base64 is not base64', JSON.stringify({ ...event, data: null, data_base64: '*' }), structured],
    ['must be a JSON object', '[1]', structured],
  ])('is broken when it %s', (detail, text, headers) => {
    expect(decodeText(text, headers)).toEqual({
      ok: false,
      reason: 'envelope',
      detail: expect.stringContaining(detail) as string,
    });
  });

  it('is no envelope when there are only other headers', () => {
    expect(decodeText(value, { traceparent: '00-1', 'content-type': 'application/json' })).toMatchObject({ ok: true });
  });

  it('holds text that no output can carry, even inside data_base64', () => {
    const data_base64 = Buffer.from(withText('"topic":"\\ud83d"')).toString('base64');
    expect(decodeText(JSON.stringify({ ...event, data: null, data_base64 }), structured)).toMatchObject({
      reason: 'schema',
    });
  });

  it('is not JSON: refused as such', () => {
    expect(decodeText('{', structured)).toMatchObject({ ok: false, reason: 'not-json' });
  });
});
