import kafkajs from 'kafkajs';

/** Everything that is sent, and what must become of it. */
export const PARTITIONS = 2;

/** 23:00 in Shanghai: an hour later the day changes. */
export const BASE_MS = Date.UTC(2026, 10, 10, 15);
export const MINUTE_MS = 60_000;
/** End of the main part: every partition of every clock topic has a record of exactly this time. */
export const MAIN_END_MS = BASE_MS + 110 * MINUTE_MS;

const LATER_FX = new Date(BASE_MS + 60 * MINUTE_MS).toISOString();
const LATER_VOICE = new Date(BASE_MS + 45 * MINUTE_MS).toISOString();

/** What people decided: every kind of price, a change of price and one of the exchange rate. */
export const REFERENCE = `
organisation: { name: Contract, zone: Asia/Shanghai, currency: CNY, unitCostTargets: { handled: 5 } }
agents:
  - { agentId: a-1, team: red, region: north }
  - { agentId: a-2, team: red }
fxRates:
  - { currency: EUR, rate: 8 }
  - { currency: EUR, rate: 8.5, from: '${LATER_FX}' }
rateCards:
  - { rateId: everybody, for: default, kind: hourly, amount: 120 }
  - { rateId: red, for: team, id: red, kind: hourly, amount: 90 }
  - { rateId: south, for: region, id: south, kind: hourly, amount: 100.77 }
  - { rateId: a-2, for: agent, id: a-2, kind: hourly, amount: 30.01, currency: EUR, overtimeMultiplier: 2,
      split: { wages: 0.7, socialInsurance: 0.2, training: 0.1 } }
  - { rateId: v-contact, for: vendor, id: v-contact, kind: per-contact, amount: 12.345678 }
  - { rateId: v-minute, for: vendor, id: v-minute, kind: per-minute, amount: 1.7, currency: EUR }
  - { rateId: bot, for: bot, id: b-1, kind: per-contact, amount: 0.5 }
  - { rateId: tokens, for: bot, id: b-1, kind: per-unit, unit: llm-tokens, amount: 0.000004 }
  - { rateId: voice, for: channel, id: voice, kind: per-minute, amount: 0.12, subcategory: telephony }
  - { rateId: voice, for: channel, id: voice, kind: per-minute, amount: 0.24, subcategory: telephony, from: '${LATER_VOICE}' }
  - { rateId: sms, for: channel, kind: per-unit, unit: sms-segments, amount: 0.045, subcategory: messaging }
`;

/** 10 an hour with a flat plan, of which an hour may cost one more: the voice contacts cost hundreds. */
export const BUDGET = { budgetId: 'voice', scope: 'channel', id: 'voice', period: 'month', amount: '7200' };

/** What becomes of a record: a fate, or the reason for which it is rejected. */
export type Fate = 'counted' | 'duplicate' | 'stale' | 'late' | { readonly rejected: string };

export type Payload = Readonly<Record<string, unknown>>;

export interface Sent {
  readonly topic: string;
  readonly key: string | null;
  readonly value: string | Buffer | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly fate: Fate;
  /** Absent where nothing can be read. */
  readonly payload?: Payload;
}

const partitioner = kafkajs.Partitioners.DefaultPartitioner();
const metadata = Array.from({ length: PARTITIONS }, (_, partitionId) => ({
  ...{ partitionId, leader: 0, partitionErrorCode: 0, replicas: [], isr: [] },
}));

/** The partition that any client of Kafka puts this key into. */
export function partitionOf(key: string): number {
  return partitioner({ topic: '', partitionMetadata: metadata, message: { key, value: null } });
}

/** An agent for each partition whose records close the main part. */
export const CLOSERS = metadata.map(({ partitionId }) => {
  for (let number = 0; ; number += 1) if (partitionOf(`z-${number}`) === partitionId) return `z-${number}`;
});

export const at = (minutes: number): number => BASE_MS + Math.round(minutes * MINUTE_MS);

