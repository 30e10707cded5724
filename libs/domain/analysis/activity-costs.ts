import { divideHalfEven, type Micros } from '../money/index.js';

/** What is known of an activity: all contacts of a topic, a stage, a complexity, a team ... in some time. */
export interface ActivityTotals {
  readonly amountMicros: Micros;
  /** Contacts of people, vendors and bots. */
  readonly contacts: number;
  /** Contacts that {@link handleSeconds} belong to: those of people and vendors. */
  readonly handledContacts: number;
  readonly handleSeconds: number;
}

/** An activity's cost; a share is of the whole and null where the whole is not positive. */
export interface ActivityCost extends ActivityTotals {
  readonly share: number | null;
  readonly contactShare: number | null;
  /** amount / contacts, rounded half to even to micros; null without contacts. */
  readonly costPerContactMicros: Micros | null;
  /** Handle time of a contact that was handled by people; null without any. */
  readonly averageHandleSeconds: number | null;
}

/**
 * Activity-based costing (method section 5): what an activity costs, how much of everything that is, and what one contact
 * of it costs. An activity with a larger share of the cost than of the contacts is a dear one.
 * @param whole of all activities, those without a name too
 */
export function activityCost<Activity extends ActivityTotals>(
  activity: Activity,
  whole: Pick<ActivityTotals, 'amountMicros' | 'contacts'>,
): Activity & ActivityCost {
  const { amountMicros, contacts, handledContacts, handleSeconds } = activity;
  return {
    ...activity,
    share: whole.amountMicros > 0n ? Number(amountMicros) / Number(whole.amountMicros) : null,
    contactShare: whole.contacts > 0 ? contacts / whole.contacts : null,
    costPerContactMicros: contacts > 0 ? divideHalfEven(amountMicros, BigInt(contacts)) : null,
    averageHandleSeconds: handledContacts > 0 ? handleSeconds / handledContacts : null,
  };
}
