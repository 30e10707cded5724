import { divideHalfEven, type Micros } from '../money/index.js';

/** An amount that accrues evenly over [startMs, endMs); with startMs equal to endMs it falls whole at that instant. */
export interface AccruingAmount {
  readonly amountMicros: Micros;
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * Accrued up to (not including) `tMs`: round half-even (amount x elapsed / period), contract section 6. Differences of
 * it telescope, so any cut of the period adds up to the amount exactly.
 */
export function accruedMicros(accruing: AccruingAmount, tMs: number): Micros {
  if (tMs <= accruing.startMs) return 0n;
  if (tMs >= accruing.endMs) return accruing.amountMicros;
  return divideHalfEven(
    accruing.amountMicros * BigInt(tMs - accruing.startMs),
    BigInt(accruing.endMs - accruing.startMs),
  );
}

/** Accrued in [fromMs, toMs). */
export function accruedBetween(accruing: AccruingAmount, fromMs: number, toMs: number): Micros {
  return toMs <= fromMs ? 0n : accruedMicros(accruing, toMs) - accruedMicros(accruing, fromMs);
}
