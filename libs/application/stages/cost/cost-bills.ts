import { encodeCostEvent, epochMs, type BillingLine, type Revenue } from '#libs/contract';
import {
  addAmount,
  divideHalfEven,
  emptyMeasures,
  fitsWire,
  parseMicros,
  floorTo,
  SHARE_STEP_MS,
  UNALLOCATED,
  type BillFacts,
  type Dimension,
  type Driver,
  type Micros,
  type Scope,
  type ScopeRef,
} from '#libs/domain';
import type { ChangelogEntry, InputRecord } from '../stage.js';
import { canonicalText } from './convert-interaction.js';
import { billingCostEvent, takenBackCostEvent } from './convert-cost-event.js';
import { noticeOf, noticeRecords } from './bill-notices.js';
import { Corrections } from './corrections.js';
import type { CostTaskParts } from './cost-task-parts.js';

const LINE_KEY = 'bill/';
const REVENUE_KEY = 'revenue/';
const MILLION = 1_000_000n;

const WHOLE: ScopeRef = { scope: 'all', id: 'all' };

/** Of a bill's texts so much is kept for the patterns of rules. */
const TEXT_KEPT = 200;

/** Bills and revenue: told from their copies for ever, converted, and let accrue in their scopes. */
export class BillCosting {
  /** Changelog key to what came under it; unlimited, as bills are few and come again after months. */
  private readonly seen = new Map<string, Seen>();
  private added: ChangelogEntry[] = [];
  private readonly corrections = new Corrections();

  /** `tasks`: how many cost tasks there are. */
  constructor(
    private readonly parts: CostTaskParts,
    private readonly tasks: number,
  ) {}

  takeLine(record: InputRecord, line: BillingLine): void {
    const { journal, dependencies } = this.parts;
    const key = LINE_KEY + line.lineId;
    const hash = dependencies.fingerprint(canonicalText(line));
    if (this.isCopy('billingLines', record, key, hash) || this.cannotCorrect(record, line)) return;
    const billedAtMs = epochMs(line.billedAt);
    const { rateBook } = dependencies.reference.current();
    const fxMicros = rateBook.fxMicros(line.currency, billedAtMs);
    if (fxMicros === undefined) {
      journal.reject('billingLines', record, 'no-fx-rate', `no rate for ${line.currency} in force at billedAt`);
      return;
    }
    const amountMicros = divideHalfEven(parseMicros(line.amount) * fxMicros, MILLION);
    if (!fitsWire(amountMicros)) {
      journal.reject('billingLines', record, 'overflow', 'the converted amount has more than ten integer digits');
      return;
    }
    const { dimension } = line;
    this.keep(key, { hash, cost: { dimension, amountMicros, ...channelOf(line) } });
    journal.fate('counted');
    if (line.correctionOf !== undefined) this.takeBack(line.correctionOf, line.lineId, startOf(line));
    // A correction that came before its line has taken its place already.
    if (this.corrections.correctorOf(line.lineId) !== undefined) return;
    this.accrue(line, amountMicros);
    this.publish(record, line, amountMicros);
  }

  private accrue(line: BillingLine, amountMicros: Micros): void {
    const { panes, news, journal } = this.parts;
    const [startMs, endMs] = [startOf(line), endOf(line)];
    const corrects = line.correctionOf !== undefined;
    const { lineId, dimension } = line;
    const accrues = { lineId, dimension, amountMicros, startMs, endMs, ...(corrects && { corrects }) };
    for (const ref of this.scopesOf(line)) panes.addLine({ ...ref, ...accrues, ...factsOf(line) });
    const { to, by } = this.sharedBy(line) ?? {};
    if (to === undefined || by === undefined) return;
    const { weights } = line.allocate ?? {};
    news.allocate({ ...accrues, to, by, ...(by === 'weights' && weights && { weights }) });
    const untilMs = floorTo(endMs, SHARE_STEP_MS) + SHARE_STEP_MS;
    // Weights are given; the other drivers are what the ids do, wherever their contacts are costed.
    if (by !== 'weights') journal.records.push(...noticeRecords({ kind: 'drivers', scope: to, untilMs }, this.tasks));
  }

  private publish(record: InputRecord, line: BillingLine, amountMicros: Micros): void {
    const { journal, tally, dependencies } = this.parts;
    const { dimension, subcategory } = line;
    const { currency } = dependencies.reference.current().reference.organisation;
    const cost = emptyMeasures();
    addAmount(cost, dimension, amountMicros);
    tally.addCost(channelOf(line).channel, currency, cost);
    const costLine = { dimension, ...(subcategory !== undefined && { subcategory }), amountMicros };
    const event = billingCostEvent(line, costLine, startOf(line), currency, dependencies.fingerprint);
    journal.publish(event, record.key, false);
  }

