import { fixedOffsetCalendar } from '#libs/domain';
import { SAMPLE_CENTRE } from './centre.js';
import type { SimulatedEvent } from './event.js';
import { SCENARIOS, type ScenarioName, type ScenarioPlan } from './scenario.js';
import { Simulation, SLOT_MS } from './simulation.js';

/** Midnight of Wednesday, 4 March 2026, in Shanghai. */
export const MIDNIGHT_MS = Date.UTC(2026, 2, 3, 16);

/** Slots of a day. */
export const DAY_SLOTS = 1440;

/** First slot of that Wednesday. */
export const FIRST_SLOT = MIDNIGHT_MS / SLOT_MS;

/** A tenth of the sample centre's staff: what tests of rules need, and ten times as fast. */
export function smallSimulation(plans: readonly ScenarioPlan[] = [], seed = 1): Simulation {
  const centre = { ...SAMPLE_CENTRE, agents: SAMPLE_CENTRE.agents.filter(({ number }) => number % 10 === 3) };
  return new Simulation({ seed, centre, calendar: fixedOffsetCalendar(8 * 3_600_000), plans });
}

/** The sample centre's simulation with these plans. */
export function sampleSimulation(plans: readonly ScenarioPlan[] = [], seed = 1): Simulation {
  return new Simulation({ seed, centre: SAMPLE_CENTRE, calendar: fixedOffsetCalendar(8 * 3_600_000), plans });
}

/** A scenario as it comes by default, from `startMs` on. */
export function planFrom(scenario: ScenarioName, startMs: number, validFromMs: number | null = null): ScenarioPlan {
  const { lastsMs, everyMs, rampMs } = SCENARIOS[scenario];
  return { scenario, startMs, lastsMs, everyMs, rampMs, validFromMs, validUntilMs: null };
}

/** Everything in `count` slots from slot `first` on. */
export function eventsOf(simulation: Simulation, first: number, count: number): SimulatedEvent[] {
  return Array.from({ length: count }, (_, at) => simulation.slot(first + at)).flat();
}
