import {
  BUDGET_SCOPES,
  DIMENSIONS,
  SCOPES,
  UNIT_COSTS,
  type AgentGroup,
  type AgentProfile,
  type Budget,
  type FxRate,
  type Initiative,
  type Organisation,
  type RateCard,
  type Rule,
} from '#libs/domain';
import { z } from 'zod';
import type { Unversioned } from './entry.js';
import type { Scalars } from './scalars.js';
import { ruleSchema } from './rule-schemas.js';
import { isZone } from './zone.js';
import { checkDates, convertDates, type Dates } from './dates.js';
import { profileFault, profileSchema } from './profile-schema.js';

/** One schema for each kind of entry; each answers with the domain's value. */
export interface EntrySchemas {
  readonly organisation: z.ZodType<Organisation>;
  readonly agent: z.ZodType<AgentProfile>;
  readonly 'agent-group': z.ZodType<AgentGroup>;
  readonly 'rate-card': z.ZodType<RateCard>;
  readonly budget: z.ZodType<Unversioned<Budget>>;
  readonly initiative: z.ZodType<Unversioned<Initiative>>;
  readonly rule: z.ZodType<Unversioned<Rule>>;
  readonly 'fx-rate': z.ZodType<FxRate>;
}

const ID = z.string().min(1).max(128);
const SLUG = z.string().regex(/^[a-z0-9][a-z0-9-]{0,47}$/, 'must be lower-case letters, digits and dashes');
const RATIO = z.number().min(0).max(100);
const SCOPE = z.enum(BUDGET_SCOPES);
const ONE_MICROS = 1_000_000n;
/** A larger one is a team or a region, and its entry would not fit a record. */
const MAX_GROUP_AGENTS = 2_000;

/** The kinds of price that a rate of a subject can have (contract section 6); any other would never be applied. */
const KINDS_BY_SUBJECT: Readonly<Record<RateCard['for'], readonly RateCard['kind'][]>> = {
  agent: ['hourly'],
  team: ['hourly'],
  region: ['hourly'],
  default: ['hourly'],
  bot: ['per-contact', 'per-unit'],
  vendor: ['per-contact', 'per-minute'],
  channel: ['per-minute', 'per-unit'],
};

/** A bot, vendor or channel rate without an id holds for those that have none of their own; labour has for default. */
const NEEDS_ID: ReadonlySet<RateCard['for']> = new Set(['agent', 'team', 'region']);

/** The schemas of all kinds in one spelling of amounts, times and durations. */
export function entrySchemas(scalars: Scalars): EntrySchemas {
  const object = (scalars.unknownFields === 'refuse' ? z.strictObject : z.object) as typeof z.object;
  const dates = { from: scalars.instant.optional(), to: scalars.instant.optional() };
  return {
    organisation: object({
      name: ID,
      zone: z.string().refine(isZone, 'must be an IANA time zone such as Asia/Shanghai'),
      currency: scalars.currency,
      unitCostTargets: z.partialRecord(z.enum(UNIT_COSTS), scalars.amount).default({}),
    }),
    agent: object({ agentId: ID, team: ID.optional(), region: ID.optional(), ...dates })
      .superRefine(checkDates)
      .transform(convertDates),
    'agent-group': object({
      groupId: ID,
      agents: z
        .array(ID)
        .min(1)
        .max(MAX_GROUP_AGENTS)
        .refine((agents) => new Set(agents).size === agents.length, 'must name each agent once'),
      ...dates,
    })
      .superRefine(checkDates)
      .transform(convertDates),
    'fx-rate': object({
      currency: scalars.currency,
      rate: scalars.amount.refine((rate) => rate > 0n, 'must be above zero'),
      ...dates,
    })
      .superRefine(checkDates)
      .transform(({ rate, ...rest }) => ({ ...convertDates(rest), rateMicros: rate })),
    'rate-card': rateCardSchema(scalars, object, dates),
    budget: budgetSchema(scalars, object, dates),
    initiative: initiativeSchema(object, dates),
    rule: ruleSchema(scalars, object, dates),
  };
}

