import { exactPriceTimes, exactSplit, MAX_ROW_MICROS, ROW, ROW_FIELDS, type RateBook } from '#libs/domain';
import { ByName } from './by-name.js';
import { FIELD } from './interaction-fields.js';
import type { InteractionScan } from './interaction-scan.js';
import { NameTable, type Name } from './names.js';
import { botPlan, channelPlan, labourPlan, vendorPlan, type PricedItem, type PricePlan } from './price-plan.js';

/** Where an agent's contacts count that do not say so themselves. */
interface AgentPlace {
  readonly book: RateBook;
  readonly fromMs: number;
  readonly toMs: number;
  readonly team: Name | undefined;
  readonly region: Name | undefined;
  readonly groups: readonly Name[];
}

const NO_GROUPS: readonly Name[] = [];

/** One price of the contact at hand. */
export interface QuickItem {
  item: PricedItem | undefined;
  /** Milliseconds of a time, or 1 for a contact. */
  quantity: number;
  amountMicros: number;
  /** Of each line where the price is split, else the whole at 0. */
  readonly parts: Float64Array;
}

const quickItem = (): QuickItem => ({ item: undefined, quantity: 0, amountMicros: 0, parts: new Float64Array(3) });

/**
 * Costs the contact of a scan as `rateContact` does, from plans that are looked up once and remembered while they hold. It
 * rates contacts in the organisation's currency without units and charges; for all others, and where an amount is large,
 * {@link rate} says false.
 */
export class QuickRating {
  team: Name | undefined;
  region: Name | undefined;
  groups = NO_GROUPS;
  /** Names of groups; no field of a contact has them. */
  readonly groupNames = new NameTable('group', 'id', 'group');
  /** Handle time as it was given: whole seconds if `isWholeSeconds`, else the milliseconds of the connected time. */
  handleMs = 0;
  isWholeSeconds = false;
  readonly handler = quickItem();
  readonly channel = quickItem();
  /** What the contact counts as in a window. */
  readonly row = new Float64Array(ROW_FIELDS);
  private readonly places = new ByName<AgentPlace>();
  private readonly labour = new ByName<PricePlan>();
  private readonly bots = new ByName<PricePlan>();
  private readonly vendors = new ByName<PricePlan>();
  private readonly channels = new ByName<PricePlan>();
  private book: RateBook | undefined;

  constructor(private readonly scan: InteractionScan) {}

  rate(book: RateBook, endedAtMs: number): boolean {
    if (book !== this.book) this.forget(book);
    this.place(book, endedAtMs);
    const { scan, handler, channel, row } = this;
    const channelName = scan.name(FIELD.channel);
    if (!channelName) return false;
    const handlerPlan = this.handlerPlan(book, endedAtMs);
    const channelPrice =
      held(this.channels.get(channelName), book, endedAtMs) ??
      this.channels.set(channelName, channelPlan(book, channelName.text, endedAtMs));
    if (!handlerPlan || handlerPlan.undecided || channelPrice.undecided) return false;
    row.fill(0);
    this.measureTime(endedAtMs);
    return this.price(handler, handlerPlan.item) && this.price(channel, channelPrice.item) && this.count();
  }

  private forget(book: RateBook): void {
    this.book = book;
    for (const plans of [this.places, this.labour, this.bots, this.vendors, this.channels]) plans.clear();
  }

  /** Groups of the agent at the time; team and region: the contact's own, else the agent's. */
  private place(book: RateBook, tMs: number): void {
    const { scan } = this;
    this.team = scan.name(FIELD.team);
    this.region = scan.name(FIELD.region);
    const agent = scan.name(FIELD.agentId);
    this.groups = NO_GROUPS;
    if (!agent || (this.team && this.region && !book.hasGroups)) return;
    const place = held(this.places.get(agent), book, tMs) ?? this.placeOf(book, agent, tMs);
    this.team ??= place.team;
    this.region ??= place.region;
    this.groups = place.groups;
  }

  private placeOf(book: RateBook, agent: Name, tMs: number): AgentPlace {
    const { fromMs, toMs, found } = book.heldAgent(agent.text, tMs);
    const groups = book.heldGroups(agent.text, tMs);
    const nameIn = (field: number, text: string | undefined): Name | undefined =>
      text === undefined ? undefined : this.scan.tables[field]?.ofText(text);
    const place = {
      book,
      fromMs: Math.max(fromMs, groups.fromMs),
      toMs: Math.min(toMs, groups.toMs),
      groups: groups.found?.map((id) => this.groupNames.ofText(id)) ?? NO_GROUPS,
      team: nameIn(FIELD.team, found?.team),
      region: nameIn(FIELD.region, found?.region),
    };
    return this.places.set(agent, place);
  }

