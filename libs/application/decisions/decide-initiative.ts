import { decideInitiative, endedAt, rfc3339, type Initiative, type InitiativeStep } from '#libs/domain';
import { referenceEntry, referenceValueToWire, type Unversioned } from '../reference/index.js';
import { decideOnce, requireExpected, type Expected } from './decide-version.js';
import {
  DecisionRefused,
  type DecisionContext,
  type DecisionStore,
  type DecisionUnit,
  type InitiativePlan,
  type InitiativeVersion,
} from './decisions.js';

/** What somebody found who looked at an initiative. */
export interface Evaluation {
  readonly accepts: boolean;
  /** What was looked at, and what came out. */
  readonly says: string;
}

/** Writes a new initiative down, as a proposal. */
export function proposeInitiative(
  store: DecisionStore,
  context: DecisionContext,
  plan: InitiativePlan,
): Promise<InitiativeVersion> {
  return decideInitiativeOnce(store, context, plan.initiativeId, async (unit) => {
    const versions = await unit.initiativeVersions(plan.initiativeId);
    if (versions.length > 0)
      throw new DecisionRefused('exists-already', `There is an initiative ${plan.initiativeId} already.`);
    return insertProposal(unit, context, plan, versions);
  });
}

/** Changes a proposal; where the latest version was evaluated, this begins the next one. */
export function changeInitiative(
  store: DecisionStore,
  context: DecisionContext,
  plan: InitiativePlan,
  expected: Expected,
): Promise<InitiativeVersion> {
  return decideLatest(store, context, plan.initiativeId, expected, (unit, _latest, versions) =>
    writeProposal(unit, context, plan, versions),
  );
}

/** Writes a plan as the proposal of its initiative, new or changed. */
export async function writeProposal(
  unit: DecisionUnit,
  context: DecisionContext,
  plan: InitiativePlan,
  versions: readonly InitiativeVersion[],
): Promise<InitiativeVersion> {
  const latest = versions.at(-1);
  if (latest !== undefined) requireSameSubject(latest.plan, plan);
  requireLaterStart(versions, plan);
  if (latest?.status !== 'proposed') return insertProposal(unit, context, plan, versions);
  const { status } = stepOf(latest, 'edit', context);
  const authors = [...new Set([...latest.authors, context.actor.id])];
  const changed = { ...latest, plan, status, authors, revision: latest.revision + 1, updatedAtMs: context.nowMs };
  await unit.updateInitiative(changed);
  await note(unit, changed, 'edit');
  return changed;
}

/** Accepts or rejects what somebody else proposed. What is accepted holds from its start on, in place of the version before. */
export function evaluateInitiative(
  store: DecisionStore,
  context: DecisionContext,
  initiativeId: string,
  expected: Expected,
  { accepts, says }: Evaluation,
): Promise<InitiativeVersion> {
  return decideLatest(store, context, initiativeId, expected, async (unit, latest, versions) => {
    const step = accepts ? 'accept' : 'reject';
    const { status } = stepOf(latest, step, context, says);
    const { actor, nowMs } = context;
    const by = { evaluatedBy: actor.id, evaluatedAtMs: nowMs, evaluation: says };
    const evaluated = { ...latest, ...by, status, revision: latest.revision + 1, updatedAtMs: nowMs };
    if (accepts) {
      requireLaterStart(versions, latest.plan);
      for (const held of versions.filter((version) => version.status === 'accepted'))
        await end(unit, context, held, 'supersede', latest.plan.fromMs);
    }
    await unit.updateInitiative(evaluated);
    if (accepts) await unit.publishInitiative({ ...evaluated.plan, status: 'accepted' });
    await note(unit, evaluated, step, says);
    return evaluated;
  });
}

/** Ends the version in force now. A replay of the time before still sees it. */
export function closeInitiative(
  store: DecisionStore,
  context: DecisionContext,
  initiativeId: string,
  expected: Expected,
  reason?: string,
): Promise<InitiativeVersion> {
  return decideLatest(store, context, initiativeId, expected, async (unit, latest, versions) => {
    const held = versions.find(({ status }) => status === 'accepted');
    if (held === undefined) throw refused('wrong-status', latest, 'close');
    return end(unit, context, held, 'close', context.nowMs, reason);
  });
}

function decideLatest(
  store: DecisionStore,
  context: DecisionContext,
  initiativeId: string,
  expected: Expected,
  work: (
    unit: DecisionUnit,
    latest: InitiativeVersion,
    versions: readonly InitiativeVersion[],
  ) => Promise<InitiativeVersion>,
): Promise<InitiativeVersion> {
  return decideInitiativeOnce(store, context, initiativeId, async (unit) => {
    const versions = await unit.initiativeVersions(initiativeId);
    const latest = latestOf(versions, initiativeId);
    requireExpected(initiativeId, latest, expected);
    return work(unit, latest, versions);
  });
}

