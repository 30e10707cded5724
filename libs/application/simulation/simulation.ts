import type { Calendar } from '#libs/domain';
import { agentDay } from './agent-day.js';
import { recordsWithMishaps } from './bad-input.js';
import { monthlyEvents, promotionBills } from './billing.js';
import type { SimulatedCentre } from './centre.js';
import {
  inEventTimeOrder,
  type AgentStateEvent,
  type ContactEvent,
  type FeedbackEvent,
  type SimulatedEvent,
} from './event.js';
import { FEEDBACK_WITHIN_MS, feedbackOn } from './feedback.js';
import { recordOf, type SimulatedRecord } from './record.js';
import type { ScenarioPlan } from './scenario.js';
import { unstaffedContacts } from './unstaffed.js';

/** Length of a slot, the unit in which time is generated. */
export const SLOT_MS = 60_000;

const HALF_DAY_MS = 43_200_000;
/** Days looked at for a slot: the longest shift starts the day before, the bot's part of a contact lies before its shift. */
const DAYS_IN_USE = 3;
const REMEMBERED_SLOTS = Math.ceil(FEEDBACK_WITHIN_MS / SLOT_MS) + 4;

/** What the traffic follows from. */
export interface SimulationSettings {
  readonly seed: number;
  readonly centre: SimulatedCentre;
  /** Of the organisation's zone. */
  readonly calendar: Calendar;
  readonly plans: readonly ScenarioPlan[];
}

type StaffEvent = AgentStateEvent | ContactEvent;

/**
 * A call centre's traffic as a function of its settings and of time: any slot gives the same events whenever and in
 * whatever order it is asked for. What was computed last is remembered, for slots are mostly asked for in a row.
 */
export class Simulation {
  /** By start of the local day, then by slot. */
  readonly #days = new Map<number, ReadonlyMap<number, readonly StaffEvent[]>>();
  readonly #contacts = new Map<number, readonly ContactEvent[]>();
  /** By the slot of the contact. */
  readonly #feedback = new Map<number, readonly FeedbackEvent[]>();

  constructor(private readonly settings: SimulationSettings) {}

  /** Everything that happens in slot number `slot`, [slot, slot + 1) x {@link SLOT_MS} since the epoch, in event-time order. */
  slot(slot: number): SimulatedEvent[] {
    const { centre, calendar, plans } = this.settings;
    const startMs = slot * SLOT_MS;
    const endMs = startMs + SLOT_MS;
    const { startMs: monthMs } = calendar.monthOf(endMs - 1);
    return inEventTimeOrder<SimulatedEvent>([
      ...(monthMs >= startMs ? monthlyEvents(centre, calendar, monthMs) : []),
      ...promotionBills(centre, plans, startMs, endMs),
      ...this.#staff(slot).filter((event) => event.topic === 'agentStates'),
      ...this.#contactsOf(slot),
      ...this.#feedbackIn(startMs, endMs),
    ]);
  }

  /** The slot as Kafka records in the order of sending; under `bad-input` not all of them are good, in order or on time. */
  records(slot: number): SimulatedRecord[] {
    const { seed, plans } = this.settings;
    const eventsOf = (number: number): SimulatedEvent[] => this.slot(number);
    if (!plans.some(({ scenario }) => scenario === 'bad-input')) return eventsOf(slot).map(recordOf);
    return recordsWithMishaps({ seed, plans, slotMs: SLOT_MS, eventsOf }, slot);
  }

  /** Bills and revenue of the month that holds `atMs`: for a start in the middle of it. */
  monthOf(atMs: number): SimulatedRecord[] {
    return monthlyEvents(this.settings.centre, this.settings.calendar, atMs).map(recordOf);
  }

  #contactsOf(slot: number): readonly ContactEvent[] {
    return remember(this.#contacts, slot, REMEMBERED_SLOTS, () => {
      const staffed = this.#staff(slot).filter((event) => event.topic === 'interactions');
      return [...staffed, ...unstaffedContacts({ ...this.settings, startMs: slot * SLOT_MS, lengthMs: SLOT_MS })];
    });
  }

  #feedbackIn(startMs: number, endMs: number): FeedbackEvent[] {
    const last = startMs / SLOT_MS;
    const slots = Array.from({ length: Math.ceil(FEEDBACK_WITHIN_MS / SLOT_MS) + 1 }, (_, back) => last - back);
    return slots.flatMap((slot) => this.#feedbackOn(slot)).filter(({ atMs }) => atMs >= startMs && atMs < endMs);
  }

  #feedbackOn(slot: number): readonly FeedbackEvent[] {
    const { seed, plans } = this.settings;
    return remember(this.#feedback, slot, REMEMBERED_SLOTS, () => {
      return this.#contactsOf(slot).flatMap((contact) => feedbackOn(seed, plans, contact));
    });
  }

  #staff(slot: number): StaffEvent[] {
    const { calendar } = this.settings;
    const today = calendar.dayOf(slot * SLOT_MS);
    const days = [calendar.dayOf(today.startMs - HALF_DAY_MS), today, calendar.dayOf(today.endMs + HALF_DAY_MS)];
    return days.flatMap(({ startMs }) => this.#day(startMs).get(slot) ?? []);
  }

  #day(dayMs: number): ReadonlyMap<number, readonly StaffEvent[]> {
    return remember(this.#days, dayMs, DAYS_IN_USE + 1, () => {
      const events = this.settings.centre.agents.flatMap((agent) => agentDay(this.settings, agent, dayMs));
      return bySlot(events);
    });
  }
}

function bySlot(events: readonly StaffEvent[]): ReadonlyMap<number, readonly StaffEvent[]> {
  const slots = new Map<number, StaffEvent[]>();
  for (const event of events) {
    const slot = Math.floor(event.atMs / SLOT_MS);
    const others = slots.get(slot);
    if (others) others.push(event);
    else slots.set(slot, [event]);
  }
  return slots;
}

/** The remembered value, else the computed one; the oldest entry gives way. */
function remember<Value>(memory: Map<number, Value>, key: number, limit: number, compute: () => Value): Value {
  const known = memory.get(key);
  if (known !== undefined) return known;
  const value = compute();
  memory.set(key, value);
  const [oldest] = memory.keys();
  if (memory.size > limit && oldest !== undefined) memory.delete(oldest);
  return value;
}
