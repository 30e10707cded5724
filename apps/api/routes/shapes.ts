import { ROLES } from '#libs/application';
import { BUDGET_SCOPES, SCOPES } from '#libs/domain';
import { z } from 'zod';

/** Amounts are decimal strings of at most six fraction digits. */
export const amount = z
  .string()
  .regex(/^-?\d{1,10}(\.\d{1,6})?$/)
  .describe('decimal string, at most 6 fraction digits');
export const time = z.string().describe('RFC 3339, UTC');
const person = z.string().describe('the `sub` of a token');
const STATUSES = ['draft', 'submitted', 'approved', 'rejected', 'superseded', 'closed'] as const;

/** Who may do what with budgets; see docs/operations.md. */
export const BUDGET_OWNERS = ['budget-owner', 'admin'] as const satisfies readonly (typeof ROLES)[number][];
export const APPROVERS = ['approver'] as const satisfies readonly (typeof ROLES)[number][];

/** A budget as a person writes it; the rest of its rules are those of a reference file. */
export const budgetBody = z.strictObject({
  budgetId: z.string().min(1).max(128).describe('stays with all of its versions'),
  scope: z.enum(BUDGET_SCOPES),
  id: z.string().min(1).max(128).optional().describe('of the channel, team, ...; left out in scope all'),
  period: z.enum(['month', 'quarter', 'year']).describe('in the organisation’s zone'),
  amount: z.union([amount, z.number()]).describe('for each period'),
  currency: z.string().length(3).optional().describe('ISO 4217; the organisation’s if left out'),
  profile: z
    .union([
      z.literal('last-period').describe('as the last period went, by the hour of the week; the ledger is asked'),
      z.strictObject({
        weekdayWeights: z.array(z.number().min(0)).length(7).optional().describe('Monday first'),
        hourWeights: z.array(z.number().min(0)).length(24).optional().describe('from 0 to 23 o’clock'),
        hourOfWeekWeights: z.array(z.number().min(0)).length(168).optional().describe('from Monday 0 o’clock on'),
        dayWeights: z.array(z.number().min(0)).min(1).max(366).optional().describe('of each day of the period'),
        hourOfPeriodWeights: z.array(z.number().min(0)).min(1).max(8784).optional().describe('of each hour of it'),
        source: z.string().min(1).max(200).optional().describe('where the weights come from'),
      }),
    ])
    .optional()
    .describe('how the money is planned to go: relative weights; flat if left out'),
  tolerance: z.number().gt(0).max(100).optional().describe('variance that is tolerated, as a share; 0.1 if left out'),
  thresholds: z.array(z.number().gt(0).max(100)).min(1).optional().describe('spent shares that are told of'),
  owner: z.string().min(1).max(128).optional(),
  from: z
    .string()
    .optional()
    .describe('RFC 3339, or a date: midnight in the organisation’s zone; since ever if left out'),
  to: z.string().optional().describe('the first moment after'),
});

/** A decision with a remark. */
export const remarkBody = z.strictObject({ reason: z.string().max(2000).optional() });
/** A decision that needs a reason. */
export const reasonBody = z.strictObject({ reason: z.string().min(1).max(2000) });

export const budgetPath = z.strictObject({ budgetId: z.string().min(1).max(128) });

const rehearsal = z
  .object({
    from: time,
    to: time,
    recordedFrom: time.nullable(),
    says: z.string().describe('what came out, or why nothing did'),
    signals: z.array(
      z.object({
        signalKey: z.string(),
        proposedTimes: z.number(),
        proposedMinutes: z.number(),
        todayTimes: z.number().describe('under what holds today'),
        toldTimes: z.number().describe('told at the time'),
        firstSays: z.string().nullable(),
      }),
    ),
  })
  .describe('what it would have done to the last seven days that are recorded');

