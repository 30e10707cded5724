import type { AgentState } from '#libs/contract';
import { rfc3339, type Calendar } from '#libs/domain';
import { agentContact, LOOKAHEAD_MS } from './agent-contact.js';
import { PACE_SIGMA } from './calibration.js';
import type { SimulatedAgent, SimulatedCentre } from './centre.js';
import type { AgentStateEvent, ContactEvent } from './event.js';
import { randomFor } from './random.js';
import { effectsAt, type ScenarioPlan } from './scenario.js';
import { sessionsOf, type Session } from './sessions.js';

/** Mean handle time on an ordinary day, which the waits between contacts are sized by. */
const MEAN_HANDLE_MS = 470_000;

/** What does not change from agent to agent. */
export interface AgentDayContext {
  readonly seed: number;
  readonly centre: SimulatedCentre;
  readonly calendar: Calendar;
  readonly plans: readonly ScenarioPlan[];
}

/**
 * Everything that an agent does in the sessions which start on the local day that holds `dayMs`: states, and contacts one
 * after another, never two at once, with what goes with each of them. In no particular order. A day follows from the seed
 * alone, and a later plan changes nothing that was decided before it is valid.
 */
export function agentDay(
  context: AgentDayContext,
  agent: SimulatedAgent,
  dayMs: number,
): (AgentStateEvent | ContactEvent)[] {
  const sessions = sessionsOf(context.seed, agent, context.calendar, context.plans, dayMs);
  return sessions.flatMap((session) => eventsOf(context, agent, session));
}

function eventsOf(
  context: AgentDayContext,
  agent: SimulatedAgent,
  session: Session,
): (AgentStateEvent | ContactEvent)[] {
  const { seed } = context;
  const { scheduled, endMs } = session;
  const pace = randomFor(seed, 'pace', agent.number).lognormal(0, PACE_SIGMA);
  const states = new StateLog();
  const contacts: ContactEvent[] = [];
  const pauses = [...session.pauses];
  let nowMs = session.startMs;
  for (let turn = 0; nowMs < endMs; turn += 1) {
    states.enter('available', nowMs);
    const random = randomFor(seed, 'contact', agent.number, session.startMs, turn);
    const answeredMs = Math.round(nowMs + random.exponential(meanGapMs(context, session, nowMs)));
    const [pause] = pauses;
    if (pause && pause.startMs <= answeredMs) {
      pauses.shift();
      const startMs = Math.max(nowMs, pause.startMs);
      states.enter(pause.state, startMs);
      nowMs = startMs + pause.lastsMs;
    } else if (answeredMs < endMs) {
      const contact = agentContact(random, { ...context, agent, pace, scheduled, answeredMs });
      contacts.push(...contact.events);
      states.enter('handling', answeredMs);
      states.enter('after-contact', contact.talkEndedMs);
      nowMs = contact.endedMs;
    } else break;
  }
  states.enter('offline', Math.max(nowMs, endMs));
  return [...states.entries.map(({ state, atMs }) => stateEvent(agent, session, state, atMs)), ...contacts];
}

function meanGapMs({ plans }: AgentDayContext, { occupancy }: Session, nowMs: number): number {
  const { gapFactor } = effectsAt(plans, nowMs, nowMs + LOOKAHEAD_MS);
  return ((MEAN_HANDLE_MS * (1 - occupancy)) / occupancy) * gapFactor;
}

class StateLog {
  readonly entries: { readonly state: AgentState['state']; readonly atMs: number }[] = [];

  /** A state that is left in the moment it is entered was never there. */
  enter(state: AgentState['state'], atMs: number): void {
    if (this.entries.at(-1)?.atMs === atMs) this.entries.pop();
    this.entries.push({ state, atMs });
  }
}

function stateEvent(
  agent: SimulatedAgent,
  session: Session,
  state: AgentState['state'],
  atMs: number,
): AgentStateEvent {
  const { agentId, team, region } = agent;
  const scheduled = session.scheduled && atMs < session.endMs;
  return {
    topic: 'agentStates',
    key: agentId,
    id: `${agentId}:${String(atMs)}`,
    atMs,
    data: { agentId, team, region, state, scheduled, at: rfc3339(atMs) },
  };
}
