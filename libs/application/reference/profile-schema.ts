import type { BudgetPeriod, BudgetProfile } from '#libs/domain';
import { z } from 'zod';
import { present } from './dates.js';

/** Days that the shortest period of each kind has. */
const FEWEST_DAYS: Readonly<Record<BudgetPeriod, number>> = { month: 28, quarter: 90, year: 365 };
const MOST_DAYS: Readonly<Record<BudgetPeriod, number>> = { month: 31, quarter: 92, year: 366 };

const LISTS = ['hourOfWeekWeights', 'dayWeights', 'hourOfPeriodWeights'] as const;

/** The schema of a budget's profile; what depends on the period is {@link profileFault}'s. */
export function profileSchema(object: typeof z.object): z.ZodType<BudgetProfile> {
  const weights = (least: number, most: number): z.ZodType<number[]> =>
    z
      .array(z.number().min(0))
      .min(least, `must be ${String(most)} weights`)
      .max(most, least === most ? `must be ${String(most)} weights` : `must be at most ${String(most)} weights`)
      .refine((list) => list.some((weight) => weight > 0), 'must have a weight above zero');
  return object({
    weekdayWeights: weights(7, 7).optional(),
    hourWeights: weights(24, 24).optional(),
    hourOfWeekWeights: weights(168, 168).optional(),
    dayWeights: weights(1, 366).optional(),
    hourOfPeriodWeights: weights(1, 366 * 24).optional(),
    source: z.string().min(1).max(200).optional(),
  }).transform(present);
}

/** What is wrong with a profile in a budget of this period: there must be something to plan in each of its periods. */
export function profileFault(
  profile: BudgetProfile,
  period: BudgetPeriod,
): { readonly field: string; readonly message: string } | undefined {
  const given = LISTS.filter((list) => profile[list] !== undefined);
  const [list, other] = given;
  if (list === undefined) return undefined;
  if (other !== undefined) return { field: other, message: `must be left out beside ${list}` };
  if (profile.weekdayWeights) return { field: 'weekdayWeights', message: `must be left out beside ${list}` };
  if (profile.hourWeights && list !== 'dayWeights')
    return { field: 'hourWeights', message: `must be left out beside ${list}` };
  if (list === 'hourOfWeekWeights') return undefined;
  const perDay = list === 'dayWeights' ? 1 : 24;
  const most = MOST_DAYS[period] * perDay;
  const weights = profile[list] ?? [];
  if (weights.length > most) return { field: list, message: `must be at most ${String(most)} weights for a ${period}` };
  // A day may lack the one hour that weighs anything, where the clocks change; of three days one does not.
  const days = profile.hourWeights ? 3 : 1;
  const first = FEWEST_DAYS[period] * perDay - (perDay === 24 ? 1 : 0);
  if (weights.slice(0, first).filter((weight) => weight > 0).length >= days) return undefined;
  const which = days === 1 ? 'a weight' : `${String(days)} weights`;
  return {
    field: list,
    message: `must have ${which} above zero among the first ${String(first)}: not every ${period} has more`,
  };
}
