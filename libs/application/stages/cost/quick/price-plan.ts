import { prepare, type PreparedBytes } from '../../bytes/prepared-bytes.js';
import {
  DEFAULT_OVERTIME_MULTIPLIER,
  MAX_ROW_MICROS,
  ROW,
  vendorCard,
  type Dimension,
  type Held,
  type RateBook,
  type RateCard,
  type Subject,
} from '#libs/domain';
import type { Name } from './names.js';

/** What a price is multiplied by. */
export type Quantity = 'handle-time' | 'connected-time' | 'contact';

/** A price of contacts, with what its lines look like ready to be written. */
export interface PricedItem {
  readonly quantity: Quantity;
  /** Of an hour, a minute or a contact, in the organisation's currency. */
  readonly priceMicros: number;
  /** Seconds, or contacts, that the price is for. */
  readonly per: number;
  readonly overtimeMultiplierMicros: number;
  readonly dimension: Dimension;
  /** Place of the dimension in a row of measures. */
  readonly field: number;
  /** `"dimension":"` up to its sum, in a breakdown. */
  readonly sumHead: PreparedBytes;
  /** Shares in millionths where the price is split. */
  readonly weights: readonly number[];
  /** For each line: its text up to the quantity. */
  readonly lineHeads: readonly PreparedBytes[];
  /** From behind the quantity up to the amount. */
  readonly lineMiddle: PreparedBytes;
  /** Most bytes of all lines. */
  readonly lineBytes: number;
}

/** Bytes of a line apart from its head. */
const LINE_BYTES = 160;

/**
 * The price in force around a time; `undecided`: there is none, or one that takes the whole rating to tell. All plans are objects
 * of one form: they are looked at for each contact, and the engine knows where one form has its fields.
 */
export interface PricePlan {
  readonly book: RateBook;
  readonly fromMs: number;
  readonly toMs: number;
  readonly item: PricedItem | undefined;
  readonly undecided: boolean;
  /** Of labour: where the agent's contact counts for whom it holds. */
  readonly team: Name | undefined;
  readonly region: Name | undefined;
}

interface LineForm {
  readonly dimension: Dimension;
  readonly subcategory?: string | undefined;
  readonly quantity: Quantity;
  readonly per: number;
}

/** By card: one card prices the contacts of many agents, and what it prices says what its lines look like. */
const items = new WeakMap<RateCard, PricedItem>();

function itemOf(card: RateCard, formOf: (card: RateCard) => LineForm): PricedItem {
  let item = items.get(card);
  if (!item) items.set(card, (item = newItem(card, formOf(card))));
  return item;
}

function newItem(card: RateCard, { dimension, subcategory, quantity, per }: LineForm): PricedItem {
  const split = card.splitPpm;
  const parts = dimension === 'labour' && split ? ['wages', 'social-insurance', 'training'] : [subcategory];
  const head = (part: string | undefined): PreparedBytes =>
    prepare(
      `{"dimension":"${dimension}"${part === undefined ? '' : `,"subcategory":${JSON.stringify(part)}`}` +
        `,"rateId":${JSON.stringify(card.rateId)},"quantity":`,
    );
  const lineHeads = parts.map(head);
  return {
    quantity,
    priceMicros: Number(card.amountMicros),
    per,
    overtimeMultiplierMicros: Number(card.overtimeMultiplierMicros ?? DEFAULT_OVERTIME_MULTIPLIER),
    dimension,
    field: ROW[dimension],
    sumHead: prepare(`"${dimension}":"`),
    weights: parts.length === 3 && split ? [split.wages, split.socialInsurance, split.training] : [],
    lineHeads,
    lineMiddle: prepare(`,"unit":"${quantity === 'contact' ? 'contact' : 'seconds'}","amount":"`),
    lineBytes: lineHeads.reduce((bytes, { length }) => bytes + length + LINE_BYTES, 0),
  };
}

/** A plan of a card that was found; `required`: without a card the contact is unrated, which the whole rating says. */
function planOf(
  book: RateBook,
  held: Held<RateCard>,
  required: boolean,
  formOf: (card: RateCard) => LineForm,
  team?: Name,
  region?: Name,
): PricePlan {
  const { fromMs, toMs, found: card } = held;
  const isPlain =
    card === undefined
      ? !required
      : card.currency === book.currency && card.amountMicros >= 0n && card.amountMicros < BigInt(MAX_ROW_MICROS);
  const item = card && isPlain ? itemOf(card, formOf) : undefined;
  return { book, fromMs, toMs, item, undecided: !isPlain, team, region };
}

/** Labour of a contact by an agent, of a team and in a region. */
export function labourPlan(
  book: RateBook,
  agentId: string,
  team: Name | undefined,
  region: Name | undefined,
  tMs: number,
): PricePlan {
  const subjects: Subject[] = [{ for: 'agent', id: agentId }];
  if (team) subjects.push({ for: 'team', id: team.text });
  if (region) subjects.push({ for: 'region', id: region.text });
  subjects.push({ for: 'default' });
  const form = { dimension: 'labour', quantity: 'handle-time', per: 3_600 } as const;
  return planOf(book, book.held(subjects, 'hourly', tMs), true, () => form, team, region);
}

export function botPlan(book: RateBook, botId: string, tMs: number): PricePlan {
  const held = book.held([{ for: 'bot', id: botId }, { for: 'bot' }], 'per-contact', tMs);
  const form = { dimension: 'system', subcategory: 'ai', quantity: 'contact', per: 1 } as const;
  return planOf(book, held, true, () => form);
}

export function vendorPlan(book: RateBook, vendorId: string, tMs: number): PricePlan {
  // Both kinds of cards of both subjects decide, so the answer holds while none of them begins or ends.
  const spans = [{ for: 'vendor', id: vendorId } as const, { for: 'vendor' } as const].flatMap((subject) => [
    book.held([subject], 'per-contact', tMs),
    book.held([subject], 'per-minute', tMs),
  ]);
  const held = {
    fromMs: Math.max(...spans.map(({ fromMs }) => fromMs)),
    toMs: Math.min(...spans.map(({ toMs }) => toMs)),
    found: vendorCard(book, { vendorId }, tMs),
  };
  return planOf(book, held, true, ({ kind }) =>
    kind === 'per-contact'
      ? { dimension: 'outsourcing', quantity: 'contact', per: 1 }
      : { dimension: 'outsourcing', quantity: 'handle-time', per: 60 },
  );
}

/** Connected time of a channel, whoever handles. */
export function channelPlan(book: RateBook, channel: string, tMs: number): PricePlan {
  const held = book.held([{ for: 'channel', id: channel }, { for: 'channel' }], 'per-minute', tMs);
  return planOf(book, held, false, (card) => ({
    dimension: 'system',
    subcategory: card.subcategory ?? 'telephony',
    quantity: 'connected-time',
    per: 60,
  }));
}
