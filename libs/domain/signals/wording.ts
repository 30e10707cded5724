import { divideHalfEven, formatMicros, MICROS_PER_UNIT, numberOf, decimalOf, type Micros } from '../money/index.js';
import type { BudgetScope } from '../reference/index.js';

/** "Channel voice", "Team north-1", "The whole centre": the subject of a summary. */
export function subjectName(scope: BudgetScope, id: string): string {
  if (scope === 'all') return 'The whole centre';
  const name = scope.replace('-', ' ');
  return `${name.charAt(0).toUpperCase()}${name.slice(1)} ${id}`;
}

/**
 * An amount as people read it: two fraction digits from one unit on ("21.40"), all it has below ("0.0053"). Without the
 * currency, without separators.
 */
export function amountText(amountMicros: Micros): string {
  const magnitude = amountMicros < 0n ? -amountMicros : amountMicros;
  if (magnitude < MICROS_PER_UNIT) return formatMicros(amountMicros);
  const cents = divideHalfEven(magnitude, 10_000n);
  return `${amountMicros < 0n ? '-' : ''}${String(cents / 100n)}.${String(cents % 100n).padStart(2, '0')}`;
}

/** A figure in two digits: what is news about a sum that only grows. */
export function headlineOf(observed: number): string {
  return observed.toPrecision(2);
}

/** part / whole in percent with one fraction digit, cut and not rounded: 100.0% is never shown before it is reached. */
export function percentText(part: Micros, whole: Micros): string {
  const perMille = (part * 1000n) / whole;
  const magnitude = perMille < 0n ? -perMille : perMille;
  return `${perMille < 0n ? '-' : ''}${String(magnitude / 10n)}.${String(magnitude % 10n)}%`;
}

/** A configured ratio in percent, as it was written: 0.9 is "90%", 0.125 is "12.5%". */
export function ratioText(ratio: number): string {
  const { unscaled, scale } = decimalOf(ratio);
  return `${String(numberOf({ unscaled: unscaled * 100n, scale }))}%`;
}