/** A record in one of the ways that the contract reads: plain, binary mode, structured mode. */
function send(topic: string, key: string | null, payload: Payload, fate: Fate = 'counted', mode = 'plain'): Sent {
  if (mode === 'structured') {
    const event = { specversion: '1.0', id: 'e', source: '/test', type: 'x', data: payload };
    const headers = { 'content-type': 'application/cloudevents+json; charset=UTF-8' };
    return { topic, key, value: JSON.stringify(event), headers, fate, payload };
  }
  const ce = {
    ce_specversion: '1.0',
    ce_id: 'e',
    ce_source: '/test',
    ce_type: 'x',
    'content-type': 'application/json',
  };
  const headers = mode === 'binary' ? { headers: ce } : {};
  return { topic, key, value: JSON.stringify(payload), ...headers, fate, payload };
}

const HANDLERS = ['a-1', 'a-2', 'a-3', 'a-4', 'a-1', 'a-2', 'b-1', 'b-1', 'v-contact', 'v-minute'];
const FIELD = { a: 'agentId', b: 'botId', v: 'vendorId', z: 'agentId' } as const;
const KIND = { a: 'agent', b: 'bot', v: 'vendor', z: 'agent' } as const;
export const CONTACTS = 165;

function contact(number: number): Payload {
  const handler = HANDLERS[number % HANDLERS.length] ?? '';
  const kind = handler[0] as keyof typeof KIND;
  const endedAt = BASE_MS + number * 40_000 + (number % 7) * 137;
  const early = number < 90;
  const channel = kind === 'b' ? 'chat' : early ? 'voice' : number % 3 === 0 ? 'sms' : 'email';
  const timed = number % 6 !== 1;
  return {
    interactionId: `c-${number}`,
    channel,
    handledBy: KIND[kind],
    [FIELD[kind]]: handler,
    ...(handler === 'a-3' && { team: 'blue' }),
    ...(handler === 'a-4' && { region: 'south' }),
    startedAt: endedAt - 400_000,
    ...(number % 2 === 0 && { answeredAt: new Date(endedAt - 390_500).toISOString() }),
    endedAt: number % 3 === 0 ? offsetTime(endedAt) : endedAt,
    ...(timed && { talkSeconds: 300.25 + (number % 13), holdSeconds: number % 4, afterContactSeconds: 7.125 }),
    outcome: number % 4 === 3 ? 'unresolved' : 'resolved',
    ...(number % 11 === 0 && { overtime: true }),
    ...(number % 5 === 0 && { repetitive: true }),
    ...(number % 9 === 0 && { queue: 'q:1%', topic: 'refund', stage: 'after-sales', customerTier: 'gold' }),
    ...(kind === 'b' && { units: { 'llm-tokens': 1234 + number } }),
    ...(channel === 'sms' && { units: { 'sms-segments': 2 } }),
    ...(number % 17 === 0 && {
      charges: [
        { dimension: 'marketing', amount: '1.234567', currency: 'EUR' },
        { dimension: 'training', subcategory: 'course', amount: '0.1', currency: 'CNY' },
      ],
    }),
    ...(number % 2 === 0 && { updatedAt: endedAt }),
    // Null is absent, and nobody knows these.
    contactId: null,
    somethingNew: { deep: [1, null] },
  };
}

/** The same moment as somebody in Berlin writes it. */
function offsetTime(ms: number): string {
  return new Date(ms + 3_600_000).toISOString().replace('Z', '+01:00');
}

const keyOf = ({ agentId, vendorId, botId }: Payload): string => String(agentId ?? vendorId ?? botId);
const interaction = (payload: Payload, fate: Fate = 'counted', mode = 'plain'): Sent =>
  send('callcenter.interactions', keyOf(payload), payload, fate, mode);
const changed = (number: number, seconds: number, updatedMinutes: number): Payload => ({
  ...contact(number),
  talkSeconds: 400 + seconds,
  ...(updatedMinutes > 0 && { updatedAt: at(updatedMinutes) }),
});
const reject = (reason: string): Fate => ({ rejected: reason });