  /** Rejects a correction of itself, and one of a line that another one corrected. */
  private cannotCorrect(record: InputRecord, { lineId, correctionOf }: BillingLine): boolean {
    if (correctionOf === undefined) return false;
    const { journal } = this.parts;
    if (correctionOf === lineId) {
      journal.reject('billingLines', record, 'correction-of-itself', '/correctionOf is the same as /lineId');
      return true;
    }
    if (this.corrections.correctorOf(correctionOf) === undefined) return false;
    const detail = 'the line in /correctionOf was corrected before; correct the line that took its place';
    journal.reject('billingLines', record, 'already-corrected', detail);
    return true;
  }

  /** Takes a line back in every scope and in its cost event, wherever it was costed and whether or not it has come. */
  private takeBack(lineId: string, by: string, startMs: number): void {
    const { journal, news, dependencies, eventPartitionOf } = this.parts;
    const { currency } = dependencies.reference.current().reference.organisation;
    news.void(lineId);
    const event = encodeCostEvent(takenBackCostEvent(lineId, startMs, currency, dependencies.fingerprint));
    // Behind the line's other revisions, which another task may have published: where the key belongs.
    journal.records.push({ topic: 'costEvents', partition: eventPartitionOf(event.key), ...event });
    this.corrected(lineId, by, startMs);
    journal.records.push(...noticeRecords({ kind: 'corrected', lineId, by, startMs }, this.tasks));
  }

  /**
   * A line of ours, or of another task, was corrected: the counters of the one that costed it take it back. Where two
   * corrections of one line were read at the same moment, the task of the one that gives way takes that back.
   */
  private corrected(lineId: string, by: string, startMs: number): void {
    const noted = this.corrections.note(lineId, by);
    if (noted === 'first') this.takeOffCounters(lineId);
    else if (noted !== 'known' && this.seen.has(LINE_KEY + noted.givesWay) && noted.givesWay !== by) {
      if (this.corrections.correctorOf(noted.givesWay) === undefined) this.takeBack(noted.givesWay, by, startMs);
    }
  }

  private takeOffCounters(lineId: string): void {
    const { tally, dependencies } = this.parts;
    const cost = this.seen.get(LINE_KEY + lineId)?.cost;
    if (!cost) return;
    const takenBack = emptyMeasures();
    addAmount(takenBack, cost.dimension, -cost.amountMicros);
    tally.addCost(cost.channel, dependencies.reference.current().reference.organisation.currency, takenBack);
  }

  /** Hears what another cost task tells of its bills. */
  hear(record: InputRecord): void {
    const notice = noticeOf(record);
    if (notice?.kind === 'corrected') this.corrected(notice.lineId, notice.by, notice.startMs);
    else if (notice) this.parts.news.drivers.want(notice.scope, notice.untilMs, this.parts);
  }

  /** Scope all, the scope that the line names, and the groups of an agent that it names; what names no driver to share it by stands under `unallocated`. */
  private scopesOf(line: BillingLine): ScopeRef[] {
    const refs: ScopeRef[] = [WHOLE];
    if (line.allocate && !this.sharedBy(line))
      refs.push({ scope: line.allocate.to, id: line.allocate.id ?? UNALLOCATED });
    for (const id of this.groupsOf(line)) refs.push({ scope: 'group', id });
    const kept: ReadonlySet<Scope> = new Set(this.parts.options.scopes);
    return refs.filter(({ scope }) => kept.has(scope));
  }

  /** The groups that the agent whom the line names was in when its period began. */
  private groupsOf({ allocate, ...line }: BillingLine): readonly string[] {
    if (allocate?.to !== 'agent' || allocate.id === undefined) return [];
    return this.parts.dependencies.reference.current().rateBook.groupsOf(allocate.id, startOf(line)) ?? [];
  }

  /** Whose ids a line is shared out among, and by what; undefined where it is not. */
  private sharedBy({ allocate }: BillingLine): { to?: Scope; by?: Driver } | undefined {
    if (!allocate || allocate.id !== undefined) return undefined;
    const by = allocate.by ?? (allocate.weights ? 'weights' : undefined);
    if (by === undefined) return undefined;
    return this.parts.options.scopes.includes(allocate.to) ? { to: allocate.to, by } : {};
  }

