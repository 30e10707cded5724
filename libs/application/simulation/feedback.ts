import type { Feedback } from '#libs/contract';
import { rfc3339 } from '#libs/domain';
import {
  COMPLAINT_BY_STAGE,
  COMPLAINT_OTHER_STAGES,
  COMPLAINT_SKEW,
  ERROR_RATES,
  STARS,
  SURVEY_SHARE,
  VENDOR_STARS,
} from './calibration.js';
import type { ContactEvent, FeedbackEvent } from './event.js';
import { randomFor, type Random } from './random.js';
import { effectsAt, type Effects, type ScenarioPlan } from './scenario.js';

const MINUTE_MS = 60_000;
const POINTS_PER_STAR = 20;

/** Feedback comes within this time after its contact ended. */
export const FEEDBACK_WITHIN_MS = 10 * MINUTE_MS;

/** What is said of a contact later, by the customer and by the quality check; mostly nothing. */
export function feedbackOn(seed: number, plans: readonly ScenarioPlan[], contact: ContactEvent): FeedbackEvent[] {
  const random = randomFor(seed, 'feedback', contact.id);
  const effects = effectsAt(plans, contact.atMs, contact.atMs);
  const said: FeedbackEvent[] = [];
  const say = (kind: Feedback['kind'], score?: number): void => {
    said.push(feedbackEvent(random, contact, kind, score));
  };
  const { handledBy, outcome } = contact.data;
  const surveyed =
    outcome !== 'abandoned' && random.chance(handledBy === 'bot' ? SURVEY_SHARE.bot : SURVEY_SHARE.people);
  if (surveyed) say('csat', stars(random, handledBy === 'vendor', effects) * POINTS_PER_STAR);
  if (random.chance(complaintRate(contact, effects))) say('complaint');
  if (random.chance(errorRate(handledBy, effects))) say('quality-error');
  return said;
}

function stars(random: Random, isVendor: boolean, { unhappyShare }: Effects): number {
  if (random.chance(unhappyShare)) return 1 + random.below(2);
  return random.pick<{ readonly stars: number; readonly weight: number }>(isVendor ? VENDOR_STARS : STARS).stars;
}

function complaintRate({ data }: ContactEvent, effects: Effects): number {
  const byStage = COMPLAINT_BY_STAGE[data.stage ?? ''] ?? COMPLAINT_OTHER_STAGES;
  return effects.complaintRate * byStage * complaintFactorOf(data.agentId);
}

function complaintFactorOf(agentId: string | undefined): number {
  if (agentId === undefined) return 1;
  const draws = Number(/\d+$/.exec(agentId)?.[0] ?? 1) % COMPLAINT_SKEW.every === 0;
  return draws ? COMPLAINT_SKEW.factor : COMPLAINT_SKEW.otherwise;
}

function errorRate(handledBy: 'agent' | 'bot' | 'vendor', { vendorErrorRate }: Effects): number {
  switch (handledBy) {
    case 'agent':
      return ERROR_RATES.agent;
    case 'vendor':
      return vendorErrorRate;
    case 'bot':
      return 0;
  }
}

function feedbackEvent(
  random: Random,
  { key, atMs: endedMs, data }: ContactEvent,
  kind: Feedback['kind'],
  score: number | undefined,
): FeedbackEvent {
  const { interactionId, agentId, vendorId, botId, channel, topic, stage } = data;
  const atMs = endedMs + MINUTE_MS + random.below(FEEDBACK_WITHIN_MS - MINUTE_MS);
  const feedbackId = `${interactionId}-${kind}`;
  return {
    topic: 'feedback',
    key,
    id: feedbackId,
    atMs,
    data: {
      feedbackId,
      interactionId,
      kind,
      ...(score !== undefined && { score }),
      ...(agentId !== undefined && { agentId }),
      ...(vendorId !== undefined && { vendorId }),
      ...(botId !== undefined && { botId }),
      channel,
      ...(topic !== undefined && { topic }),
      ...(stage !== undefined && { stage }),
      at: rfc3339(atMs),
    },
  };
}
