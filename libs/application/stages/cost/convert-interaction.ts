import { epochMs, type Interaction } from '#libs/contract';
import { connectedMsOf, handleTimeOf, parseMicros, type Contact, type ContactTimes, type RateBook } from '#libs/domain';
import { canonical } from './quick/content-hash.js';

type Mutable<T> = { -readonly [Field in keyof T]: T[Field] };

// Field by field, here and below: an object spread for each field that may be absent takes longer than all the rest.

function timesOf({
  startedAt,
  answeredAt,
  endedAt,
  talkSeconds,
  holdSeconds,
  afterContactSeconds,
}: Interaction): ContactTimes {
  const times: Mutable<ContactTimes> = { startedAtMs: epochMs(startedAt), endedAtMs: epochMs(endedAt) };
  if (answeredAt !== undefined) times.answeredAtMs = epochMs(answeredAt);
  if (talkSeconds !== undefined) times.talkSeconds = talkSeconds;
  if (holdSeconds !== undefined) times.holdSeconds = holdSeconds;
  if (afterContactSeconds !== undefined) times.afterContactSeconds = afterContactSeconds;
  return times;
}

/** Groups: those of the agent when the contact ended. Team and region: the interaction's, else the agent's in the reference data in force when the contact ended. */
function place(contact: Mutable<Contact>, interaction: Interaction, rateBook: RateBook): void {
  const { agentId } = interaction;
  const profile = agentId === undefined ? undefined : rateBook.agent(agentId, contact.endedAtMs);
  const team = interaction.team ?? profile?.team;
  const region = interaction.region ?? profile?.region;
  if (team !== undefined) contact.team = team;
  if (region !== undefined) contact.region = region;
  const groups = agentId === undefined ? undefined : rateBook.groupsOf(agentId, contact.endedAtMs);
  if (groups !== undefined) contact.groups = groups;
}

const NO_UNITS: Contact['units'] = Object.freeze({});
const NO_CHARGES: Contact['charges'] = Object.freeze([]);

function chargesOf({ charges }: Interaction): Contact['charges'] {
  if (charges === undefined) return NO_CHARGES;
  return charges.map((charge) => ({
    dimension: charge.dimension,
    ...(charge.subcategory !== undefined && { subcategory: charge.subcategory }),
    amountMicros: parseMicros(charge.amount),
    currency: charge.currency,
  }));
}

/** A valid interaction in the terms of the domain. */
export function contactOf(interaction: Interaction, rateBook: RateBook): Contact {
  const times = timesOf(interaction);
  const contact: Mutable<Contact> = {
    interactionId: interaction.interactionId,
    channel: interaction.channel,
    handledBy: interaction.handledBy,
    outcome: interaction.outcome,
    overtime: interaction.overtime ?? false,
    repetitive: interaction.repetitive ?? false,
    startedAtMs: times.startedAtMs,
    endedAtMs: times.endedAtMs,
    handleSeconds: handleTimeOf(times),
    connectedMs: connectedMsOf(times),
    units: interaction.units ?? NO_UNITS,
    charges: chargesOf(interaction),
  };
  const { agentId, vendorId, botId, queue, topic, stage, complexity, customerTier, updatedAt } = interaction;
  if (agentId !== undefined) contact.agentId = agentId;
  if (vendorId !== undefined) contact.vendorId = vendorId;
  if (botId !== undefined) contact.botId = botId;
  place(contact, interaction, rateBook);
  if (queue !== undefined) contact.queue = queue;
  if (topic !== undefined) contact.topic = topic;
  if (stage !== undefined) contact.stage = stage;
  if (complexity !== undefined) contact.complexity = complexity;
  if (customerTier !== undefined) contact.customerTier = customerTier;
  if (updatedAt !== undefined) contact.updatedAtMs = epochMs(updatedAt);
  return contact;
}

/** Canonical text of any decoded input, for facts without better copies. */
export function canonicalText(value: object): string {
  return JSON.stringify(canonical(value));
}
