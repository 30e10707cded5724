import { REGRESSION_SEEDS } from './regression-seeds.js';
import { simulate, type Stages } from './simulate.js';

const SEEDS = 2_000;
const BLOCK = 250;
/** A seed of the real stages costs thirty of the counting stage's. */
const MONITOR_SEEDS = 40;

/** Seeds that failed, with why. */
async function failures(from: number, count: number, stages: Stages = 'counting'): Promise<string[]> {
  const failed: string[] = [];
  for (let seed = from; seed < from + count; seed++) {
    const { violations } = await simulate(seed, { stages });
    if (violations.length > 0)
      failed.push(`npm run sim -- --stages ${stages} --seed ${seed}: ${violations.join('; ')}`);
  }
  return failed;
}

describe('simulated stages', () => {
  it('do the same again for the same seed', async () => {
    for (const seed of [3, 7, 11]) {
      const first = await simulate(seed);
      const second = await simulate(seed);
      expect(second).toEqual(first);
      expect((await simulate(seed + 1)).traceHash).not.toBe(first.traceHash);
    }
  });

  it('do the same whether somebody looks on or not', async () => {
    const lines: string[] = [];
    const { traceHash } = await simulate(5, { trace: (line) => lines.push(line) });
    expect(lines.length).toBeGreaterThan(0);
    expect((await simulate(5)).traceHash).toBe(traceHash);
  });

  it.each(Object.entries(REGRESSION_SEEDS))('keep their promises for seed %s: %s', async (seed) => {
    expect((await simulate(Number(seed))).violations).toEqual([]);
  });

  it.each(Array.from({ length: SEEDS / BLOCK }, (_, block) => 1 + block * BLOCK))(
    `keep their promises whatever fails, seed %i and the ${BLOCK - 1} after it`,
    async (from) => {
      expect(await failures(from, BLOCK)).toEqual([]);
    },
  );

  it(`cost, merge and close every window right whatever fails, ${MONITOR_SEEDS} seeds`, async () => {
    expect(await failures(1, MONITOR_SEEDS, 'monitor')).toEqual([]);
  });
});
