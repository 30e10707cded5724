import { BUDGET_SCOPES, DIMENSIONS, isWindowScope, UNIT_COSTS, type Rule } from '#libs/domain';
import { z } from 'zod';
import { checkDates, convertDates, type Converted, type Dates } from './dates.js';
import { DEFAULT_HYSTERESIS_RATIO, INTEGRATION_SUBCATEGORIES, RULE_DEFAULTS } from './rule-defaults.js';
import type { Scalars } from './scalars.js';
import type { Unversioned } from './entry.js';

const ID = z.string().min(1).max(128);
const SLUG = z.string().regex(/^[a-z0-9][a-z0-9-]{0,47}$/, 'must be lower-case letters, digits and dashes');
const WINDOW = z.string().regex(/^([0-9]+(s|m|h|d)|month)$/, 'must be a window such as 5m, 1h, 24h or month');
const SEVERITY = z.enum(['info', 'warning', 'critical']);
const PERIOD = z.enum(['month', 'quarter', 'year']);
const DAY_MS = 86_400_000;
const SHARE = z.number().gt(0).max(1);
/** Of rules that can be judged ahead of the watermark. */
const EARLY = z.boolean().default(true);
const RATIO = z.number().gt(0).max(100);

/** What every rule has, in one spelling of its times. */
function commonFields(scalars: Scalars, dates: Dates) {
  return {
    ruleId: ID,
    enabled: z.boolean().default(true),
    scopes: z.array(z.enum(BUDGET_SCOPES)).min(1).optional(),
    ids: z.array(ID).min(1).optional(),
    for: scalars.duration.default(RULE_DEFAULTS.common.forMs),
    keepFiring: scalars.duration.default(RULE_DEFAULTS.common.keepFiringMs),
    hysteresisRatio: z.number().min(0).lt(1).default(DEFAULT_HYSTERESIS_RATIO),
    runbook: z.string().max(2_000).optional(),
    ...dates,
  };
}

/** The schema of rules, one for each kind; a field that is left out is the built-in rule's. */
export function ruleSchema(scalars: Scalars, object: typeof z.object, dates: Dates): z.ZodType<Unversioned<Rule>> {
  const common = commonFields(scalars, dates);
  const kinds = z.discriminatedUnion('kind', [
    unitCost(scalars, object, common),
    object({ ...common, early: EARLY, kind: z.literal('budget-threshold') })
      .superRefine(checkDates)
      .transform(convertCommon),
    burnRate(scalars, object, common),
    ...budgetKinds(scalars, object, common),
    ...billKinds(scalars, object, common),
    ...qualityKinds(scalars, object, common),
    blindCut(object, common, dates),
  ]);
  return kinds.superRefine(({ kind, scopes = [] }, context) => {
    const other = scopes.find((scope) => !isWindowScope(scope));
    if (other === undefined || ON_SPEND.has(kind)) return;
    context.addIssue({
      code: 'custom',
      path: ['scopes'],
      message: `must not name ${other}: only rules on spend and budgets can`,
    });
  });
}

/** Kinds that can be judged on a part of the spend that has no windows. */
const ON_SPEND: ReadonlySet<Rule['kind']> = new Set([
  'budget-threshold',
  'burn-rate',
  'budget-forecast',
  'promotion-overspend',
  'unapproved-spend',
] as const);

type Common = ReturnType<typeof commonFields>;

function unitCost(scalars: Scalars, object: typeof z.object, common: Common) {
  return object({
    ...common,
    kind: z.literal('unit-cost'),
    per: z.enum(UNIT_COSTS),
    window: WINDOW.default('1h'),
    target: scalars.amount.optional(),
    minimumUnits: z.int().min(1).default(20),
    severity: SEVERITY.default('warning'),
  })
    .superRefine(checkDates)
    .transform(({ target, ...rest }) => ({
      ...convertCommon(rest),
      ...(target !== undefined && { targetMicros: target }),
    }));
}

function burnRate(scalars: Scalars, object: typeof z.object, common: Common) {
  const pair = object({
    long: scalars.duration,
    short: scalars.duration,
    factor: z.number().gt(0),
    severity: SEVERITY,
  }).refine(({ long, short }) => short > 0 && short < long, { path: ['short'], error: 'must be shorter than long' });
  return object({ ...common, early: EARLY, kind: z.literal('burn-rate'), pairs: z.array(pair).min(1) })
    .superRefine(checkDates)
    .transform(({ pairs, ...rest }) => ({
      ...convertCommon(rest),
      pairs: pairs.map(({ long, short, ...other }) => ({ longMs: long, shortMs: short, ...other })),
    }));
}

/** Kinds that look at budgets, or at there being none. */
function budgetKinds(scalars: Scalars, object: typeof z.object, common: Common) {
  const { forecast, unapproved, promotion } = RULE_DEFAULTS;
  return [
    object({
      ...common,
      kind: z.literal('budget-forecast'),
      limitRatio: RATIO.default(forecast.limitRatio),
      dailySpreadRatio: z.number().min(0).max(1).default(forecast.dailySpreadRatio),
      minimumObserved: scalars.duration.default(forecast.minimumObservedMs),
    })
      .superRefine(checkDates)
      .transform(({ minimumObserved, ...rest }) => ({ ...convertCommon(rest), minimumObservedMs: minimumObserved })),
    object({
      ...common,
      kind: z.literal('unapproved-spend'),
      early: EARLY,
      minimum: scalars.amount.default(unapproved.minimumMicros),
      severity: SEVERITY.default(unapproved.severity),
    })
      .superRefine(checkDates)
      .transform(({ minimum, ...rest }) => ({ ...convertCommon(rest), minimumMicros: minimum })),
    object({
      ...common,
      kind: z.literal('promotion-overspend'),
      window: scalars.duration.default(promotion.windowMs),
      overRatio: RATIO.default(promotion.overRatio),
      driverRatio: SHARE.default(promotion.driverRatio),
      severity: SEVERITY.default(promotion.severity),
    })
      .superRefine(checkDates)
      .transform(({ window, ...rest }) => ({ ...convertCommon(rest), windowMs: window })),
  ] as const;
}