function rateCardSchema(scalars: Scalars, object: typeof z.object, dates: Dates): z.ZodType<RateCard> {
  return object({
    rateId: ID,
    for: z.enum(['agent', 'team', 'region', 'vendor', 'bot', 'channel', 'default']),
    id: ID.optional(),
    kind: z.enum(['hourly', 'per-contact', 'per-minute', 'per-unit']),
    unit: SLUG.optional(),
    amount: scalars.amount,
    currency: scalars.currency,
    split: object({ wages: scalars.amount, socialInsurance: scalars.amount, training: scalars.amount }).optional(),
    overtimeMultiplier: scalars.amount.optional(),
    subcategory: SLUG.optional(),
    ...dates,
  })
    .superRefine(checkDates)
    .superRefine((card, context) => {
      const fault = (path: string, message: string): void =>
        context.addIssue({ code: 'custom', path: [path], message });
      const kinds = KINDS_BY_SUBJECT[card.for];
      if (!kinds.includes(card.kind)) fault('kind', `must be ${kinds.join(' or ')} for ${card.for}`);
      if (NEEDS_ID.has(card.for) && card.id === undefined) fault('id', `is missing: which ${card.for} is it for?`);
      if (card.for === 'default' && card.id !== undefined) fault('id', 'must be left out: for default means everybody');
      if (card.kind === 'per-unit' && card.unit === undefined) fault('unit', 'is missing, such as sms-segments');
      if (card.kind !== 'per-unit' && card.unit !== undefined) fault('unit', `must be left out with kind ${card.kind}`);
      if (card.kind === 'hourly') checkSplit(card.split, fault);
      else if (card.split) fault('split', 'divides hourly rates only');
      if (card.kind !== 'hourly' && card.overtimeMultiplier !== undefined) {
        fault('overtimeMultiplier', 'applies to hourly rates only');
      }
    })
    .transform(({ amount, split, overtimeMultiplier, ...rest }) => ({
      ...convertDates(rest),
      amountMicros: amount,
      ...(split && {
        splitPpm: {
          wages: Number(split.wages),
          socialInsurance: Number(split.socialInsurance),
          training: Number(split.training),
        },
      }),
      ...(overtimeMultiplier !== undefined && { overtimeMultiplierMicros: overtimeMultiplier }),
    }));
}

function checkSplit(
  split: { wages: bigint; socialInsurance: bigint; training: bigint } | undefined,
  fault: (path: string, message: string) => void,
): void {
  const sum = split ? split.wages + split.socialInsurance + split.training : ONE_MICROS;
  if (sum !== ONE_MICROS)
    fault('split', `must add up to 1 exactly (in six decimals), and adds up to ${Number(sum) / 1e6}`);
}

function budgetSchema(scalars: Scalars, object: typeof z.object, dates: Dates): z.ZodType<Unversioned<Budget>> {
  return object({
    budgetId: ID,
    scope: SCOPE,
    id: ID.optional(),
    period: z.enum(['month', 'quarter', 'year']),
    amount: scalars.amount.refine((amount) => amount > 0n, 'must be above zero'),
    currency: scalars.currency,
    status: z.enum(['draft', 'submitted', 'approved', 'rejected', 'superseded', 'closed']).default('approved'),
    profile: profileSchema(object).optional(),
    tolerance: RATIO.gt(0).optional(),
    thresholds: z.array(RATIO.gt(0)).min(1).optional(),
    owner: ID.optional(),
    ...dates,
  })
    .superRefine(checkDates)
    .superRefine(({ scope, id }, context) => {
      const message = scopeFault(scope, id);
      if (message) context.addIssue({ code: 'custom', path: ['id'], message });
    })
    .superRefine(({ profile, period }, context) => {
      const fault = profile && profileFault(profile, period);
      if (fault) context.addIssue({ code: 'custom', path: ['profile', fault.field], message: fault.message });
    })
    .transform(({ id, amount, tolerance, thresholds, ...rest }) => ({
      ...convertDates(rest),
      id: id ?? 'all',
      amountMicros: amount,
      ...(tolerance !== undefined && { toleranceRatio: tolerance }),
      ...(thresholds && { thresholdRatios: [...thresholds].sort((a, b) => a - b) }),
    }));
}

function initiativeSchema(object: typeof z.object, dates: Dates): z.ZodType<Unversioned<Initiative>> {
  return object({
    initiativeId: ID,
    scope: z.enum(SCOPES),
    id: ID.optional(),
    savesHours: z.number().gt(0).max(10_000_000),
    owner: ID.optional(),
    description: z.string().min(1).max(2_000).optional(),
    status: z.enum(['proposed', 'accepted', 'rejected', 'superseded', 'closed']).default('accepted'),
    ...dates,
  })
    .superRefine(checkDates)
    .superRefine(({ scope, id }, context) => {
      const message = scopeFault(scope, id);
      if (message) context.addIssue({ code: 'custom', path: ['id'], message });
    })
    .transform(({ id, ...rest }) => ({ ...convertDates(rest), id: id ?? 'all' }));
}

function scopeFault(scope: Budget['scope'], id: string | undefined): string | undefined {
  if (scope === 'all') return id === undefined || id === 'all' ? undefined : 'must be left out in scope all';
  if (id === undefined) return `is missing: which ${scope} is it for?`;
  const isDimension = (DIMENSIONS as readonly string[]).includes(id);
  return scope === 'dimension' && !isDimension
    ? `must be one of ${DIMENSIONS.join(', ')} in scope dimension`
    : undefined;
}
