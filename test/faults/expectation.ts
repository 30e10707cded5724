/**
 * What an input must lead to, worked out from the contract alone: no line of the product takes part, so a mistake there
 * cannot hide itself. It knows just the rates and kinds of records that the workload has.
 */
export interface InputRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly value: Buffer | null;
  /** The reason that the generator wrote beside a record that must be rejected. */
  readonly reject?: string;
}

/** What became of each record; counted and late are one here, as which of them it is depends on what was read first. */
export interface Fates {
  in: number;
  taken: number;
  duplicate: number;
  stale: number;
  rejected: number;
}

/** Of one scope, at the end of everything. */
export interface MonthTotal {
  micros: bigint;
  interactions: number;
  complaints: number;
}

interface KnownContact {
  content: string;
  updatedAt: number;
  revision: number;
  micros: bigint;
}

const MONTH_START_MS = Date.UTC(2026, 9, 31, 16);
const HOUR_RATES: Readonly<Record<string, bigint>> = { 'agent-3': 160_050_000n };
const HOUR_RATE = 137_770_000n;
const VOICE_MINUTE = 60_000n;
const PER_CONTACT: Readonly<Record<string, bigint>> = { bot: 350_000n, vendor: 4_200_000n };

/** Nearest integer of a fraction with a positive denominator, ties to even. */
export function halfEven(numerator: bigint, denominator: bigint): bigint {
  const negative = numerator < 0n;
  const size = negative ? -numerator : numerator;
  const [quotient, rest] = [size / denominator, size % denominator];
  const up = rest * 2n > denominator || (rest * 2n === denominator && quotient % 2n === 1n);
  const rounded = up ? quotient + 1n : quotient;
  return negative ? -rounded : rounded;
}

/** Micros of a decimal with at most six digits behind the point. */
export function micros(text: string): bigint {
  const [, sign, whole = '0', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  const size = BigInt(whole + fraction.padEnd(6, '0'));
  return sign === '-' ? -size : size;
}

type Json = Readonly<Record<string, unknown>>;

/** Takes input records, of each partition in their order, and adds up what must come out. */
export class Expectation {
  readonly fates: Fates = { in: 0, taken: 0, duplicate: 0, stale: 0, rejected: 0 };
  /** Amount by cost event id. */
  readonly costEvents = new Map<string, bigint>();
  /** Reason by `topic/partition/offset`. */
  readonly rejected = new Map<string, string>();
  /** By `scope:id`. */
  readonly months = new Map<string, MonthTotal>();
  private readonly contacts = new Map<string, KnownContact>();
  private readonly known = new Set<string>();

  take(record: InputRecord): void {
    this.fates.in += 1;
    const data = record.reject === undefined ? parsed(record.value) : undefined;
    if (data === undefined) this.reject(record, record.reject ?? 'not-json');
    else if ('interactionId' in data) this.contact(record, data);
    else if ('feedbackId' in data) this.feedback(data);
    else this.bill(data);
  }

  private reject({ topic, partition, offset }: InputRecord, reason: string): void {
    this.fates.rejected += 1;
    this.rejected.set(`${topic}/${partition}/${offset}`, reason);
  }

  private contact(record: InputRecord, data: Json): void {
    const id = String(data['interactionId']);
    const { note: _note, mood: _mood, updatedAt: updated, ...content } = data;
    const updatedAt = typeof updated === 'number' ? updated : -Infinity;
    const known = this.contacts.get(id);
    const text = JSON.stringify(content);
    if (!known) {
      const amount = costOf(data);
      this.contacts.set(id, { content: text, updatedAt, revision: 0, micros: amount });
      this.publish(`interaction:${id}:0`, amount);
      this.book(scopesOf(data), amount, 1);
      return;
    }
    if (known.content === text) {
      this.fates.duplicate += 1;
      known.updatedAt = Math.max(known.updatedAt, updatedAt);
    } else if (updatedAt < known.updatedAt) this.fates.stale += 1;
    else if (updatedAt === known.updatedAt) this.reject(record, 'conflict');
    else {
      const amount = costOf(data);
      this.book(scopesOf(data), amount - known.micros, 0);
      const revision = known.revision + 1;
      this.contacts.set(id, { content: text, updatedAt, revision, micros: amount });
      this.publish(`interaction:${id}:${revision}`, amount);
    }
  }

  private feedback(data: Json): void {
    if (this.seenBefore(`feedback ${String(data['feedbackId'])}`)) return;
    this.fates.taken += 1;
    if (data['kind'] === 'complaint') for (const scope of scopesOf(data)) this.month(scope).complaints += 1;
  }

  private bill(data: Json): void {
    const id = String(data['lineId']);
    if (this.seenBefore(`line ${id}`)) return;
    const amount = micros(String(data['amount']));
    this.publish(`billing:${id}:0`, amount);
    const { to, id: target } = (data['allocate'] ?? {}) as { to?: string; id?: string };
    const scopes = to === undefined ? ['all:all'] : ['all:all', `${to}:${target ?? ''}`];
    this.book(scopes, amount - accruedBefore(data, amount, MONTH_START_MS), 0);
  }

  private seenBefore(id: string): boolean {
    if (this.known.has(id)) {
      this.fates.duplicate += 1;
      return true;
    }
    this.known.add(id);
    return false;
  }

  private publish(id: string, amount: bigint): void {
    this.fates.taken += 1;
    this.costEvents.set(id, amount);
  }

  private book(scopes: readonly string[], amount: bigint, interactions: number): void {
    for (const scope of scopes) {
      const month = this.month(scope);
      month.micros += amount;
      month.interactions += interactions;
    }
  }

  private month(scope: string): MonthTotal {
    let month = this.months.get(scope);
    if (!month) this.months.set(scope, (month = { micros: 0n, interactions: 0, complaints: 0 }));
    return month;
  }
}

function parsed(value: Buffer | null): Json | undefined {
  try {
    return JSON.parse(value?.toString() ?? '') as Json;
  } catch {
    return undefined;
  }
}

function scopesOf(data: Json): string[] {
  const scopes = ['all:all'];
  for (const [scope, field] of [
    ['agent', 'agentId'],
    ['channel', 'channel'],
    ['vendor', 'vendorId'],
  ] as const) {
    const id = data[field];
    if (typeof id === 'string') scopes.push(`${scope}:${id}`);
  }
  return scopes;
}

/** Labour by the hour, bot and vendor by the contact, the telephone by the minute; each line rounded by itself. */
function costOf(data: Json): bigint {
  const number = (field: string): number => (typeof data[field] === 'number' ? data[field] : 0);
  let cost = 0n;
  if (data['handledBy'] === 'agent') {
    const seconds = BigInt(number('talkSeconds') + number('holdSeconds'));
    const rate = HOUR_RATES[String(data['agentId'])] ?? HOUR_RATE;
    cost += halfEven(seconds * rate * (data['overtime'] === true ? 3n : 2n), 2n * 3_600n);
  } else cost += PER_CONTACT[String(data['handledBy'])] ?? 0n;
  if (data['channel'] === 'voice') {
    const connectedMs = number('endedAt') - (number('answeredAt') || number('startedAt'));
    cost += halfEven(BigInt(connectedMs) * VOICE_MINUTE, 60_000n);
  }
  return cost;
}

function accruedBefore(data: Json, amount: bigint, beforeMs: number): bigint {
  const { periodStart, periodEnd } = data;
  if (typeof periodStart !== 'number' || typeof periodEnd !== 'number' || periodStart >= beforeMs) return 0n;
  return halfEven(amount * BigInt(beforeMs - periodStart), BigInt(periodEnd - periodStart));
}