/** Kinds that look at bills and revenue. */
function billKinds(scalars: Scalars, object: typeof z.object, common: Common) {
  const { costShare, misallocation, integration } = RULE_DEFAULTS;
  const pattern = object({ text: z.string().min(2).max(100), dimension: z.enum(DIMENSIONS) });
  return [
    object({
      ...common,
      kind: z.literal('cost-share'),
      warningRatio: SHARE.default(costShare.warningRatio),
      criticalRatio: SHARE.default(costShare.criticalRatio),
      minimumObserved: scalars.duration.default(costShare.minimumObservedMs),
    })
      .superRefine(checkDates)
      .refine(({ warningRatio, criticalRatio }) => warningRatio <= criticalRatio, {
        path: ['criticalRatio'],
        error: 'must not be below warningRatio',
      })
      .transform(({ minimumObserved, ...rest }) => ({ ...convertCommon(rest), minimumObservedMs: minimumObserved })),
    object({
      ...common,
      kind: z.literal('misallocation'),
      shareRatio: z.number().min(0).max(1).default(misallocation.shareRatio),
      patterns: z.array(pattern).max(100).default([]),
      severity: SEVERITY.default(misallocation.severity),
    })
      .superRefine(checkDates)
      .transform(convertCommon),
    object({
      ...common,
      kind: z.literal('integration-cost'),
      subcategories: z
        .array(SLUG)
        .min(1)
        .default([...INTEGRATION_SUBCATEGORIES]),
      period: PERIOD.default(integration.period),
      plan: scalars.amount.default(integration.planMicros),
      toleranceRatio: z.number().min(0).max(100).default(integration.toleranceRatio),
    })
      .superRefine(checkDates)
      .transform(({ plan, ...rest }) => ({ ...convertCommon(rest), planMicros: plan })),
  ] as const;
}

/** Kinds that look at what is done well or badly. */
function qualityKinds(scalars: Scalars, object: typeof z.object, common: Common) {
  const { automation, vendor, anomaly } = RULE_DEFAULTS;
  return [
    object({
      ...common,
      kind: z.literal('over-automation'),
      window: WINDOW.default(automation.window),
      baseline: scalars.duration.default(automation.baselineMs),
      automationRise: SHARE.default(automation.automationRise),
      complaintRatio: SHARE.default(automation.complaintRatio),
      complaintFactor: RATIO.default(automation.complaintFactor),
      minimumUnits: z.int().min(1).default(automation.minimumUnits),
      severity: SEVERITY.default(automation.severity),
    })
      .superRefine(checkDates)
      .transform(({ baseline, ...rest }) => ({ ...convertCommon(rest), baselineMs: baseline })),
    object({
      ...common,
      kind: z.literal('vendor-quality'),
      window: scalars.duration.refine((ms) => ms > 0 && ms <= DAY_MS, 'must be at most 24h').default(vendor.windowMs),
      errorRatio: SHARE.default(vendor.errorRatio),
      minimumUnits: z.int().min(1).default(vendor.minimumUnits),
    })
      .superRefine(checkDates)
      .transform(({ window, ...rest }) => ({ ...convertCommon(rest), windowMs: window })),
    object({
      ...common,
      kind: z.literal('anomaly'),
      minimumWeeks: z
        .int()
        .min(3, 'must be at least 3: fewer weeks have no median to speak of')
        .max(5)
        .default(anomaly.minimumWeeks),
      deviations: z.number().gt(0).max(100).default(anomaly.deviations),
      relativeRatio: RATIO.default(anomaly.relativeRatio),
      absolute: scalars.amount.default(anomaly.absoluteMicros),
      severity: SEVERITY.default(anomaly.severity),
    })
      .superRefine(checkDates)
      .transform(({ absolute, ...rest }) => ({ ...convertCommon(rest), absoluteMicros: absolute })),
  ] as const;
}

function blindCut(object: typeof z.object, common: Common, dates: Dates) {
  const { blindCut: defaults } = RULE_DEFAULTS;
  const initiative = object({ initiativeId: ID, ...dates })
    .superRefine(checkDates)
    .transform(convertDates);
  return object({
    ...common,
    kind: z.literal('blind-cut'),
    window: z
      .string()
      .regex(/^([1-9]|1[0-9]|2[0-4])h$/, 'must be whole hours, 1h to 24h')
      .default(defaults.window),
    minimumWeeks: z.int().min(1).max(5).default(defaults.minimumWeeks),
    cutRatio: SHARE.default(defaults.cutRatio),
    csatFallRatio: SHARE.default(defaults.csatFallRatio),
    criticalFallRatio: SHARE.default(defaults.criticalFallRatio),
    abandonFactor: RATIO.default(defaults.abandonFactor),
    abandonRise: SHARE.default(defaults.abandonRise),
    minimumUnits: z.int().min(1).default(defaults.minimumUnits),
    initiatives: z.array(initiative).max(100).default([]),
  })
    .superRefine(checkDates)
    .transform(convertCommon);
}

function convertCommon<
  T extends { for: number; keepFiring: number; from?: number | undefined; to?: number | undefined },
>(value: T): Converted<Omit<T, 'for' | 'keepFiring'>> & { forMs: number; keepFiringMs: number } {
  const { for: forMs, keepFiring: keepFiringMs, ...rest } = value;
  return { ...convertDates(rest), forMs, keepFiringMs };
}
