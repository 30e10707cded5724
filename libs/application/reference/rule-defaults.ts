import type {
  AnomalyRule,
  BlindCutRule,
  BurnRateRule,
  BudgetForecastRule,
  CostShareRule,
  IntegrationCostRule,
  MisallocationRule,
  OverAutomationRule,
  PromotionOverspendRule,
  Rule,
  Severity,
  UnapprovedSpendRule,
  UnitCost,
  UnitCostRule,
  VendorQualityRule,
} from '#libs/domain';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A firing signal counts as clear below its limit by this share of it, unless its rule says otherwise. */
export const DEFAULT_HYSTERESIS_RATIO = 0.05;

/** Subcategories of bills for systems that do not work together: the method's integration, duplicate entry, redundancy. */
export const INTEGRATION_SUBCATEGORIES: readonly string[] = ['integration', 'duplicate-entry', 'redundant-system'];

type Thresholds<R extends Rule> = Omit<
  R,
  'kind' | 'ruleId' | 'version' | 'enabled' | 'forMs' | 'keepFiringMs' | 'hysteresisRatio' | 'scopes' | 'ids' | 'early'
>;

/** What a rule has unless it says otherwise; the figures are the method's where it gives any (see each kind's docstring). */
export const RULE_DEFAULTS = {
  common: { forMs: 2 * MINUTE_MS, keepFiringMs: 5 * MINUTE_MS },
  forecast: {
    limitRatio: 1,
    dailySpreadRatio: 0.2,
    minimumObservedMs: DAY_MS,
  } satisfies Thresholds<BudgetForecastRule>,
  unapproved: { minimumMicros: 0n, severity: 'warning' } satisfies Thresholds<UnapprovedSpendRule>,
  costShare: {
    warningRatio: 0.05,
    criticalRatio: 0.055,
    minimumObservedMs: DAY_MS,
  } satisfies Thresholds<CostShareRule>,
  misallocation: { shareRatio: 0.01, patterns: [], severity: 'info' } satisfies Thresholds<MisallocationRule>,
  integration: {
    subcategories: INTEGRATION_SUBCATEGORIES,
    period: 'year',
    planMicros: 2_000_000_000_000n,
    toleranceRatio: 0.1,
  } satisfies Thresholds<IntegrationCostRule>,
  promotion: {
    windowMs: HOUR_MS,
    overRatio: 0.3,
    driverRatio: 0.5,
    severity: 'critical',
  } satisfies Thresholds<PromotionOverspendRule>,
  automation: {
    window: '1h',
    baselineMs: 3 * DAY_MS,
    automationRise: 0.05,
    complaintRatio: 0.08,
    complaintFactor: 1.5,
    minimumUnits: 200,
    severity: 'warning',
  } satisfies Thresholds<OverAutomationRule>,
  anomaly: {
    minimumWeeks: 3,
    deviations: 4,
    relativeRatio: 0.3,
    absoluteMicros: 500_000_000n,
    severity: 'warning',
  } satisfies Thresholds<AnomalyRule>,
  blindCut: {
    window: '24h',
    minimumWeeks: 1,
    cutRatio: 0.1,
    csatFallRatio: 0.1,
    criticalFallRatio: 0.4,
    abandonFactor: 1.5,
    abandonRise: 0.03,
    minimumUnits: 200,
    initiatives: [],
  } satisfies Thresholds<BlindCutRule>,
  vendor: { windowMs: 6 * HOUR_MS, errorRatio: 0.08, minimumUnits: 30 } satisfies Thresholds<VendorQualityRule>,
} as const;

const ALWAYS = {
  version: 1,
  enabled: true,
  ...RULE_DEFAULTS.common,
  hysteresisRatio: DEFAULT_HYSTERESIS_RATIO,
} as const;

function unitCostRule(per: UnitCost): UnitCostRule {
  return {
    ...ALWAYS,
    ruleId: `unit-cost-${per}`,
    kind: 'unit-cost',
    per,
    window: '1h',
    minimumUnits: 20,
    severity: 'warning',
  };
}

function pair(longMs: number, shortMs: number, factor: number, severity: Severity): BurnRateRule['pairs'][number] {
  return { longMs, shortMs, factor, severity };
}

/**
 * The built-in rules, one of each kind and three of unit cost. A rule of the same ruleId in the reference data replaces
 * the built-in one whole, so `enabled: false` switches it off. The unit-cost rules compare with the organisation's
 * targets and are silent without; the burn rate's pairs and factors are the contract's.
 */
export const DEFAULT_RULES: readonly Rule[] = [
  unitCostRule('handled'),
  unitCostRule('interaction'),
  unitCostRule('resolution'),
  { ...ALWAYS, ruleId: 'budget-threshold', kind: 'budget-threshold', forMs: 0, early: true },
  {
    ...ALWAYS,
    ruleId: 'burn-rate',
    kind: 'burn-rate',
    early: true,
    pairs: [
      pair(HOUR_MS, 5 * MINUTE_MS, 14.4, 'critical'),
      pair(6 * HOUR_MS, 30 * MINUTE_MS, 6, 'critical'),
      pair(24 * HOUR_MS, 2 * HOUR_MS, 3, 'warning'),
      pair(72 * HOUR_MS, 6 * HOUR_MS, 1, 'warning'),
    ],
  },
  { ...ALWAYS, ruleId: 'budget-forecast', kind: 'budget-forecast', ...RULE_DEFAULTS.forecast },
  { ...ALWAYS, ruleId: 'unapproved-spend', kind: 'unapproved-spend', early: true, ...RULE_DEFAULTS.unapproved },
  { ...ALWAYS, ruleId: 'cost-share', kind: 'cost-share', ...RULE_DEFAULTS.costShare },
  { ...ALWAYS, ruleId: 'misallocation', kind: 'misallocation', ...RULE_DEFAULTS.misallocation },
  { ...ALWAYS, ruleId: 'integration-cost', kind: 'integration-cost', ...RULE_DEFAULTS.integration },
  { ...ALWAYS, ruleId: 'promotion-overspend', kind: 'promotion-overspend', ...RULE_DEFAULTS.promotion },
  { ...ALWAYS, ruleId: 'over-automation', kind: 'over-automation', ...RULE_DEFAULTS.automation },
  { ...ALWAYS, ruleId: 'vendor-quality', kind: 'vendor-quality', ...RULE_DEFAULTS.vendor },
  { ...ALWAYS, ruleId: 'anomaly', kind: 'anomaly', ...RULE_DEFAULTS.anomaly },
  { ...ALWAYS, ruleId: 'blind-cut', kind: 'blind-cut', ...RULE_DEFAULTS.blindCut },
];