function bill(lineId: string, payload: Payload, fate: Fate = 'counted'): Sent {
  const base = { lineId, dimension: 'system', currency: 'CNY', billedAt: at(0) };
  return send('billing.lines', lineId, { ...base, ...payload }, fate);
}
const period = (from: number, to: number): Payload => ({ periodStart: at(from), periodEnd: at(to) });

/** Bills are there before time begins, so that nothing of them is late. */
export function bills(): Sent[] {
  const plain = { amount: '36', ...period(10, 40) };
  return [
    bill('bill-plain', plain),
    bill('bill-plain', plain, 'duplicate'),
    bill('bill-plain', { ...plain, amount: '37' }, reject('conflict')),
    bill('bill-euro', {
      dimension: 'labour',
      amount: '10.000001',
      currency: 'EUR',
      ...period(20, 50),
      allocate: { to: 'channel', id: 'voice' },
    }),
    bill('bill-handle', { amount: '7.77', ...period(15, 75), allocate: { to: 'agent', by: 'handle-seconds' } }),
    bill('bill-weights', {
      dimension: 'marketing',
      amount: '100',
      ...period(30, 60),
      allocate: { to: 'channel', by: 'weights', weights: { voice: 1, chat: 2.5 } },
    }),
    bill('bill-even', { amount: '9.99', ...period(0.5, 20), allocate: { to: 'team', by: 'even' } }),
    bill('bill-contacts', { amount: '3.21', ...period(8, 90), allocate: { to: 'vendor', by: 'contacts' } }),
    bill('bill-moment', { dimension: 'training', amount: '5.5', billedAt: at(33.5) }),
    bill('bill-wrong', {
      dimension: 'outsourcing',
      amount: '60',
      ...period(5, 65),
      allocate: { to: 'vendor', id: 'v-contact' },
    }),
    bill('bill-backwards', { amount: '1', ...period(5, 4) }, reject('ends-before-start')),
    bill('bill-dollar', { amount: '1', currency: 'USD' }, reject('no-fx-rate')),
    bill('bill-self', { amount: '1', correctionOf: 'bill-self' }, reject('correction-of-itself')),
    send('finance.revenue', 'r-1', { revenueId: 'r-1', amount: '1000', currency: 'CNY', ...period(0, 60) }),
    send(
      'finance.revenue',
      'r-1',
      { revenueId: 'r-1', amount: '1000', currency: 'CNY', ...period(0, 60) },
      'duplicate',
    ),
  ];
}

/** A first record of each partition of each clock topic, so that from here on each is waited for. */
export function firsts(): Sent[] {
  return CLOSERS.flatMap((agentId, number) => [
    interaction({
      ...{ interactionId: `first-${number}`, channel: 'email', handledBy: 'agent', agentId, outcome: 'abandoned' },
      ...{ startedAt: at(-2), endedAt: at(-1), talkSeconds: 0 },
    }),
    send('callcenter.agent-states', agentId, { agentId, state: 'offline', at: at(-1) }),
    send('callcenter.feedback', agentId, {
      feedbackId: `f-first-${number}`,
      kind: 'csat',
      score: 0,
      agentId,
      at: at(-1),
    }),
  ]);
}

/** The main part, which is there before the monitor starts. */
export function mainPart(): Sent[] {
  const modes = ['plain', 'plain', 'binary', 'structured'];
  const records = Array.from({ length: CONTACTS }, (_, number) =>
    interaction(contact(number), 'counted', modes[number % 4]),
  );
  const after = (number: number, ...more: Sent[]): void => {
    records.splice(records.findIndex(({ payload }) => payload?.['interactionId'] === `c-${number}`) + 1, 0, ...more);
  };
  after(152, ...bad());
  after(34, interaction(changed(31, 0, 0), reject('conflict')));
  after(32, interaction({ ...contact(30), talkSeconds: 1 }, reject('conflict')));
  after(24, interaction(changed(20, 40, 15), 'stale'));
  after(22, interaction(changed(20, 60, 20)));
  after(14, interaction(changed(10, 30, 10), 'counted', 'structured'));
  for (const number of [5, 16, 27, 99]) after(number, interaction(contact(number), 'duplicate', 'binary'));
  return [...records, ...states(), ...feedback(), ...closers()];
}

