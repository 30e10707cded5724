import { z } from 'zod';

import { ACTIVITY_GROUPS, ANALYSIS_PERIODS, CORRELATED_SCOPES, LIVE_WINDOWS, type PeriodName } from '#libs/application';
import { BENCHMARKS, PUBLISHED_SCOPES } from '#libs/domain';

const DAY_MS = 86_400_000;

/** `true` or `false` in a query; absent: false. */
const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true');

const wholeNumber = (least: number, most: number, otherwise: number): z.ZodType<number> =>
  z
    .string()
    .regex(/^\d{1,6}$/, `must be a whole number from ${String(least)} to ${String(most)}`)
    .transform(Number)
    .pipe(z.number().min(least).max(most))
    .default(otherwise);

const instant = z.iso
  .datetime({ offset: true, error: 'must be a time such as 2026-11-01T09:00:00+08:00' })
  .transform((text) => Date.parse(text));

/** A route without parameters. */
export const noParameters = z.strictObject({});

/** Of a list that comes a page at a time: what comes after an id. */
export const pageParameters = z.strictObject({
  after: z.string().max(128).default(''),
  limit: wholeNumber(1, 200, 50),
});

/** A dead letter by its name. */
export const deadLetterPath = z.strictObject({ letter: z.string().min(1).max(512) });

/** Of the dead letters. */
export const deadLettersParameters = z.strictObject({
  receiver: z.string().min(1).max(48).optional(),
  after: z.string().max(512).default(''),
  limit: wholeNumber(1, 200, 50),
});

/** Of the live breakdowns. */
export const breakdownParameters = z.strictObject({
  window: z.enum(LIVE_WINDOWS).default('1h'),
  limit: wholeNumber(1, 1000, 100),
});

/** Of the signals. */
export const signalParameters = z.strictObject({ status: z.enum(['firing', 'all']).default('firing') });

/** Of the windows; `toMs` may be absent for now, and `fromMs` for a day before it. */
export const windowParameters = z
  .strictObject({
    scope: z.enum(PUBLISHED_SCOPES),
    id: z.string().min(1).max(128),
    window: z.string().regex(/^(\d+[smhd]|month)$/, 'must be a window such as 5m, 1h, 24h or month'),
    from: instant.optional(),
    to: instant.optional(),
    limit: wholeNumber(1, 10_000, 1_000),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from < to, {
    path: ['to'],
    error: 'must be later than from',
  });

/** A quarter with its last day twice: what is analysed at once. */
const LONGEST_ANALYSIS_MS = 93 * DAY_MS;

const periodParameters = {
  period: z
    .string()
    .refine((text): text is PeriodName => (ANALYSIS_PERIODS as readonly string[]).includes(text) || MONTH.test(text), {
      error: `must be ${ANALYSIS_PERIODS.join(', ')} or a month such as 2026-10`,
    })
    .optional(),
  from: instant.optional(),
  to: instant.optional(),
};
const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;

type PeriodAsked = { readonly [Name in keyof typeof periodParameters]?: z.output<(typeof periodParameters)[Name]> };

/** Of an analysis: a period by name, the current month if nothing is said, or [from, to). */
function analysisOf<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject({ ...periodParameters, ...shape }).check(({ value, issues }) => {
    const { period, from, to } = value as PeriodAsked;
    const refuse = (path: string, message: string): void =>
      void issues.push({ code: 'custom', path: [path], message, input: value });
    if (period !== undefined && (from ?? to) !== undefined)
      refuse('period', 'says the time already: leave out from and to');
    else if (from === undefined && to !== undefined) refuse('from', 'is missing: to alone says no time');
    else if (from !== undefined && to === undefined) refuse('to', 'is missing: from alone says no time');
    else if (from !== undefined && to !== undefined && from >= to) refuse('to', 'must be later than from');
    else if (from !== undefined && to !== undefined && to - from > LONGEST_ANALYSIS_MS)
      refuse('to', 'must be at most 93 days after from');
  });
}

const activityList = { by: z.enum(ACTIVITY_GROUPS).default('topic'), limit: wholeNumber(1, 1000, 50) };

/** Of the Pareto analysis and of activity-based costing. */
export const activityParameters = analysisOf(activityList);

/** Of the composition. */
export const compositionParameters = analysisOf({
  benchmark: z.enum(BENCHMARKS.map(({ id }) => id)).optional(),
});

/** Of CSAT against cost. */
export const correlationParameters = analysisOf({ over: z.enum(CORRELATED_SCOPES).default('agent') });

/** A span whose ends may be left open: until `nowMs`, and a day long. */
export function spanOf(
  { from, to }: { readonly from?: number | undefined; readonly to?: number | undefined },
  nowMs: number,
): { fromMs: number; toMs: number } {
  const toMs = to ?? Math.max(nowMs, from ?? nowMs) + 1;
  return { fromMs: from ?? toMs - DAY_MS, toMs };
}

/** Of a change to the reference data. */
export const applyParameters = z.strictObject({ dryRun: flag, prune: flag });

/** Of a rehearsal; `to` may be absent for now, and `from` for a day before it. */
export const rehearsalParameters = z
  .strictObject({ from: instant.optional(), to: instant.optional() })
  .refine(({ from, to }) => from === undefined || to === undefined || from < to, {
    path: ['to'],
    error: 'must be later than from',
  });

/** A signal's key, or an episode's id. */
export const signalPath = z.strictObject({ signal: z.string().min(1).max(256) });

/** Of what was costed. */
export const costEventPath = z.strictObject({
  source: z.enum(['interaction', 'agent-state', 'billing']),
  sourceId: z.string().min(1).max(128),
});
