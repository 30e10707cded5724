import { gzipSync } from 'node:zlib';
import type { InputTopicKey, RejectReason, WireRecord } from '#libs/contract';

/** A kind of bad, odd or borderline input, as it comes from outside, and what has to become of it. */
export interface NamedInput {
  readonly name: string;
  readonly topic: InputTopicKey;
  readonly value: Buffer | null;
  readonly headers?: WireRecord['headers'];
  readonly fate: 'counted' | 'duplicate' | 'stale' | 'late' | RejectReason;
}

type Fields = Readonly<Record<string, unknown>>;

const KIB = 1_024;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** The contact that must stand before all others: what a copy is a copy of, and what the clock goes by. */
export const FIRST = 'named-first';

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const bytes = (...parts: (string | readonly number[])[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));

/**
 * The table of named inputs, for a live clock that stands at `nowMs` (epoch milliseconds) and the reference data of the
 * tests (rates in CNY, none for EUR). Send them in this order, all with one key.
 */
export function namedInputs(nowMs: number): readonly NamedInput[] {
  const first: Fields = {
    interactionId: FIRST,
    channel: 'voice',
    handledBy: 'agent',
    agentId: 'a-1',
    startedAt: nowMs - 5 * MINUTE_MS,
    endedAt: nowMs,
    outcome: 'resolved',
    updatedAt: nowMs,
  };
  return [
    { name: 'the first copy', topic: 'interactions', value: json(first), fate: 'counted' },
    ...copies(first),
    ...bodies(contacts(first)),
    ...texts(contacts(first)),
    ...names(contacts(first)),
    ...fields(contacts(first)),
    ...times(contacts(first), nowMs),
    ...envelopes(contacts(first)),
    ...others(nowMs),
  ];
}

function copies(first: Fields): NamedInput[] {
  const updatedAt = Number(first['updatedAt']);
  const copy = (name: string, more: Fields, fate: NamedInput['fate']): NamedInput => {
    return { name, topic: 'interactions', value: json({ ...first, ...more }), fate };
  };
  return [
    copy('the same copy again', {}, 'duplicate'),
    copy('an older copy', { talkSeconds: 1, updatedAt: updatedAt - 1 }, 'stale'),
    copy('another copy of the same moment', { talkSeconds: 1 }, 'conflict'),
    copy('a better copy', { talkSeconds: 1, updatedAt: updatedAt + 1 }, 'counted'),
  ];
}

/** Makes contacts that differ in their id alone, which is made of the name. */
type ContactOf = (name: string, more?: Fields) => Fields;

function contacts(first: Fields): ContactOf {
  return (name, more = {}) => ({ ...first, interactionId: `named ${name}`, ...more });
}

type Make = (
  name: string,
  value: Buffer | null,
  fate: NamedInput['fate'],
  headers?: WireRecord['headers'],
) => NamedInput;
const interaction: Make = (name, value, fate, headers) => {
  return { name, topic: 'interactions', value, fate, ...(headers && { headers }) };
};

/** A contact with a text put in place of its talk time, so that what JSON.stringify never writes can be sent. */
function withTalk(fields: Fields, text: string): Buffer {
  return Buffer.from(JSON.stringify({ ...fields, talkSeconds: 0 }).replace('"talkSeconds":0', `"talkSeconds":${text}`));
}

/** A contact of exactly so many bytes. */
function padded(fields: Fields, size: number): Buffer {
  const bare = json({ ...fields, padding: '' });
  return json({ ...fields, padding: 'x'.repeat(size - bare.length) });
}

