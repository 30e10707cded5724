import {
  addAmount,
  addInto,
  amountOf,
  burnRate,
  copyMeasures,
  emptyMeasures,
  evaluateAnomaly,
  evaluateBlindCut,
  evaluateBudgetForecast,
  evaluateBudgetThreshold,
  evaluateBurnRate,
  evaluateCostShare,
  evaluateIntegrationCost,
  evaluateMisallocation,
  evaluateOverAutomation,
  evaluatePromotionOverspend,
  evaluateUnapprovedSpend,
  evaluateUnitCost,
  evaluateVendorQuality,
  formatDuration,
  projectSpend,
  toNextBurn,
  toNextThreshold,
  toUnapproved,
  type AppliedOnSpend,
  type AppliedPromotionOverspend,
  type AppliedRule,
  type Budget,
  type Measures,
  type Micros,
  type Projection,
  type SignalContributor,
  type Verdict,
} from '#libs/domain';
import type { ScopeView } from './scope-view.js';

/** One budget as the metrics and the API show it. */
export interface BudgetFigures {
  readonly budgetId: string;
  /** Event time that it was judged at, and what was spent in its period up to then. */
  readonly asOfMs?: number;
  readonly spentMicros?: Micros;
  readonly spentRatio: number;
  /** Projected to the end of the period, of the amount; absent before anything was planned. */
  readonly forecastRatio?: number;
  readonly projection?: Projection;
  readonly burnRates: Readonly<Record<string, number>>;
}

/** A verdict, the content that it rests on, who drove it where the rule knows, and what the metrics show of a budget. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly content: Measures;
  readonly contributors?: SignalContributor[];
  readonly figures?: Partial<BudgetFigures>;
}

const MONTH = { period: 'month' } as const;

/** Judges one rule on one scope; undefined where there is nothing to judge yet. */
export function judgeRule(rule: AppliedRule, view: ScopeView): Judgement | undefined {
  return 'budget' in rule ? judgeOnBudget(rule, view) : judgeOnScope(rule, view);
}

function judgeOnBudget(rule: Extract<AppliedRule, { budget: Budget }>, view: ScopeView): Judgement {
  switch (rule.kind) {
    case 'budget-threshold': {
      const periodStartMs = view.periodOf(rule.budget).startMs;
      const content = view.spentInPeriod(rule.budget);
      const actualMicros = amountOf(content);
      const figures = {
        asOfMs: view.asOfMs,
        spentMicros: actualMicros,
        spentRatio: ratio(actualMicros, rule.budget.amountMicros),
      };
      return { verdict: evaluateBudgetThreshold(rule, { actualMicros, periodStartMs }), content, figures };
    }
    case 'burn-rate': {
      const observation = { ...timesOf(view), spentMicros: view.spentBetween.bind(view) };
      const burnRates: Record<string, number> = {};
      for (const windowMs of rule.rule.pairs.flatMap(({ longMs, shortMs }) => [longMs, shortMs])) {
        const burn = burnRate(rule.budget, windowMs, observation);
        if (burn) burnRates[formatDuration(windowMs)] = burn.rate;
      }
      const content = view.spentInPeriod(rule.budget);
      return { verdict: evaluateBurnRate(rule, observation), content, figures: { burnRates } };
    }
    case 'budget-forecast': {
      const { budget } = rule;
      const observation = {
        ...timesOf(view),
        spentMicros: (fromMs: number) => amountOf(view.spentInPeriod(budget, fromMs)),
      };
      const projection = projectSpend(budget, rule.rule.dailySpreadRatio, observation);
      const figures = projection && {
        forecastRatio: ratio(projection.expectedMicros, budget.amountMicros),
        projection,
      };
      const verdict = evaluateBudgetForecast(rule, observation);
      return { verdict, content: view.spentInPeriod(budget), ...(figures && { figures }) };
    }
    case 'promotion-overspend':
      return judgePromotion(rule, view);
  }
}

/**
 * How much more has to be spent by the view's time until the rule's condition holds, or is worse than in `verdict`; undefined
 * where it cannot become worse.
 */
export function toNextVerdict(rule: AppliedOnSpend, view: ScopeView, verdict: Verdict): Micros | undefined {
  switch (rule.kind) {
    case 'budget-threshold':
      return toNextThreshold(rule, amountOf(view.spentInPeriod(rule.budget)));
    case 'burn-rate': {
      const observation = { ...timesOf(view), spentMicros: view.spentBetween.bind(view) };
      return toNextBurn(rule, observation, verdict.condition ? verdict.severity : undefined);
    }
    case 'unapproved-spend':
      return toUnapproved(rule, amountOf(view.spentInPeriod(MONTH)));
  }
}

