import { BASE_MS, MINUTE_MS, type Payload, type Sent } from './scenario.js';

/**
 * Sections 6 and 7 of the contract, computed from all records at once: what each fact costs and what each window holds.
 * For the scenario's rates only. Money in millionths.
 */
export const DIMENSIONS = ['labour', 'system', 'marketing', 'outsourcing', 'training'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** What a window publishes, money as decimals in their shortest form of at least two digits. */
export type Content = Readonly<Record<string, unknown>>;

interface Line {
  readonly dimension: Dimension;
  readonly subcategory?: string;
  readonly micros: bigint;
}

/** A fact at one moment. */
interface Moment {
  readonly atMs: number;
  readonly calendarOnly: boolean;
  readonly lines: readonly Line[];
  readonly overtime: bigint;
  readonly counts: Readonly<Record<string, number>>;
}

/** Something that grows over time: what it came to by a moment. */
interface Growing {
  readonly dimension: Dimension;
  readonly by: (tMs: number) => bigint;
  readonly overtime: boolean;
  readonly fromMs: number;
  readonly toMs: number;
  readonly calendarOnly?: boolean;
}

/** A scope's facts. */
export class Ledger {
  readonly moments: Moment[] = [];
  readonly growing: Growing[] = [];
  /** A bill is shared out here: its minutes are whole. */
  byTheMinute = false;

  /** Content of [start, end). */
  content(startMs: number, endMs: number, calendar: boolean): Content {
    const money: Record<Dimension, bigint> = { labour: 0n, system: 0n, marketing: 0n, outsourcing: 0n, training: 0n };
    const counts: Record<string, number> = Object.fromEntries(COUNTS.map((name) => [name, 0]));
    let overtime = 0n;
    for (const moment of this.moments) {
      if (moment.atMs < startMs || moment.atMs >= endMs || (moment.calendarOnly && !calendar)) continue;
      for (const { dimension, micros } of moment.lines) money[dimension] += micros;
      for (const [name, count] of Object.entries(moment.counts)) counts[name] = (counts[name] ?? 0) + count;
      overtime += moment.overtime;
    }
    for (const { dimension, by, overtime: isOvertime, fromMs, toMs, calendarOnly = false } of this.growing) {
      if (toMs < startMs || fromMs >= endMs || (calendarOnly && !calendar)) continue;
      const micros = by(endMs) - by(startMs);
      money[dimension] += micros;
      if (isOvertime) overtime += micros;
    }
    const total = DIMENSIONS.reduce((sum, dimension) => sum + money[dimension], 0n);
    const breakdown = DIMENSIONS.filter((dimension) => money[dimension] !== 0n).map(
      (dimension) => [dimension, decimal(money[dimension])] as const,
    );
    return {
      amount: decimal(total),
      breakdown: Object.fromEntries(breakdown),
      overtimeAmount: decimal(overtime),
      ...counts,
    };
  }
}

const COUNTS = [
  ...['interactions', 'handledByAgents', 'automated', 'resolved', 'handleSeconds', 'complaints', 'csatSum'],
  ...['csatCount', 'repetitiveByAgents', 'errors'],
];

/** A cost event as it must come. */
export interface ExpectedEvent {
  readonly source: string;
  readonly sourceId?: string;
  readonly revision: number;
  readonly occurredAtMs: number;
  readonly key: string;
  readonly amount: string;
  readonly breakdown: Readonly<Record<string, string>>;
  /** `dimension subcategory` of the system lines, in any order. */
  readonly system: readonly string[];
  readonly late: boolean;
}

/** The whole expectation. */
export class Recount {
  readonly ledgers = new Map<string, Ledger>();
  readonly events: ExpectedEvent[] = [];
  private readonly copies = new Map<string, { revision: number; payload: Payload; late: boolean }>();
  private readonly revised = new Set<string>();

  constructor(records: readonly Sent[]) {
    const taken = records.filter(({ fate }) => fate === 'counted' || fate === 'late');
    for (const record of taken) if (record.topic === 'callcenter.interactions') this.takeContact(record);
    for (const { payload, late } of this.copies.values()) this.book(payload, late);
    const of = (topic: string): Payload[] =>
      taken.flatMap((each) => (each.topic === topic && each.payload ? [each.payload] : []));
    for (const payload of of('callcenter.feedback')) this.takeFeedback(payload);
    this.takeStates(of('callcenter.agent-states'));
    const lines = of('billing.lines');
    const corrected = new Set(lines.map(({ correctionOf }) => correctionOf));
    for (const line of lines) this.takeBill(line, corrected.has(line['lineId']));
  }

  ledger(scope: string, id: string): Ledger {
    const key = `${scope}:${id}`;
    let ledger = this.ledgers.get(key);
    if (!ledger) this.ledgers.set(key, (ledger = new Ledger()));
    return ledger;
  }

  private takeContact({ payload = {}, key, fate }: Sent): void {
    const id = String(payload['interactionId']);
    const before = this.copies.get(id);
    const revision = before ? before.revision + 1 : 0;
    const late = fate === 'late';
    this.copies.set(id, { revision, payload, late });
    this.publish('interaction', id, revision, msOf(payload['endedAt']), String(key), contactLines(payload).lines, late);
  }

  private book(payload: Payload, calendarOnly: boolean): void {
    const { lines, overtime, handleSeconds } = contactLines(payload);
    const kind = String(payload['handledBy']);
    const resolved = payload['outcome'] === 'resolved';
    const counts = {
      interactions: 1,
      handledByAgents: kind === 'agent' ? 1 : 0,
      automated: kind === 'bot' && resolved ? 1 : 0,
      resolved: resolved ? 1 : 0,
      handleSeconds: kind === 'bot' ? 0 : handleSeconds,
      repetitiveByAgents: kind === 'agent' && payload['repetitive'] === true ? 1 : 0,
    };
    const moment = { atMs: msOf(payload['endedAt']), calendarOnly, lines, overtime, counts };
    for (const [scope, id] of contactScopes(payload)) this.ledger(scope, id).moments.push(moment);
  }

  private takeFeedback(payload: Payload): void {
    const { kind, score, agentId, vendorId, channel, interactionId } = payload;
    const named = interactionId === undefined ? undefined : this.copies.get(interactionId as string);
    const own = Object.entries({ agent: agentId, vendor: vendorId, channel }).filter(([, id]) => id !== undefined);
    const scopes = named
      ? contactScopes(named.payload)
      : [['all', 'all'] as const, ...own.map(([scope, id]) => [scope, String(id)] as const)];
    const counts: Record<string, number> =
      kind === 'csat'
        ? { csatSum: Number(score), csatCount: 1 }
        : kind === 'complaint'
          ? { complaints: 1 }
          : { errors: 1 };
    const moment = { atMs: msOf(payload['at']), calendarOnly: false, lines: [], overtime: 0n, counts };
    for (const [scope, id] of scopes) this.ledger(scope, id).moments.push(moment);
  }

  private takeStates(states: readonly Payload[]): void {
    const midnightMs = BASE_MS + 60 * MINUTE_MS;
    for (const [number, state] of states.entries()) {
      const next = states.slice(number + 1).find(({ agentId }) => agentId === state['agentId']);
      if (!['available', 'break', 'training', 'meeting'].includes(String(state['state'])) || !next) continue;
      const [fromMs, toMs] = [msOf(state['at']), msOf(next['at'])];
      const parts = fromMs < midnightMs && toMs > midnightMs ? [fromMs, midnightMs, toMs] : [fromMs, toMs];
      for (let part = 0; part + 1 < parts.length; part += 1)
        this.bookPaidTime(state, parts[part] ?? 0, parts[part + 1] ?? 0);
    }
  }

  private bookPaidTime(state: Payload, fromMs: number, toMs: number): void {
    const agentId = String(state['agentId']);
    const overtime = state['scheduled'] === false;
    const { rate, multiplier, currency } = hourly({ agentId }, overtime);
    const by = (tMs: number): bigint => {
      const duration = BigInt(Math.min(Math.max(tMs, fromMs), toMs) - fromMs);
      return halfEven(rate * multiplier * fx(currency, fromMs) * duration, 3_600_000n * 10n * 10n);
    };
    const lines = [{ dimension: 'labour', micros: by(toMs) }] as const;
    this.publish('agent-state', undefined, 0, fromMs, agentId, lines, false);
    for (const [scope, id] of contactScopes({ agentId })) {
      this.ledger(scope, id).growing.push({ dimension: 'labour', by, overtime, fromMs, toMs });
    }
  }

  private takeBill(line: Payload, corrected: boolean): void {
    const { lineId, dimension, amount, currency, billedAt, periodStart, periodEnd, allocate } = line;
    const kind = dimension as Dimension;
    const micros = halfEven(microsOf(String(amount)) * fx(String(currency), msOf(billedAt)), 10n);
    const [fromMs, toMs] = [msOf(periodStart ?? billedAt), msOf(periodEnd ?? billedAt)];
    this.publish('billing', String(lineId), 0, fromMs, String(lineId), [{ dimension: kind, micros }], false);
    if (corrected) {
      this.publish('billing', String(lineId), 1, fromMs, String(lineId), [], false);
      return;
    }
    const { to, id, by, weights } = (allocate ?? {}) as Record<string, string> & { weights?: Record<string, number> };
    const accrued = (tMs: number): bigint => {
      if (fromMs === toMs) return tMs > fromMs ? micros : 0n;
      const elapsed = BigInt(Math.min(Math.max(tMs, fromMs), toMs) - fromMs);
      return halfEven(micros * elapsed, BigInt(toMs - fromMs));
    };
    // It came beyond the grace of all of its period.
    const calendarOnly = lineId === 'bill-overdue';
    const growing = { dimension: kind, by: accrued, overtime: false, fromMs, toMs, calendarOnly };
    this.ledger('all', 'all').growing.push(growing);
    if (to === undefined) return;
    if (id !== undefined) this.ledger(to, id).growing.push(growing);
    else this.shareOut({ dimension: kind, accrued, fromMs, toMs }, to, by ?? '', weights, calendarOnly);
  }

  private shareOut(
    bill: { dimension: Dimension; accrued: (tMs: number) => bigint; fromMs: number; toMs: number },
    to: string,
    by: string,
    weights: Record<string, number> | undefined,
    calendarOnly: boolean,
  ): void {
    const { dimension, accrued, fromMs, toMs } = bill;
    for (let minuteMs = Math.floor(fromMs / MINUTE_MS) * MINUTE_MS; minuteMs < toMs; minuteMs += MINUTE_MS) {
      const micros = accrued(minuteMs + MINUTE_MS) - accrued(minuteMs);
      for (const [id, share] of largestRemainder(micros, this.driver(to, by, weights, minuteMs))) {
        const ledger = this.ledger(to, id);
        ledger.byTheMinute = true;
        const moment = {
          atMs: minuteMs,
          calendarOnly,
          lines: [{ dimension, micros: share }],
          overtime: 0n,
          counts: {},
        };
        ledger.moments.push(moment);
      }
    }
  }

  /** What each id did in the minute, in whole thousandths. */
  private driver(
    to: string,
    by: string,
    weights: Record<string, number> | undefined,
    minuteMs: number,
  ): [string, bigint][] {
    if (weights) return Object.entries(weights).map(([id, weight]) => [id, BigInt(Math.round(weight * 1000))]);
    const values: [string, bigint][] = [];
    for (const [key, { moments }] of this.ledgers) {
      if (!key.startsWith(`${to}:`)) continue;
      const counts = moments.filter(
        ({ atMs, calendarOnly }) => atMs >= minuteMs && atMs < minuteMs + MINUTE_MS && !calendarOnly,
      );
      const count = (name: string): number => counts.reduce((sum, moment) => sum + (moment.counts[name] ?? 0), 0);
      const value = by === 'handle-seconds' ? Math.round(count('handleSeconds') * 1000) : count('interactions');
      if (value > 0) values.push([key.slice(to.length + 1), by === 'even' ? 1n : BigInt(value)]);
    }
    return values;
  }

  private publish(
    source: string,
    sourceId: string | undefined,
    revision: number,
    occurredAtMs: number,
    key: string,
    lines: readonly Line[],
    late: boolean,
  ): void {
    const of = (dimension: Dimension): bigint =>
      lines.filter((line) => line.dimension === dimension).reduce((sum, { micros }) => sum + micros, 0n);
    const named = new Set(lines.map(({ dimension }) => dimension));
    const breakdown = DIMENSIONS.filter((dimension) => named.has(dimension)).map(
      (dimension) => [dimension, decimal(of(dimension))] as const,
    );
    this.events.push({
      source,
      ...(sourceId !== undefined && { sourceId }),
      ...{ revision, occurredAtMs, key, late },
      amount: decimal(lines.reduce((sum, { micros }) => sum + micros, 0n)),
      breakdown: Object.fromEntries(breakdown),
      system: lines
        .filter(({ dimension }) => dimension === 'system' && source === 'interaction')
        .map(({ subcategory = '', micros }) => `${subcategory} ${decimal(micros)}`)
        .sort(),
    });
  }
}

const TEAMS: Readonly<Record<string, string>> = { 'a-1': 'red', 'a-2': 'red' };
const REGIONS: Readonly<Record<string, string>> = { 'a-1': 'north' };

function contactScopes(payload: Payload): (readonly [string, string])[] {
  const { agentId, vendorId, channel, queue, topic, stage, customerTier } = payload;
  const team = payload['team'] ?? TEAMS[String(agentId)];
  const region = payload['region'] ?? REGIONS[String(agentId)];
  const ids = {
    agent: agentId,
    vendor: vendorId,
    channel,
    team,
    region,
    queue,
    topic,
    stage,
    'customer-tier': customerTier,
  };
  const named = Object.entries(ids).filter(([, id]) => id !== undefined);
  return [['all', 'all'], ...named.map(([scope, id]) => [scope, String(id)] as const)];
}

/** The scenario's cards, most specific first. Multiplier in tenths. */
function hourly(person: Payload, overtime: boolean): { rate: bigint; multiplier: bigint; currency: string } {
  const agentId = String(person['agentId']);
  const special = agentId === 'a-2';
  const rate = special
    ? 30_010_000n
    : TEAMS[agentId] === 'red'
      ? 90_000_000n
      : person['region'] === 'south'
        ? 100_770_000n
        : 120_000_000n;
  return { rate, multiplier: overtime ? (special ? 20n : 15n) : 10n, currency: special ? 'EUR' : 'CNY' };
}

/** Units of the own currency for one of the given, in tenths. */
function fx(currency: string, tMs: number): bigint {
  return currency === 'CNY' ? 10n : tMs < BASE_MS + 60 * MINUTE_MS ? 80n : 85n;
}

function contactLines(payload: Payload): { lines: Line[]; overtime: bigint; handleSeconds: number } {
  const endedMs = msOf(payload['endedAt']);
  const connectedMs = endedMs - msOf(payload['answeredAt'] ?? payload['startedAt']);
  const parts = [payload['talkSeconds'], payload['holdSeconds'], payload['afterContactSeconds']].filter(
    (part) => part !== undefined,
  );
  const handleMs =
    parts.length > 0 ? parts.reduce<number>((total, part) => total + Math.round(Number(part) * 1000), 0) : connectedMs;
  const lines: Line[] = [];
  let overtime = 0n;
  const price = (quantity: bigint, rate: bigint, currency: string, divisor: bigint): bigint =>
    halfEven(quantity * rate * fx(currency, endedMs), divisor * 10n);
  const isOvertime = payload['overtime'] === true;
  if (payload['handledBy'] === 'agent') {
    const { rate, multiplier, currency } = hourly(payload, isOvertime);
    const micros = price(BigInt(handleMs) * multiplier, rate, currency, 36_000_000n);
    lines.push({ dimension: 'labour', micros });
    if (isOvertime) overtime = micros;
  } else if (payload['vendorId'] === 'v-contact') lines.push({ dimension: 'outsourcing', micros: 12_345_678n });
  else if (payload['vendorId'] === 'v-minute')
    lines.push({ dimension: 'outsourcing', micros: price(BigInt(handleMs), 1_700_000n, 'EUR', 60_000n) });
  else lines.push({ dimension: 'system', subcategory: 'ai', micros: 500_000n });
  if (payload['channel'] === 'voice') {
    const rate = endedMs < BASE_MS + 45 * MINUTE_MS ? 120_000n : 240_000n;
    lines.push({
      dimension: 'system',
      subcategory: 'telephony',
      micros: price(BigInt(connectedMs), rate, 'CNY', 60_000n),
    });
  }
  const units = (payload['units'] ?? {}) as Record<string, number>;
  if (units['llm-tokens'] !== undefined)
    lines.push({ dimension: 'system', subcategory: 'ai', micros: BigInt(units['llm-tokens']) * 4n });
  if (units['sms-segments'] !== undefined)
    lines.push({ dimension: 'system', subcategory: 'messaging', micros: BigInt(units['sms-segments']) * 45_000n });
  for (const charge of (payload['charges'] ?? []) as Record<string, string>[]) {
    const micros = price(microsOf(charge['amount'] ?? ''), 1n, charge['currency'] ?? '', 1n);
    lines.push({
      dimension: charge['dimension'] as Dimension,
      micros,
      ...(charge['subcategory'] !== undefined && { subcategory: charge['subcategory'] }),
    });
  }
  return { lines, overtime, handleSeconds: handleMs / 1000 };
}

/** Parts in proportion to the weights that add up exactly: what rounding down leaves goes to the largest remainders. */
function largestRemainder(micros: bigint, weights: readonly [string, bigint][]): [string, bigint][] {
  if (micros === 0n) return [];
  if (weights.length === 0) return [['unallocated', micros]];
  const total = weights.reduce((sum, [, weight]) => sum + weight, 0n);
  const parts = weights.map(([id, weight]) => ({
    id,
    share: (micros * weight) / total,
    rest: (micros * weight) % total,
  }));
  let left = micros - parts.reduce((sum, { share }) => sum + share, 0n);
  parts.sort((a, b) => (a.rest === b.rest ? (a.id < b.id ? -1 : 1) : a.rest > b.rest ? -1 : 1));
  return parts.flatMap(({ id, share }): [string, bigint][] => {
    const extra = left > 0n ? 1n : 0n;
    left -= extra;
    return share + extra === 0n ? [] : [[id, share + extra]];
  });
}

export function msOf(time: unknown): number {
  return typeof time === 'number' ? time : Date.parse(String(time));
}

/** Nearest integer of a fraction that is not negative, ties to even. */
function halfEven(numerator: bigint, denominator: bigint): bigint {
  const [quotient, rest] = [numerator / denominator, numerator % denominator];
  const up = rest * 2n > denominator || (rest * 2n === denominator && quotient % 2n === 1n);
  return up ? quotient + 1n : quotient;
}

function microsOf(text: string): bigint {
  const [whole = '0', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(6, '0'));
}

/** Compared after the same treatment of what was published: trailing zeros do not matter. */
export function decimal(micros: bigint): string {
  const size = micros < 0n ? -micros : micros;
  return `${micros < 0n ? '-' : ''}${size / 1_000_000n}.${String(size % 1_000_000n).padStart(6, '0')}`;
}