async function decideInitiativeOnce(
  store: DecisionStore,
  context: DecisionContext,
  initiativeId: string,
  work: (unit: DecisionUnit) => Promise<InitiativeVersion>,
): Promise<InitiativeVersion> {
  return latestOf(await decideOnce(store, context, work, () => store.initiativeVersions(initiativeId)), initiativeId);
}

async function insertProposal(
  unit: DecisionUnit,
  { actor, nowMs }: DecisionContext,
  plan: InitiativePlan,
  versions: readonly InitiativeVersion[],
): Promise<InitiativeVersion> {
  const proposal: InitiativeVersion = {
    plan,
    number: (versions.at(-1)?.number ?? 0) + 1,
    revision: 1,
    status: 'proposed',
    authors: [actor.id],
    ...{ evaluatedBy: null, evaluatedAtMs: null, evaluation: null, endedAtMs: null },
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  };
  await unit.insertInitiative(proposal);
  await note(unit, proposal, 'propose');
  return proposal;
}

/** Takes a version out of force from `atMs` on (undefined: it never was in force). */
async function end(
  unit: DecisionUnit,
  context: DecisionContext,
  held: InitiativeVersion,
  step: 'supersede' | 'close',
  atMs: number | undefined,
  reason?: string,
): Promise<InitiativeVersion> {
  const { status } = stepOf(held, step, context);
  const endedAtMs = atMs ?? held.plan.fromMs ?? null;
  const ended = { ...held, status, revision: held.revision + 1, endedAtMs, updatedAtMs: context.nowMs };
  await unit.updateInitiative(ended);
  const remains = endedAt<Unversioned<Initiative>>({ ...held.plan, status: 'accepted' }, atMs);
  await unit.publishInitiative(remains ?? { ...held.plan, status });
  await note(unit, ended, step, reason);
  return ended;
}

function stepOf(
  version: InitiativeVersion,
  step: InitiativeStep,
  { actor }: DecisionContext,
  evaluation?: string,
): { readonly status: InitiativeVersion['status'] } {
  const decision = decideInitiative(version, step, actor, evaluation);
  if (!decision.ok) throw refused(decision.refusal, version, step);
  return decision;
}

const REFUSALS = {
  'wrong-status': 'This step is not possible now.',
  'not-a-person': 'It takes a person who signed in.',
  'own-initiative': 'Somebody else must evaluate it: you proposed it.',
  'evaluation-missing': 'Say what was looked at, and what came out.',
} as const;

function refused(
  refusal: keyof typeof REFUSALS,
  { plan, number, status }: InitiativeVersion,
  step: InitiativeStep,
): DecisionRefused {
  return new DecisionRefused(
    refusal,
    `${plan.initiativeId}, version ${number}, is ${status}; ${step}: ${REFUSALS[refusal]}`,
  );
}

function latestOf(versions: readonly InitiativeVersion[], initiativeId: string): InitiativeVersion {
  const latest = versions.at(-1);
  if (latest === undefined) throw new DecisionRefused('not-found', `There is no initiative ${initiativeId}.`);
  return latest;
}

/** What an initiative is for stays; for something else there is another one. */
function requireSameSubject(before: InitiativePlan, after: InitiativePlan): void {
  const faults = (['scope', 'id'] as const)
    .filter((field) => before[field] !== after[field])
    .map((field) => ({ path: field, message: `stays ${before[field]}: propose another one for ${after[field]}` }));
  if (faults.length > 0) throw new DecisionRefused('invalid-initiative', 'An initiative stays what it is for.', faults);
}

/** History is not rewritten: a version begins with the one that it replaces, or later. */
function requireLaterStart(versions: readonly InitiativeVersion[], { fromMs }: InitiativePlan): void {
  const held = versions.find(({ status }) => status === 'accepted');
  if (held === undefined || (fromMs ?? -Infinity) >= (held.plan.fromMs ?? -Infinity)) return;
  const start = rfc3339(held.plan.fromMs ?? 0);
  const message = `must not be before ${start}, when version ${held.number}, which is in force, begins`;
  throw new DecisionRefused('invalid-initiative', 'A version does not begin before the one it replaces.', [
    { path: 'from', message },
  ]);
}

async function note(unit: DecisionUnit, version: InitiativeVersion, action: string, reason?: string): Promise<void> {
  const { plan, number, revision, status } = version;
  const body = { revision, status, plan: initiativeToWire(plan) };
  await unit.note({
    ...{ subject: 'initiative', subjectId: plan.initiativeId, part: String(number) },
    ...{ action, reason, body },
  });
}

/** The wire object of a plan: an initiative's without its status. */
export function initiativeToWire(plan: InitiativePlan): Readonly<Record<string, unknown>> {
  const entry = referenceEntry('initiative', { ...plan, status: 'proposed', version: 1 }, 1);
  const { status: _, ...wire } = referenceValueToWire(entry);
  return wire;
}