  private handlerPlan(book: RateBook, tMs: number): PricePlan | undefined {
    const { scan, team, region } = this;
    const by = scan.name(FIELD.handledBy)?.text;
    const name = scan.name(by === 'agent' ? FIELD.agentId : by === 'vendor' ? FIELD.vendorId : FIELD.botId);
    if (!name) return undefined;
    if (by === 'bot') return held(this.bots.get(name), book, tMs) ?? this.bots.set(name, botPlan(book, name.text, tMs));
    if (by === 'vendor')
      return held(this.vendors.get(name), book, tMs) ?? this.vendors.set(name, vendorPlan(book, name.text, tMs));
    const plan = held(this.labour.get(name), book, tMs);
    if (plan && plan.team === team && plan.region === region) return plan;
    return this.labour.set(name, labourPlan(book, name.text, team, region, tMs));
  }

  private measureTime(endedAtMs: number): void {
    const { scan } = this;
    this.isWholeSeconds =
      scan.has(FIELD.talkSeconds) || scan.has(FIELD.holdSeconds) || scan.has(FIELD.afterContactSeconds);
    const seconds =
      scan.value(FIELD.talkSeconds, 0) + scan.value(FIELD.holdSeconds, 0) + scan.value(FIELD.afterContactSeconds, 0);
    this.handleMs = this.isWholeSeconds ? seconds * 1000 : this.connectedMs(endedAtMs);
  }

  private connectedMs(endedAtMs: number): number {
    return endedAtMs - this.scan.value(FIELD.answeredAt, this.scan.values[FIELD.startedAt] as number);
  }

  /** Prices one item into its dimension; true where there is none. */
  private price(into: QuickItem, item: PricedItem | undefined): boolean {
    into.item = item;
    into.amountMicros = 0;
    if (!item) return true;
    const isLabour = item.field === ROW.labour;
    const isOvertime = isLabour && this.scan.value(FIELD.overtime, 0) === 1;
    const multiplier = isOvertime ? item.overtimeMultiplierMicros : 1_000_000;
    into.quantity = item.quantity === 'contact' ? 1 : this.timeFor(item);
    const divisor = item.quantity === 'contact' ? 1 : item.per * 1000;
    const amount = exactPriceTimes(into.quantity, item.priceMicros, divisor, multiplier);
    if (amount >= MAX_ROW_MICROS) return false;
    into.amountMicros = amount;
    this.row[item.field] = (this.row[item.field] as number) + amount;
    if (isOvertime) this.row[ROW.overtime] = amount;
    into.parts[0] = amount;
    return item.weights.length === 0 || exactSplit(amount, item.weights, into.parts);
  }

  private timeFor({ quantity }: PricedItem): number {
    return quantity === 'handle-time' ? this.handleMs : this.connectedMs(this.scan.values[FIELD.endedAt] as number);
  }

  /** The counts; what `contactMeasures` gives. */
  private count(): boolean {
    const { scan, row } = this;
    const by = scan.names[FIELD.handledBy]?.text;
    const outcome = scan.names[FIELD.outcome]?.text;
    const resolved = outcome === 'resolved';
    row[ROW.interactions] = 1;
    if (by === 'agent') row[ROW.handledByAgents] = 1;
    if (resolved) row[ROW.resolved] = 1;
    if (resolved && by === 'bot') row[ROW.automated] = 1;
    if (by !== 'bot') row[ROW.handleMicroseconds] = this.handleMs * 1000;
    if (by === 'agent') row[ROW.paidMicroseconds] = this.handleMs * 1000;
    if (outcome === 'abandoned') row[ROW.abandoned] = 1;
    if (by === 'agent' && scan.value(FIELD.repetitive, 0) === 1) row[ROW.repetitiveByAgents] = 1;
    return true;
  }
}

function held<P extends { book: RateBook; fromMs: number; toMs: number }>(
  plan: P | undefined,
  book: RateBook,
  tMs: number,
): P | undefined {
  return plan && plan.book === book && tMs >= plan.fromMs && tMs < plan.toMs ? plan : undefined;
}
