import type { AppliedRule } from './rule-set.js';

/**
 * Code points in a signal key at most. The contract allows 128; the rest is left for the episode's id, which is the key
 * and a time of 25 characters.
 */
const MAX_KEY_LENGTH = 100;

/** Digits of the fingerprint in a shortened key: 64 bits in hexadecimal. */
const FINGERPRINT_LENGTH = 16;

/**
 * The deduplication key of a signal, `ruleId:scope:id`, and for budget rules `:period`, since a scope can have a
 * budget of the month and one of the year. `:` and `%` inside are percent-encoded, as in the keys of windows. A key of
 * more than 100 characters is cut and ends in `~` and the first 16 characters of its fingerprint.
 *
 * @param fingerprint a stable hash as hexadecimal text, e.g. SHA-256: the domain has none of its own
 */
export function signalKey(applied: AppliedRule, fingerprint: (text: string) => string): string {
  const { rule, scope, id } = applied;
  const parts = [rule.ruleId, scope, id, ...('budget' in applied ? [applied.budget.period] : [])];
  const key = parts.map(encodePart).join(':');
  const characters = Array.from(key);
  if (characters.length <= MAX_KEY_LENGTH) return key;
  const kept = characters.slice(0, MAX_KEY_LENGTH - FINGERPRINT_LENGTH - 1).join('');
  return `${kept}~${fingerprint(key).slice(0, FINGERPRINT_LENGTH)}`;
}

function encodePart(part: string): string {
  return part.replaceAll('%', '%25').replaceAll(':', '%3A');
}
