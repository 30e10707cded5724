import { randomFor, type Random } from '../../libs/application/simulation/random.js';
import { BAD_RECORDS, type BadRecord } from './bad-records.js';

/** What a generated input is like. Its event time moves by `stepMs` a record. */
export interface WorkloadShape {
  readonly seed: number;
  readonly stepMs: number;
  /** Parts of a thousand that are copies (duplicates, better, older, contradicting ones). */
  readonly copiesPerMille?: number;
  /** Parts of a thousand that no schema takes. */
  readonly badPerMille?: number;
  /** Parts of a thousand that come 11 to 15 minutes after their time. */
  readonly latePerMille?: number;
}

/** A record to send. */
export interface GeneratedRecord {
  readonly topic: 'interactions' | 'feedback' | 'billingLines';
  readonly key: string;
  readonly value: string | Buffer;
  /** The reason that it must be rejected with, if it must: the oracle goes by it. */
  readonly reject?: string;
}

/** Rates of every workload; the oracle has the same figures by heart. */
export const REFERENCE = `
organisation: { name: Faults, zone: Asia/Shanghai, currency: CNY }
rateCards:
  - { rateId: labour, for: default, kind: hourly, amount: "137.77", currency: CNY }
  - { rateId: senior, for: agent, id: agent-3, kind: hourly, amount: "160.05", currency: CNY }
  - { rateId: line, for: channel, id: voice, kind: per-minute, amount: "0.06", currency: CNY }
  - { rateId: lingxi, for: bot, id: bot-lingxi, kind: per-contact, amount: "0.35", currency: CNY }
  - { rateId: brightcall, for: vendor, id: vendor-brightcall, kind: per-contact, amount: "4.2", currency: CNY }
`;

/** Where event time begins: in the middle of a month, so that its month windows hold all of it. */
export const BASE_MS = Date.UTC(2026, 10, 10, 1);

const AGENTS = 30;
const CHANNELS = ['voice', 'chat', 'email'] as const;
const REMEMBERED = 400;

type Contact = Record<string, unknown> & { readonly interactionId: string; readonly updatedAt: number };

/**
 * An endless seeded input: contacts of agents, bots and vendors, feedback, bills, and among them what a real source
 * does wrong. The same seed gives the same records; how they fall into partitions does not matter to it.
 */
export class Workload {
  private at = 0;
  private readonly recent: { readonly key: string; contact: Contact }[] = [];
  private readonly sentElsewhere: GeneratedRecord[] = [];

  constructor(private readonly shape: WorkloadShape) {}

  /** Records generated so far. */
  get count(): number {
    return this.at;
  }

  take(count: number): GeneratedRecord[] {
    return Array.from({ length: count }, () => this.next());
  }

  private next(): GeneratedRecord {
    const { seed, stepMs, copiesPerMille = 80, badPerMille = 10, latePerMille = 10 } = this.shape;
    const index = this.at++;
    const random = randomFor(seed, 'record', index);
    // Up to 3 s out of order: less than the monitor tolerates.
    const nowMs = BASE_MS + index * stepMs - random.below(3_000);
    const draw = random.below(1_000);
    const isBelow = (...perMille: number[]): boolean => draw < perMille.reduce((sum, part) => sum + part, 0);
    if (isBelow(copiesPerMille)) return this.copy(random) ?? this.contact(index, nowMs, random);
    if (isBelow(copiesPerMille, badPerMille)) return bad(index, random.below(BAD_RECORDS.length));
    if (isBelow(copiesPerMille, badPerMille, latePerMille))
      return this.contact(index, nowMs - 660_000 - random.below(240_000), random);
    if (isBelow(copiesPerMille, badPerMille, latePerMille, 30)) return this.elsewhere(feedback(index, nowMs, random));
    if (isBelow(copiesPerMille, badPerMille, latePerMille, 35)) return this.elsewhere(bill(index, nowMs, random));
    return this.contact(index, nowMs, random);
  }

