import { MUTANTS, type MutantName } from './mutants.js';
import { simulate } from './simulate.js';

/** Each mutant must be caught within so many seeds; the same seeds that the right design passes. */
const SEEDS = 1_000;

/** The first seed that catches a mutant. */
async function caughtBy(mutant: MutantName): Promise<number | undefined> {
  for (let seed = 1; seed <= SEEDS; seed++) {
    if ((await simulate(seed, { mutant: MUTANTS[mutant] })).violations.length > 0) return seed;
  }
  return undefined;
}

describe('designs known to be wrong', () => {
  it.each(Object.keys(MUTANTS) as MutantName[])(`are caught within ${SEEDS} seeds: %s`, async (mutant) => {
    expect(await caughtBy(mutant)).toBeDefined();
  });

  it('are caught by what the real stages publish too', async () => {
    const mutant = MUTANTS['state adopted before the commit succeeded'];
    const found: string[] = [];
    for (let seed = 1; seed <= 12 && !found.some((text) => text.includes('missing: month of all:all')); seed++)
      found.push(...(await simulate(seed, { stages: 'monitor', mutant })).violations);
    expect(found.join()).toContain('missing: month of all:all');
  });
});
