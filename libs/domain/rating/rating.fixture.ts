import type { Contact } from '../facts/index.js';
import type { RateCard, Reference } from '../reference/index.js';
import { RateBook } from './rate-book.js';

/** An agent's contact of eight minutes on the phone, ended at 1,000,000 ms. */
export function contact(over: Partial<Contact> = {}): Contact {
  return {
    interactionId: 'i',
    channel: 'voice',
    handledBy: 'agent',
    agentId: 'a-1',
    team: 'north-1',
    region: 'north',
    outcome: 'resolved',
    overtime: false,
    repetitive: false,
    startedAtMs: 520_000,
    endedAtMs: 1_000_000,
    handleSeconds: { unscaled: 480n, scale: 0 },
    connectedMs: 480_000,
    units: {},
    charges: [],
    ...over,
  };
}

/** A card that holds for ever, CNY 120 an hour for everybody unless told otherwise. */
export function card(over: Partial<RateCard> = {}): RateCard {
  return {
    rateId: 'base',
    for: 'default',
    kind: 'hourly',
    amountMicros: 120_000_000n,
    currency: 'CNY',
    ...over,
  };
}

/** A book of these cards in an organisation that counts in CNY. */
export function bookOf(rateCards: readonly RateCard[], over: Partial<Reference> = {}): RateBook {
  return new RateBook({
    organisation: { name: 'Test', zone: 'Asia/Shanghai', currency: 'CNY', unitCostTargets: {} },
    rateCards,
    agents: [],
    agentGroups: [],
    initiatives: [],
    budgets: [],
    rules: [],
    fxRates: [],
    ...over,
  });
}
