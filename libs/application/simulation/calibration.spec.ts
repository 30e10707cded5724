import type { SimulatedEvent } from './event.js';
import { DAY_SLOTS, eventsOf, FIRST_SLOT, planFrom, sampleSimulation } from './sample-simulation.fixture.js';
import { SLOT_MS } from './simulation.js';

interface Contact {
  readonly hour: number;
  readonly channel: string;
  readonly handledBy: 'agent' | 'bot' | 'vendor';
  readonly outcome: string;
  readonly talkSeconds: number;
  readonly handleSeconds: number;
  /** At 120 an agent-hour (method section 4), half as much again in overtime. */
  readonly cost: number;
  readonly agentId: string | undefined;
  readonly repetitive: boolean;
  readonly waitSeconds: number;
}

function contactsIn(events: readonly SimulatedEvent[]): Contact[] {
  return events.flatMap(({ topic, data, atMs }) => {
    if (topic !== 'interactions') return [];
    const { talkSeconds = 0, holdSeconds = 0, afterContactSeconds = 0 } = data;
    const handleSeconds = talkSeconds + holdSeconds + afterContactSeconds;
    const { channel, handledBy, outcome, agentId, repetitive = false } = data;
    const waitSeconds = (Date.parse(String(data.answeredAt)) - Date.parse(String(data.startedAt))) / 1000;
    const hour = Math.floor((atMs / SLOT_MS - FIRST_SLOT) / 60);
    const cost = (handleSeconds / 3600) * 120 * (data.overtime ? 1.5 : 1);
    return [{ hour, channel, handledBy, outcome, talkSeconds, handleSeconds, cost, agentId, repetitive, waitSeconds }];
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? NaN;
}

function share<T>(all: readonly T[], of: (entry: T) => boolean): number {
  return all.filter(of).length / all.length;
}

describe('a simulated working day', () => {
  const events = eventsOf(sampleSimulation(), FIRST_SLOT, DAY_SLOTS);
  const contacts = contactsIn(events);
  const byAgents = contacts.filter(({ handledBy }) => handledBy === 'agent');
  const calls = byAgents.filter(({ channel }) => channel === 'voice');
  const feedback = events.filter((event) => event.topic === 'feedback').map(({ data }) => data);

  it('has about a contact a second at any hour, and more at the peak', () => {
    const perHour = Array.from({ length: 24 }, (_, at) => contacts.filter(({ hour }) => hour === at).length);
    expect(Math.min(...perHour)).toBeGreaterThan(3600);
    expect(Math.max(...perHour)).toBe(perHour[10]);
    expect(Math.max(...perHour)).toBeLessThan(2 * 3600);
  });

  it('has an average handle time of about eight minutes, and costs 16 a contact in labour', () => {
    expect(byAgents.length).toBeGreaterThan(2800);
    expect(byAgents.length).toBeLessThan(3800);
    expect(mean(byAgents.map(({ handleSeconds }) => handleSeconds))).toBeGreaterThan(450);
    expect(mean(byAgents.map(({ handleSeconds }) => handleSeconds))).toBeLessThan(510);
    expect(mean(byAgents.map(({ cost }) => cost))).toBeGreaterThan(15);
    expect(mean(byAgents.map(({ cost }) => cost))).toBeLessThan(17);
  });

  it('talks on voice as recorded', () => {
    const talk = calls.map(({ talkSeconds }) => talkSeconds);
    expect(quantile(talk, 0.5)).toBeGreaterThan(100);
    expect(quantile(talk, 0.5)).toBeLessThan(125);
    expect(quantile(talk, 0.95)).toBeGreaterThan(470);
    expect(quantile(talk, 0.95)).toBeLessThan(640);
    expect(mean(talk)).toBeGreaterThan(165);
    expect(mean(talk)).toBeLessThan(200);
    expect(share(talk, (seconds) => seconds < 10)).toBeCloseTo(0.055, 1);
  });

  it('lets customers wait and give up as recorded', () => {
    const wait = calls.map(({ waitSeconds }) => waitSeconds);
    expect(quantile(wait, 0.5)).toBeGreaterThan(64);
    expect(quantile(wait, 0.5)).toBeLessThan(81);
    expect(quantile(wait, 0.9)).toBeGreaterThan(235);
    expect(quantile(wait, 0.9)).toBeLessThan(330);
    const gaveUp = contacts.filter(({ handledBy, outcome, channel, handleSeconds }) => {
      return handledBy === 'bot' && channel === 'voice' && outcome === 'abandoned' && handleSeconds === 0;
    });
    expect(gaveUp.length / (gaveUp.length + calls.length)).toBeGreaterThan(0.25);
    expect(gaveUp.length / (gaveUp.length + calls.length)).toBeLessThan(0.31);
  });

  it('has the channel mix, the skew of agents and their shifts', () => {
    expect(share(byAgents, ({ channel }) => channel === 'voice')).toBeCloseTo(0.5, 1);
    expect(new Set(byAgents.map(({ channel }) => channel))).toEqual(
      new Set(['voice', 'chat', 'email', 'social', 'video']),
    );
    const perAgent = new Map<string, number>();
    for (const { agentId = '', handleSeconds } of byAgents) {
      perAgent.set(agentId, (perAgent.get(agentId) ?? 0) + handleSeconds);
    }
    expect(perAgent.size).toBe(60);
    const seconds = [...perAgent.values()].toSorted((a, b) => b - a);
    const top = seconds.slice(0, 20).reduce((sum, value) => sum + value, 0);
    expect(top / seconds.reduce((sum, value) => sum + value, 0)).toBeGreaterThan(0.45);
    const states = events.filter((event) => event.topic === 'agentStates').map(({ data }) => data.state);
    expect(new Set(states)).toEqual(
      new Set(['available', 'handling', 'after-contact', 'break', 'training', 'meeting', 'offline']),
    );
  });

  it('automates seven contacts in ten, and six in ten of those with people could be', () => {
    expect(share(contacts, ({ handledBy, outcome }) => handledBy === 'bot' && outcome === 'resolved')).toBeCloseTo(
      0.7,
      1,
    );
    expect(share(byAgents, ({ repetitive }) => repetitive)).toBeGreaterThan(0.55);
    expect(share(byAgents, ({ repetitive }) => repetitive)).toBeLessThan(0.65);
  });

  it('draws complaints, surveys and errors at their rates', () => {
    const complaints = feedback.filter(({ kind }) => kind === 'complaint');
    expect(complaints.length / contacts.length).toBeGreaterThan(0.045);
    expect(complaints.length / contacts.length).toBeLessThan(0.055);
    expect(share(complaints, ({ stage }) => stage === 'logistics')).toBeCloseTo(0.4, 1);
    const ofVendors = contacts.filter(({ handledBy }) => handledBy === 'vendor');
    const errors = feedback.filter(({ kind, vendorId }) => kind === 'quality-error' && vendorId !== undefined);
    expect(errors.length / ofVendors.length).toBeGreaterThan(0.055);
    expect(errors.length / ofVendors.length).toBeLessThan(0.105);
    expect(ofVendors.length / (ofVendors.length + byAgents.length)).toBeGreaterThan(0.2);
    expect(ofVendors.length / (ofVendors.length + byAgents.length)).toBeLessThan(0.35);
    const scores = feedback.flatMap(({ kind, score }) => (kind === 'csat' && score !== undefined ? [score] : []));
    expect(mean(scores)).toBeGreaterThan(64);
    expect(mean(scores)).toBeLessThan(72);
  });

  it('overspends on voice within minutes: cost a contact nearly doubles, cost an hour goes up two and a half times', () => {
    const startSlot = FIRST_SLOT + 600;
    const hourOf = (simulation: ReturnType<typeof sampleSimulation>): Contact[] => {
      return contactsIn(eventsOf(simulation, startSlot, 60)).filter(({ handledBy, channel }) => {
        return handledBy === 'agent' && channel === 'voice';
      });
    };
    const plan = planFrom('overspend-voice', startSlot * SLOT_MS);
    const [usual, over] = [hourOf(sampleSimulation()), hourOf(sampleSimulation([plan]))];
    const total = (list: readonly Contact[]): number => list.reduce((sum, { cost }) => sum + cost, 0);
    expect(total(over) / total(usual)).toBeGreaterThan(2.5);
    expect(total(over) / over.length / (total(usual) / usual.length)).toBeGreaterThan(1.6);
    const early = contactsIn(eventsOf(sampleSimulation([plan]), startSlot, 5)).filter(
      ({ agentId }) => agentId !== undefined,
    );
    expect(total(early) / early.length).toBeGreaterThan(20);
  });
});
