import type { InitiativeStatus } from '../reference/index.js';

/** What can be done with a version of an initiative. */
export type InitiativeStep = 'edit' | 'accept' | 'reject' | 'supersede' | 'close';

/** Where each step leads; what is not here is not possible. */
const TRANSITIONS: Readonly<Record<InitiativeStatus, Partial<Record<InitiativeStep, InitiativeStatus>>>> = {
  proposed: { edit: 'proposed', accept: 'accepted', reject: 'rejected' },
  accepted: { supersede: 'superseded', close: 'closed' },
  rejected: {},
  superseded: {},
  closed: {},
};

/** Who takes a step. */
export interface InitiativeActor {
  readonly id: string;
  /** Programs with a shared token and files are no persons: they may propose and nothing else. */
  readonly isPerson: boolean;
}

/** Why a step is not possible. */
export type InitiativeRefusal = 'wrong-status' | 'not-a-person' | 'own-initiative' | 'evaluation-missing';

export type InitiativeDecision =
  | { readonly ok: true; readonly status: InitiativeStatus }
  | { readonly ok: false; readonly refusal: InitiativeRefusal };

/**
 * Whether `actor` may take `step` now, and where it leads. An evaluation, be it for or against, says what was looked at, and
 * nobody evaluates what he proposed: the method's "decisions without data" (section 6) are those that nobody looked at.
 */
export function decideInitiative(
  { status, authors }: { readonly status: InitiativeStatus; readonly authors: readonly string[] },
  step: InitiativeStep,
  actor: InitiativeActor,
  evaluation?: string,
): InitiativeDecision {
  const next = TRANSITIONS[status][step];
  const refuse = (refusal: InitiativeRefusal): InitiativeDecision => ({ ok: false, refusal });
  if (next === undefined) return refuse('wrong-status');
  if (step !== 'edit' && !actor.isPerson) return refuse('not-a-person');
  const evaluates = step === 'accept' || step === 'reject';
  if (evaluates && (evaluation ?? '').trim() === '') return refuse('evaluation-missing');
  if (evaluates && authors.includes(actor.id)) return refuse('own-initiative');
  return { ok: true, status: next };
}
