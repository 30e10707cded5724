import type { Micros } from '../money/index.js';
import type { Rule } from './rules.js';
import type { BudgetPeriod, BudgetScope, EffectiveDated, Scope, UnitCost } from './terms.js';

export interface Organisation {
  readonly name: string;
  /** IANA zone that days and months are cut in, e.g. Asia/Shanghai. */
  readonly zone: string;
  /** ISO 4217; every window and cost event is in it. */
  readonly currency: string;
  /** Target cost per unit, the threshold of the built-in unit-cost rule where a rule gives none. */
  readonly unitCostTargets: Partial<Record<UnitCost, Micros>>;
}

export type RateSubject = 'agent' | 'team' | 'region' | 'vendor' | 'bot' | 'channel' | 'default';
export type RateKind = 'hourly' | 'per-contact' | 'per-minute' | 'per-unit';

/** A price. `id` names the agent, team, ... and is absent for `default`; `unit` only with kind per-unit. */
export interface RateCard extends EffectiveDated {
  readonly rateId: string;
  readonly for: RateSubject;
  readonly id?: string;
  readonly kind: RateKind;
  readonly unit?: string;
  readonly amountMicros: Micros;
  readonly currency: string;
  /** Shares of an hourly rate in parts per million, summing to 1_000_000. */
  readonly splitPpm?: { readonly wages: number; readonly socialInsurance: number; readonly training: number };
  /** In millionths: 1_500_000n is 1.5, the default. */
  readonly overtimeMultiplierMicros?: bigint;
  /** For channel and unit prices: the sub-category of the line (telephony, messaging, ai, ...). */
  readonly subcategory?: string;
}

export type BudgetStatus = 'draft' | 'submitted' | 'approved' | 'rejected' | 'superseded' | 'closed';

/**
 * How a budget is planned over its period: relative weights, which are multiplied where there are several; absent: flat.
 * Days and hours are local.
 */
export interface BudgetProfile {
  /** Monday first. */
  readonly weekdayWeights?: readonly number[];
  /** From 0 to 23 o'clock. */
  readonly hourWeights?: readonly number[];
  /** 168, from Monday 0 o'clock on. */
  readonly hourOfWeekWeights?: readonly number[];
  /** Of each day of the period, the first one first; days beyond the list weigh nothing. */
  readonly dayWeights?: readonly number[];
  /** Of each hour that passes from the period's start on; hours beyond the list weigh nothing. */
  readonly hourOfPeriodWeights?: readonly number[];
  /** Where the weights come from, for people. */
  readonly source?: string;
}

export interface Budget extends EffectiveDated {
  readonly budgetId: string;
  readonly scope: BudgetScope;
  /** Of scope all `all`, of scope dimension a cost dimension. */
  readonly id: string;
  readonly period: BudgetPeriod;
  readonly amountMicros: Micros;
  readonly currency: string;
  readonly status: BudgetStatus;
  readonly profile?: BudgetProfile;
  /** Tolerated variance, tau of the contract's burn rate; default 0.10. */
  readonly toleranceRatio?: number;
  /** Actual / amount at which budget-threshold fires; default 0.5, 0.75, 0.9, 1. */
  readonly thresholdRatios?: readonly number[];
  readonly owner?: string;
  readonly version: number;
}

/** What the organisation knows of an agent, where events do not say it. */
export interface AgentProfile extends EffectiveDated {
  readonly agentId: string;
  readonly team?: string;
  readonly region?: string;
}

/** A named set of agents that budgets and rules may be for; an agent may be in several. A later start is another set. */
export interface AgentGroup extends EffectiveDated {
  readonly groupId: string;
  readonly agents: readonly string[];
}

export type InitiativeStatus = 'proposed' | 'accepted' | 'rejected' | 'superseded' | 'closed';

/**
 * Something that is to save paid hours, such as merged shifts, which counts for the rule blind-cut once somebody else than its
 * authors has looked at what it does to customers and accepted it. Its dates are those of the saving.
 */
export interface Initiative extends EffectiveDated {
  readonly initiativeId: string;
  readonly scope: Scope;
  /** Of scope all `all`. */
  readonly id: string;
  /** Paid hours that it is expected to save in a week. */
  readonly savesHours: number;
  readonly owner?: string;
  /** What it is, for people. */
  readonly description?: string;
  readonly status: InitiativeStatus;
  readonly version: number;
}

/** One unit of `currency` is `rateMicros` micros of the organisation's currency, from `fromMs` on. */
export interface FxRate extends EffectiveDated {
  readonly currency: string;
  readonly rateMicros: bigint;
}

/** All reference data at one moment; replaced whole when any of it changes. */
export interface Reference {
  readonly organisation: Organisation;
  readonly rateCards: readonly RateCard[];
  readonly agents: readonly AgentProfile[];
  readonly agentGroups: readonly AgentGroup[];
  readonly budgets: readonly Budget[];
  readonly initiatives: readonly Initiative[];
  readonly rules: readonly Rule[];
  readonly fxRates: readonly FxRate[];
}
