import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Database, PostgresDecisionStore, PostgresReferenceStore } from '#libs/adapters/postgres';
import {
  applyReferenceFile,
  approveBudget,
  DEFAULT_ORGANISATION,
  DEMO_PEOPLE,
  submitBudget,
  type DecisionStore,
  type Principal,
} from '#libs/application';
import { type Places, projectRoot } from '#libs/config';
import { sampleMark } from './fresh.js';

/** The reference file that comes with the product. */
export const SAMPLE = join('deploy', 'reference', 'sample.yaml');

/** What became of the sample: loaded now, not needed, or not ours to load (then the database holds no rates at all). */
export type SampleOutcome = 'applied' | 'not-needed' | 'left-out';

/**
 * Loads the sample organisation once, into a database that holds no reference data, for traffic that is simulated.
 * Rates that somebody else's contacts would be costed with are for him to decide.
 */
export async function applySample(databaseUrl: string, places: Places, isSimulated: boolean): Promise<SampleOutcome> {
  const database = new Database({ databaseUrl, applicationName: 'spendline-up', poolSize: 1 });
  try {
    const store = new PostgresReferenceStore(database);
    if ((await store.list()).length > 0) return 'not-needed';
    if (!isSimulated || existsSync(sampleMark(places))) return 'left-out';
    const yaml = readFileSync(join(projectRoot(), SAMPLE), 'utf8');
    const result = await applyReferenceFile(store, yaml, {
      actor: 'spendline up',
      nowMs: Date.now(),
      dryRun: false,
      prune: false,
    });
    if (!result.ok) throw new Error(`${SAMPLE} could not be applied: ${result.reason}.`);
    await approveSample(new PostgresDecisionStore(database), result.waiting);
    writeFileSync(sampleMark(places), '');
    return 'applied';
  } finally {
    await database.close();
  }
}

/** The sample's budgets go the way of all: one of the made-up people submits them, another approves them. */
async function approveSample(store: DecisionStore, budgetIds: readonly string[]): Promise<void> {
  const [owner, approver] = [demoPerson('bella'), demoPerson('anton')];
  const decider = { store, limits: {}, home: () => ({ organisation: DEFAULT_ORGANISATION, fxRates: [] }) };
  for (const budgetId of budgetIds) {
    const nowMs = Date.now();
    const [draft] = await store.budgetVersions(budgetId);
    if (draft?.status !== 'draft') continue;
    const submitted = await submitBudget(decider, { actor: owner, nowMs }, budgetId, draft);
    await approveBudget(decider, { actor: approver, nowMs }, budgetId, submitted, 'Sample organisation');
  }
}

function demoPerson(id: string): Principal {
  const person = DEMO_PEOPLE.find((each) => each.id === id);
  if (person === undefined) throw new Error(`Nobody among the made-up people is ${id}.`);
  return { ...person, isPerson: true };
}
