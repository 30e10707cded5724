import { epochMs, type Interaction } from '#libs/contract';
import { connectedMsOf, handleTimeOf, parseMicros, type Contact, type ContactTimes, type RateBook } from '#libs/domain';

function timesOf(interaction: Interaction): ContactTimes {
  return {
    startedAtMs: epochMs(interaction.startedAt),
    ...(interaction.answeredAt !== undefined && { answeredAtMs: epochMs(interaction.answeredAt) }),
    endedAtMs: epochMs(interaction.endedAt),
    ...(interaction.talkSeconds !== undefined && { talkSeconds: interaction.talkSeconds }),
    ...(interaction.holdSeconds !== undefined && { holdSeconds: interaction.holdSeconds }),
    ...(interaction.afterContactSeconds !== undefined && { afterContactSeconds: interaction.afterContactSeconds }),
  };
}

/** Team and region: the interaction's, else the agent's in the reference data in force when the contact ended. */
function placeOf(interaction: Interaction, endedAtMs: number, rateBook: RateBook): { team?: string; region?: string } {
  const profile = interaction.agentId === undefined ? undefined : rateBook.agent(interaction.agentId, endedAtMs);
  const team = interaction.team ?? profile?.team;
  const region = interaction.region ?? profile?.region;
  return { ...(team !== undefined && { team }), ...(region !== undefined && { region }) };
}

/** A valid interaction in the terms of the domain. */
export function contactOf(interaction: Interaction, rateBook: RateBook): Contact {
  const times = timesOf(interaction);
  const { agentId, vendorId, botId, queue, topic, stage, complexity, customerTier, updatedAt } = interaction;
  return {
    interactionId: interaction.interactionId,
    channel: interaction.channel,
    handledBy: interaction.handledBy,
    ...(agentId !== undefined && { agentId }),
    ...(vendorId !== undefined && { vendorId }),
    ...(botId !== undefined && { botId }),
    ...placeOf(interaction, times.endedAtMs, rateBook),
    ...(queue !== undefined && { queue }),
    ...(topic !== undefined && { topic }),
    ...(stage !== undefined && { stage }),
    ...(complexity !== undefined && { complexity }),
    ...(customerTier !== undefined && { customerTier }),
    outcome: interaction.outcome,
    overtime: interaction.overtime ?? false,
    repetitive: interaction.repetitive ?? false,
    startedAtMs: times.startedAtMs,
    endedAtMs: times.endedAtMs,
    handleSeconds: handleTimeOf(times),
    connectedMs: connectedMsOf(times),
    units: interaction.units ?? {},
    charges: (interaction.charges ?? []).map((charge) => ({
      dimension: charge.dimension,
      ...(charge.subcategory !== undefined && { subcategory: charge.subcategory }),
      amountMicros: parseMicros(charge.amount),
      currency: charge.currency,
    })),
    ...(updatedAt !== undefined && { updatedAtMs: epochMs(updatedAt) }),
  };
}

/**
 * The content of an interaction as text, equal for copies that say the same: times as instants, fields in one order,
 * without `updatedAt`, which only tells copies apart.
 */
export function contentOf(interaction: Interaction): string {
  const { startedAt, answeredAt, endedAt, units, charges } = interaction;
  const times = [epochMs(startedAt), answeredAt === undefined ? null : epochMs(answeredAt), epochMs(endedAt)];
  const plain = PLAIN_FIELDS.map((field) => interaction[field]);
  return JSON.stringify([times, plain, units && canonical(units), charges && canonical(charges)]);
}

/** Every field of an interaction but its times, `units` and `charges`: scalars, compared as they are. */
const PLAIN_FIELDS = [
  'interactionId',
  'contactId',
  'channel',
  'handledBy',
  'agentId',
  'vendorId',
  'botId',
  'team',
  'queue',
  'region',
  'topic',
  'stage',
  'complexity',
  'customerTier',
  'customerId',
  'direction',
  'talkSeconds',
  'holdSeconds',
  'afterContactSeconds',
  'outcome',
  'overtime',
  'repetitive',
  'repeatOf',
  'initiative',
] as const satisfies readonly (keyof Interaction)[];

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) => [name, canonical(field)]);
}

/** Canonical text of any decoded input, for facts without better copies. */
export function canonicalText(value: object): string {
  return JSON.stringify(canonical(value));
}
