import { rfc3339 } from '#libs/domain';
import { DEFECTS } from './defects.js';
import type { ContactEvent, SimulatedEvent } from './event.js';
import { randomFor, type Random } from './random.js';
import { recordOf, type SimulatedRecord } from './record.js';
import { effectsAt, type ScenarioPlan } from './scenario.js';

/** What may happen to a contact's record, by weight. */
const MISHAPS = [
  { mishap: 'broken', weight: 55 },
  { mishap: 'again', weight: 20 },
  { mishap: 'better', weight: 12 },
  { mishap: 'conflict', weight: 3 },
  { mishap: 'late', weight: 10 },
] as const;
type Mishap = (typeof MISHAPS)[number]['mishap'];

/** Late by so many slots: within the contract's grace of ten minutes, and beyond it. */
const LATE_BY = [
  { slots: 3, weight: 80 },
  { slots: 15, weight: 20 },
] as const;

/** Where the events come from. */
export interface BadInputContext {
  readonly seed: number;
  readonly plans: readonly ScenarioPlan[];
  readonly slotMs: number;
  readonly eventsOf: (slot: number) => readonly SimulatedEvent[];
}

/**
 * The records of a slot with mishaps, in the order of sending: contacts that come with a broken copy, twice, corrected or
 * in conflict, and those that come minutes late, out of the slots before. Nothing is lost: every good record comes once.
 */
export function recordsWithMishaps(context: BadInputContext, slot: number): SimulatedRecord[] {
  const { slotMs, eventsOf } = context;
  const slotEndMs = (slot + 1) * slotMs;
  const onTime = eventsOf(slot).flatMap((event) => {
    const fate = fateOf(context, event);
    if (fate?.mishap === 'late') return [];
    return fate ? [recordOf(event), extraOf(fate, slotEndMs)] : [recordOf(event)];
  });
  const late = LATE_BY.flatMap(({ slots }) => {
    return eventsOf(slot - slots)
      .map((event) => fateOf(context, event))
      .filter((fate) => fate?.mishap === 'late' && fate.lateBySlots === slots)
      .flatMap((fate) => (fate ? [{ ...recordOf(fate.event), sendMs: fate.event.atMs + slots * slotMs }] : []));
  });
  return [...onTime, ...late].toSorted((a, b) => a.sendMs - b.sendMs);
}

interface Fate {
  readonly event: ContactEvent;
  readonly random: Random;
  readonly mishap: Mishap;
  readonly lateBySlots: number;
}

function fateOf({ seed, plans }: BadInputContext, event: SimulatedEvent): Fate | undefined {
  if (event.topic !== 'interactions') return undefined;
  const { badInputShare } = effectsAt(plans, event.atMs, event.atMs);
  if (badInputShare === 0) return undefined;
  const random = randomFor(seed, 'mishap', event.id);
  if (!random.chance(badInputShare)) return undefined;
  return { event, random, mishap: random.pick(MISHAPS).mishap, lateBySlots: random.pick(LATE_BY).slots };
}

/** The further record of a mishap, sent within half a minute and in the same slot, so that slots stay independent. */
function extraOf({ event, random, mishap }: Fate, slotEndMs: number): SimulatedRecord {
  const sendMs = Math.min(slotEndMs - 1, event.atMs + 1 + random.below(30_000));
  switch (mishap) {
    case 'broken':
      return { ...random.pick(DEFECTS).spoil(event), sendMs };
    case 'again':
    case 'late':
      return { ...recordOf(event), sendMs };
    case 'better':
      return { ...recordOf(withMoreWork(event, rfc3339(sendMs + 1))), sendMs };
    case 'conflict':
      return { ...recordOf(withMoreWork(event, event.data.updatedAt)), sendMs };
  }
}

/** The copy that a source sends when it has found half a minute more of after-contact work. */
function withMoreWork(event: ContactEvent, updatedAt: string | number | undefined): ContactEvent {
  const afterContactSeconds = (event.data.afterContactSeconds ?? 0) + 30;
  return { ...event, data: { ...event.data, afterContactSeconds, ...(updatedAt !== undefined && { updatedAt }) } };
}