  /** Revenue accrues over its period for the cost share of revenue; in windows it is not. */
  takeRevenue(record: InputRecord, revenue: Revenue): void {
    const { journal, panes, dependencies } = this.parts;
    const key = REVENUE_KEY + revenue.revenueId;
    const hash = dependencies.fingerprint(canonicalText(revenue));
    if (this.isCopy('revenue', record, key, hash)) return;
    const startMs = epochMs(revenue.periodStart);
    const atMs = revenue.billedAt === undefined ? startMs : epochMs(revenue.billedAt);
    const fxMicros = dependencies.reference.current().rateBook.fxMicros(revenue.currency, atMs);
    if (fxMicros === undefined) {
      journal.reject('revenue', record, 'no-fx-rate', `no rate for ${revenue.currency} in force at its date`);
      return;
    }
    const amountMicros = divideHalfEven(parseMicros(revenue.amount) * fxMicros, MILLION);
    if (!fitsWire(amountMicros)) {
      journal.reject('revenue', record, 'overflow', 'the converted amount has more than ten integer digits');
      return;
    }
    this.keep(key, { hash });
    const endMs = epochMs(revenue.periodEnd);
    panes.addRevenue({ revenueId: revenue.revenueId, amountMicros, startMs, endMs });
    journal.fate('counted');
  }

  private isCopy(topic: 'billingLines' | 'revenue', record: InputRecord, key: string, hash: string): boolean {
    const known = this.seen.get(key);
    if (known === undefined) return false;
    if (known.hash === hash) this.parts.journal.fate('duplicate');
    else this.parts.journal.reject(topic, record, 'conflict', 'the same id came before with other content');
    return true;
  }

  private keep(key: string, seen: Seen): void {
    this.seen.set(key, seen);
    this.added.push({ key, value: JSON.stringify(wireOf(seen)) });
  }

  changes(): ChangelogEntry[] {
    const { added } = this;
    this.added = [];
    return [...added, ...this.corrections.changes(), ...this.parts.news.drivers.changes()];
  }

  /** Takes a changelog entry back; false when it is not one of bills or revenue. */
  restore(key: string, value: Buffer | null): boolean {
    if (this.corrections.restore(key, value) || this.parts.news.drivers.restore(key, value)) return true;
    if (!key.startsWith(LINE_KEY) && !key.startsWith(REVENUE_KEY)) return false;
    if (value) this.seen.set(key, seenOf(value.toString('utf8')));
    return true;
  }
}

/** What came under an id: its content's fingerprint, and what a line cost, to be taken back from the counters. */
interface Seen {
  readonly hash: string;
  readonly cost?: { readonly dimension: Dimension; readonly amountMicros: Micros; readonly channel?: string };
}

type SeenWire = [hash: string, dimension?: Dimension, amount?: string, channel?: string];

function wireOf({ hash, cost }: Seen): SeenWire {
  if (!cost) return [hash];
  const { dimension, amountMicros, channel } = cost;
  return channel === undefined
    ? [hash, dimension, String(amountMicros)]
    : [hash, dimension, String(amountMicros), channel];
}

function seenOf(text: string): Seen {
  // State of before corrections had the fingerprint alone.
  const [hash, dimension, amount, channel] = text.startsWith('[')
    ? (JSON.parse(text) as SeenWire)
    : ([text] as SeenWire);
  if (dimension === undefined || amount === undefined) return { hash };
  return { hash, cost: { dimension, amountMicros: BigInt(amount), ...(channel !== undefined && { channel }) } };
}

function startOf({ billedAt, periodStart }: BillingLine): number {
  return epochMs(periodStart ?? billedAt);
}

function endOf({ billedAt, periodEnd }: BillingLine): number {
  return epochMs(periodEnd ?? billedAt);
}

function channelOf({ allocate }: BillingLine): { channel?: string } {
  return allocate?.to === 'channel' && allocate.id !== undefined ? { channel: allocate.id } : {};
}

function factsOf(line: BillingLine): BillFacts {
  const { bookedAs, promotion, subcategory, system, supplier, description, allocate } = line;
  const vendorId = allocate?.to === 'vendor' ? allocate.id : line.vendorId;
  const text = [supplier, description].filter((each) => each !== undefined).join(' ');
  return {
    ...(bookedAs !== undefined && { bookedAs }),
    ...(promotion === true && { promotion }),
    ...(subcategory !== undefined && { subcategory }),
    ...(system !== undefined && { system }),
    ...(vendorId !== undefined && { vendorId }),
    ...(text !== '' && { text: text.slice(0, TEXT_KEPT) }),
  };
}
