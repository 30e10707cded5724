/** One generated interaction: key and JSON value. The same index gives the same bytes. */
export interface BenchRecord {
  readonly key: string;
  readonly value: string;
}

export interface BenchShape {
  readonly events: number;
  readonly agents: number;
  /** Event time that the events are spread over, milliseconds. */
  readonly spanMs: number;
  readonly baseMs: number;
}

const CHANNELS = ['voice', 'chat', 'email', 'social', 'video'];

/** Interactions of a busy centre, in event-time order, about 450 bytes each. */
export function benchRecord(index: number, { events, agents, spanMs, baseMs }: BenchShape): BenchRecord {
  const agent = (index * 7919) % agents;
  const agentId = `agent-${String(agent + 1).padStart(5, '0')}`;
  const endedAt = baseMs + Math.floor((index * spanMs) / events);
  const talkSeconds = 30 + ((index * 31) % 600);
  const value = {
    interactionId: `interaction-2026-${index.toString(16).padStart(8, '0')}`,
    channel: CHANNELS[index % CHANNELS.length],
    handledBy: 'agent',
    agentId,
    team: `team-${String(agent % 20)}`,
    queue: `queue-${String(index % 12)}`,
    region: agent % 2 === 0 ? 'north' : 'south',
    topic: `reason-${String(index % 40)}`,
    customerTier: index % 10 === 0 ? 'gold' : 'standard',
    direction: 'inbound',
    startedAt: endedAt - (talkSeconds + 40) * 1000,
    answeredAt: endedAt - (talkSeconds + 20) * 1000,
    endedAt,
    talkSeconds,
    holdSeconds: index % 7,
    afterContactSeconds: 20,
    outcome: index % 10 === 0 ? 'unresolved' : 'resolved',
  };
  return { key: agentId, value: JSON.stringify(value) };
}
