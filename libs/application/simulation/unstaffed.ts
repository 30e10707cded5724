import type { Calendar } from '#libs/domain';
import {
  BOT_CHANNELS,
  BOT_CONTACTS_PER_SECOND,
  BOT_HANDLE,
  BOT_OUTCOMES,
  CHANNELS,
  GIFT,
  VENDOR_CONTACTS_PER_SECOND,
  VENDOR_WEIGHTS,
} from './calibration.js';
import type { SimulatedCentre } from './centre.js';
import {
  contactEvent,
  drawOutcome,
  drawSeconds,
  drawSubject,
  drawVoiceHoldSeconds,
  drawVoiceTalkSeconds,
  handleMs,
} from './contact.js';
import { demandAt } from './demand.js';
import type { ContactEvent } from './event.js';
import { randomFor, type Random } from './random.js';
import { effectsAt, type Effects, type ScenarioPlan } from './scenario.js';

const SECOND_MS = 1000;

const BOT_FAILURES = [
  { outcome: 'unresolved', weight: BOT_OUTCOMES.unresolved },
  { outcome: 'abandoned', weight: BOT_OUTCOMES.abandoned },
] as const;

/** A slot of time and what the traffic in it depends on. */
export interface SlotContext {
  readonly seed: number;
  readonly centre: SimulatedCentre;
  readonly calendar: Calendar;
  readonly plans: readonly ScenarioPlan[];
  readonly startMs: number;
  readonly lengthMs: number;
}

/** The contacts of bots and vendors that end in a slot, in no particular order. They have no roster: rates draw them. */
export function unstaffedContacts(context: SlotContext): ContactEvent[] {
  const { seed, calendar, plans, startMs, lengthMs } = context;
  const effects = effectsAt(plans, startMs, startMs);
  const demanded = demandAt(calendar, startMs) * effects.demandFactor * (lengthMs / SECOND_MS);
  const random = randomFor(seed, 'unstaffed', startMs);
  const bots = Array.from({ length: random.poisson(BOT_CONTACTS_PER_SECOND * demanded) }, (_, at) => {
    return botContact(random, context, effects, at);
  });
  const vendors = Array.from({ length: random.poisson(VENDOR_CONTACTS_PER_SECOND * demanded) }, (_, at) => {
    return vendorContact(random, context, effects, at);
  });
  return [...bots, ...vendors];
}

function botContact(random: Random, context: SlotContext, { botResolvedShare }: Effects, at: number): ContactEvent {
  const { startMs, centre } = context;
  const endedMs = startMs + random.below(context.lengthMs);
  const talkSeconds = drawSeconds(random, BOT_HANDLE);
  return contactEvent(
    random,
    {
      interactionId: slotId('bot', context, at),
      channel: random.pick(BOT_CHANNELS).channel,
      ...drawSubject(random),
      handledBy: 'bot',
      botId: centre.botId,
      talkSeconds,
      outcome: random.chance(botResolvedShare) ? 'resolved' : random.pick(BOT_FAILURES).outcome,
    },
    { startedMs: endedMs - talkSeconds * SECOND_MS, endedMs },
  );
}

function vendorContact(random: Random, context: SlotContext, effects: Effects, at: number): ContactEvent {
  const { startMs, centre } = context;
  const endedMs = startMs + random.below(context.lengthMs);
  const law = random.pick(CHANNELS);
  const paced = (seconds: number): number => Math.max(1, Math.round(seconds * effects.vendorHandleFactor));
  const time = {
    talkSeconds: paced(law.talk ? drawSeconds(random, law.talk) : drawVoiceTalkSeconds(random)),
    holdSeconds: law.talk ? 0 : drawVoiceHoldSeconds(random),
    afterContactSeconds: paced(drawSeconds(random, law.afterContact)),
  };
  const answeredMs = endedMs - handleMs(time);
  return contactEvent(
    random,
    {
      interactionId: slotId('vendor', context, at),
      channel: law.channel,
      queue: law.queue,
      ...drawSubject(random),
      handledBy: 'vendor',
      vendorId: vendorOf(random, centre),
      ...time,
      outcome: drawOutcome(random),
      ...(random.chance(effects.giftShare) && { charges: [{ ...GIFT, currency: centre.currency }] }),
    },
    { startedMs: answeredMs - drawSeconds(random, law.wait) * SECOND_MS, answeredMs, endedMs },
  );
}

function vendorOf(random: Random, { vendorIds }: SimulatedCentre): string {
  return random.pick(vendorIds.map((vendorId, at) => ({ vendorId, weight: VENDOR_WEIGHTS[at] ?? 1 }))).vendorId;
}

function slotId(kind: string, { seed, startMs, lengthMs }: SlotContext, at: number): string {
  return `sim-${String(seed)}-${kind}-${(startMs / lengthMs).toString(36)}-${at.toString(36)}`;
}