function judgeOnScope(rule: Exclude<AppliedRule, { budget: Budget }>, view: ScopeView): Judgement | undefined {
  switch (rule.kind) {
    case 'unit-cost': {
      const content = view.window(rule.rule.window)?.content;
      return content && { verdict: evaluateUnitCost(rule, content), content };
    }
    case 'unapproved-spend': {
      const content = view.spentInPeriod(MONTH);
      return { verdict: evaluateUnapprovedSpend(rule, amountOf(content)), content };
    }
    case 'cost-share': {
      const fromMs = Math.max(view.periodOf(MONTH).startMs, view.observedSinceMs);
      const content = view.spentInPeriod(MONTH, fromMs);
      const costMicros = amountOf(content);
      const observation = { costMicros, revenueMicros: view.revenue(fromMs), observedMs: view.asOfMs - fromMs };
      return { verdict: evaluateCostShare(rule, observation), content };
    }
    case 'misallocation': {
      const content = view.spentInPeriod(MONTH);
      return { ...evaluateMisallocation(rule, view.bills(view.periodOf(MONTH).startMs), amountOf(content)), content };
    }
    case 'integration-cost': {
      const period = view.periodOf(rule.rule);
      const { calendar, asOfMs } = view;
      const judged = evaluateIntegrationCost(rule, { calendar, period, asOfMs, bills: view.bills(period.startMs) });
      return { ...judged, content: view.spentInPeriod(rule.rule) };
    }
    case 'anomaly': {
      const observed = view.lastHour();
      return { ...evaluateAnomaly(rule, { observed, past: view.pastHours() }), content: observed };
    }
    case 'blind-cut': {
      const stretch = view.wholeHours(Number.parseInt(rule.rule.window, 10));
      if (!stretch) return undefined;
      return { verdict: evaluateBlindCut(rule, { ...stretch, asOfMs: view.asOfMs }), content: stretch.observed };
    }
    case 'vendor-quality': {
      const fromMs = Math.max(view.asOfMs - rule.rule.windowMs, view.observedSinceMs);
      const vendor = view.cells(rule.id, fromMs);
      const billsMicros = view
        .bills(fromMs)
        .reduce((sum, bill) => sum + (bill.vendorId === rule.id ? bill.amountMicros : 0n), 0n);
      const content = emptyMeasures();
      for (const measures of vendor.values()) addInto(content, measures);
      addAmount(content, 'outsourcing', billsMicros);
      const observation = { vendor, inHouse: view.cells(undefined, fromMs), billsMicros };
      return { verdict: evaluateVendorQuality(rule, observation), content };
    }
    case 'over-automation': {
      const window = view.window(rule.rule.window);
      if (!window) return undefined;
      const baseline = view.longBefore(window.startMs, rule.rule.baselineMs);
      return { verdict: evaluateOverAutomation(rule, window.content, baseline), content: window.content };
    }
  }
}

function judgePromotion(rule: AppliedPromotionOverspend, view: ScopeView): Judgement {
  const { asOfMs, calendar } = view;
  const fromMs = Math.max(asOfMs - rule.rule.windowMs, view.observedSinceMs);
  const bills = view.bills(fromMs);
  const content = copyMeasures(view.lately(rule.rule.windowMs));
  // What a contact costs in marketing is what was given away with it; what bills cost in marketing may be anything.
  let promotionMicros = content.marketing;
  for (const { amountMicros, dimension, promotion } of bills) {
    content[dimension] += amountMicros;
    if (promotion === true) promotionMicros += amountMicros;
  }
  const observation = { calendar, fromMs, asOfMs, spentMicros: amountOf(content), promotionMicros };
  return { verdict: evaluatePromotionOverspend(rule, observation), content };
}

function timesOf({
  calendar,
  asOfMs,
  observedSinceMs,
}: ScopeView): Pick<ScopeView, 'calendar' | 'asOfMs' | 'observedSinceMs'> {
  return { calendar, asOfMs, observedSinceMs };
}

function ratio(part: Micros, whole: Micros): number {
  return whole > 0n ? Number(part) / Number(whole) : 0;
}
