import type { Budget, BudgetStatus, Initiative, InitiativeStatus } from '#libs/domain';
import type { Principal } from '../access/index.js';
import type { Snooze } from '../delivery/index.js';
import type { BudgetRehearsal } from '../live/wire/index.js';
import type { Unversioned } from '../reference/index.js';

/** What is decided on in a budget: everything but its status. */
export type BudgetPlan = Omit<Unversioned<Budget>, 'status'>;

/** One version of a budget on its way. Times are epoch milliseconds of the wall clock. */
export interface BudgetVersion {
  readonly plan: BudgetPlan;
  /** From 1, by budget. */
  readonly number: number;
  /** Counts every change of this version, from 1. */
  readonly revision: number;
  readonly status: BudgetStatus;
  /** Ids of everybody who wrote or submitted it. */
  readonly authors: readonly string[];
  readonly submittedBy: string | null;
  readonly submittedAtMs: number | null;
  /** Who approved or rejected it. */
  readonly decidedBy: string | null;
  readonly decidedAtMs: number | null;
  /** Of the decision. */
  readonly reason: string | null;
  /** What the rehearsal said when it was submitted. */
  readonly rehearsal: BudgetRehearsal | null;
  /** From when on another version holds, or none. */
  readonly endedAtMs: number | null;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** What is decided on in an initiative: everything but its status. */
export type InitiativePlan = Omit<Unversioned<Initiative>, 'status'>;

/** One version of an initiative on its way. Times are epoch milliseconds of the wall clock. */
export interface InitiativeVersion {
  readonly plan: InitiativePlan;
  /** From 1, by initiative. */
  readonly number: number;
  /** Counts every change of this version, from 1. */
  readonly revision: number;
  readonly status: InitiativeStatus;
  /** Ids of everybody who wrote it. */
  readonly authors: readonly string[];
  /** Who looked at it, when, and what he looked at and found. */
  readonly evaluatedBy: string | null;
  readonly evaluatedAtMs: number | null;
  readonly evaluation: string | null;
  /** From when on another version holds, or none. */
  readonly endedAtMs: number | null;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** Subjects of decisions. */
export type DecisionSubject = 'budget' | 'initiative' | 'signal';

/** What was done, for the audit. */
export interface DecisionNote {
  readonly subject: DecisionSubject;
  /** The budget's or initiative's id, the signal's key. */
  readonly subjectId: string;
  /** The version of the budget or initiative, the episode of the signal. */
  readonly part: string;
  readonly action: string;
  readonly reason?: string | undefined;
  /** JSON; amounts as texts. */
  readonly body?: Readonly<Record<string, unknown>> | undefined;
}

/** A line of the audit. */
export interface AuditLine {
  readonly auditId: number;
  readonly atMs: number;
  readonly actor: string;
  readonly actorName: string;
  readonly subject: DecisionSubject;
  readonly subjectId: string;
  readonly part: string;
  readonly action: string;
  readonly reason: string | null;
  readonly body: Readonly<Record<string, unknown>> | null;
  readonly hash: string;
}

/** Who decides and when. */
export interface DecisionContext {
  readonly actor: Principal;
  readonly nowMs: number;
  /** Set by a client that may send the same request twice: it is carried out once, and both get the same answer. */
  readonly idempotency?: { readonly key: string; readonly fingerprint: string } | undefined;
}

/** What one decision reads and writes, in one transaction. */
export interface DecisionUnit {
  /** All versions of a budget, oldest first; locked until the decision is made. */
  budgetVersions(budgetId: string): Promise<readonly BudgetVersion[]>;
  insertBudget(version: BudgetVersion): Promise<void>;
  /** Writes a version whose `revision` is one more than the stored one's. */
  updateBudget(version: BudgetVersion): Promise<void>;
  /** Tells the stages of an approved budget: `held` is in force from now on in place of what had the same id and start. */
  publishBudget(budget: Unversioned<Budget>): Promise<void>;
  /** All versions of an initiative, oldest first; locked until the decision is made. */
  initiativeVersions(initiativeId: string): Promise<readonly InitiativeVersion[]>;
  insertInitiative(version: InitiativeVersion): Promise<void>;
  /** Writes a version whose `revision` is one more than the stored one's. */
  updateInitiative(version: InitiativeVersion): Promise<void>;
  /** Tells the stages of an initiative that was accepted, or of its end, in place of what had the same id and start. */
  publishInitiative(initiative: Unversioned<Initiative>): Promise<void>;
  /** Tells the delivery until when it is to be quiet about an episode; replaces what it was told of that before. */
  publishSnooze(snooze: Snooze): Promise<void>;
  note(note: DecisionNote): Promise<void>;
}

/** Where decisions are kept. Rejects when the database cannot be reached. */
export interface DecisionStore {
  /** Runs `work` in one transaction; what it throws takes all of it back. The answer is JSON. */
  decide<Answer>(context: DecisionContext, work: (unit: DecisionUnit) => Promise<Answer>): Promise<Answer>;
  /** Every version of the budgets with an id after `after`, by id and number; `limit` budgets at most. */
  listBudgets(page: { readonly after: string; readonly limit: number }): Promise<readonly BudgetVersion[]>;
  budgetVersions(budgetId: string): Promise<readonly BudgetVersion[]>;
  /** Every version of the initiatives with an id after `after`, by id and number; `limit` initiatives at most. */
  listInitiatives(page: { readonly after: string; readonly limit: number }): Promise<readonly InitiativeVersion[]>;
  initiativeVersions(initiativeId: string): Promise<readonly InitiativeVersion[]>;
  /** Lines about a subject (`subjectIds` empty: about all of its kind), newest first, before `before`. */
  audit(query: AuditQuery): Promise<readonly AuditLine[]>;
  /** The first line whose hash does not fit; null when the whole chain holds. */
  auditFault(): Promise<number | null>;
}

export interface AuditQuery {
  readonly subject?: DecisionSubject | undefined;
  readonly subjectIds: readonly string[];
  readonly before: number | null;
  readonly limit: number;
}

/** Why a decision was not made. */
export type DecisionRefusal =
  | 'not-found'
  | 'exists-already'
  | 'changed-meanwhile'
  | 'wrong-status'
  | 'not-a-person'
  | 'own-budget'
  | 'over-limit'
  | 'reason-missing'
  | 'own-initiative'
  | 'evaluation-missing'
  | 'invalid-initiative'
  | 'invalid-budget'
  | 'invalid-action'
  | 'key-reused';

/** A decision that cannot be made; nothing was written. */
export class DecisionRefused extends Error {
  constructor(
    readonly refusal: DecisionRefusal,
    message: string,
    readonly faults: readonly { readonly path: string; readonly message: string }[] = [],
  ) {
    super(message);
    this.name = 'DecisionRefused';
  }
}
