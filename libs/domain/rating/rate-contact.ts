import { decimalOf, divideHalfEven, fitsWire, numberOf, type Decimal, type Micros } from '../money/index.js';
import type { Contact } from '../facts/index.js';
import type { Dimension, RateCard } from '../reference/index.js';
import type { RateBook, Subject } from './rate-book.js';
import { hourlySubjects, labourParts } from './labour.js';

/** One line of a cost event, in the organisation's currency, rounded half-even to micros once. */
export interface CostLine {
  readonly dimension: Dimension;
  readonly subcategory?: string;
  readonly amountMicros: Micros;
  readonly rateId?: string;
  readonly quantity?: number;
  readonly unit?: string;
}

/** Why a fact cannot be costed at all; both are reject reasons of the contract. */
export type RatingFault = 'no-fx-rate' | 'overflow';

export type Rating =
  | {
      readonly ok: true;
      readonly lines: readonly CostLine[];
      /** Labour at the overtime rate; zero for a contact inside the shift. */
      readonly overtimeMicros: Micros;
      /** Something in the fact has no rate card; the lines are those that have one. */
      readonly unrated: boolean;
    }
  | { readonly ok: false; readonly fault: RatingFault; readonly detail: string };

/** In millionths. */
export const DEFAULT_OVERTIME_MULTIPLIER = 1_500_000n;
const SECONDS_PER_HOUR = 3600n;
const SECONDS_PER_MINUTE = 60n;
const MILLION = 1_000_000n;

class RatingError extends Error {
  constructor(
    readonly fault: RatingFault,
    detail: string,
  ) {
    super(detail);
  }
}

/** Collects the lines of one contact at one event time. */
class LineBuilder {
  readonly lines: CostLine[] = [];
  overtimeMicros: Micros = 0n;
  unrated = false;

  constructor(
    private readonly book: RateBook,
    readonly atMs: number,
  ) {}

  /** quantity x price (x multiplier in millionths) / divisor, converted and rounded once. */
  price(quantity: Decimal, priceMicros: Micros, currency: string, divisor: bigint, multiplierMicros = MILLION): Micros {
    const fxMicros = this.book.fxMicros(currency, this.atMs);
    if (fxMicros === undefined)
      throw new RatingError('no-fx-rate', `no rate for ${currency} in force at the event's time`);
    // The organisation's own currency at the plain rate: the millions cancel out, and so do a dozen bigint digits.
    const isPlain = multiplierMicros === MILLION && fxMicros === MILLION;
    const scaled = quantity.scale === 0 ? divisor : divisor * 10n ** BigInt(quantity.scale);
    const amountMicros = isPlain
      ? divideHalfEven(quantity.unscaled * priceMicros, scaled)
      : divideHalfEven(quantity.unscaled * priceMicros * multiplierMicros * fxMicros, scaled * MILLION * MILLION);
    if (!fitsWire(amountMicros)) throw new RatingError('overflow', 'an amount has more than ten integer digits');
    return amountMicros;
  }

  push(line: CostLine): void {
    this.lines.push(line);
  }
}

function rateLabour(builder: LineBuilder, book: RateBook, contact: Contact): void {
  const card = book.find(hourlySubjects(contact), 'hourly', builder.atMs);
  if (!card) {
    builder.unrated = true;
    return;
  }
  const multiplier = contact.overtime ? (card.overtimeMultiplierMicros ?? DEFAULT_OVERTIME_MULTIPLIER) : MILLION;
  const total = builder.price(contact.handleSeconds, card.amountMicros, card.currency, SECONDS_PER_HOUR, multiplier);
  if (contact.overtime) builder.overtimeMicros = total;
  const quantity = numberOf(contact.handleSeconds);
  for (const part of labourParts(card.splitPpm, total)) {
    builder.push({ dimension: 'labour', ...part, rateId: card.rateId, quantity, unit: 'seconds' });
  }
}

const ONE: Decimal = { unscaled: 1n, scale: 0 };

function botSubjects({ botId }: Contact): Subject[] {
  return [{ for: 'bot', ...(botId !== undefined && { id: botId }) }, { for: 'bot' }];
}

function rateBot(builder: LineBuilder, book: RateBook, contact: Contact): void {
  const subjects = botSubjects(contact);
  const card = book.find(subjects, 'per-contact', builder.atMs);
  if (!card) {
    // Paid by the unit alone is a price as well; units without one are told of where they are rated.
    if (!book.hasAny(subjects, 'per-unit', builder.atMs)) builder.unrated = true;
    return;
  }
  const amountMicros = builder.price(ONE, card.amountMicros, card.currency, 1n);
  const line = { dimension: 'system', subcategory: 'ai', amountMicros, rateId: card.rateId } as const;
  builder.push({ ...line, quantity: 1, unit: 'contact' });
}

/**
 * The card that a vendor is paid by: his own contract replaces what all vendors cost. Per contact or per minute are two
 * forms of one contract, so of both in force the one that came last holds, as it does among cards of one kind.
 */
