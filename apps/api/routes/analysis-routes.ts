import { z } from 'zod';
import { activityParameters, compositionParameters, correlationParameters } from '../controllers/parameters.js';
import { amount, time } from './shapes.js';
import type { RouteDeclaration } from './route.js';

const frame = {
  from: time.describe('the first moment that is in it'),
  to: time.describe('the first moment that is not'),
  currency: z.string(),
};
const share = z.number().nullable().describe('0 to 1; null where there is no whole');

const ANALYSIS = {
  method: 'get',
  access: 'reading',
  tag: 'analyses',
  problems: ['database-unavailable'],
} as const satisfies Partial<RouteDeclaration>;

const PERIODS =
  '`period` is `this-month` (the default), `last-month`, `last-7-days` or a month such as `2026-10`, in the organisation’s zone and up to where the stream stands; or `from` and `to`, RFC 3339, at most 93 days apart.';
const CONTACTS =
  'Contacts count when they end, paid time when it begins. Bills accrue over their period and are not in it.';
const ACCRUED = 'From the months to date: bills as they accrue included.';

/** What the ledger tells of a month. */
export const ANALYSIS_ROUTES = {
  getPareto: {
    ...ANALYSIS,
    path: 'api/v1/analyses/pareto',
    summary: 'Pareto: the fewest topics, agents, ... that make 80% of the cost, and all of them by cost.',
    description: `${PERIODS} ${CONTACTS}`,
    query: activityParameters,
    answer: {
      says: 'members by cost; `tied` are equal ones on both sides of the cut; `unassigned` is the cost of no member',
      schema: z.object({
        ...frame,
        by: z.string(),
        amount: amount.describe('of all members, decimal string'),
        members: z.number(),
        items: z.array(z.object({ id: z.string(), amount, share, cumulativeShare: share })),
        vitalFew: z
          .object({
            members: z.number(),
            memberShare: z.number(),
            amount,
            share: z.number(),
            tied: z.array(z.string()),
          })
          .nullable(),
        unassigned: amount,
      }),
    },
  },
  getActivities: {
    ...ANALYSIS,
    path: 'api/v1/analyses/activities',
    summary: 'Activity-based costing: cost, contacts, handle time and cost per contact of each topic, stage, ...',
    description: `${PERIODS} ${CONTACTS} An item without id is what names none.`,
    query: activityParameters,
    answer: {
      says: 'activities, the dearest first',
      schema: z.object({
        ...frame,
        by: z.string(),
        amount,
        contacts: z.number(),
        members: z.number(),
        items: z.array(
          z.object({
            id: z.string().nullable(),
            amount,
            share,
            contacts: z.number(),
            contactShare: share,
            handleSeconds: z.number(),
            costPerContact: amount.nullable(),
            averageHandleSeconds: z.number().nullable().describe('of contacts handled by people'),
          }),
        ),
      }),
    },
  },
  getComposition: {
    ...ANALYSIS,
    path: 'api/v1/analyses/composition',
    summary: 'Composition: the dimensions as shares of the cost, beside a benchmark.',
    description: `${PERIODS} ${ACCRUED}`,
    query: compositionParameters,
    answer: {
      says: 'five dimensions; `difference` is share less benchmark share',
      schema: z.object({
        ...frame,
        amount,
        parts: z.array(
          z.object({ dimension: z.string(), amount, share, benchmarkShare: share, difference: z.number().nullable() }),
        ),
        benchmark: z
          .object({
            id: z.string(),
            costToRevenue: z.number().describe('service cost / revenue'),
            shares: z.record(z.string(), z.number()),
            source: z.string(),
          })
          .nullable(),
        benchmarks: z.array(z.string()),
      }),
    },
  },
  getCorrelation: {
    ...ANALYSIS,
    path: 'api/v1/analyses/correlation',
    summary: 'CSAT against cost: Pearson’s correlation of mean CSAT and cost per contact over agents, channels, ...',
    description: `${PERIODS} ${ACCRUED} A correlation does not say what is the reason of what.`,
    query: correlationParameters,
    answer: {
      says: '`coefficient` is null with fewer than `leastPairs` members of `leastAnswers` answers, or without variance',
      schema: z.object({
        ...frame,
        over: z.string(),
        coefficient: z.number().nullable(),
        pairs: z.number(),
        leftOut: z.number().describe('members of whom too few customers answered'),
        leastPairs: z.number(),
        leastAnswers: z.number(),
        items: z.array(z.object({ id: z.string(), costPerContact: amount, csat: z.number(), answers: z.number() })),
      }),
    },
  },
} as const satisfies Readonly<Record<string, RouteDeclaration>>;
