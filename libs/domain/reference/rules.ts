import type { Micros } from '../money/index.js';
import type { BudgetPeriod, BudgetScope, Dimension, EffectiveDated, Severity, UnitCost } from './terms.js';

interface RuleCommon extends EffectiveDated {
  readonly ruleId: string;
  readonly version: number;
  readonly enabled: boolean;
  /** Scopes that the rule is evaluated in; absent: the kind's default. */
  readonly scopes?: readonly BudgetScope[];
  /** Ids that it is limited to; absent: every id of the scopes. */
  readonly ids?: readonly string[];
  /** The condition must hold this long (event time) before it fires. */
  readonly forMs: number;
  /** It must be clear this long (event time) before it resolves. */
  readonly keepFiringMs: number;
  /**
   * A firing signal counts as clear only below the limit by this share of it, so that a figure around its limit does not
   * flap; absent: none.
   */
  readonly hysteresisRatio?: number;
  readonly runbook?: string;
}

/** A rule whose condition only more spend can bring about, and nothing but a correction can take back. */
interface RuleOnSpend extends RuleCommon {
  /**
   * Judged on what has come so far, ahead of the watermark, so that a signal is told within a second or so; else only once
   * a minute is complete.
   */
  readonly early?: boolean;
}

/** Cost per unit over `window` above `target` (micros; absent: the organisation's), with at least `minimumUnits`. */
export interface UnitCostRule extends RuleCommon {
  readonly kind: 'unit-cost';
  readonly per: UnitCost;
  readonly window: string;
  readonly targetMicros?: Micros;
  readonly minimumUnits: number;
  readonly severity: Severity;
}

/** Actual at the budget's thresholds; the severity follows the threshold (below 0.75 info, below 1 warning, else critical). */
export interface BudgetThresholdRule extends RuleOnSpend {
  readonly kind: 'budget-threshold';
}

/** Burn of the tolerated variance, contract section 8. */
export interface BurnRateRule extends RuleOnSpend {
  readonly kind: 'burn-rate';
  readonly pairs: readonly {
    readonly longMs: number;
    readonly shortMs: number;
    readonly factor: number;
    readonly severity: Severity;
  }[];
}

/** Projected spend of a budget's period over `limitRatio` of it, judged on the low end of the interval. */
export interface BudgetForecastRule extends RuleCommon {
  readonly kind: 'budget-forecast';
  /** Projected / amount, 1 being the whole budget. */
  readonly limitRatio: number;
  /** How much one day's spend usually strays from the plan's profile; makes the interval. */
  readonly dailySpreadRatio: number;
  /** Less than this observed of the period is not projected. */
  readonly minimumObservedMs: number;
}

/** Spend of the month in a scope that has no approved budget, above `minimumMicros`. */
export interface UnapprovedSpendRule extends RuleOnSpend {
  readonly kind: 'unapproved-spend';
  readonly minimumMicros: Micros;
  readonly severity: Severity;
}

/** Service cost of the month / revenue of the same time. */
export interface CostShareRule extends RuleCommon {
  readonly kind: 'cost-share';
  readonly warningRatio: number;
  readonly criticalRatio: number;
  /** Cost follows the hours and revenue does not: less than this observed is not judged. */
  readonly minimumObservedMs: number;
}

/** A text in a bill's supplier, subcategory or description that says which dimension it belongs to. */
export interface MisallocationPattern {
  /** Part of the text, whatever its case. */
  readonly text: string;
  readonly dimension: Dimension;
}

/** Bills of the month that stand under another dimension than they belong to, as a share of the month's spend. */
export interface MisallocationRule extends RuleCommon {
  readonly kind: 'misallocation';
  readonly shareRatio: number;
  readonly patterns: readonly MisallocationPattern[];
  readonly severity: Severity;
}

/** Bills for systems that do not work together, in the period to date, against a plan of their own. */
export interface IntegrationCostRule extends RuleCommon {
  readonly kind: 'integration-cost';
  /** Subcategories of bills that count. */
  readonly subcategories: readonly string[];
  readonly period: BudgetPeriod;
  /** For the whole period. */
  readonly planMicros: Micros;
  /** Over the plan to date by this much is tolerated. */
  readonly toleranceRatio: number;
}

/** Over a budget's plan in the window, with promotions as the main driver. */
export interface PromotionOverspendRule extends RuleCommon {
  readonly kind: 'promotion-overspend';
  readonly windowMs: number;
  /** Spent over plan, as a share of the plan. */
  readonly overRatio: number;
  /** Part of the excess that promotions must account for. */
  readonly driverRatio: number;
  readonly severity: Severity;
}

/** More is automated than before, and more of it is complained of. */
export interface OverAutomationRule extends RuleCommon {
  readonly kind: 'over-automation';
  readonly window: string;
  /** What is compared with: this long before the window. */
  readonly baselineMs: number;
  /** Automation rate over the baseline's, in points of the ratio. */
  readonly automationRise: number;
  /** Complaints / interactions from which on it is bad, whatever they were. */
  readonly complaintRatio: number;
  /** Complaint rate / the baseline's. */
  readonly complaintFactor: number;
  /** Fewer interactions, in the window or in the baseline, are not judged. */
  readonly minimumUnits: number;
  readonly severity: Severity;
}

/** A vendor's errors, and what they make its resolutions cost against the in-house ones. */
export interface VendorQualityRule extends RuleCommon {
  readonly kind: 'vendor-quality';
  readonly windowMs: number;
  /** Errors / contacts that are tolerated. */
  readonly errorRatio: number;
  /** Fewer contacts in the window are not judged. */
  readonly minimumUnits: number;
}

/** The last hour against the same hour of the week in past weeks. */
export interface AnomalyRule extends RuleCommon {
  readonly kind: 'anomaly';
  readonly minimumWeeks: number;
  /** Standard deviations, told from the median of the distances from the median. */
  readonly deviations: number;
  /** Excess over the usual, as a share of it. */
  readonly relativeRatio: number;
  /** Excess over the usual in an hour. */
  readonly absoluteMicros: Micros;
  readonly severity: Severity;
}

/** An initiative whose effect on quality somebody has looked at, and the times that it explains; event time in epoch ms. */
export interface EvaluatedInitiative {
  readonly initiativeId: string;
  readonly fromMs?: number;
  readonly toMs?: number;
}

/** Fewer paid hours than in past weeks, and customers who feel it. */
export interface BlindCutRule extends RuleCommon {
  readonly kind: 'blind-cut';
  /** Whole hours, at most a day. */
  readonly window: string;
  readonly minimumWeeks: number;
  /** Paid hours below the usual, as a share of them. */
  readonly cutRatio: number;
  /** CSAT below the usual, as a share of it; from the second on it is critical. */
  readonly csatFallRatio: number;
  readonly criticalFallRatio: number;
  /** Abandoned / contacts over the usual, as a multiple and in points of the ratio: both. */
  readonly abandonFactor: number;
  readonly abandonRise: number;
  /** Fewer contacts are not judged. */
  readonly minimumUnits: number;
  /** While one of these goes on the rule is silent. */
  readonly initiatives: readonly EvaluatedInitiative[];
}

/** Any rule, told apart by its kind. */
export type Rule =
  | UnitCostRule
  | BudgetThresholdRule
  | BurnRateRule
  | BudgetForecastRule
  | UnapprovedSpendRule
  | CostShareRule
  | MisallocationRule
  | IntegrationCostRule
  | PromotionOverspendRule
  | OverAutomationRule
  | VendorQualityRule
  | AnomalyRule
  | BlindCutRule;
