import { decodeInput, epochMs } from '#libs/contract';
import fc from 'fast-check';
import type { AgentStateEvent, ContactEvent, SimulatedEvent } from './event.js';
import {
  DAY_SLOTS,
  eventsOf,
  FIRST_SLOT,
  MIDNIGHT_MS,
  planFrom,
  smallSimulation,
} from './sample-simulation.fixture.js';
import { SCENARIO_NAMES } from './scenario.js';
import { SLOT_MS } from './simulation.js';

const LIVE_SLOT = FIRST_SLOT + 600;
const LIVE_MS = LIVE_SLOT * SLOT_MS;

function isContact(event: SimulatedEvent): event is ContactEvent {
  return event.topic === 'interactions';
}

describe('simulation', () => {
  it('gives a slot the same events in whatever order slots are asked for', () => {
    const plans = [planFrom('overspend-voice', LIVE_MS + 60_000)];
    const inARow = smallSimulation(plans);
    const expected = new Map(
      Array.from({ length: 60 }, (_, at) => [LIVE_SLOT - 20 + at, inARow.slot(LIVE_SLOT - 20 + at)]),
    );
    const anywhere = smallSimulation(plans);
    fc.assert(
      fc.property(fc.constantFrom(...expected.keys()), (slot) => {
        expect(anywhere.slot(slot)).toEqual(expected.get(slot));
      }),
      { numRuns: 40 },
    );
  });

  it('differs by seed', () => {
    expect(smallSimulation([], 1).slot(LIVE_SLOT)).not.toEqual(smallSimulation([], 2).slot(LIVE_SLOT));
  });

  it('keeps events within their slot and in order of time', () => {
    const simulation = smallSimulation();
    for (let slot = LIVE_SLOT; slot < LIVE_SLOT + 30; slot += 1) {
      const times = simulation.slot(slot).map(({ atMs }) => atMs);
      expect(times.every((atMs) => Math.floor(atMs / SLOT_MS) === slot)).toBe(true);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    }
  });

  it.each(SCENARIO_NAMES.filter((name) => name !== 'bad-input'))('holds to the contract under %s', (scenario) => {
    const simulation = smallSimulation([planFrom(scenario, LIVE_MS)]);
    const records = [
      ...simulation.monthOf(LIVE_MS),
      ...Array.from({ length: 20 }, (_, at) => simulation.records(LIVE_SLOT + at)).flat(),
    ];
    const refused = records.flatMap(({ topic, key, value, headers }) => {
      const record = { key: Buffer.from(key), value: Buffer.from(value as string), headers };
      const decoded = decodeInput(topic, record);
      return decoded.ok ? [] : [{ value, ...decoded }];
    });
    expect(refused).toEqual([]);
    expect(new Set(records.map(({ topic }) => topic)).size).toBe(5);
  });

  it('keys records as the contract says', () => {
    for (const { topic, key, data } of eventsOf(smallSimulation(), LIVE_SLOT, 10)) {
      if (topic === 'interactions' || topic === 'feedback')
        expect(key).toBe(data.agentId ?? data.vendorId ?? data.botId);
      if (topic === 'agentStates') expect(key).toBe(data.agentId);
    }
  });

  it('never lets an agent handle two contacts at once, and tells the states that go with them', () => {
    const events = eventsOf(smallSimulation([planFrom('overspend-voice', LIVE_MS)]), FIRST_SLOT + 480, 300);
    const byAgent = groupByAgent(events);
    expect(byAgent.size).toBe(6);
    for (const { contacts, states } of byAgent.values()) {
      let freeMs = 0;
      for (const { data } of contacts) {
        const answeredMs = epochMs(data.answeredAt ?? data.startedAt);
        expect(answeredMs).toBeGreaterThanOrEqual(freeMs);
        freeMs = epochMs(data.endedAt);
        const handled = (data.talkSeconds ?? 0) + (data.holdSeconds ?? 0) + (data.afterContactSeconds ?? 0);
        expect(freeMs - answeredMs).toBe(handled * 1000);
        const during = states.filter(({ atMs }) => atMs >= answeredMs && atMs < freeMs).map(({ data: at }) => at.state);
        if (answeredMs > (FIRST_SLOT + 480) * SLOT_MS) expect(during).toEqual(['handling', 'after-contact']);
      }
      const times = states.map(({ atMs }) => atMs);
      expect(new Set(times).size).toBe(times.length);
    }
  });

  it('gives ids once, and the same bills in every run', () => {
    const events = eventsOf(smallSimulation(), FIRST_SLOT + 540, 120);
    const ids = events.map(({ topic, id }) => `${topic} ${id}`);
    expect(new Set(ids).size).toBe(ids.length);
    expect(smallSimulation([], 7).monthOf(LIVE_MS)).toEqual(
      smallSimulation([], 8).monthOf(LIVE_MS + 10 * DAY_SLOTS * SLOT_MS),
    );
  });

  it('bills each month where it starts', () => {
    const aprilMs = Date.UTC(2026, 2, 31, 16);
    const simulation = smallSimulation();
    const bills = simulation
      .slot(aprilMs / SLOT_MS)
      .filter(({ topic }) => topic === 'billingLines' || topic === 'revenue');
    expect(bills).toHaveLength(simulation.monthOf(aprilMs).length);
    expect(bills.every(({ id, atMs }) => id.startsWith('sim-2026-04-') && atMs === aprilMs)).toBe(true);
    expect(eventsOf(simulation, FIRST_SLOT, 5).some(({ topic }) => topic === 'billingLines')).toBe(false);
    expect(MIDNIGHT_MS).toBeLessThan(aprilMs);
  });

  it('changes nothing that was sent when a plan is added, and repeats no id with other content', () => {
    const before = eventsOf(smallSimulation(), LIVE_SLOT - 20, 30);
    const sent = new Set(before.map(({ topic, id }) => `${topic} ${id}`));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30 }), fc.constantFrom(...SCENARIO_NAMES), (delay, scenario) => {
        const validFromMs = (LIVE_SLOT + 10) * SLOT_MS;
        const plan = planFrom(scenario, validFromMs + delay * SLOT_MS, validFromMs);
        const having = smallSimulation([plan]);
        expect(eventsOf(having, LIVE_SLOT - 20, 30).filter(decided)).toEqual(before.filter(decided));
        for (const event of eventsOf(having, LIVE_SLOT + 10, 30)) {
          expect(sent.has(`${event.topic} ${event.id}`)).toBe(false);
        }
      }),
      { numRuns: 5 },
    );
  });
});

/** The bot's part of an agent's contact is told before the agent answers, so it alone may change with the contact. */
function decided(event: SimulatedEvent): boolean {
  return !event.id.endsWith('-bot') && !event.id.includes('-bot-c');
}

interface OneAgent {
  readonly contacts: ContactEvent[];
  readonly states: AgentStateEvent[];
}

function groupByAgent(events: readonly SimulatedEvent[]): Map<string, OneAgent> {
  const agents = new Map<string, OneAgent>();
  for (const event of events) {
    const ofAgent = (agentId: string): OneAgent => {
      const known = agents.get(agentId) ?? { contacts: [], states: [] };
      agents.set(agentId, known);
      return known;
    };
    if (isContact(event) && event.data.agentId !== undefined) ofAgent(event.data.agentId).contacts.push(event);
    if (event.topic === 'agentStates') ofAgent(event.data.agentId).states.push(event);
  }
  return agents;
}