export function vendorCard(
  book: RateBook,
  { vendorId }: Pick<Contact, 'vendorId'>,
  atMs: number,
): RateCard | undefined {
  const subjects: Subject[] = [{ for: 'vendor', ...(vendorId !== undefined && { id: vendorId }) }, { for: 'vendor' }];
  for (const subject of subjects) {
    const perContact = book.find([subject], 'per-contact', atMs);
    const perMinute = book.find([subject], 'per-minute', atMs);
    if (!perContact || !perMinute) {
      if (perContact ?? perMinute) return perContact ?? perMinute;
    } else return (perMinute.fromMs ?? -Infinity) > (perContact.fromMs ?? -Infinity) ? perMinute : perContact;
  }
  return undefined;
}

function rateVendor(builder: LineBuilder, book: RateBook, contact: Contact): void {
  const card = vendorCard(book, contact, builder.atMs);
  if (!card) {
    builder.unrated = true;
    return;
  }
  const { rateId, amountMicros: priceMicros, currency } = card;
  const isPerContact = card.kind === 'per-contact';
  const time = contact.handleSeconds;
  const amountMicros = isPerContact
    ? builder.price(ONE, priceMicros, currency, 1n)
    : builder.price(time, priceMicros, currency, SECONDS_PER_MINUTE);
  const measured = isPerContact ? { quantity: 1, unit: 'contact' } : { quantity: numberOf(time), unit: 'seconds' };
  builder.push({ dimension: 'outsourcing', amountMicros, rateId, ...measured });
}

function rateChannelTime(builder: LineBuilder, book: RateBook, contact: Contact): void {
  const card = book.find([{ for: 'channel', id: contact.channel }, { for: 'channel' }], 'per-minute', builder.atMs);
  if (!card) return;
  const connected: Decimal = { unscaled: BigInt(contact.connectedMs), scale: 3 };
  const amountMicros = builder.price(connected, card.amountMicros, card.currency, SECONDS_PER_MINUTE);
  const subcategory = card.subcategory ?? 'telephony';
  builder.push({
    dimension: 'system',
    subcategory,
    amountMicros,
    rateId: card.rateId,
    quantity: contact.connectedMs / 1000,
    unit: 'seconds',
  });
}

function rateUnits(builder: LineBuilder, book: RateBook, contact: Contact): void {
  for (const [unit, quantity] of Object.entries(contact.units)) {
    if (quantity === 0) continue;
    const botCard =
      contact.handledBy === 'bot' ? book.find(botSubjects(contact), 'per-unit', builder.atMs, unit) : undefined;
    const channelCard = book.find(
      [{ for: 'channel', id: contact.channel }, { for: 'channel' }],
      'per-unit',
      builder.atMs,
      unit,
    );
    if (!botCard && !channelCard) builder.unrated = true;
    for (const [card, subcategory] of [
      [botCard, 'ai'],
      [channelCard, channelCard?.subcategory ?? 'messaging'],
    ] as const) {
      if (!card) continue;
      const amountMicros = builder.price(decimalOf(quantity), card.amountMicros, card.currency, 1n);
      builder.push({ dimension: 'system', subcategory, amountMicros, rateId: card.rateId, quantity, unit });
    }
  }
}

function rateCharges(builder: LineBuilder, contact: Contact): void {
  for (const charge of contact.charges) {
    const amountMicros = builder.price(ONE, charge.amountMicros, charge.currency, 1n);
    builder.push({
      dimension: charge.dimension,
      ...(charge.subcategory !== undefined && { subcategory: charge.subcategory }),
      amountMicros,
    });
  }
}

/** The whole and each dimension are published: neither may have more digits than the contract has room for. */
function overflows(lines: readonly CostLine[]): boolean {
  // Of one line the amount was looked at when it was priced.
  if (lines.length <= 1) return false;
  const byDimension = new Map<Dimension, Micros>();
  let totalMicros = 0n;
  for (const { dimension, amountMicros } of lines) {
    totalMicros += amountMicros;
    byDimension.set(dimension, (byDimension.get(dimension) ?? 0n) + amountMicros);
  }
  return [totalMicros, ...byDimension.values()].some((sum) => !fitsWire(sum));
}

/**
 * Costs a contact (contract section 6): labour by the most specific hourly rate, bot and vendor by contact, minute or
 * unit, the channel by minute or unit whoever handles, and the charges that came along. Rates are those in force at
 * the contact's end.
 */
export function rateContact(contact: Contact, book: RateBook): Rating {
  const builder = new LineBuilder(book, contact.endedAtMs);
  try {
    switch (contact.handledBy) {
      case 'agent':
        rateLabour(builder, book, contact);
        break;
      case 'bot':
        rateBot(builder, book, contact);
        break;
      case 'vendor':
        rateVendor(builder, book, contact);
        break;
    }
    rateChannelTime(builder, book, contact);
    rateUnits(builder, book, contact);
    rateCharges(builder, contact);
  } catch (error) {
    if (error instanceof RatingError) return { ok: false, fault: error.fault, detail: error.message };
    throw error;
  }
  if (overflows(builder.lines)) {
    return { ok: false, fault: 'overflow', detail: 'the cost has more than ten integer digits' };
  }
  return { ok: true, lines: builder.lines, overtimeMicros: builder.overtimeMicros, unrated: builder.unrated };
}
