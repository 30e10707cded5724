import { cpus, loadavg } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { whyNoBroker } from '../../libs/testing/kafka/index.js';
import { BenchCluster } from './bench-cluster.js';
import { flatness } from './parts/flatness.js';
import { latency } from './parts/latency.js';
import type { BenchOptions, Finding, Part } from './parts/part.js';
import { processes } from './parts/processes.js';
import { restart } from './parts/restart.js';
import { throughput } from './parts/throughput.js';
import { say } from './progress.js';

const SHOWN_FAULTS = 20;
const PARTS: readonly Part[] = [throughput, latency, restart, processes, flatness];

function whole(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('a whole number from 1 on, please');
  return number;
}

function wholes(text: string): number[] {
  return text.split(',').map(whole);
}

function knownPart(name: string, before: readonly string[] = []): string[] {
  if (!PARTS.some((part) => part.name === name))
    throw new InvalidArgumentError(`no such part; there are ${PARTS.map((part) => part.name).join(', ')}`);
  return [...before, name];
}

const list = PARTS.map(({ name, measures }) => `  ${name.padEnd(12)} ${measures}`);
const options = new Command('npm run bench --')
  .description(
    'Measures the built monitor, everything on, on a broker of its own, recounts what came out, and holds the figures against the goals of docs/performance.md. Compare CPU seconds, and those only between runs on the same machine: the baseline of the same run, kafkajs as shipped, says how busy it was.',
  )
  .option('--part <name>', 'only this part; may be repeated', knownPart)
  .option('--events <n>', 'throughput, processes: events in the topic', whole, 1_000_000)
  .option('--agents <n>', 'throughput, latency, processes: agents', whole, 500)
  .option('--partitions <n>', 'of each topic', whole, 4)
  .option('--span <minutes>', 'throughput, processes: event time of the events', whole, 180)
  .option(
    '--profile <directory>',
    "throughput, latency: write V8's CPU profile of the monitor there, and tell where its time went",
  )
  .option('--rate <n>', 'latency: events a second', whole, 5_000)
  .option('--seconds <n>', 'latency: how long, after the warm-up; signals come once a minute', whole, 70)
  .option(
    '--warm-up <n>',
    'latency: seconds before it; in 75 the rules are judged once, with code that is not compiled',
    whole,
    75,
  )
  .option('--restart-agents <list>', 'restart: agents that have an hour of state, such as 5000,50000', wholes, [5_000])
  .option('--flat-agents <list>', 'flatness: numbers of agents to compare', wholes, [1_000, 10_000, 50_000])
  .option('--flat-events <n>', 'flatness: events for the comparison of partitions and windows', whole, 400_000)
  .addHelpText(
    'after',
    `\nParts:\n${list.join('\n')}\n
Examples:
  npm run bench                                                   all of it, about a quarter of an hour on two quiet cores
  npm run bench -- --part latency --seconds 30                    about a minute
  npm run bench -- --part throughput --events 200000 --profile /tmp/profile
  npm run bench -- --part restart --restart-agents 50000
  npm run bench -- --in-process --help                            the stages alone, without a broker: CPU by part
  npm run bench -- --peers DIR --help                             our engine among those of the peers' harness

Exit code 1: something that came out was not exact. Missing a goal is not a failure, it is told.`,
  )
  .parse()
  .opts<BenchOptions & { part?: string[] }>();

const why = whyNoBroker();
if (why !== undefined) {
  console.error(`No benchmark without a broker: ${why}`);
  process.exit(1);
}

const faults: string[] = [];
const findings: Finding[] = [];
for (const part of PARTS.filter(({ name }) => options.part?.includes(name) ?? true)) {
  say(`\n== ${part.name}: ${part.measures}`);
  // A broker for each part, as a part may leave gigabytes behind.
  const cluster = await BenchCluster.start();
  try {
    const result = await part.run(cluster, options);
    console.table(result.rows);
    if (result.spent) console.table(result.spent);
    findings.push(...result.findings);
    faults.push(...result.faults);
  } finally {
    await cluster.stop();
  }
}
const load = loadavg().map((each) => each.toFixed(1));
console.log(
  `\n${new Date().toISOString().slice(0, 10)}, ${String(cpus().length)} x ${cpus()[0]?.model ?? 'CPU'}, Node ${process.version}, load ${load.join(' ')}`,
);
console.table(
  findings.map(({ what, measured, goal = '', reached }) => ({
    what,
    measured,
    goal,
    reached: reached === undefined ? '' : reached ? 'yes' : 'no',
  })),
);
for (const fault of faults.slice(0, SHOWN_FAULTS)) console.log(`NOT EXACT: ${fault}`);
if (faults.length > SHOWN_FAULTS) console.log(`and ${String(faults.length - SHOWN_FAULTS)} more`);
process.exit(faults.length > 0 ? 1 : 0);
