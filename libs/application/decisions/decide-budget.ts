import {
  decideStep,
  endedAt,
  formatMicros,
  rfc3339,
  yearlyMicros,
  type Budget,
  type BudgetRefusal,
  type BudgetStep,
  type FxRate,
  type Organisation,
} from '#libs/domain';
import type { BudgetRehearsal } from '../live/wire/index.js';
import { referenceEntry, referenceValueToWire, type Unversioned } from '../reference/index.js';
import { inHomeCurrency, yearlyLimitOf, type ApprovalLimits } from './approval-limits.js';
import { decideOnce, requireExpected, type Expected } from './decide-version.js';
import {
  DecisionRefused,
  type BudgetPlan,
  type BudgetVersion,
  type DecisionContext,
  type DecisionStore,
  type DecisionUnit,
} from './decisions.js';

/** What decisions on budgets go by, beside the budget. */
export interface BudgetDecider {
  readonly store: DecisionStore;
  readonly limits: ApprovalLimits;
  /** The organisation and its rates of exchange as they are now. */
  readonly home: () => { readonly organisation: Organisation; readonly fxRates: readonly FxRate[] };
}

/** Writes a new budget down, as a draft. */
export function createBudget(
  decider: BudgetDecider,
  context: DecisionContext,
  plan: BudgetPlan,
): Promise<BudgetVersion> {
  return decideBudgetOnce(decider, context, plan.budgetId, async (unit) => {
    const versions = await unit.budgetVersions(plan.budgetId);
    if (versions.length > 0) throw new DecisionRefused('exists-already', `There is a budget ${plan.budgetId} already.`);
    return insertDraft(unit, context, plan, versions);
  });
}

/** Changes the draft of a budget; where there is none, this begins the next version. */
export function draftBudget(
  decider: BudgetDecider,
  context: DecisionContext,
  plan: BudgetPlan,
  expected: Expected,
): Promise<BudgetVersion> {
  return decideLatest(decider, context, plan.budgetId, expected, (unit, _latest, versions) =>
    writeDraft(unit, context, plan, versions),
  );
}

/** Writes a plan as the draft of its budget, new or changed. Of what a submitted version says nothing is changed. */
export async function writeDraft(
  unit: DecisionUnit,
  context: DecisionContext,
  plan: BudgetPlan,
  versions: readonly BudgetVersion[],
): Promise<BudgetVersion> {
  const latest = versions.at(-1);
  if (latest !== undefined) requireSameSubject(latest.plan, plan);
  requireLaterStart(versions, plan);
  if (latest === undefined || !['draft', 'submitted'].includes(latest.status)) {
    return insertDraft(unit, context, plan, versions);
  }
  const { status } = stepOf(latest, 'edit', context);
  const authors = [...new Set([...latest.authors, context.actor.id])];
  const changed = { ...latest, plan, status, authors, revision: latest.revision + 1, updatedAtMs: context.nowMs };
  await unit.updateBudget(changed);
  await note(unit, changed, 'edit');
  return changed;
}

/** Puts the draft to those who approve; `rehearsal` is what it would have done to the recorded past. */
export function submitBudget(
  decider: BudgetDecider,
  context: DecisionContext,
  budgetId: string,
  expected: Expected,
  rehearsal: BudgetRehearsal | null = null,
): Promise<BudgetVersion> {
  return decideLatest(decider, context, budgetId, expected, async (unit, latest) => {
    const { status } = stepOf(latest, 'submit', context);
    const { actor, nowMs } = context;
    const authors = [...new Set([...latest.authors, actor.id])];
    const by = { submittedBy: actor.id, submittedAtMs: nowMs };
    const submitted = {
      ...latest,
      ...by,
      status,
      authors,
      rehearsal,
      revision: latest.revision + 1,
      updatedAtMs: nowMs,
    };
    await unit.updateBudget(submitted);
    await note(unit, submitted, 'submit');
    return submitted;
  });
}

