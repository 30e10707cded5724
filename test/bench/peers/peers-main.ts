import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { ENGINE_FLAGS, environment } from '#libs/config';
import { freePort } from '../../../libs/testing/free-port.js';
import { say } from '../progress.js';

/**
 * Runs the peers' harness, which is given by its directory and no part of this project, with our engine among its
 * contestants. What is used of it: `run.sh build|data|run|own|table`, `kafka/broker.sh start|stop`, and the line of JSON
 * that a run ends with.
 */
const NAME = 'spendline';
/** A program that was killed may be silent for this long until it has started and read its state back; the harness's 8 s are for others. */
const QUIET_S = '60';
/** What ratios are to: the same machine, the same minutes. */
const PROTOTYPE = 'kafkajs-eos-fast';
const GOALS: Readonly<Record<string, number>> = { 'w1 1m': 2.5, 'w1 4m': 2, 'w3 1m': 5.5, 'w3 4m': 5 };

/** What the harness says of a run, as far as it is looked at. */
interface PeerResult {
  readonly cpu_per_m_work?: number;
  readonly pct?: number;
  readonly events_exact?: boolean;
  readonly eps?: number;
  readonly rss_mb?: number;
  readonly broker_cpu_per_m?: number;
  readonly load?: number;
}

function sizes(text: string): string[] {
  const known = ['20k', '100k', '1m', '4m'];
  const wanted = text.split(',');
  const unknown = wanted.find((size) => !known.includes(size));
  if (unknown !== undefined) throw new InvalidArgumentError(`no size ${unknown}; there are ${known.join(', ')}`);
  return wanted;
}

function whole(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('a whole number from 1 on, please');
  return number;
}

const list = (text: string): string[] => text.split(',').filter((name) => name !== '');

const options = new Command('npm run bench -- --peers DIR')
  .description(
    "Runs the peers' harness with our engine as one of its contestants: hour windows by the minute for agents and channels (w1), and the same with a costed event for each input and deduplication (w3), on a broker of the harness's own. Ours are two stages written for the workload, as those of the other contestants are, on the product's runner: transactions, changelogs, take-over.",
  )
  .requiredOption('--peers <directory>', 'where the harness is: the directory with its run.sh')
  .option('--work <directory>', "the harness's scratch: packages, data, results; some GB", '.spendline/peers')
  .option('--sizes <list>', 'of the input, such as 1m,4m', sizes, ['1m', '4m'])
  .option('--workloads <list>', 'w1, w3 or both', list, ['w1', 'w3'])
  .option('--against <list>', "contestants to run as well, by the harness's names", list, [PROTOTYPE, 'ks-panes-eos'])
  .option('--kill-events <n>', 'ours alone: kill -9 when so many records are out, then start it again', whole)
  .option('--no-build', 'the contestants are built already')
  .addHelpText(
    'after',
    `
Needs what the harness needs: Go, Maven with a JDK 17, Node, Python 3.11 and their registries. The first run builds the
contestants and makes the data, some minutes; both are kept in --work.

Examples:
  npm run bench -- --peers ../peers --sizes 1m --against kafkajs-eos-fast
  npm run bench -- --peers ../peers --workloads w3 --against kafkajs-eos-fast,ks-panes-eos,flink-eo
  npm run bench -- --peers ../peers --sizes 100k --kill-events 60000    ours alone, kill -9 in mid-run and started again`,
  )
  .parse()
  .opts<{
    peers: string;
    work: string;
    sizes: string[];
    workloads: string[];
    against: string[];
    killEvents?: number;
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
  ...ENGINE_FLAGS,
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
  const kill =
    options.killEvents === undefined ? [] : ['--quiet', QUIET_S, '--kill-events', String(options.killEvents)];
  let prototypeCpu: number | undefined;
  for (const name of kill.length > 0 ? [] : options.against) {
    say(`${workload} ${size}: ${name}`);
    const result = resultOf(await run('run.sh', 'run', name, workload, data));
    if (name === PROTOTYPE) prototypeCpu = result.cpu_per_m_work;
    rows.push(rowOf({ name, workload, size, result, prototypeCpu }));
  }
  say(`${workload} ${size}: ${NAME}`);
  const result = resultOf(await run('run.sh', 'own', ours, workload, data, NAME, '--settle', '1', ...kill));
  if (result.pct !== 100 || (workload === 'w3' && result.events_exact !== true)) inexact.push(`${workload} at ${size}`);
  rows.push(rowOf({ name: NAME, workload, size, result, prototypeCpu }));
}

/** A run of a contestant, with what the prototype took in the same run, where it was there. */
interface Measured {
  readonly name: string;
  readonly workload: string;
  readonly size: string;
  readonly result: PeerResult;
  readonly prototypeCpu: number | undefined;
}

function rowOf({ name, workload, size, result, prototypeCpu }: Measured): Record<string, string | number> {
  const { cpu_per_m_work: cpu, broker_cpu_per_m: broker, pct, events_exact: events, eps, rss_mb: rss, load } = result;
  const goal = name === NAME ? GOALS[`${workload} ${size}`] : undefined;
  return {
    workload: `${workload} at ${size}`,
    contestant: name,
    'events/s': eps ?? '',
    'CPU s per million': cpu ?? '',
    'to the prototype': cpu === undefined || prototypeCpu === undefined ? '' : (cpu / prototypeCpu).toFixed(2),
    "broker's": broker ?? '',
    'peak RSS MB': rss ?? '',
    'exact %': pct ?? '',
    'events exact': events === undefined ? '' : String(events),
    load: load?.toFixed(1) ?? '',
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
