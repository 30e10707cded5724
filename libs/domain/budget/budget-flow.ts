import type { Micros } from '../money/index.js';
import type { Budget, BudgetStatus } from '../reference/index.js';

/** What people do with a version of a budget. `supersede` follows from the approval of a later version. */
export type BudgetStep = 'edit' | 'submit' | 'approve' | 'reject' | 'supersede' | 'close';

/** Where each step leads; what does not stand here is not possible. */
const TRANSITIONS: Readonly<Record<BudgetStatus, Readonly<Partial<Record<BudgetStep, BudgetStatus>>>>> = {
  draft: { edit: 'draft', submit: 'submitted' },
  submitted: { approve: 'approved', reject: 'rejected' },
  approved: { supersede: 'superseded', close: 'closed' },
  rejected: {},
  superseded: {},
  closed: {},
};

/** Of a version, what its flow depends on. */
export interface BudgetFlowState {
  readonly status: BudgetStatus;
  /** Everybody who wrote it or submitted it. */
  readonly authors: readonly string[];
  readonly budget: Pick<Budget, 'amountMicros' | 'period'>;
}

/** Who takes a step. */
export interface BudgetActor {
  readonly id: string;
  /** Programs with a shared token and files are no persons: they may write drafts and nothing else. */
  readonly isPerson: boolean;
  /** Most that he may approve for a year; undefined: any amount. */
  readonly yearlyLimitMicros: Micros | undefined;
}

/** Why a step is not possible. */
export type BudgetRefusal = 'wrong-status' | 'not-a-person' | 'own-budget' | 'over-limit' | 'reason-missing';

export type BudgetDecision =
  { readonly ok: true; readonly status: BudgetStatus } | { readonly ok: false; readonly refusal: BudgetRefusal };

/**
 * Whether `actor` may take `step` now, and where it leads. Nobody approves what he wrote or submitted; nobody approves
 * more than his limit, in a year's worth ({@link yearlyMicros}); a rejection has a reason.
 */
export function decideStep(
  state: BudgetFlowState,
  step: BudgetStep,
  actor: BudgetActor,
  reason?: string,
): BudgetDecision {
  const status = TRANSITIONS[state.status][step];
  if (status === undefined) return { ok: false, refusal: 'wrong-status' };
  const refusal = refusalOf(state, step, actor, reason);
  return refusal === undefined ? { ok: true, status } : { ok: false, refusal };
}

function refusalOf(
  { authors, budget }: BudgetFlowState,
  step: BudgetStep,
  actor: BudgetActor,
  reason: string | undefined,
): BudgetRefusal | undefined {
  if (step !== 'edit' && !actor.isPerson) return 'not-a-person';
  if (step === 'reject' && (reason ?? '').trim() === '') return 'reason-missing';
  if (step !== 'approve') return undefined;
  if (authors.includes(actor.id)) return 'own-budget';
  const limit = actor.yearlyLimitMicros;
  return limit !== undefined && yearlyMicros(budget) > limit ? 'over-limit' : undefined;
}

const PERIODS_A_YEAR = { month: 12n, quarter: 4n, year: 1n } as const;

/** What a budget allows to be spent in a year, so that a limit is not passed by cutting a year into months. */
export function yearlyMicros({ amountMicros, period }: Pick<Budget, 'amountMicros' | 'period'>): Micros {
  return amountMicros * PERIODS_A_YEAR[period];
}

/**
 * What an approved version becomes for those who compute (stages, replays), once a later version holds from `fromMs`
 * on or the budget is closed then: in force up to that moment, so that a replay of the time before sees it; null
 * when that moment is not after its own start: then it never counts again.
 */
export function endedAt<Value extends Pick<Budget, 'fromMs' | 'toMs'>>(
  budget: Value,
  fromMs: number | undefined,
): Value | null {
  if (fromMs === undefined || fromMs <= (budget.fromMs ?? -Infinity)) return null;
  return { ...budget, toMs: Math.min(budget.toMs ?? Infinity, fromMs) };
}
