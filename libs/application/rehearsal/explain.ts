import type { CostEvent, InputTopicKey, Signal } from '#libs/contract';
import {
  budgetsInForce,
  RateBook,
  formatMicros,
  parseDuration,
  parseMicros,
  rfc3339,
  type Budget,
  type BudgetScope,
  type Calendar,
  type Micros,
  type Reference,
} from '#libs/domain';
import { DriverBook, type Drivers } from './drivers.js';
import { inOrder, type TimedRecord } from './in-order.js';
import { PastPipeline, type PastDependencies } from './past-pipeline.js';
import type { PastSource } from './past-record.js';

/** Records of one partition that the figure rests on; offsets inclusive, as text. */
export interface RestsOn {
  readonly topic: InputTopicKey;
  readonly partition: number;
  readonly fromOffset: string;
  readonly toOffset: string;
  readonly records: number;
}

/** A price that facts of the window were costed with; `amount` is what it came to, a decimal string. */
export interface UsedRate {
  readonly rateId: string;
  readonly amount: string;
  readonly lines: number;
}

/** What a signal rests on, and what comes out when it is computed again. Times RFC 3339 in UTC. */
export interface Explanation {
  readonly signal: Signal;
  readonly window: { readonly name: string; readonly start: string; readonly end: string };
  /** The rule as it is today, and whether it was this version that judged; null where there is none any more. */
  readonly rule: { readonly version: number; readonly isThatVersion: boolean } | null;
  /** Budgets of the scope that were in force at that moment, by what is decided today. */
  readonly budgets: readonly Pick<Budget, 'budgetId' | 'version' | 'period' | 'fromMs' | 'toMs'>[];
  /** Which parts of the scope cost more than before, and why; null where the same time before is not kept. */
  readonly drivers: Drivers | null;
  readonly rates: readonly UsedRate[];
  /** Bills that accrued in the scope, as far as they are kept. */
  readonly bills: readonly string[];
  readonly inputs: readonly RestsOn[];
  /** First event time that is still kept; null where nothing is. */
  readonly recordedFrom: string | null;
  readonly recomputed: Recomputed;
}

/** The same signal out of the input that is still kept, under what holds today. */
export interface Recomputed {
  /** What the message of that minute says; null where none came. */
  readonly signal: Signal | null;
  readonly isSame: boolean;
  /** Where it is not the same, or could not be: what may have made it so. */
  readonly remarks: readonly string[];
}

/** What to explain, under which reference data. */
export interface ExplainRequest {
  readonly signal: Signal;
  readonly reference: Reference;
  readonly calendar: Calendar;
}

const YIELD_EVERY = 5_000;

/** After the observation so much more event time is read: what came out of order, and late corrections that it knew of. */
const SLACK_MS = 60_000;

/**
 * Computes a signal again from the input that is kept, and says what it rests on: records, prices, bills, versions.
 *
 * @param pause gives others a turn now and then; rejects to end it
 */
export async function explain(
  { signal, reference, calendar }: ExplainRequest,
  source: PastSource,
  dependencies: PastDependencies,
  pause: () => Promise<void>,
): Promise<Explanation> {
  const observedMs = Date.parse(signal.observedAt);
  const fromMs = windowStart(signal, calendar, observedMs);
  const drivers = new DriverBook(signal, fromMs, observedMs);
  const rests = new Resting(signal, fromMs, observedMs, new RateBook(reference));
  let found: Signal | undefined;
  const pipeline = new PastPipeline([withTheWatermark(reference)], dependencies, {
    signal: (_, other) => {
      if (isOfTheSame(other, signal)) found ??= other;
    },
    costEvent: (_, event) => {
      const part = rests.costed(event);
      if (part) drivers.take(part);
    },
  });
  let read = 0;
  let recordedFromMs: number | undefined;
  const { partitions, close } = await source.open();
  try {
    for await (const next of inOrder(partitions)) {
      if (next.atMs >= observedMs + SLACK_MS) break;
      if (Number.isFinite(next.atMs)) recordedFromMs ??= next.atMs;
      rests.read(next);
      pipeline.take(next);
      read += 1;
      if (read % YIELD_EVERY === 0) await pause();
    }
  } finally {
    await close();
  }
  pipeline.finish();
  const rule = reference.rules.find(({ ruleId }) => ruleId === signal.rule.id);
  const remarks = remarksOn(signal, found, { recordedFromMs, fromMs, ruleVersion: rule?.version });
  return {
    signal,
    window: { name: signal.window ?? '', start: rfc3339(fromMs), end: signal.observedAt },
    rule: rule ? { version: rule.version, isThatVersion: rule.version === signal.rule.version } : null,
    budgets: budgetsInForce(reference.budgets, signal.scope as BudgetScope, signal.id, observedMs).map(
      ({ budgetId, version, period, fromMs: from, toMs }) => ({
        ...{ budgetId, version, period },
        ...(from !== undefined && { fromMs: from }),
        ...(toMs !== undefined && { toMs }),
      }),
    ),
    drivers: (recordedFromMs === undefined ? undefined : drivers.result(recordedFromMs)) ?? null,
    ...rests.result(),
    recordedFrom: recordedFromMs === undefined ? null : rfc3339(recordedFromMs),
    recomputed: { signal: found ?? null, isSame: remarks.length === 0, remarks },
  };
}

