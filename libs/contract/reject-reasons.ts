/**
 * Why an input record goes to `cost.rejected`: stable slugs (header `reason`, label of `spendline_rejected_total`) with
 * what each means, in words for the people who own the source.
 */
export const REJECT_REASONS = {
  empty: 'The record has no value.',
  'too-large': 'The value is larger than 256 KiB.',
  'not-json': 'The value is not JSON in UTF-8.',
  envelope: 'The CloudEvents envelope is broken: specversion missing or not 1.0, or no data.',
  schema: 'The payload breaks its JSON Schema; the detail names the fields.',
  'bad-time': 'A time that no calendar has, such as 30 February or hour 25.',
  'unknown-currency': 'The currency is no ISO 4217 code.',
  'ends-before-start': 'It ends before it starts, or its period is empty.',
  future: 'It lies further ahead of the clock than the tolerated maxFuture.',
  conflict: 'The same id and updatedAt arrived before with other content.',
  'no-fx-rate': 'No exchange rate is in force at its time for its currency.',
  overflow: 'An amount computed from it has more than ten integer digits.',
  'correction-of-itself': 'The billing line names itself as the line that it corrects.',
  'already-corrected': 'The line that it corrects was corrected by another line before.',
} as const satisfies Readonly<Record<string, string>>;

/** Slug of a reason; see {@link REJECT_REASONS}. */
export type RejectReason = keyof typeof REJECT_REASONS;

/** A refused record: `detail` says in plain English what is wrong and where. It quotes no values of the payload but a currency code. */
export interface Refusal {
  readonly ok: false;
  readonly reason: RejectReason;
  readonly detail: string;
}

/** A {@link Refusal} with the given reason and detail. */
export function refuse(reason: RejectReason, detail: string): Refusal {
  return { ok: false, reason, detail };
}
