import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { MUTANTS, type Mutant } from './mutants.js';
import { REGRESSION_SEEDS } from './regression-seeds.js';
import { simulate, type Outcome, type Stages } from './simulate.js';

const USAGE = `npm run sim -- [options]
  --seeds N     so many simulations, 2000 by default
  --from S      beginning with this seed, 1 by default
  --minutes N   no further one after so long, to see how many fit into the time
  --workers N   processes that share the work, 1 by default
  --seed S      this one alone, telling all that happens
  --stages S    counting (default: quick, and its every fault shows) or monitor (the real cost and merge stages)
  --mutant NAME a design known to be wrong instead of ours, until a seed catches it; see mutants.ts
`;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '2000' },
    from: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '100000' },
    workers: { type: 'string', default: '1' },
    seed: { type: 'string' },
    mutant: { type: 'string' },
    stages: { type: 'string', default: 'counting' },
    part: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

/** What came of many seeds. */
interface Tally {
  seeds: number;
  commits: number;
  steps: number;
  /** Processes that ended themselves and were started again. */
  restarts: number;
  readonly failed: number[];
}

const stages = stagesNamed(values.stages);
const endsAt = performance.now() + Number(values.minutes) * 60_000;
const mutant = values.mutant === undefined ? undefined : mutantNamed(values.mutant);

if (values.help) process.stdout.write(USAGE);
else if (values.seed !== undefined) await replay(Number(values.seed));
else if (mutant) await hunt(mutant, Number(values.from), Number(values.seeds));
else await runAll(Number(values.from), Number(values.seeds), Number(values.workers));

async function replay(seed: number): Promise<void> {
  const outcome = await simulate(seed, { stages, mutant, trace: (line) => process.stdout.write(`${line}\n`) });
  process.stdout.write(`${JSON.stringify(outcome, undefined, 2)}\n`);
  process.exitCode = outcome.violations.length > 0 ? 1 : 0;
}

function stagesNamed(name: string): Stages {
  if (name === 'counting' || name === 'monitor') return name;
  throw new Error(`there are no stages "${name}"; there are: counting, monitor`);
}

function mutantNamed(name: string): Mutant {
  const found = new Map<string, Mutant>(Object.entries(MUTANTS)).get(name);
  if (!found) throw new Error(`there is no mutant "${name}"; there are: ${Object.keys(MUTANTS).join(', ')}`);
  return found;
}

async function hunt(wrong: Mutant, from: number, count: number): Promise<void> {
  for (let seed = from; seed < from + count; seed++) {
    const { violations } = await simulate(seed, { stages, mutant: wrong });
    if (violations.length === 0) continue;
    process.stdout.write(`caught by seed ${seed}: ${violations.join('; ')}\n`);
    return;
  }
  process.stdout.write(`not caught by ${count} seeds\n`);
  process.exitCode = 1;
}

async function runAll(from: number, count: number, workers: number): Promise<void> {
  const began = performance.now();
  const tally: Tally = { seeds: 0, commits: 0, steps: 0, restarts: 0, failed: [] };
  if (workers > 1) {
    const share = Math.ceil(count / workers);
    const parts = Array.from({ length: workers }, (_, index) => {
      return runPart(from + index * share, Math.min(share, count - index * share));
    });
    for (const part of await Promise.all(parts)) add(tally, part);
  } else await runHere(tally, from, count);
  const seconds = (performance.now() - began) / 1_000;
  if (values.part) process.stdout.write(`${JSON.stringify(tally)}\n`);
  else {
    process.stdout.write(
      `${tally.seeds} seeds, ${tally.commits} commits, ${tally.steps} steps, ${tally.restarts} processes ended themselves; ` +
        `${tally.failed.length} seeds failed; ${seconds.toFixed(1)} s\n`,
    );
  }
  process.exitCode = tally.failed.length > 0 ? 1 : 0;
}

async function runHere(tally: Tally, from: number, count: number): Promise<void> {
  const known = from === 1 && stages === 'counting' ? Object.keys(REGRESSION_SEEDS).map(Number) : [];
  for (const seed of known) if (seed > count) take(tally, await simulate(seed, { stages }));
  for (let seed = from; seed < from + count && performance.now() < endsAt; seed++)
    take(tally, await simulate(seed, { stages }));
}

function take(tally: Tally, { seed, violations, commits, steps, fatal }: Outcome): void {
  tally.seeds += 1;
  tally.commits += commits;
  tally.steps += steps;
  tally.restarts += fatal.length;
  if (violations.length === 0) return;
  tally.failed.push(seed);
  process.stderr.write(
    `seed ${seed} failed; replay it with: npm run sim -- ${stages === 'counting' ? '' : `--stages ${stages} `}--seed ${seed}\n`,
  );
  for (const violation of violations) process.stderr.write(`  ${violation}\n`);
}

function add(tally: Tally, part: Tally): void {
  tally.seeds += part.seeds;
  tally.commits += part.commits;
  tally.steps += part.steps;
  tally.restarts += part.restarts;
  tally.failed.push(...part.failed);
}

/** Runs a part in a process of its own: virtual time replaces the clock of the whole process. */
function runPart(from: number, count: number): Promise<Tally> {
  const args = [
    '--part',
    '--stages',
    stages,
    '--minutes',
    values.minutes,
    '--from',
    String(from),
    '--seeds',
    String(count),
  ];
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1] ?? '', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on('close', () => {
      try {
        resolve(JSON.parse(text) as Tally);
      } catch {
        reject(new Error(`the simulations from seed ${from} on ended without a result`));
      }
    });
  });
}
