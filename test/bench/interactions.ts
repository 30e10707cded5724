/** One generated interaction: key and JSON value. The same index gives the same bytes. */
export interface BenchRecord {
  readonly key: string;
  readonly value: string;
}

/** What is generated: `events` spread evenly over `spanMs` of event time from `baseMs` on, the agents in turn. */
export interface BenchShape {
  readonly events: number;
  readonly agents: number;
  /** Event time that the events are spread over, milliseconds. */
  readonly spanMs: number;
  readonly baseMs: number;
}

/** What the cost of an interaction depends on, and the scopes that it is booked in. */
export interface BenchFacts {
  readonly agentId: string;
  readonly channel: string;
  readonly team: string;
  readonly talkSeconds: number;
  readonly holdSeconds: number;
}

/** A Monday, so that a day of events lies within one month. */
export const BENCH_BASE_MS = Date.UTC(2026, 10, 2);

const CHANNELS = ['voice', 'chat', 'email', 'social', 'video'];
/** Seconds from the answer to the talk, and of the work behind it. */
export const RING_SECONDS = 20;
export const AFTER_CONTACT_SECONDS = 20;

/** When the interaction ends, epoch milliseconds; ascending with the index. */
export function endedAtOf(index: number, { events, spanMs, baseMs }: BenchShape): number {
  return baseMs + Math.floor((index * spanMs) / events);
}

/** What is in the interaction of this index. */
export function factsOf(index: number, agents: number): BenchFacts {
  const agent = (index * 7919) % agents;
  return {
    agentId: `agent-${String(agent + 1).padStart(5, '0')}`,
    channel: CHANNELS[index % CHANNELS.length] ?? '',
    team: `team-${String(agent % 20)}`,
    talkSeconds: 30 + ((index * 31) % 600),
    holdSeconds: index % 7,
  };
}

/** `interaction-2026-` and the index in eight hexadecimal digits. */
export const ID_PREFIX = 'interaction-2026-';

/** The interaction of this index as if it ended now, about 450 bytes. */
export function benchRecordAt(index: number, agents: number, endedAt: number): BenchRecord {
  const { agentId, channel, team, talkSeconds, holdSeconds } = factsOf(index, agents);
  const agent = (index * 7919) % agents;
  const value = {
    interactionId: `${ID_PREFIX}${index.toString(16).padStart(8, '0')}`,
    channel,
    handledBy: 'agent',
    agentId,
    team,
    queue: `queue-${String(index % 12)}`,
    region: agent % 2 === 0 ? 'north' : 'south',
    topic: `reason-${String(index % 40)}`,
    customerTier: index % 10 === 0 ? 'gold' : 'standard',
    direction: 'inbound',
    startedAt: endedAt - (talkSeconds + 2 * RING_SECONDS) * 1000,
    answeredAt: endedAt - (talkSeconds + RING_SECONDS) * 1000,
    endedAt,
    talkSeconds,
    holdSeconds,
    afterContactSeconds: AFTER_CONTACT_SECONDS,
    outcome: index % 10 === 0 ? 'unresolved' : 'resolved',
  };
  return { key: agentId, value: JSON.stringify(value) };
}

/** Interactions of a busy centre, in event-time order. */
export function benchRecord(index: number, shape: BenchShape): BenchRecord {
  return benchRecordAt(index, shape.agents, endedAtOf(index, shape));
}
