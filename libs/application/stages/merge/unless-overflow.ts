import { MoneyOverflowError } from '#libs/domain';

/**
 * What `make` gives, or undefined where an amount has more digits than the contract has room for. Such a sum is never
 * published wrong, and it must not stop the sums of others, but somebody must hear of it: `onOverflow` is called then.
 * Anything else that `make` throws is thrown on.
 */
export function unlessOverflow<T>(make: () => T, onOverflow?: () => void): T | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof MoneyOverflowError) {
      onOverflow?.();
      return undefined;
    }
    throw error;
  }
}
