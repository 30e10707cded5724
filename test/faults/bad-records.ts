/** A class of bad input, and the reason that it must be rejected with; without one it must be counted all the same. */
export interface BadRecord {
  readonly name: string;
  readonly value: (id: string, atMs: number) => string | Buffer;
  readonly reject?: string;
}

function contact(id: string, atMs: number, changes: Record<string, unknown> = {}): Record<string, unknown> {
  const startedAt = atMs - 60_000;
  const base = { interactionId: id, channel: 'voice', handledBy: 'agent', agentId: 'agent-1', outcome: 'resolved' };
  return { ...base, startedAt, endedAt: atMs, talkSeconds: 30, ...changes };
}

function changed(name: string, reject: string, changes: Record<string, unknown>): BadRecord {
  return { name, reject, value: (id, atMs) => JSON.stringify(contact(id, atMs, changes)) };
}

/** JSON of a contact with something written in front of its fields that JSON.stringify would not write. */
function raw(fields: string): BadRecord['value'] {
  return (id, atMs) => `{${fields},${JSON.stringify(contact(id, atMs)).slice(1)}`;
}

function replaced(from: string, to: string): BadRecord['value'] {
  return (id, atMs) => JSON.stringify(contact(id, atMs)).replace(from, to);
}

/** Classes of what sources send by mistake or by malice. */
export const BAD_RECORDS: readonly BadRecord[] = [
  { name: 'nothing', reject: 'empty', value: () => '' },
  { name: 'half a record', reject: 'not-json', value: (id) => `{"interactionId":"${id}"` },
  { name: 'a word', reject: 'not-json', value: () => 'undefined' },
  { name: 'NaN', reject: 'not-json', value: replaced('"talkSeconds":30', '"talkSeconds":NaN') },
  { name: 'no UTF-8', reject: 'not-json', value: (id) => Buffer.from([0x22, 0xff, 0xfe, 0x22, id.length]) },
  { name: 'a list', reject: 'schema', value: () => '[]' },
  { name: 'null', reject: 'schema', value: () => 'null' },
  { name: 'a number beyond all numbers', reject: 'schema', value: replaced('"talkSeconds":30', '"talkSeconds":1e400') },
  changed('text for a number', 'schema', { talkSeconds: '30' }),
  changed('negative time', 'schema', { talkSeconds: -1 }),
  changed('no channel', 'schema', { channel: undefined }),
  changed('an unknown outcome', 'schema', { outcome: 7 }),
  changed('half a surrogate pair', 'schema', { agentId: 'agent-\ud800' }),
  changed('an endless id', 'schema', { agentId: 'a'.repeat(200) }),
  changed('30 February', 'bad-time', { endedAt: '2026-02-30T10:00:00Z' }),
  changed('ends before it starts', 'ends-before-start', { endedAt: 1_000 }),
  changed('unknown currency', 'unknown-currency', {
    charges: [{ dimension: 'system', amount: '1.00', currency: 'XQZ' }],
  }),
  changed('no exchange rate', 'no-fx-rate', { charges: [{ dimension: 'system', amount: '1.00', currency: 'USD' }] }),
  { name: '__proto__', value: raw('"__proto__":{"talkSeconds":5,"overtime":true}') },
  { name: 'constructor', value: raw('"constructor":{"prototype":{"talkSeconds":5}}') },
  { name: 'a field twice', value: raw('"talkSeconds":5') },
  { name: 'unknown fields', value: raw('"mood":[[[{"a":null}]]]') },
];

/** Too large for the contract; kept apart, as many of them would fill the disk. */
export const HUGE_RECORD: BadRecord = changed('huge', 'too-large', { note: 'x'.repeat(300_000) });