const version = z
  .object({
    number: z.number(),
    revision: z.number(),
    status: z.enum(STATUSES),
    plan: z.record(z.string(), z.unknown()).describe('the budget in the words of a reference file'),
    yearlyAmount: amount,
    authors: z.array(person),
    submittedBy: person.nullable(),
    submittedAt: time.nullable(),
    decidedBy: person.nullable(),
    decidedAt: time.nullable(),
    reason: z.string().nullable(),
    rehearsal: rehearsal.nullable(),
    endedAt: time.nullable(),
    createdAt: time,
    updatedAt: time,
  })
  .describe('a version of a budget');

export const budgetAnswer = z.object({
  budgetId: z.string(),
  scope: z.enum(BUDGET_SCOPES),
  id: z.string(),
  period: z.string(),
  currency: z.string(),
  latest: version,
  inForce: version.nullable(),
  spending: z
    .object({
      periodStart: time,
      periodEnd: time,
      asOf: time,
      spent: amount,
      plannedToDate: amount,
      forecast: z.object({ low: amount, expected: amount, high: amount }).nullable(),
      spentRatio: z.number(),
      forecastRatio: z.number().nullable(),
    })
    .nullable(),
  children: z.array(
    z.object({
      scope: z.string(),
      budgetIds: z.array(z.string()),
      amount,
      difference: amount.describe('parent less children'),
    }),
  ),
});

/** An initiative as a person writes it; the rest of its rules are those of a reference file. */
export const initiativeBody = z.strictObject({
  initiativeId: z.string().min(1).max(128).describe('stays with all of its versions'),
  scope: z.enum(SCOPES),
  id: z.string().min(1).max(128).optional().describe('of the team, group, ...; left out in scope all'),
  savesHours: z.number().gt(0).max(10_000_000).describe('paid hours that it is expected to save in a week'),
  owner: z.string().min(1).max(128).optional(),
  description: z.string().min(1).max(2000).optional().describe('what it is'),
  from: z
    .string()
    .optional()
    .describe(
      'when the saving begins: RFC 3339, or a date: midnight in the organisation’s zone; since ever if left out',
    ),
  to: z.string().optional().describe('the first moment after'),
});

/** What somebody looked at, and what came out. */
export const evaluationBody = z.strictObject({ evaluation: z.string().min(1).max(4000) });

export const initiativePath = z.strictObject({ initiativeId: z.string().min(1).max(128) });

export const initiativeVersion = z
  .object({
    number: z.number(),
    revision: z.number(),
    status: z.enum(['proposed', 'accepted', 'rejected', 'superseded', 'closed']),
    plan: z.record(z.string(), z.unknown()).describe('the initiative in the words of a reference file'),
    authors: z.array(person),
    evaluatedBy: person.nullable(),
    evaluatedAt: time.nullable(),
    evaluation: z.string().nullable().describe('what was looked at, and what came out'),
    endedAt: time.nullable(),
    createdAt: time,
    updatedAt: time,
  })
  .describe('a version of an initiative');

export const initiativeAnswer = z.object({
  initiativeId: z.string(),
  scope: z.enum(SCOPES),
  id: z.string(),
  latest: initiativeVersion,
  inForce: initiativeVersion.nullable(),
});

export const auditLine = z.object({
  auditId: z.number(),
  at: time,
  actor: person,
  actorName: z.string(),
  subject: z.enum(['budget', 'initiative', 'signal']),
  subjectId: z.string(),
  part: z.string().describe('version of the budget or initiative, episode of the signal'),
  action: z.string(),
  reason: z.string().nullable(),
  body: z.record(z.string(), z.unknown()).nullable(),
  hash: z.string().describe('SHA-256 over the line and the hash before it'),
});

export const handling = z.object({
  acknowledgedBy: z.string().nullable(),
  acknowledgedAt: time.nullable(),
  snoozedUntil: time.nullable(),
  snoozedBy: z.string().nullable(),
  comments: z.number(),
});

export const noteAnswer = z.object({
  action: z.enum(['acknowledge', 'snooze', 'comment']),
  signalKey: z.string(),
  episodeId: z.string(),
  at: time,
});