function states(): Sent[] {
  const state = (agentId: string, minutes: number, name: string, more: Payload = {}, fate: Fate = 'counted'): Sent =>
    send('callcenter.agent-states', agentId, { agentId, state: name, at: at(minutes), ...more }, fate);
  return [
    state('a-1', 2.054, 'available'),
    state('a-1', 2.054, 'available', {}, 'duplicate'),
    state('a-1', 12, 'break'),
    state('a-2', 20, 'meeting', { scheduled: false }),
    state('a-1', 20, 'handling'),
    state('a-1', 50, 'training'),
    state('a-2', 50.51, 'offline'),
    state('a-1', 70, 'offline'),
    ...CLOSERS.map((agentId) => state(agentId, 110, 'offline')),
  ];
}

function feedback(): Sent[] {
  const of = (key: string, feedbackId: string, minutes: number, payload: Payload, fate: Fate = 'counted'): Sent =>
    send('callcenter.feedback', key, { feedbackId, at: at(minutes), ...payload }, fate);
  return [
    of('a-3', 'f-1', 10, { interactionId: 'c-12', kind: 'csat', score: 87.5 }),
    of('a-3', 'f-1', 10, { interactionId: 'c-12', kind: 'csat', score: 87.5 }, 'duplicate'),
    of('a-3', 'f-1', 10, { interactionId: 'c-12', kind: 'csat', score: 1 }, reject('conflict')),
    of('a-4', 'f-2', 30, { kind: 'complaint', agentId: 'a-4', channel: 'voice' }),
    of('v-contact', 'f-3', 31, { interactionId: 'c-18', kind: 'quality-error' }),
    of('a-4', 'f-4', 32, { kind: 'csat', agentId: 'a-4' }, reject('schema')),
    ...CLOSERS.map((key, number) => of(key, `f-end-${number}`, 110, { kind: 'csat', score: 50, agentId: key })),
  ];
}

function closers(): Sent[] {
  return CLOSERS.map((agentId, number) =>
    interaction({
      ...{ interactionId: `end-${number}`, channel: 'email', handledBy: 'agent', agentId, outcome: 'escalated' },
      ...{ startedAt: at(109), endedAt: MAIN_END_MS, talkSeconds: 33 },
    }),
  );
}

function bad(): Sent[] {
  const good = contact(40);
  const raw = (value: string | Buffer | null, reason: string, headers: Record<string, string> = {}): Sent => ({
    ...{
      topic: 'callcenter.interactions',
      key: 'a-1',
      value,
      headers: { trace: 't-1', ...headers },
      fate: reject(reason),
    },
  });
  return [
    raw('{oops', 'not-json'),
    raw(Buffer.from([0x7b, 0xff, 0xfe]), 'not-json'),
    raw(null, 'empty'),
    raw(JSON.stringify({ ...good, padding: 'x'.repeat(262_144) }), 'too-large'),
    raw(JSON.stringify({ ...good, endedAt: undefined }), 'schema'),
    raw(JSON.stringify({ ...good, interactionId: 'bad-1', endedAt: '2026-02-30T00:00:00Z' }), 'bad-time'),
    raw(JSON.stringify({ ...good, interactionId: 'bad-2', startedAt: at(300) }), 'ends-before-start'),
    raw(
      JSON.stringify({
        ...good,
        interactionId: 'bad-3',
        charges: [{ dimension: 'system', amount: '1', currency: 'QQQ' }],
      }),
      'unknown-currency',
    ),
    raw(
      JSON.stringify({
        ...good,
        interactionId: 'bad-4',
        charges: [{ dimension: 'system', amount: '1', currency: 'USD' }],
      }),
      'no-fx-rate',
    ),
    raw(
      JSON.stringify({
        ...good,
        interactionId: 'bad-5',
        charges: [{ dimension: 'system', amount: '0.1234567', currency: 'CNY' }],
      }),
      'schema',
    ),
    raw(JSON.stringify(good), 'envelope', { ce_specversion: '0.3', ce_id: '1' }),
    { ...raw('[]', 'schema'), key: null },
  ];
}