/** Complete minutes can be computed again, and say the same; what was told ahead of them depends on when records arrived. */
function withTheWatermark(reference: Reference): Reference {
  return { ...reference, rules: reference.rules.map((rule) => ('early' in rule ? { ...rule, early: false } : rule)) };
}

/** Told ahead of the watermark: its figure is of what had come by then. */
function isToldAhead({ evidence, observedAt }: Signal): boolean {
  return evidence?.watermark !== undefined && evidence.watermark < observedAt;
}

/** Whether another message says what the signal says: of the same minute, or where that was told ahead the same of its episode. */
function isOfTheSame(other: Signal, signal: Signal): boolean {
  if (other.signalKey !== signal.signalKey) return false;
  if (!isToldAhead(signal)) return other.observedAt === signal.observedAt;
  return other.episodeId === signal.episodeId && other.severity === signal.severity && other.status === signal.status;
}

/** The window's start: a length before the observation, or the beginning of the calendar's period. */
function windowStart({ window }: Signal, calendar: Calendar, observedMs: number): number {
  const lastMs = observedMs - 1;
  if (window === 'month') return calendar.monthOf(lastMs).startMs;
  if (window === 'quarter') return calendar.quarterOf(lastMs).startMs;
  if (window === 'year') return calendar.yearOf(lastMs).startMs;
  try {
    return observedMs - parseDuration(window ?? '');
  } catch {
    return calendar.monthOf(lastMs).startMs;
  }
}

function remarksOn(
  signal: Signal,
  found: Signal | undefined,
  known: { recordedFromMs: number | undefined; fromMs: number; ruleVersion: number | undefined },
): string[] {
  const exact = ['status', 'severity', 'observed', 'threshold'] as const;
  const fields = isToldAhead(signal) ? exact.filter((field) => field !== 'observed') : exact;
  if (found && fields.every((field) => found[field] === signal[field])) return [];
  const remarks = found
    ? fields.flatMap((field) =>
        found[field] === signal[field] ? [] : `${field} was ${String(signal[field])}, now ${String(found[field])}`,
      )
    : ['no message of that minute came out'];
  if (known.recordedFromMs === undefined) remarks.push('no input is kept any more');
  else if (known.recordedFromMs > known.fromMs) remarks.push('part of the window is not kept any more');
  if (known.ruleVersion === undefined) remarks.push('the rule is not there any more');
  else if (known.ruleVersion !== signal.rule.version)
    remarks.push(
      `the rule is at version ${String(known.ruleVersion)} now, it was at ${String(signal.rule.version ?? 1)}`,
    );
  if (remarks.length === 1)
    remarks.push('prices, budgets or the organisation may have changed since, or data came later');
  return remarks;
}

interface Place {
  readonly topic: InputTopicKey;
  readonly partition: number;
  readonly offset: bigint;
}

/** Collects what of the input is in the window and the scope. */
class Resting {
  /** Where the facts stand that are in the window, by what the cost event will call them. */
  private readonly places = new Map<string, Place>();
  /** Bills that name the system that the signal is of. */
  private readonly billsOfSystem = new Set<string>();
  private readonly ranges = new Map<string, { place: Place; from: bigint; to: bigint; records: number }>();
  private readonly rates = new Map<string, { amountMicros: Micros; lines: number }>();
  private readonly bills = new Set<string>();
  private readonly counted = new Set<string>();

  constructor(
    private readonly signal: Signal,
    private readonly fromMs: number,
    private readonly toMs: number,
    private readonly book: RateBook,
  ) {}

