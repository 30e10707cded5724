import type { Micros } from '../money/index.js';
import type { RateCard } from '../reference/index.js';
import { splitLargestRemainder } from './largest-remainder.js';
import type { Subject } from './rate-book.js';

/** Whose hourly rate somebody is paid by, most specific first. */
export function hourlySubjects(person: {
  readonly agentId?: string;
  readonly team?: string;
  readonly region?: string;
}): Subject[] {
  const subjects: Subject[] = [];
  if (person.agentId !== undefined) subjects.push({ for: 'agent', id: person.agentId });
  if (person.team !== undefined) subjects.push({ for: 'team', id: person.team });
  if (person.region !== undefined) subjects.push({ for: 'region', id: person.region });
  subjects.push({ for: 'default' });
  return subjects;
}

/** The parts of an amount of labour under a rate's split, adding up to it exactly; the whole where there is none. */
export function labourParts(
  splitPpm: RateCard['splitPpm'],
  totalMicros: Micros,
): { subcategory?: string; amountMicros: Micros }[] {
  if (!splitPpm) return [{ amountMicros: totalMicros }];
  const { wages, socialInsurance, training } = splitPpm;
  const [wagesMicros = 0n, insuranceMicros = 0n, trainingMicros = 0n] = splitLargestRemainder(totalMicros, [
    BigInt(wages),
    BigInt(socialInsurance),
    BigInt(training),
  ]);
  return [
    { subcategory: 'wages', amountMicros: wagesMicros },
    { subcategory: 'social-insurance', amountMicros: insuranceMicros },
    { subcategory: 'training', amountMicros: trainingMicros },
  ];
}