const NO_TALK = { outcome: 'resolved', handledBy: 'agent', channel: 'email' };

/** What comes behind the watermark, which stands 10 s before the end of the main part by then. */
export function afterwards(): Sent[] {
  const late = (interactionId: string, minutes: number, fate: Fate): Sent =>
    interaction(
      { ...NO_TALK, interactionId, agentId: 'a-3', startedAt: at(minutes - 2), endedAt: at(minutes), talkSeconds: 100 },
      fate,
    );
  return [
    late('late-within', 105, 'counted'),
    late('late-beyond', 80, 'late'),
    interaction(changed(148, 90, 109)),
    bill('bill-right', {
      dimension: 'outsourcing',
      amount: '30',
      ...period(5, 35),
      correctionOf: 'bill-wrong',
      allocate: { to: 'vendor', id: 'v-contact' },
    }),
    // The bill of a time that is over, shared out by what was done then; it is remembered for an hour.
    bill('bill-overdue', { amount: '11.11', ...period(55, 75), allocate: { to: 'agent', by: 'contacts' } }),
    bill('bill-plain', { amount: '36', ...period(10, 40) }, 'duplicate'),
  ];
}

/** Ids of what comes beyond the grace: windows that were published more than the grace before need not have it. */
export const BEYOND_GRACE = ['bill-right', 'bill-overdue', 'late-beyond'];

/** Once the correction is in: another one of the same line. */
export function secondCorrection(): Sent[] {
  return [bill('bill-third', { amount: '1', correctionOf: 'bill-wrong' }, reject('already-corrected'))];
}

/** A quiet night, as rows of a file for `spendline replay --finish`. */
export function night(): Sent[] {
  return Array.from({ length: 48 }, (_, number) =>
    interaction({
      ...(number % 2 === 0 ? { handledBy: 'bot', botId: 'b-1' } : { handledBy: 'agent', agentId: 'a-4' }),
      ...{ interactionId: `night-${number}`, channel: 'chat', outcome: 'resolved' },
      ...{ startedAt: at(119 + number * 10), endedAt: at(120 + number * 10), talkSeconds: 60 },
    }),
  );
}

/** Says how those rows become records. */
export const NIGHT_MAPPING = `
name: night
format: jsonl
records:
  - topic: interactions
    fields: { ${[
      'interactionId',
      'channel',
      'handledBy',
      'agentId',
      'botId',
      'startedAt',
      'endedAt',
      'talkSeconds',
      'outcome',
    ]
      .map((name) => `${name}: { column: ${name} }`)
      .join(', ')} }
`;

/** For a live clock: what lies ten minutes ahead is refused, also when it is taken a while later; four is not. */
export function ahead(nowMs: number): Sent[] {
  const [near, far] = [nowMs + 4 * MINUTE_MS, nowMs + 10 * MINUTE_MS];
  const contactAt = (interactionId: string, endedAt: number, fate: Fate): Sent =>
    interaction({ ...NO_TALK, interactionId, agentId: 'a-1', startedAt: endedAt - 1000, endedAt }, fate);
  return [
    contactAt('far', far, reject('future')),
    contactAt('near', near, 'counted'),
    send('callcenter.agent-states', 'a-1', { agentId: 'a-1', state: 'offline', at: far }, reject('future')),
    send('callcenter.feedback', 'a-1', { feedbackId: 'far', kind: 'complaint', at: far }, reject('future')),
    bill('far', { amount: '1', billedAt: far }, reject('future')),
  ];
}
