import { addDecimal, decimalOf, ZERO_DECIMAL, type Decimal, type Micros } from '../money/index.js';
import type { Dimension, Scope } from '../reference/index.js';
import { emptyMeasures, type Measures } from './measures.js';

export type HandledBy = 'agent' | 'bot' | 'vendor';
export type Outcome = 'resolved' | 'unresolved' | 'escalated' | 'transferred' | 'abandoned';

/** A direct cost that the source already knows, in its own currency. */
export interface Charge {
  readonly dimension: Dimension;
  readonly subcategory?: string;
  readonly amountMicros: Micros;
  readonly currency: string;
}

/** One finished handling of a contact. Times are epoch milliseconds; it is booked where it ends. */
export interface Contact {
  readonly interactionId: string;
  readonly channel: string;
  readonly handledBy: HandledBy;
  readonly agentId?: string;
  readonly vendorId?: string;
  readonly botId?: string;
  readonly team?: string;
  readonly queue?: string;
  readonly region?: string;
  /** Groups that the agent was in when it ended. */
  readonly groups?: readonly string[];
  readonly topic?: string;
  readonly stage?: string;
  readonly complexity?: 'low' | 'medium' | 'high';
  readonly customerTier?: string;
  readonly outcome: Outcome;
  readonly overtime: boolean;
  readonly repetitive: boolean;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** Handle time in seconds, see {@link handleTimeOf}. */
  readonly handleSeconds: Decimal;
  /** Connected time: end minus answer (or start). */
  readonly connectedMs: number;
  readonly units: Readonly<Record<string, number>>;
  readonly charges: readonly Charge[];
  readonly updatedAtMs?: number;
}

export interface ContactTimes {
  readonly talkSeconds?: number;
  readonly holdSeconds?: number;
  readonly afterContactSeconds?: number;
  readonly startedAtMs: number;
  readonly answeredAtMs?: number;
  readonly endedAtMs: number;
}

/**
 * Handle time in seconds (contract section 6): talk + hold + after-contact work where any of them is given, else end
 * minus answer (or start). It is the AHT numerator of method section 4.
 */
export function handleTimeOf(times: ContactTimes): Decimal {
  const { talkSeconds, holdSeconds, afterContactSeconds } = times;
  const wholeSeconds = (talkSeconds ?? 0) + (holdSeconds ?? 0) + (afterContactSeconds ?? 0);
  // Whole seconds, as most sources send them, add up exactly as they are.
  if (
    talkSeconds !== undefined &&
    [talkSeconds, holdSeconds ?? 0, afterContactSeconds ?? 0, wholeSeconds].every(isWhole)
  )
    return decimalOf(wholeSeconds);
  const parts = [talkSeconds, holdSeconds, afterContactSeconds].filter((part) => part !== undefined);
  if (parts.length > 0) return parts.map(decimalOf).reduce(addDecimal, ZERO_DECIMAL);
  return { unscaled: BigInt(connectedMsOf(times)), scale: 3 };
}

function isWhole(value: number): boolean {
  return Number.isSafeInteger(value);
}

/** Connected time in milliseconds: end minus answer, or minus start where the answer is not known. */
export function connectedMsOf(times: ContactTimes): number {
  return times.endedAtMs - (times.answeredAtMs ?? times.startedAtMs);
}

/** A window's scope and id; the id of scope all is "all". */
export interface ScopeRef {
  readonly scope: Scope;
  readonly id: string;
}

/** Ids that a contact or a piece of feedback carries for the scopes. */
export interface ScopeIds {
  readonly agent?: string;
  readonly channel?: string;
  readonly team?: string;
  readonly queue?: string;
  readonly region?: string;
  readonly vendor?: string;
  readonly topic?: string;
  readonly stage?: string;
  readonly 'customer-tier'?: string;
  /** Of scope group: an agent may be in several. */
  readonly groups?: readonly string[];
}

/** The ids of a contact. A bot contact is in no agent, team, group or vendor (contract section 7). */
export function scopeIdsOf(contact: Contact): ScopeIds {
  const { channel, agentId, team, vendorId, queue, region, topic, stage, customerTier } = contact;
  const ids: { -readonly [Field in keyof ScopeIds]: ScopeIds[Field] } = { channel };
  if (contact.handledBy !== 'bot') {
    if (agentId !== undefined) ids.agent = agentId;
    if (team !== undefined) ids.team = team;
    if (vendorId !== undefined) ids.vendor = vendorId;
    if (contact.groups !== undefined) ids.groups = contact.groups;
  }
  if (queue !== undefined) ids.queue = queue;
  if (region !== undefined) ids.region = region;
  if (topic !== undefined) ids.topic = topic;
  if (stage !== undefined) ids.stage = stage;
  if (customerTier !== undefined) ids['customer-tier'] = customerTier;
  return ids;
}

/** The scopes, out of those kept, that something with these ids counts in; always `all`. */
export function scopeRefs(ids: ScopeIds, kept: readonly Scope[]): ScopeRef[] {
  const refs: ScopeRef[] = [];
  for (const scope of kept) {
    if (scope === 'all') refs.push({ scope, id: 'all' });
    else if (scope === 'group') for (const id of ids.groups ?? []) refs.push({ scope, id });
    else {
      const id = ids[scope];
      if (id !== undefined) refs.push({ scope, id });
    }
  }
  return refs;
}

/** Millionths of a second, rounded half away from zero: for windows, never for money. */
export function microsecondsOf(seconds: Decimal): number {
  if (seconds.scale === 0) return Number(seconds.unscaled) * 1e6;
  if (seconds.scale <= 6) return Number(seconds.unscaled * 10n ** BigInt(6 - seconds.scale));
  const divisor = 10n ** BigInt(seconds.scale - 6);
  return Number((seconds.unscaled + divisor / 2n) / divisor);
}

/** What a contact counts as in a window, before its money. */
export function contactMeasures(contact: Contact): Measures {
  const measures = emptyMeasures();
  const byAgent = contact.handledBy === 'agent';
  const resolved = contact.outcome === 'resolved';
  measures.interactions = 1;
  if (byAgent) measures.handledByAgents = 1;
  if (resolved) measures.resolved = 1;
  if (resolved && contact.handledBy === 'bot') measures.automated = 1;
  if (contact.handledBy !== 'bot') measures.handleMicroseconds = microsecondsOf(contact.handleSeconds);
  if (byAgent) measures.paidMicroseconds = measures.handleMicroseconds;
  if (contact.outcome === 'abandoned') measures.abandoned = 1;
  if (byAgent && contact.repetitive) measures.repetitiveByAgents = 1;
  return measures;
}
