import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { environment } from '#libs/config';
import { freePort } from '../../../libs/testing/free-port.js';
import { say } from '../progress.js';

/**
 * Runs the peers' harness, which is given by its directory and no part of this project, with our engine among its
 * contestants. What is used of it: `run.sh build|data|run|own|table`, `kafka/broker.sh start|stop`, and the line of JSON
 * that a run ends with.
 */
const NAME = 'spendline';
const GOALS: Readonly<Record<string, number>> = { 'w1 1m': 2.5, 'w1 4m': 2, 'w3 1m': 5.5, 'w3 4m': 5 };

/** What the harness says of a run, as far as it is looked at. */
interface PeerResult {
  readonly cpu_per_m_work?: number;
  readonly pct?: number;
  readonly events_exact?: boolean;
  readonly eps?: number;
  readonly rss_mb?: number;
}

function sizes(text: string): string[] {
  const known = ['20k', '100k', '1m', '4m'];
  const wanted = text.split(',');
  const unknown = wanted.find((size) => !known.includes(size));
  if (unknown !== undefined) throw new InvalidArgumentError(`no size ${unknown}; there are ${known.join(', ')}`);
  return wanted;
}

const list = (text: string): string[] => text.split(',').filter((name) => name !== '');

const options = new Command('npm run bench -- --peers DIR')
  .description(
    "Runs the peers' harness with our engine as one of its contestants: hour windows by the minute for agents and channels (w1), and the same with a costed event for each input and deduplication (w3), on a broker of the harness's own.",
  )
  .requiredOption('--peers <directory>', 'where the harness is: the directory with its run.sh')
  .option('--work <directory>', "the harness's scratch: packages, data, results; some GB", '.spendline/peers')
  .option('--sizes <list>', 'of the input, such as 1m,4m', sizes, ['1m', '4m'])
  .option('--workloads <list>', 'w1, w3 or both', list, ['w1', 'w3'])
  .option('--against <list>', "contestants to run as well, by the harness's names", list, [
    'kafkajs-eos-fast',
    'kafkajs-eos',
  ])
  .option('--no-build', 'the contestants are built already')
  .addHelpText(
    'after',
    `
Needs what the harness needs: Go, Maven with a JDK 17, Node, Python 3.11 and their registries. The first run builds the
contestants and makes the data, some minutes; both are kept in --work.

Examples:
  npm run bench -- --peers ../peers --sizes 1m
  npm run bench -- --peers ../peers --workloads w3 --against kafkajs-eos-fast,ks-panes-eos,flink-eo`,
  )
  .parse()
  .opts<{
    peers: string;
    work: string;
    sizes: string[];
    workloads: string[];
    against: string[];
    build: boolean;
  }>();

const harness = resolve(options.peers);
const work = resolve(options.work);
if (!existsSync(join(harness, 'run.sh'))) {
  console.error(`There is no run.sh in ${harness}: --peers takes the directory of the harness.`);
  process.exit(2);
}
mkdirSync(work, { recursive: true });
const ports = { PORT: String(await freePort()), CPORT: String(await freePort()) };
const harnessEnvironment = { ...environment(), ...ports, WORK: work, BROKER: `127.0.0.1:${ports.PORT}` };

/** Runs a program of the harness; what it prints goes to the screen, and is given back. */
async function run(program: string, ...args: readonly string[]): Promise<string> {
  const child = spawn(join(harness, program), args, {
    env: harnessEnvironment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.on('data', (text: Buffer) => {
    printed += text.toString('utf8');
    process.stderr.write(text);
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} of the harness failed (${String(code)})`);
  return printed;
}

/** Topics of w3 have some events twice, and a `d` behind their size. */
function dataOf(workload: string, size: string): string {
  return workload === 'w3' ? `${size}d` : size;
}

function resultOf(printed: string): PeerResult {
  const last = printed.trimEnd().split('\n').at(-1) ?? '';
  return JSON.parse(last) as PeerResult;
}

const here = (path: string): string => resolve(import.meta.dirname, path);
const ours = [
  process.execPath,
  ...['--single-threaded-gc', '--max-semi-space-size=8', '--heap-growing-percent=50'],
  ...['--import', here('../../../libs/testing/typescript/register.js'), here('own-engine.ts')],
].join(' ');

const rows: Record<string, string | number>[] = [];
const inexact: string[] = [];

async function measure(workload: string, size: string): Promise<void> {
  const data = dataOf(workload, size);
  if (!existsSync(join(work, `ref-bench.interactions.${data}-${workload}.json`))) {
    say(`making the data of ${data}`);
    await run('run.sh', 'data', data);
  }
  for (const name of options.against) {
    say(`${workload} ${size}: ${name}`);
    rows.push(rowOf(name, workload, size, resultOf(await run('run.sh', 'run', name, workload, data))));
  }
  say(`${workload} ${size}: ${NAME}`);
  const result = resultOf(await run('run.sh', 'own', ours, workload, data, NAME, '--settle', '1'));
  if (result.pct !== 100 || (workload === 'w3' && result.events_exact !== true)) inexact.push(`${workload} at ${size}`);
  rows.push(rowOf(NAME, workload, size, result));
}

function rowOf(name: string, workload: string, size: string, result: PeerResult): Record<string, string | number> {
  const { cpu_per_m_work: cpu, pct, events_exact: events, eps, rss_mb: rss } = result;
  const goal = name === NAME ? GOALS[`${workload} ${size}`] : undefined;
  return {
    workload: `${workload} at ${size}`,
    contestant: name,
    'events/s': eps ?? '',
    'CPU s per million': cpu ?? '',
    'peak RSS MB': rss ?? '',
    'exact %': pct ?? '',
    'events exact': events === undefined ? '' : String(events),
    goal: goal === undefined ? '' : `at most ${String(goal)}`,
    reached: goal === undefined || cpu === undefined ? '' : cpu <= goal ? 'yes' : 'no',
  };
}

if (options.build) {
  say('building the contestants; the first time this takes some minutes');
  await run('run.sh', 'build');
}
await run('kafka/broker.sh', 'start');
try {
  for (const workload of options.workloads) for (const size of options.sizes) await measure(workload, size);
} finally {
  await run('kafka/broker.sh', 'stop');
}
console.table(rows);
if (inexact.length > 0) console.error(`NOT EXACT: ${inexact.join(', ')}`);
process.exit(inexact.length > 0 ? 1 : 0);
