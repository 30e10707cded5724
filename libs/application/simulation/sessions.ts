import type { Calendar } from '#libs/domain';
import { LONGEST_CONTACT_MS, LOOKAHEAD_MS } from './agent-contact.js';
import { PAUSES, SHIFT_KINDS, SHIFT_STARTS } from './calibration.js';
import type { SimulatedAgent } from './centre.js';
import { randomFor } from './random.js';
import { occurrencesIn, SCENARIOS, type Occurrence, type ScenarioPlan } from './scenario.js';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const HALF_DAY_MS = 12 * HOUR_MS;

/** Nobody is called in for longer than a short shift. */
const CALL_IN_MAX_MS = 6 * HOUR_MS;
const CALL_IN_OCCUPANCY = 0.95;
/** Who has just left or is about to come is not called in: a last contact may run on as long as that. */
const REST_MS = LONGEST_CONTACT_MS + MINUTE_MS;

/** Paid time off the phone within a session. */
export interface Pause {
  readonly state: 'break' | 'training' | 'meeting';
  readonly startMs: number;
  readonly lastsMs: number;
}

/** A stretch of work of one agent: a shift, or having been called in on overtime. Epoch milliseconds. */
export interface Session {
  readonly startMs: number;
  readonly endMs: number;
  /** False: outside the shift, so overtime. */
  readonly scheduled: boolean;
  /** Share of the time between pauses that is spent on contacts, on an ordinary day. */
  readonly occupancy: number;
  /** In order of time. */
  readonly pauses: readonly Pause[];
}

/** The sessions of an agent that start on the local day which holds `dayMs`; they never overlap one another. */
export function sessionsOf(
  seed: number,
  agent: SimulatedAgent,
  calendar: Calendar,
  plans: readonly ScenarioPlan[],
  dayMs: number,
): Session[] {
  const day = calendar.dayOf(dayMs);
  const shift = shiftOf(seed, agent, calendar, dayMs);
  const shifts = [
    shiftOf(seed, agent, calendar, day.startMs - HALF_DAY_MS),
    shift,
    shiftOf(seed, agent, calendar, day.endMs + HALF_DAY_MS),
  ];
  const sessions = [...shifts];
  const callIns: Session[] = [];
  for (const occurrence of occurrencesIn(plans, day.startMs, day.endMs)) {
    const callIn = callInOf(seed, agent, occurrence);
    if (!callIn || sessions.some((other) => tooNear(callIn, other))) continue;
    sessions.push(callIn);
    callIns.push({ ...callIn, endMs: Math.min(callIn.endMs, occurrence.validUntilMs) });
  }
  return [shift, ...callIns].toSorted((a, b) => a.startMs - b.startMs);
}

/** Whether and when the agent is called in; the length is the planned one, so that a plan's end changes no past choice. */
function callInOf(seed: number, agent: SimulatedAgent, occurrence: Occurrence): Session | undefined {
  const { callInShare } = SCENARIOS[occurrence.scenario].effects;
  if (!randomFor(seed, 'call-in', agent.number, occurrence.startMs).chance(callInShare)) return undefined;
  const startMs = Math.max(occurrence.startMs - LOOKAHEAD_MS, occurrence.validFromMs);
  const endMs = Math.min(occurrence.endMs, startMs + CALL_IN_MAX_MS);
  return { startMs, endMs, scheduled: false, occupancy: CALL_IN_OCCUPANCY, pauses: [] };
}

function tooNear(callIn: Session, other: Session): boolean {
  return callIn.startMs < other.endMs + REST_MS && callIn.endMs + REST_MS > other.startMs;
}

function shiftOf(seed: number, agent: SimulatedAgent, calendar: Calendar, dayMs: number): Session {
  const day = calendar.dayOf(dayMs);
  const random = randomFor(seed, 'shift', agent.number, day.startMs);
  const kind = SHIFT_KINDS[agent.number % SHIFT_KINDS.length] ?? SHIFT_KINDS[0];
  const startHour = SHIFT_STARTS[(agent.number * 7) % SHIFT_STARTS.length] ?? 9;
  const startMs = day.startMs + startHour * HOUR_MS + random.below(11 * MINUTE_MS);
  const endMs = startMs + kind.hours * HOUR_MS;
  const pauses: Pause[] = [];
  if (random.below(PAUSES.meetingEveryDays) === 0) {
    pauses.push({ state: 'meeting', startMs: startMs + 20 * MINUTE_MS, lastsMs: PAUSES.meetingMs });
  }
  for (let atMs = startMs + PAUSES.breakEveryMs; atMs < endMs - HOUR_MS; atMs += PAUSES.breakEveryMs) {
    pauses.push({ state: 'break', startMs: atMs, lastsMs: PAUSES.breakMs });
  }
  if (kind.hours >= 8) pauses.push({ state: 'break', startMs: startMs + PAUSES.mealAfterMs, lastsMs: PAUSES.mealMs });
  if (random.below(PAUSES.trainingEveryDays) === 0) {
    pauses.push({ state: 'training', startMs: startMs + 3 * HOUR_MS, lastsMs: PAUSES.trainingMs });
  }
  pauses.sort((a, b) => a.startMs - b.startMs);
  return { startMs, endMs, scheduled: true, occupancy: kind.occupancy, pauses };
}
