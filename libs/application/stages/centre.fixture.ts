import { EMPTY_REFERENCE } from '#libs/application';
import type { Reference } from '#libs/domain';
import type { DriverRecord } from '../../testing/pipeline-driver.js';

/** A small centre on a Monday morning, as the tests of the stages see it. */

/** 23 November 2026, 10:00 in Shanghai, epoch ms. */
export const BASE = Date.UTC(2026, 10, 23, 2, 0, 0);

/** RFC 3339 time, seconds after {@link BASE}. */
export const at = (seconds: number): string => new Date(BASE + seconds * 1000).toISOString();

/** Agents at CNY 120 an hour, a bot, vendors, the telephone; a-1 and a-2 in team north. No rules. */
export const REFERENCE: Reference = {
  ...EMPTY_REFERENCE,
  rules: [],
  rateCards: [
    { rateId: 'labour', for: 'default', kind: 'hourly', amountMicros: 120_000_000n, currency: 'CNY' },
    { rateId: 'bot', for: 'bot', kind: 'per-contact', amountMicros: 500_000n, currency: 'CNY' },
    { rateId: 'vendor', for: 'vendor', kind: 'per-contact', amountMicros: 7_000_000n, currency: 'CNY' },
    { rateId: 'voice', for: 'channel', id: 'voice', kind: 'per-minute', amountMicros: 60_000n, currency: 'CNY' },
  ],
  agents: [
    { agentId: 'a-1', team: 'north' },
    { agentId: 'a-2', team: 'north' },
  ],
  fxRates: [{ currency: 'USD', rateMicros: 7_100_000n, fromMs: BASE - 3_600_000 }],
};

type Fields = Readonly<Record<string, unknown>>;

/** An agent's contact on the phone of eight minutes, CNY 16.48, that ended `endSeconds` after {@link BASE}. */
export function contact(interactionId: string, endSeconds: number, more: Fields = {}): DriverRecord {
  return {
    topic: 'interactions',
    value: {
      interactionId,
      channel: 'voice',
      handledBy: 'agent',
      agentId: 'a-1',
      startedAt: at(endSeconds - 480),
      endedAt: at(endSeconds),
      outcome: 'resolved',
      ...more,
    },
  };
}

/** A complaint, unless told otherwise. */
export function feedback(feedbackId: string, atSeconds: number, more: Fields = {}): DriverRecord {
  return { topic: 'feedback', key: 'a-1', value: { feedbackId, kind: 'complaint', at: at(atSeconds), ...more } };
}

/** Agent a-1 takes a contact, which costs nothing as a state, unless told otherwise. */
export function agentState(atSeconds: number, more: Fields = {}): DriverRecord {
  return {
    topic: 'agentStates',
    key: 'a-1',
    value: { agentId: 'a-1', state: 'handling', at: at(atSeconds), ...more },
  };
}

/** A bill of CNY 60 for systems, that falls whole at {@link BASE} unless it is given a period. */
export function bill(lineId: string, more: Fields = {}): DriverRecord {
  return {
    topic: 'billingLines',
    value: { lineId, dimension: 'system', amount: '60.00', currency: 'CNY', billedAt: at(0), ...more },
  };
}

/** Revenue of an hour. */
export function revenue(revenueId: string, more: Fields = {}): DriverRecord {
  return {
    topic: 'revenue',
    value: { revenueId, amount: '1000.00', currency: 'CNY', periodStart: at(-3600), periodEnd: at(0), ...more },
  };
}
