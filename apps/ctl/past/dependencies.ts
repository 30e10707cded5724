import { createHash } from 'node:crypto';
import { zonedCalendar } from '#libs/adapters/calendar';
import { partitionOf } from '#libs/adapters/kafka';
import type { PastDependencies } from '#libs/application';

/** What the monitor gives its stages. */
export const PAST_DEPENDENCIES: PastDependencies = {
  partitionOf,
  calendarOf: zonedCalendar,
  fingerprint: (text) => createHash('sha256').update(text).digest('hex').slice(0, 32),
};