/** Approves what somebody else submitted: from its start on it is in force, in place of the version before. */
export function approveBudget(
  decider: BudgetDecider,
  context: DecisionContext,
  budgetId: string,
  expected: Expected,
  reason?: string,
): Promise<BudgetVersion> {
  return decideLatest(decider, context, budgetId, expected, async (unit, latest, versions) => {
    const { status } = stepOf(latest, 'approve', context, { decider, reason });
    requireLaterStart(versions, latest.plan);
    for (const held of versions.filter((version) => version.status === 'approved')) {
      await end(unit, context, held, 'supersede', latest.plan.fromMs);
    }
    const approved = { ...decided(latest, context, reason), status };
    await unit.updateBudget(approved);
    await unit.publishBudget({ ...approved.plan, status: 'approved' });
    await note(unit, approved, 'approve', reason);
    return approved;
  });
}

/** Sends back what was submitted, with a reason; a new draft may follow. */
export function rejectBudget(
  decider: BudgetDecider,
  context: DecisionContext,
  budgetId: string,
  expected: Expected,
  reason: string,
): Promise<BudgetVersion> {
  return decideLatest(decider, context, budgetId, expected, async (unit, latest) => {
    const { status } = stepOf(latest, 'reject', context, { decider, reason });
    const rejected = { ...decided(latest, context, reason), status };
    await unit.updateBudget(rejected);
    await note(unit, rejected, 'reject', reason);
    return rejected;
  });
}

/** Ends the version in force now. A replay of the time before still sees it. */
export function closeBudget(
  decider: BudgetDecider,
  context: DecisionContext,
  budgetId: string,
  expected: Expected,
  reason?: string,
): Promise<BudgetVersion> {
  return decideLatest(decider, context, budgetId, expected, async (unit, latest, versions) => {
    const held = versions.find(({ status }) => status === 'approved');
    if (held === undefined) throw refused('wrong-status', latest, 'close');
    return end(unit, context, held, 'close', context.nowMs, reason);
  });
}

/** Decides on a budget that exists, if its newest version is the one that the person has seen. */
function decideLatest(
  decider: BudgetDecider,
  context: DecisionContext,
  budgetId: string,
  expected: Expected,
  work: (unit: DecisionUnit, latest: BudgetVersion, versions: readonly BudgetVersion[]) => Promise<BudgetVersion>,
): Promise<BudgetVersion> {
  return decideBudgetOnce(decider, context, budgetId, async (unit) => {
    const versions = await unit.budgetVersions(budgetId);
    const latest = latestOf(versions, budgetId);
    requireExpected(latest.plan.budgetId, latest, expected);
    return work(unit, latest, versions);
  });
}

async function decideBudgetOnce(
  { store }: BudgetDecider,
  context: DecisionContext,
  budgetId: string,
  work: (unit: DecisionUnit) => Promise<BudgetVersion>,
): Promise<BudgetVersion> {
  return latestOf(await decideOnce(store, context, work, () => store.budgetVersions(budgetId)), budgetId);
}

async function insertDraft(
  unit: DecisionUnit,
  { actor, nowMs }: DecisionContext,
  plan: BudgetPlan,
  versions: readonly BudgetVersion[],
): Promise<BudgetVersion> {
  const draft: BudgetVersion = {
    plan,
    number: (versions.at(-1)?.number ?? 0) + 1,
    revision: 1,
    status: 'draft',
    authors: [actor.id],
    ...{ submittedBy: null, submittedAtMs: null, decidedBy: null, decidedAtMs: null, reason: null, rehearsal: null },
    endedAtMs: null,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  };
  await unit.insertBudget(draft);
  await note(unit, draft, 'draft');
  return draft;
}

/** Takes a version out of force from `atMs` on (undefined: it never was in force). */
async function end(
  unit: DecisionUnit,
  context: DecisionContext,
  held: BudgetVersion,
  step: 'supersede' | 'close',
  atMs: number | undefined,
  reason?: string,
): Promise<BudgetVersion> {
  const { status } = stepOf(held, step, context);
  const revision = held.revision + 1;
  const ended = { ...held, status, revision, endedAtMs: atMs ?? held.plan.fromMs ?? null, updatedAtMs: context.nowMs };
  await unit.updateBudget(ended);
  const remains = endedAt<Unversioned<Budget>>({ ...held.plan, status: 'approved' }, atMs);
  await unit.publishBudget(remains ?? { ...held.plan, status });
  await note(unit, ended, step, reason);
  return ended;
}

function decided(version: BudgetVersion, { actor, nowMs }: DecisionContext, reason: string | undefined): BudgetVersion {
  const by = { decidedBy: actor.id, decidedAtMs: nowMs, reason: reason ?? null };
  return { ...version, ...by, revision: version.revision + 1, updatedAtMs: nowMs };
}

