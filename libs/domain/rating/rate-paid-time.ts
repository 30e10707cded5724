import type { AgentStateName, StateEntered } from '../facts/index.js';
import { divideHalfEven, fitsWire, type Micros } from '../money/index.js';
import { hourlySubjects, labourParts } from './labour.js';
import type { RateBook } from './rate-book.js';
import type { CostLine, RatingFault } from './rate-contact.js';

const DEFAULT_OVERTIME_MULTIPLIER = 1_500_000n;
const MILLION = 1_000_000n;
const MS_PER_HOUR = 3_600_000n;

/** A local day lasts at most so long, where clocks are set back. */
const LONGEST_DAY_MS = 25 * 3_600_000;

/** What paid time costs from one instant on, until it ends or the day does. */
export interface PaidPrice {
  readonly rateId: string;
  /** Hourly rate x overtime multiplier x exchange rate, each in millionths: micros x 1e12. */
  readonly perHour: bigint;
  readonly overtime: boolean;
  readonly splitPpm?: { readonly wages: number; readonly socialInsurance: number; readonly training: number };
}

export type PaidPricing =
  /** Without a price no hourly card is in force for the agent. */
  | { readonly ok: true; readonly price: PaidPrice | undefined }
  | { readonly ok: false; readonly fault: RatingFault; readonly detail: string };

/**
 * Price of paid time that is not handling (contract section 6): the most specific hourly rate in force at `atMs`, times
 * the overtime multiplier outside the shift, in the organisation's currency. Nothing is rounded yet.
 */
export function pricePaidTime(entered: StateEntered, atMs: number, book: RateBook): PaidPricing {
  const card = book.find(hourlySubjects(entered), 'hourly', atMs);
  if (!card) return { ok: true, price: undefined };
  const fxMicros = book.fxMicros(card.currency, atMs);
  if (fxMicros === undefined)
    return { ok: false, fault: 'no-fx-rate', detail: `no rate for ${card.currency} in force at the event's time` };
  const overtime = !entered.scheduled;
  const multiplier = overtime ? (card.overtimeMultiplierMicros ?? DEFAULT_OVERTIME_MULTIPLIER) : MILLION;
  const price: PaidPrice = {
    rateId: card.rateId,
    perHour: card.amountMicros * multiplier * fxMicros,
    overtime,
    ...(card.splitPpm && { splitPpm: card.splitPpm }),
  };
  if (!fitsWire(paidMicros(price, LONGEST_DAY_MS)))
    return { ok: false, fault: 'overflow', detail: 'a day of it costs more than ten integer digits' };
  return { ok: true, price };
}

/**
 * What `durationMs` from the price's beginning cost, rounded half-even once. Differences of it telescope, so any cut of
 * the time adds up to the whole exactly.
 */
export function paidMicros({ perHour }: PaidPrice, durationMs: number): Micros {
  return divideHalfEven(perHour * BigInt(durationMs), MS_PER_HOUR * MILLION * MILLION);
}

/**
 * Lines of `durationMs` in a state: labour, of the state's name where the rate is not split, else of the split's parts.
 * Time in training is labour as well: dimension training is what trainers and courses are billed.
 */
export function paidLines(price: PaidPrice, state: AgentStateName, durationMs: number): CostLine[] {
  const { rateId, splitPpm } = price;
  return labourParts(splitPpm, paidMicros(price, durationMs)).map((part) => ({
    dimension: 'labour',
    subcategory: state,
    ...part,
    rateId,
    quantity: durationMs / 1000,
    unit: 'seconds',
  }));
}