function bodies(contact: ContactOf): NamedInput[] {
  const good = (name: string): Buffer => json(contact(name));
  const cut = good('cut off').subarray(0, 40);
  return [
    interaction('no value', null, 'empty'),
    interaction('no bytes', Buffer.alloc(0), 'empty'),
    interaction('white space alone', bytes(' \n\t'), 'not-json'),
    interaction('cut off in the middle', cut, 'not-json'),
    interaction('two documents', bytes('{}\n{}'), 'not-json'),
    interaction('a line feed behind it', bytes(good('line feed').toString(), '\n'), 'counted'),
    interaction('256 KiB', padded(contact('256 KiB'), 256 * KIB), 'counted'),
    interaction('256 KiB and a byte', padded(contact('over 256 KiB'), 256 * KIB + 1), 'too-large'),
    interaction('1.2 MB', padded(contact('1.2 MB'), 1_200_000), 'too-large'),
    interaction('compressed by hand', gzipSync(good('gzip')), 'not-json'),
    interaction('Avro with a schema id', bytes([0, 0, 0, 0, 7], 'contact'), 'not-json'),
    interaction('single quotes', bytes("{'interactionId':'x'}"), 'not-json'),
    interaction('a comma too many', bytes('{"interactionId":"x",}'), 'not-json'),
    interaction('a comment', bytes('{} // nothing'), 'not-json'),
    interaction('null', bytes('null'), 'schema'),
    interaction('a number', bytes('42'), 'schema'),
    interaction('a list of contacts', json([contact('in a list')]), 'schema'),
    interaction('JSON inside a string', json(JSON.stringify(contact('in a string'))), 'schema'),
    interaction('100,000 brackets', bytes('['.repeat(100_000)), 'not-json'),
    interaction('nesting where nobody looks', deep(contact('deep unknown'), 'unknown'), 'counted'),
    interaction('nesting in a known field', deep(contact('deep units'), 'units'), 'schema'),
  ];
}

