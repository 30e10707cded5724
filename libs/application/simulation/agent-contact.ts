import {
  ABANDONED_SHARE,
  BOT_HANDLE,
  CHANNELS,
  CHAT_ESCALATED_SHARE,
  GIFT,
  QUEUE_WAIT,
  type ChannelLaw,
} from './calibration.js';
import type { SimulatedAgent, SimulatedCentre } from './centre.js';
import {
  contactEvent,
  drawOutcome,
  drawSeconds,
  drawSubject,
  drawVoiceHoldSeconds,
  drawVoiceTalkSeconds,
  handleMs,
  type HandleTime,
} from './contact.js';
import type { ContactEvent } from './event.js';
import type { Random } from './random.js';
import { effectsAt, voiceHandleFactorAt, type ScenarioPlan } from './scenario.js';

const SECOND_MS = 1000;

/** Staff is steered by what is coming: effects that choose contacts look this far ahead. */
export const LOOKAHEAD_MS = 8 * 60 * SECOND_MS;

/** A call that gives up does so within this time of one that was answered. */
const NEAR_MS = 5 * 60 * SECOND_MS;

/** No contact takes longer, or who is called in for one overspend would still be busy at the next. */
export const LONGEST_CONTACT_MS = 35 * 60 * SECOND_MS;

/** Who answers, when and under what conditions. */
export interface Answer {
  readonly seed: number;
  readonly centre: SimulatedCentre;
  readonly plans: readonly ScenarioPlan[];
  readonly agent: SimulatedAgent;
  /** Factor on the handle time: how fast this agent is. */
  readonly pace: number;
  readonly scheduled: boolean;
  readonly answeredMs: number;
}

/** A contact that an agent handled, and when its parts ended. */
export interface HandledContact {
  /** The contact, the bot's part of it where the bot passed it on, and a call that gave up waiting meanwhile. */
  readonly events: readonly ContactEvent[];
  readonly talkEndedMs: number;
  readonly endedMs: number;
}

/** Draws one contact of an agent. */
export function agentContact(random: Random, answer: Answer): HandledContact {
  const { seed, centre, plans, agent, answeredMs } = answer;
  const law = channelOf(random, answer);
  const time = handleTimeOf(random, law, answer);
  const endedMs = answeredMs + handleMs(time);
  const startedMs = answeredMs - drawSeconds(random, law.wait) * SECOND_MS;
  const effects = effectsAt(plans, answeredMs, endedMs);
  const interactionId = `sim-${String(seed)}-${agent.agentId}-${answeredMs.toString(36)}`;
  const place = { contactId: interactionId, channel: law.channel, queue: law.queue, ...drawSubject(random) };
  const overtime = random.chance(effects.overtimeShare) || !answer.scheduled;
  const own = contactEvent(
    random,
    {
      interactionId,
      ...place,
      handledBy: 'agent',
      agentId: agent.agentId,
      team: agent.team,
      region: agent.region,
      ...time,
      outcome: drawOutcome(random),
      overtime,
      ...(random.chance(effects.giftShare) && { charges: [{ ...GIFT, currency: centre.currency }] }),
    },
    { startedMs, answeredMs, endedMs },
  );
  const events = [own];
  if (law.channel === 'chat' && random.chance(CHAT_ESCALATED_SHARE)) {
    events.push(botPart(random, centre, place, startedMs));
  }
  // One call in 1 / 0.28 gives up, so for each answered one this many do.
  if (law.channel === 'voice' && random.chance(ABANDONED_SHARE / (1 - ABANDONED_SHARE))) {
    events.push(abandonedCall(random, centre, `${interactionId}-abandoned`, answeredMs));
  }
  return { events, talkEndedMs: answeredMs + (time.talkSeconds + time.holdSeconds) * SECOND_MS, endedMs };
}

function channelOf(random: Random, { plans, answeredMs }: Answer): ChannelLaw {
  const drawn = random.pick(CHANNELS);
  const { voiceSurge } = effectsAt(plans, answeredMs, answeredMs + LOOKAHEAD_MS);
  return random.chance(voiceSurge) ? (CHANNELS.find(({ channel }) => channel === 'voice') ?? drawn) : drawn;
}

function handleTimeOf(random: Random, law: ChannelLaw, { plans, pace, answeredMs }: Answer): HandleTime {
  const isVoice = law.talk === undefined;
  const ordinary = {
    talkSeconds: (law.talk ? drawSeconds(random, law.talk) : drawVoiceTalkSeconds(random)) * pace,
    holdSeconds: isVoice ? drawVoiceHoldSeconds(random) : 0,
    afterContactSeconds: drawSeconds(random, law.afterContact) * pace,
  };
  const ordinaryMs = handleMs(ordinary);
  const wanted = isVoice ? voiceHandleFactorAt(plans, answeredMs, ordinaryMs) : 1;
  const factor = Math.min(wanted, LONGEST_CONTACT_MS / ordinaryMs);
  return {
    talkSeconds: Math.max(1, Math.round(ordinary.talkSeconds * factor)),
    holdSeconds: Math.round(ordinary.holdSeconds * factor),
    afterContactSeconds: Math.max(1, Math.round(ordinary.afterContactSeconds * factor)),
  };
}

/** The bot's part of a contact that it passed on to a person: it ends where the wait for the person starts. */
function botPart(
  random: Random,
  { botId }: SimulatedCentre,
  place: { readonly contactId: string; readonly channel: string; readonly queue: string },
  endedMs: number,
): ContactEvent {
  const talkSeconds = drawSeconds(random, BOT_HANDLE);
  return contactEvent(
    random,
    { ...place, interactionId: `${place.contactId}-bot`, handledBy: 'bot', botId, talkSeconds, outcome: 'escalated' },
    { startedMs: endedMs - talkSeconds * SECOND_MS, endedMs },
  );
}

/** A call that the voice bot greeted and nobody answered in time: no agent had it, so it is the bot's. */
function abandonedCall(
  random: Random,
  { botId }: SimulatedCentre,
  interactionId: string,
  nearMs: number,
): ContactEvent {
  const endedMs = nearMs + random.below(NEAR_MS);
  const startedMs = endedMs - drawSeconds(random, QUEUE_WAIT) * SECOND_MS;
  return contactEvent(
    random,
    {
      interactionId,
      channel: 'voice',
      queue: 'voice-service',
      ...drawSubject(random),
      handledBy: 'bot',
      botId,
      outcome: 'abandoned',
    },
    { startedMs, endedMs },
  );
}
