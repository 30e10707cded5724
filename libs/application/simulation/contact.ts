import type { Interaction } from '#libs/contract';
import { rfc3339 } from '#libs/domain';
import {
  CUSTOMERS,
  PEOPLE_OUTCOMES,
  TIERS,
  TOPICS,
  USAGE,
  VOICE_HOLD,
  VOICE_TALK,
  type DurationLaw,
} from './calibration.js';
import type { ContactEvent } from './event.js';
import type { Random } from './random.js';

const SECOND_MS = 1000;
const METERED_CHANNELS: ReadonlySet<string> = new Set(USAGE.writtenChannels);

/** The parts of a contact's handle time, whole seconds. */
export interface HandleTime {
  readonly talkSeconds: number;
  readonly holdSeconds: number;
  readonly afterContactSeconds: number;
}

/** A duration by its law, whole seconds, at least one. */
export function drawSeconds(random: Random, law: DurationLaw): number {
  const seconds = random.lognormal(Math.log(law.medianSeconds), law.sigma);
  return Math.min(law.maxSeconds, Math.max(1, Math.round(seconds)));
}

/** Talk on voice as recorded: mostly lognormal, some calls over at once. Whole seconds, at least one. */
export function drawVoiceTalkSeconds(random: Random): number {
  const { mu, sigma, shortShare, shortSeconds, maxSeconds } = VOICE_TALK;
  if (random.chance(shortShare)) return 1 + random.below(shortSeconds - 1);
  const seconds = Math.round(random.lognormal(mu, sigma));
  return Math.min(maxSeconds, Math.max(shortSeconds, seconds));
}

/** Hold on voice, whole seconds; mostly none. */
export function drawVoiceHoldSeconds(random: Random): number {
  if (!random.chance(VOICE_HOLD.share)) return 0;
  return Math.min(VOICE_HOLD.maxSeconds, Math.round(random.exponential(VOICE_HOLD.meanSeconds)));
}

/** What the customer wants and who that is; the same fields for every kind of handling. */
export function drawSubject(
  random: Random,
): Required<Pick<Interaction, 'topic' | 'stage' | 'complexity' | 'repetitive' | 'customerTier' | 'customerId'>> {
  const { topic, stage, complexity, repetitive } = random.pick(TOPICS);
  return {
    topic,
    stage,
    complexity,
    repetitive: random.chance(repetitive),
    customerTier: random.pick(TIERS).tier,
    customerId: `customer-${String(random.below(CUSTOMERS)).padStart(5, '0')}`,
  };
}

/** How a contact with a person ends. */
export function drawOutcome(random: Random): Interaction['outcome'] {
  return random.pick(PEOPLE_OUTCOMES).outcome;
}

/** When a contact began, was answered and ended, epoch milliseconds. */
export interface ContactTimes {
  readonly startedMs: number;
  readonly answeredMs?: number;
  /** The end of all work on it, after-contact work included: that is when a source reports it. */
  readonly endedMs: number;
}

/** A contact as it is drawn: without its times and its metered usage. */
export type DrawnContact = Omit<
  Interaction,
  'startedAt' | 'answeredAt' | 'endedAt' | 'updatedAt' | 'direction' | 'units'
>;

/**
 * The contact as an event; takes `contact` over. `updatedAt` is its end: a later copy is a better one. There are a hundred
 * thousand of these in a simulated day, so the object is filled and not copied.
 */
export function contactEvent(
  random: Random,
  contact: DrawnContact,
  { startedMs, answeredMs, endedMs }: ContactTimes,
): ContactEvent {
  const data = contact as Interaction;
  data.direction = 'inbound';
  data.startedAt = rfc3339(startedMs);
  if (answeredMs !== undefined) data.answeredAt = rfc3339(answeredMs);
  data.endedAt = rfc3339(endedMs);
  data.updatedAt = data.endedAt;
  if (METERED_CHANNELS.has(data.channel)) data.units = drawUsage(random, data.handledBy);
  const key = data.agentId ?? data.vendorId ?? data.botId ?? data.interactionId;
  return { topic: 'interactions', key, id: data.interactionId, atMs: endedMs, data };
}

/** The whole handle time in milliseconds. */
export function handleMs(time: HandleTime): number {
  return (time.talkSeconds + time.holdSeconds + time.afterContactSeconds) * SECOND_MS;
}

/** Metered usage of a written contact, around the usual amounts. */
function drawUsage(random: Random, handledBy: Interaction['handledBy']): Required<Interaction>['units'] {
  const around = (usual: number): number => Math.max(1, Math.round(usual * random.lognormal(0, 0.4)));
  if (handledBy !== 'bot') return { messages: around(USAGE.peopleMessages) };
  return {
    messages: around(USAGE.botMessages),
    'llm-input-tokens': around(USAGE.botInputTokens),
    'llm-output-tokens': around(USAGE.botOutputTokens),
  };
}