function deep(fields: Fields, name: string): Buffer {
  const levels = 20_000;
  const nested = `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
  return Buffer.from(JSON.stringify({ ...fields, [name]: 0 }).replace(`"${name}":0`, `"${name}":${nested}`));
}

function texts(contact: ContactOf): NamedInput[] {
  const withTeam = (name: string, team: readonly number[]): Buffer => {
    const [head = '', tail = ''] = JSON.stringify(contact(name, { team: '~' })).split('~');
    return bytes(head, team, tail);
  };
  const escaped = (name: string, escape: string, field = 'team'): Buffer =>
    Buffer.from(JSON.stringify(contact(name, { [field]: '~' })).replace('~', escape));
  return [
    interaction('Latin-1', withTeam('latin', [0xe9]), 'not-json'),
    interaction('half a surrogate pair in bytes', withTeam('surrogate bytes', [0xed, 0xa0, 0x80]), 'not-json'),
    interaction('an overlong slash', withTeam('overlong', [0xc0, 0xaf]), 'not-json'),
    interaction('UTF-16', Buffer.from(JSON.stringify(contact('utf-16')), 'utf16le'), 'not-json'),
    interaction('a mark of UTF-8 before it', bytes([0xef, 0xbb, 0xbf], JSON.stringify(contact('bom'))), 'counted'),
    interaction('half a surrogate pair, escaped', escaped('surrogate', '\\ud83d'), 'schema'),
    interaction('a whole surrogate pair, escaped', escaped('pair', '\\ud83d\\udcde'), 'counted'),
    interaction('U+0000, escaped', escaped('nul', '\\u0000'), 'schema'),
    interaction('U+0000 where nobody looks', escaped('nul unknown', '\\u0000', 'unknown'), 'counted'),
    interaction('a raw control character', withTeam('control', [0x07]), 'not-json'),
  ];
}

function names(contact: ContactOf): NamedInput[] {
  const twice = JSON.stringify(contact('twice')).replace('{', '{"outcome":"nonsense",');
  const lastWrong = JSON.stringify(contact('last wrong')).replace(/}$/, ',"outcome":"nonsense"}');
  const { interactionId: _, ...nameless } = contact('');
  const inherited = JSON.stringify(nameless).replace('{', '{"__proto__":{"interactionId":"inherited"},');
  const polluted = JSON.stringify(contact('polluted')).replace('{', '{"__proto__":{"handledBy":"bot"},');
  return [
    interaction('a name twice, right at last', Buffer.from(twice), 'counted'),
    interaction('a name twice, wrong at last', Buffer.from(lastWrong), 'schema'),
    interaction('a required field by __proto__', Buffer.from(inherited), 'schema'),
    interaction('__proto__ beside all that is needed', Buffer.from(polluted), 'counted'),
    interaction(
      'constructor and prototype',
      json(contact('constructor', { constructor: { prototype: 1 } })),
      'counted',
    ),
    interaction(
      '__proto__ as a unit',
      Buffer.from(JSON.stringify(contact('unit', { units: {} })).replace('"units":{}', '"units":{"__proto__":1}')),
      'schema',
    ),
    interaction('__proto__ as an agent', json(contact('agent', { agentId: '__proto__' })), 'counted'),
    interaction('unknown fields', json(contact('unknown', { from: 'next year', nested: { a: [1] } })), 'counted'),
    interaction('names in other case', json({ ...nameless, InteractionID: 'x' }), 'schema'),
  ];
}

function fields(contact: ContactOf): NamedInput[] {
  const charge = (amount: unknown, currency = 'CNY') => ({ charges: [{ dimension: 'system', amount, currency }] });
  const most = { dimension: 'system', amount: '9999999999.999999', currency: 'CNY' };
  const one = (name: string, more: Fields, fate: NamedInput['fate']): NamedInput =>
    interaction(name, json(contact(name, more)), fate);
  const number = (name: string, text: string, fate: NamedInput['fate']): NamedInput =>
    interaction(name, withTalk(contact(name), text), fate);
  return [
    one('no handler', { agentId: undefined }, 'schema'),
    one('null where a field is needed', { outcome: null }, 'schema'),
    one('null where none is needed', { team: null, talkSeconds: null }, 'counted'),
    one('a number as text', { talkSeconds: '10' }, 'schema'),
    one('an unknown outcome', { outcome: 'RESOLVED' }, 'schema'),
    one('an empty id', { agentId: '' }, 'schema'),
    one('an id of 129 characters', { agentId: 'x'.repeat(129) }, 'schema'),
    one('an id that looks like a key', { agentId: 'all:all%3A' }, 'counted'),
    number('NaN', 'NaN', 'not-json'),
    number('Infinity', 'Infinity', 'not-json'),
    number('1e400', '1e400', 'schema'),
    number('a number of 400 digits', '9'.repeat(400), 'schema'),
    number('1e-400', '1e-400', 'counted'),
    number('minus nothing', '-0', 'counted'),
    number('a negative duration', '-1', 'schema'),
    one('an amount as a number', charge(1.5), 'schema'),
    one('an amount with seven decimals', charge('1.0000001'), 'schema'),
    one('an amount with an exponent', charge('1e3'), 'schema'),
    one('an amount with eleven digits', charge('12345678901'), 'schema'),
    one('amounts that add up to too much', { charges: [most, most] }, 'overflow'),
    one('an amount below nothing', charge('-5.00'), 'counted'),
    one('a currency that nobody has', charge('1', 'ABC'), 'unknown-currency'),
    one('a currency without a rate', charge('1', 'EUR'), 'no-fx-rate'),
    one('a currency in small letters', charge('1', 'cny'), 'schema'),
  ];
}

function times(contact: ContactOf, nowMs: number): NamedInput[] {
  const one = (name: string, more: Fields, fate: NamedInput['fate']): NamedInput =>
    interaction(name, json(contact(name, more)), fate);
  const ended = (name: string, endedAt: unknown, fate: NamedInput['fate']): NamedInput =>
    one(name, { startedAt: 0, endedAt }, fate);
  return [
    one('ends before it starts', { startedAt: nowMs, endedAt: nowMs - 1 }, 'ends-before-start'),
    one('answered after its end', { answeredAt: nowMs + 1 }, 'ends-before-start'),
    one('no duration at all', { startedAt: nowMs, endedAt: nowMs }, 'counted'),
    ended('30 February', '2026-02-30T10:00:00Z', 'bad-time'),
    ended('hour 24', '2026-02-20T24:00:00Z', 'bad-time'),
    ended('a leap second that was none', '2026-02-20T10:59:60Z', 'bad-time'),
    ended('a time without an offset', '2026-02-20T10:00:00', 'schema'),
    ended('a time as a text of digits', String(nowMs), 'schema'),
    ended('a fraction of a millisecond', nowMs - 0.5, 'schema'),
    ended('a time beyond all calendars', 1e17, 'bad-time'),
    one('the year 0', { startedAt: '0000-01-01T00:00:00Z', endedAt: '0000-01-01T00:00:00Z' }, 'bad-time'),
    ended('the year 9999', '9999-12-31T23:59:59Z', 'bad-time'),
    ended('an hour ahead of the clock', nowMs + HOUR_MS, 'future'),
    ended('two hours late', nowMs - 2 * HOUR_MS, 'late'),
  ];
}

function envelopes(contact: ContactOf): NamedInput[] {
  const STRUCTURED = { 'content-type': 'application/cloudevents+json; charset=UTF-8' };
  const event = (name: string, more: Fields = {}) => ({
    specversion: '1.0',
    id: '1',
    source: '/s',
    type: 't',
    data: contact(name),
    ...more,
  });
  const binary = (specversion: string) => ({ ce_specversion: specversion, ce_id: '1', ce_source: '/s', ce_type: 't' });
  const base64 = json(contact('base64')).toString('base64');
  const own = { reason: 'mine', detail: 'mine', 'source-topic': 'mine', 'source-offset': '-1' };
  return [
    interaction('a structured CloudEvent', json(event('structured')), 'counted', STRUCTURED),
    interaction('a binary CloudEvent', json(contact('binary')), 'counted', binary('1.0')),
    interaction('data in base64', json(event('', { data: undefined, data_base64: base64 })), 'counted', STRUCTURED),
    interaction('broken base64', json(event('', { data: undefined, data_base64: '#' })), 'envelope', STRUCTURED),
    interaction('a CloudEvent without data', json(event('', { data: undefined })), 'envelope', STRUCTURED),
    interaction(
      'a CloudEvent with two kinds of data',
      json(event('both', { data_base64: base64 })),
      'envelope',
      STRUCTURED,
    ),
    interaction('CloudEvents 0.3', json(contact('0.3')), 'envelope', binary('0.3')),
    interaction('a batch of CloudEvents', json([event('batch')]), 'envelope', {
      'content-type': 'application/cloudevents-batch+json',
    }),
    interaction('a structured CloudEvent that says it is not', json(event('unsaid')), 'schema'),
    interaction("headers named like the rejection's", bytes('{'), 'not-json', own),
    interaction('a header twice', json(contact('header twice')), 'counted', { ce_specversion: ['1.0', '0.3'] }),
  ];
}

function others(nowMs: number): NamedInput[] {
  const line: Fields = { dimension: 'system', amount: '1.00', currency: 'CNY', billedAt: nowMs };
  const bill = (name: string, more: Fields, fate: NamedInput['fate']): NamedInput => {
    return { name, topic: 'billingLines', value: json({ lineId: `named ${name}`, ...line, ...more }), fate };
  };
  const feedback = (name: string, more: Fields, fate: NamedInput['fate']): NamedInput => {
    return {
      name,
      topic: 'feedback',
      value: json({ feedbackId: `named ${name}`, kind: 'csat', at: nowMs, ...more }),
      fate,
    };
  };
  const revenue: Fields = { revenueId: 'named', amount: '1', currency: 'CNY', periodStart: nowMs, periodEnd: nowMs };
  return [
    bill('a correction of a bill that nobody knows', { correctionOf: 'other' }, 'counted'),
    bill('a bill that corrects itself', { correctionOf: 'named a bill that corrects itself' }, 'correction-of-itself'),
    bill('a bill with one end of its period', { periodStart: nowMs }, 'schema'),
    bill('a bill for no time at all', { periodStart: nowMs, periodEnd: nowMs }, 'ends-before-start'),
    bill('a bill with weights of nothing', { allocate: { to: 'team', weights: { north: 0 } } }, 'schema'),
    feedback('a score beyond the scale', { score: 101 }, 'schema'),
    feedback('a score of nothing', {}, 'schema'),
    feedback('feedback on a contact that nobody knows', { score: 50, interactionId: 'nobody' }, 'counted'),
    {
      name: 'an unknown state',
      topic: 'agentStates',
      value: json({ agentId: 'a-1', state: 'asleep', at: nowMs }),
      fate: 'schema',
    },
    { name: 'revenue of no time at all', topic: 'revenue', value: json(revenue), fate: 'ends-before-start' },
  ];
}
