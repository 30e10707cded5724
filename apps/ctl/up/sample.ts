import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Database, PostgresReferenceStore } from '#libs/adapters/postgres';
import { applyReferenceFile } from '#libs/application';
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
    writeFileSync(sampleMark(places), '');
    return 'applied';
  } finally {
    await database.close();
  }
}
