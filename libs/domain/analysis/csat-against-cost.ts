import { divideHalfEven, MICROS_PER_UNIT, type Micros } from '../money/index.js';
import { correlationOf, type Correlation, type Pair } from './correlation.js';

/** What an agent, a channel, a team or a vendor cost, and what its customers said. */
export interface RatedMember {
  readonly id: string;
  readonly amountMicros: Micros;
  readonly contacts: number;
  /** Sum of the answers, on the scale of the survey. */
  readonly csatSum: number;
  readonly answers: number;
}

/** A member that is compared: x is its cost per contact in currency units, y its mean answer. */
export interface RatedPoint extends Pair {
  readonly id: string;
  /** Rounded half to even. */
  readonly costPerContactMicros: Micros;
  readonly answers: number;
}

/** CSAT against cost, over members. */
export interface CsatAgainstCost extends Correlation {
  readonly points: readonly RatedPoint[];
  /** Members with contacts or cost of whom too few customers answered. */
  readonly leftOut: number;
}

/** The mean of fewer answers is chance more than anything. */
export const LEAST_ANSWERS = 5;

/**
 * Whether dearer contacts are the better ones (method section 4): the correlation of cost per contact and mean CSAT over
 * members with contacts and at least {@link LEAST_ANSWERS} answers, each member counting once.
 */
export function csatAgainstCost(members: readonly RatedMember[]): CsatAgainstCost {
  const known = members.filter(({ amountMicros, contacts }) => amountMicros !== 0n || contacts > 0);
  const points = known
    .filter(({ contacts, answers }) => contacts > 0 && answers >= LEAST_ANSWERS)
    .map(({ id, amountMicros, contacts, csatSum, answers }): RatedPoint => {
      const costPerContactMicros = divideHalfEven(amountMicros, BigInt(contacts));
      const x = Number(costPerContactMicros) / Number(MICROS_PER_UNIT);
      return { id, x, y: csatSum / answers, costPerContactMicros, answers };
    });
  return { ...correlationOf(points), points, leftOut: known.length - points.length };
}
