/**
 * What people decide: rates, budgets, rules, the organisation. Every entry is effective-dated over
 * [fromMs, toMs) in epoch milliseconds, so a replay sees what was in force at event time.
 * Absent `fromMs` means since ever, absent `toMs` until further notice.
 */
export interface EffectiveDated {
  readonly fromMs?: number;
  readonly toMs?: number;
}

/** Cost dimensions of the contract (method section 1). */
export const DIMENSIONS = ['labour', 'system', 'marketing', 'outsourcing', 'training'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** Scopes whose windows are published (contract section 7). `all` has the single id "all". */
export const PUBLISHED_SCOPES = [
  'all',
  'agent',
  'channel',
  'team',
  'queue',
  'region',
  'vendor',
  'topic',
  'stage',
  'customer-tier',
] as const;
export type PublishedScope = (typeof PUBLISHED_SCOPES)[number];

/**
 * Scopes that windows are kept for: those that are published, and groups of agents, which the contract has no windows of
 * and which are there for budgets and rules. Their places in this list stand in records: new ones go to the end.
 */
export const SCOPES = [...PUBLISHED_SCOPES, 'group'] as const;
export type Scope = (typeof SCOPES)[number];

/**
 * What a budget can be for: a window's scope, or a part of the whole centre's spend that has no windows of its own, a
 * cost dimension or a system of the inventory (a bill's `system`).
 */
export const BUDGET_SCOPES = [...SCOPES, 'dimension', 'system'] as const;
export type BudgetScope = (typeof BUDGET_SCOPES)[number];

/** Whether windows are kept for it. */
export function isWindowScope(scope: BudgetScope): scope is Scope {
  return (SCOPES as readonly BudgetScope[]).includes(scope);
}

/** Whether its windows are published. */
export function isPublishedScope(scope: BudgetScope): scope is PublishedScope {
  return (PUBLISHED_SCOPES as readonly BudgetScope[]).includes(scope);
}

/** Unit costs of method section 4: cost per interaction, per resolution, per contact handled by a person. */
export const UNIT_COSTS = ['interaction', 'resolution', 'handled'] as const;
export type UnitCost = (typeof UNIT_COSTS)[number];

/** Periods that a budget is given for, in the organisation's zone. */
export type BudgetPeriod = 'month' | 'quarter' | 'year';

/** How bad a signal is, mildest first. */
export type Severity = 'info' | 'warning' | 'critical';
