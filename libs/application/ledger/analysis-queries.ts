import type { Dimension, Scope } from '#libs/domain';

import type { ActivityGroup } from '../live/wire/index.js';
import type { ReadSpan } from './read-span.js';

/** What contacts, and paid time between them, cost in a span. */
export interface ActivityQuery extends ReadSpan {
  readonly by: ActivityGroup;
  /** Events in other currencies are left out. */
  readonly currency: string;
  /** At most so many, the dearest. */
  readonly limit: number;
}

/** Cost and work of one activity, or of all. */
export interface ActivitySums {
  /** Decimal string. */
  readonly amount: string;
  readonly contacts: number;
  /** Contacts of people and vendors, which the handle time belongs to. */
  readonly handledContacts: number;
  readonly handleSeconds: number;
}

/** One activity. */
export interface ActivityTotal extends ActivitySums {
  /** Null is what names none. */
  readonly id: string | null;
}

/** The dearest activities; where some cost names none, that comes first, beyond the limit. */
export interface ActivityList {
  readonly items: readonly ActivityTotal[];
  /** Of all of them, in the list or not. */
  readonly whole: ActivitySums;
  /** How many there are, without what names none. */
  readonly members: number;
}

/**
 * A moment in a month at which its month to date is read, and added or taken away. What was booked between two moments
 * is the difference of the two, bills as they accrue included.
 */
export interface MonthCut {
  readonly atMs: number;
  /** Start of the month whose total is meant: at its end the next one has begun. */
  readonly monthStartMs: number;
  readonly sign: 1 | -1;
}

/** Sums over windows of the scope's month to date. */
export interface MonthSumQuery {
  readonly scope: Scope;
  readonly cuts: readonly MonthCut[];
  /** Windows in other currencies are left out. */
  readonly currency: string;
  /** At most so many ids, the first by name. */
  readonly limit: number;
}

/** The month to date of one scope at moments, each in the month that starts at `monthStartMs`. */
export interface MonthToDateQuery {
  readonly scope: Scope;
  readonly id: string;
  readonly dimension?: Dimension;
  readonly moments: readonly Pick<MonthCut, 'atMs' | 'monthStartMs'>[];
}

/** What one id has between the cuts. */
export interface MonthSum {
  readonly id: string;
  /** Decimal strings. */
  readonly amount: string;
  readonly breakdown: Readonly<Record<Dimension, string>>;
  readonly interactions: number;
  readonly csatSum: number;
  readonly csatCount: number;
}