function stepOf(
  version: BudgetVersion,
  step: BudgetStep,
  context: DecisionContext,
  { decider, reason }: { readonly decider?: BudgetDecider; readonly reason?: string | undefined } = {},
): { readonly status: BudgetVersion['status'] } {
  const { actor, nowMs } = context;
  const { period, currency } = version.plan;
  const amountMicros = decider
    ? inHomeCurrency(version.plan.amountMicros, currency, decider.home(), nowMs)
    : version.plan.amountMicros;
  if (amountMicros === undefined) {
    throw new DecisionRefused(
      'over-limit',
      `No rate of exchange says what ${currency} is worth now, so no limit can be checked.`,
    );
  }
  const yearlyLimitMicros = decider && yearlyLimitOf(actor, decider.limits);
  const state = { status: version.status, authors: version.authors, budget: { amountMicros, period } };
  const decision = decideStep(state, step, { id: actor.id, isPerson: actor.isPerson, yearlyLimitMicros }, reason);
  if (decision.ok) return decision;
  const limit =
    yearlyLimitMicros === undefined
      ? ''
      : ` Your limit is ${formatMicros(yearlyLimitMicros)} for a year, and this is ${formatMicros(yearlyMicros({ amountMicros, period }))}.`;
  throw refused(decision.refusal, version, step, decision.refusal === 'over-limit' ? limit : '');
}

const REFUSALS: Readonly<Record<BudgetRefusal, string>> = {
  'wrong-status': 'This step is not possible now.',
  'not-a-person': 'It takes a person who signed in.',
  'own-budget': 'Somebody else must approve it: you wrote or submitted it.',
  'over-limit': 'It is more than you may approve.',
  'reason-missing': 'A rejection needs a reason.',
};

function refused(
  refusal: BudgetRefusal,
  { plan, number, status }: BudgetVersion,
  step: BudgetStep,
  more = '',
): DecisionRefused {
  const what = `${plan.budgetId}, version ${number}, is ${status}`;
  return new DecisionRefused(refusal, `${what}; ${step}: ${REFUSALS[refusal]}${more}`);
}

function latestOf(versions: readonly BudgetVersion[], budgetId: string): BudgetVersion {
  const latest = versions.at(-1);
  if (latest === undefined) throw new DecisionRefused('not-found', `There is no budget ${budgetId}.`);
  return latest;
}

/** What a budget is for stays; for something else there is another budget. */
function requireSameSubject(before: BudgetPlan, after: BudgetPlan): void {
  const faults = (['scope', 'id', 'period', 'currency'] as const)
    .filter((field) => before[field] !== after[field])
    .map((field) => ({ path: field, message: `stays ${before[field]}: write another budget for ${after[field]}` }));
  if (faults.length > 0) throw new DecisionRefused('invalid-budget', 'A budget stays what it is for.', faults);
}

/** History is not rewritten: a version begins with the one that it replaces, or later. */
function requireLaterStart(versions: readonly BudgetVersion[], { fromMs }: BudgetPlan): void {
  const held = versions.find(({ status }) => status === 'approved');
  if (held === undefined || (fromMs ?? -Infinity) >= (held.plan.fromMs ?? -Infinity)) return;
  const start = rfc3339(held.plan.fromMs ?? 0);
  const message = `must not be before ${start}, when version ${held.number}, which is in force, begins`;
  throw new DecisionRefused('invalid-budget', 'A version does not begin before the one it replaces.', [
    { path: 'from', message },
  ]);
}

async function note(unit: DecisionUnit, version: BudgetVersion, action: string, reason?: string): Promise<void> {
  const { plan, number, revision, status } = version;
  const body = {
    revision,
    status,
    plan: planToWire(plan),
    ...(action === 'submit' && { rehearsal: version.rehearsal }),
  };
  await unit.note({ subject: 'budget', subjectId: plan.budgetId, part: String(number), action, reason, body });
}

/** The wire object of a plan: a budget's without its status. */
export function planToWire(plan: BudgetPlan): Readonly<Record<string, unknown>> {
  const entry = referenceEntry('budget', { ...plan, status: 'draft', version: 1 }, 1);
  const { status: _, ...wire } = referenceValueToWire(entry);
  return wire;
}