  private contact(index: number, endedAt: number, random: Random): GeneratedRecord {
    const talkSeconds = 20 + random.below(600);
    const channel = CHANNELS[random.below(CHANNELS.length)] ?? 'voice';
    const { key, ...handler } = handlerOf(random);
    const contact: Contact = {
      interactionId: `contact-${index}`,
      channel,
      ...handler,
      startedAt: endedAt - (talkSeconds + 40) * 1000,
      ...(random.chance(0.7) && { answeredAt: endedAt - (talkSeconds + 15) * 1000 }),
      endedAt,
      talkSeconds,
      ...(random.chance(0.3) && { holdSeconds: random.below(60) }),
      outcome: random.chance(0.9) ? 'resolved' : 'unresolved',
      ...(random.chance(0.05) && { overtime: true }),
      updatedAt: endedAt + 1_000,
    };
    this.recent[index % REMEMBERED] = { key, contact };
    return { topic: 'interactions', key, value: JSON.stringify(contact) };
  }

  /** Another copy of a recent contact: the same, a better one, an older one, or one that contradicts. */
  private copy(random: Random): GeneratedRecord | undefined {
    const known = this.recent[random.below(REMEMBERED)];
    if (!known) return undefined;
    const { key, contact } = known;
    const kind = random.below(10);
    if (kind < 5) return { topic: 'interactions', key, value: JSON.stringify(contact) };
    const other = { ...contact, talkSeconds: 20 + random.below(600), note: 'unknown fields are ignored' };
    if (kind < 8) {
      known.contact = { ...other, updatedAt: contact.updatedAt + 1 + random.below(1_000) };
      return { topic: 'interactions', key, value: JSON.stringify(known.contact) };
    }
    const updatedAt = kind === 8 ? contact.updatedAt - 1 : contact.updatedAt;
    return { topic: 'interactions', key, value: JSON.stringify({ ...other, updatedAt }) };
  }

  /** Now and then what was sent before comes instead. */
  private elsewhere(record: GeneratedRecord): GeneratedRecord {
    const again = this.sentElsewhere.at(-1);
    if (again && this.at % 7 === 0) return again;
    this.sentElsewhere[0] = record;
    return record;
  }
}

function handlerOf(random: Random): { key: string } & Record<string, string> {
  const draw = random.below(10);
  if (draw === 0) return { key: 'bot-lingxi', handledBy: 'bot', botId: 'bot-lingxi' };
  if (draw === 1) return { key: 'vendor-brightcall', handledBy: 'vendor', vendorId: 'vendor-brightcall' };
  const agentId = `agent-${random.below(AGENTS)}`;
  return { key: agentId, handledBy: 'agent', agentId };
}

function feedback(index: number, at: number, random: Random): GeneratedRecord {
  const agentId = `agent-${random.below(AGENTS)}`;
  const channel = CHANNELS[random.below(CHANNELS.length)] ?? 'voice';
  const said = random.chance(0.3) ? { kind: 'complaint' } : { kind: 'csat', score: random.below(101) };
  const value = { feedbackId: `feedback-${index}`, ...said, agentId, channel, at };
  return { topic: 'feedback', key: agentId, value: JSON.stringify(value) };
}

function bill(index: number, billedAt: number, random: Random): GeneratedRecord {
  const lineId = `line-${index}`;
  const lengthMs = random.below(120_000);
  const monthStartMs = Date.UTC(2026, 9, 31, 16);
  const value = {
    lineId,
    dimension: (['system', 'marketing', 'labour'] as const)[random.below(3)],
    amount: `${random.chance(0.1) ? '-' : ''}${random.below(5_000)}.${String(random.below(1_000_000)).padStart(6, '0')}`,
    currency: 'CNY',
    billedAt,
    ...(random.chance(0.8) && {
      // Some began in the month before, so that only a part of them is this month's.
      periodStart: random.chance(0.2) ? monthStartMs - 1 - random.below(86_400_000) : billedAt - 1 - lengthMs,
      periodEnd: billedAt,
    }),
    ...(random.chance(0.5) && {
      allocate: random.chance(0.5)
        ? { to: 'channel', id: CHANNELS[random.below(CHANNELS.length)] }
        : { to: 'agent', id: `agent-${random.below(AGENTS)}` },
    }),
  };
  return { topic: 'billingLines', key: lineId, value: JSON.stringify(value) };
}

function bad(index: number, kind: number): GeneratedRecord {
  const { value, reject } = BAD_RECORDS[kind % BAD_RECORDS.length] as BadRecord;
  return {
    topic: 'interactions',
    key: `bad-${index % 50}`,
    value: value(`bad-${index}`, BASE_MS),
    ...(reject !== undefined && { reject }),
  };
}
