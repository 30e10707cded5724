import { accruedBetween, type AccruingAmount } from '../accrual/index.js';
import { addDecimal, decimalOf, type Decimal, type Micros } from '../money/index.js';
import { splitLargestRemainder } from '../rating/index.js';

/** Shares of bills are worked out by the minute (contract section 6). */
export const SHARE_STEP_MS = 60_000;

/** Id of the share that nobody's activity can carry. */
export const UNALLOCATED = 'unallocated';

/** What a bill is shared out by. */
export type Driver = 'handle-seconds' | 'contacts' | 'even' | 'weights';

/** What one id did in one minute. */
export interface DriverValues {
  readonly handleMicroseconds: number;
  readonly contacts: number;
}

/** An amount that accrues over a period and is shared out among the ids of a scope. */
export interface SharedAmount extends AccruingAmount {
  readonly by: Driver;
  /** By id; with driver weights only. */
  readonly weights?: Readonly<Record<string, number>>;
}

/**
 * Shares what accrues in the minute that starts at `minuteMs`: by the ids' handle time or contacts that ended in it,
 * evenly among those that had any, or by the weights given, whatever went on. Largest remainder, the lesser id first at a
 * tie, so the shares add up exactly; without any activity all goes to {@link UNALLOCATED}. Empty where nothing accrues.
 */
export function shareMinute(
  shared: SharedAmount,
  minuteMs: number,
  activity: ReadonlyMap<string, DriverValues> | undefined,
): [id: string, amountMicros: Micros][] {
  const amountMicros = accruedBetween(shared, minuteMs, minuteMs + SHARE_STEP_MS);
  return shareAmount(shared, amountMicros, activity);
}

/** The same for any amount of the bill's: {@link shareMinute} says by what. */
export function shareAmount(
  shared: Pick<SharedAmount, 'by' | 'weights'>,
  amountMicros: Micros,
  activity: ReadonlyMap<string, DriverValues> | undefined,
): [id: string, amountMicros: Micros][] {
  if (amountMicros === 0n) return [];
  const weights = (shared.by === 'weights' ? givenWeights(shared.weights) : activityWeights(shared.by, activity)).sort(
    ([a], [b]) => (a < b ? -1 : 1),
  );
  if (weights.length === 0) return [[UNALLOCATED, amountMicros]];
  const shares = splitLargestRemainder(
    amountMicros,
    weights.map(([, weight]) => weight),
  );
  return weights.flatMap(([id], index): [string, Micros][] => {
    const share = shares[index] ?? 0n;
    return share === 0n ? [] : [[id, share]];
  });
}

function activityWeights(
  by: Exclude<Driver, 'weights'>,
  activity: ReadonlyMap<string, DriverValues> = new Map(),
): [id: string, weight: bigint][] {
  return [...activity].flatMap(([id, values]): [string, bigint][] => {
    const weight = weightOf(by, values);
    return weight > 0 ? [[id, BigInt(weight)]] : [];
  });
}

function weightOf(by: Exclude<Driver, 'weights'>, { handleMicroseconds, contacts }: DriverValues): number {
  if (by === 'handle-seconds') return handleMicroseconds;
  return by === 'contacts' ? contacts : Math.min(1, contacts);
}

/** Decimal weights as whole numbers in the same proportions. */
function givenWeights(weights: Readonly<Record<string, number>> = {}): [id: string, weight: bigint][] {
  const decimals = Object.entries(weights).map(([id, weight]): [string, Decimal] => [id, decimalOf(weight)]);
  // Adding a zero brings a decimal to the finest of their scales.
  const scale = decimals.reduce((most, [, decimal]) => Math.max(most, decimal.scale), 0);
  return decimals.map(([id, decimal]) => [id, addDecimal(decimal, { unscaled: 0n, scale }).unscaled]);
}
