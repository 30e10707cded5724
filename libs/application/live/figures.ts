import type { CostWindow } from '#libs/contract';
import { divideHalfEven, formatMicros, parseMicros } from '#libs/domain';

import type { Figures } from './wire/index.js';

/** `amount / count` rounded half-even to micros, as a decimal string; null when there is nothing to divide by. */
export function unitCost(amount: string, count: number): string | null {
  return count > 0 ? formatMicros(divideHalfEven(parseMicros(amount), BigInt(count))) : null;
}

/** `part / whole`, for display; null when the whole is zero. */
export function ratio(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}

/** The quotient of two amounts, for display; null when the whole is not positive. */
export function amountRatio(part: string, whole: string): number | null {
  const wholeMicros = parseMicros(whole);
  return wholeMicros > 0n ? Number(parseMicros(part)) / Number(wholeMicros) : null;
}

/** Exact sum of decimal strings. */
export function sumAmounts(amounts: Iterable<string>): string {
  let totalMicros = 0n;
  for (const amount of amounts) totalMicros += parseMicros(amount);
  return formatMicros(totalMicros);
}

/** Exact difference of two decimal strings. */
export function subtractAmounts(amount: string, less: string): string {
  return formatMicros(parseMicros(amount) - parseMicros(less));
}

/**
 * The unit figures of a window. `handledContacts` is the number of contacts that its handle seconds belong to
 * (see {@link handledContacts}); the window itself only counts those of agents.
 */
export function figuresOf(window: CostWindow, handled: number): Figures {
  return {
    start: window.start,
    end: window.end,
    amount: window.amount,
    breakdown: window.breakdown,
    interactions: window.interactions,
    handledByAgents: window.handledByAgents,
    automated: window.automated,
    resolved: window.resolved,
    handleSeconds: window.handleSeconds,
    complaints: window.complaints ?? 0,
    costPerInteraction: unitCost(window.amount, window.interactions),
    costPerResolution: unitCost(window.amount, window.resolved),
    averageHandleSeconds: ratio(window.handleSeconds, handled),
    automationRatio: ratio(window.automated, window.interactions),
  };
}

/**
 * Contacts handled by people, agents and vendors alike, as `handleSeconds` counts them. A window does not count its
 * vendors' contacts. Agents and teams have none; a vendor's are all its contacts; for scope all they are the sum over
 * vendors. For other scopes: without automated contacts all were handled by people; with some, only those of agents are
 * counted, which overstates the handle time of a channel that bots and vendors share.
 */
export function handledContacts(window: CostWindow, vendorContacts: number): number {
  switch (window.scope) {
    case 'agent':
    case 'team':
      return window.handledByAgents;
    case 'vendor':
      return window.interactions;
    case 'all':
      return window.handledByAgents + vendorContacts;
    case 'channel':
    case 'queue':
    case 'region':
    case 'topic':
    case 'stage':
    case 'customer-tier':
      return window.automated > 0 ? window.handledByAgents : window.interactions;
  }
}