  /** A record that is about to be processed. */
  read({ record }: TimedRecord): void {
    const field =
      record.topic === 'interactions' ? 'interactionId' : record.topic === 'billingLines' ? 'lineId' : undefined;
    if (field === undefined || record.value === null) return;
    try {
      const payload = JSON.parse(record.value.toString('utf8')) as Record<string, unknown>;
      const data = (payload[field] === undefined ? payload['data'] : payload) as Record<string, unknown> | undefined;
      const { topic, partition, offset } = record;
      if (this.signal.scope === 'system' && data?.['system'] === this.signal.id)
        this.billsOfSystem.add(String(data[field]));
      this.places.set(`${topic}/${String(data?.[field])}`, { topic, partition, offset: BigInt(offset) });
    } catch {
      // It is rejected, and nothing rests on it.
    }
  }

  /** What a fact cost; gives what of it counts in the signal's scope, undefined where nothing does. */
  costed(event: CostEvent): CostEvent | undefined {
    const { source, sourceId } = event;
    const topic = source === 'billing' ? 'billingLines' : 'interactions';
    const place = this.places.get(`${topic}/${sourceId}`);
    if (source === 'interaction') this.places.delete(`${topic}/${sourceId}`);
    const part = this.partOf(event);
    if (part) this.count(part, topic, place);
    return part;
  }

  private partOf(event: CostEvent): CostEvent | undefined {
    const { scope, id } = this.signal;
    if (scope === 'system')
      return event.source === 'billing' && this.billsOfSystem.has(event.sourceId) ? event : undefined;
    if (scope === 'group') return this.isInGroup(event) ? event : undefined;
    if (scope !== 'dimension') return isIn(event, this.signal) ? event : undefined;
    const lines = event.lines.filter(({ dimension }) => dimension === id);
    // A later revision may have nothing left in the dimension, which has to be told.
    if (lines.length === 0 && event.revision === 0) return undefined;
    const amount = formatMicros(lines.reduce((sum, line) => sum + parseMicros(line.amount), 0n));
    return { ...event, amount, lines };
  }

  /** A cost event does not name groups: whoever was in it by what is decided today. */
  private isInGroup({ agentId, occurredAt }: CostEvent): boolean {
    if (agentId === undefined) return false;
    return this.book.groupsOf(agentId, Date.parse(occurredAt))?.includes(this.signal.id) ?? false;
  }

  private count({ source, sourceId, occurredAt, lines }: CostEvent, topic: InputTopicKey, place?: Place): void {
    const atMs = Date.parse(occurredAt);
    if (source === 'billing') this.bills.add(sourceId);
    else if (atMs < this.fromMs || atMs >= this.toMs) return;
    for (const { rateId, amount } of lines) {
      if (rateId === undefined) continue;
      const used = this.rates.get(rateId) ?? { amountMicros: 0n, lines: 0 };
      this.rates.set(rateId, { amountMicros: used.amountMicros + parseMicros(amount), lines: used.lines + 1 });
    }
    if (place && !this.counted.has(`${topic}/${sourceId}`)) this.widen(place);
    this.counted.add(`${topic}/${sourceId}`);
  }

  private widen(place: Place): void {
    const { topic, partition, offset } = place;
    const key = `${topic}/${String(partition)}`;
    const range = this.ranges.get(key) ?? { place, from: offset, to: offset, records: 0 };
    this.ranges.set(key, {
      place,
      from: offset < range.from ? offset : range.from,
      to: offset > range.to ? offset : range.to,
      records: range.records + 1,
    });
  }

  result(): Pick<Explanation, 'inputs' | 'rates' | 'bills'> {
    return {
      inputs: [...this.ranges.entries()]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, { place, from, to, records }]) => ({
          ...{ topic: place.topic, partition: place.partition, records },
          ...{ fromOffset: String(from), toOffset: String(to) },
        })),
      rates: [...this.rates]
        .sort(([, a], [, b]) => (b.amountMicros > a.amountMicros ? 1 : b.amountMicros < a.amountMicros ? -1 : 0))
        .map(([rateId, { amountMicros, lines }]) => ({ rateId, amount: formatMicros(amountMicros), lines })),
      bills: [...this.bills].sort(),
    };
  }
}

/** Whether a cost event counts in the signal's scope. */
function isIn(event: CostEvent, { scope, id }: Signal): boolean {
  switch (scope) {
    case 'all':
      return true;
    case 'agent':
      return event.agentId === id;
    case 'vendor':
      return event.vendorId === id;
    case 'customer-tier':
      return event.customerTier === id;
    case 'channel':
    case 'team':
    case 'queue':
    case 'region':
    case 'topic':
    case 'stage':
      return event[scope] === id;
    default:
      return false;
  }
}
