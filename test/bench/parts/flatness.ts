import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ENGINE_FLAGS } from '#libs/config';
import type { BenchCluster } from '../bench-cluster.js';
import { BenchMonitor, measureLoad, type Measured } from '../bench-monitor.js';
import { checkOutputs, exactnessText } from '../exactness.js';
import { BENCH_BASE_MS, type BenchShape } from '../interactions.js';
import { progressBar, say } from '../progress.js';
import { perMillion, type BenchOptions, type Finding, type Part } from './part.js';

/** Events that are read before measuring begins: the engine has made its code by then. */
const WARM_UP = 100_000;
/** Contacts of an agent in an hour, the same for each number of agents: more agents are more load, not other load. */
const CONTACTS_PER_HOUR = 20;
const WITHIN_RATIO = 1.15;
const HOUR_MS = 3_600_000;

interface Case {
  readonly of: 'agents' | 'partitions' | 'window';
  readonly size: string;
  readonly cpu: number;
  readonly windowsPerEvent: number | undefined;
}

/** What an event costs as the load grows. */
export const flatness: Part = {
  name: 'flatness',
  measures: 'CPU per event with more agents, more partitions and longer windows; within 15 % is flat',
  async run(cluster, options) {
    const faults: string[] = [];
    const cases: Case[] = [];
    const measure = async (of: Case['of'], size: string, shape: BenchShape, partitions: number, warmUp: number) => {
      const { cpu, windows, found } = await measureCase(cluster, shape, partitions, warmUp, size);
      cases.push({ of, size, cpu, windowsPerEvent: Number((windows / shape.events).toFixed(2)) });
      faults.push(...found);
    };
    for (const agents of options.flatAgents) {
      const { warmUp, shape } = shapeFor(agents);
      await measure('agents', `${agents.toLocaleString('en')} agents`, shape, options.partitions, warmUp);
    }
    const events = WARM_UP + options.flatEvents;
    const shape = { events, agents: options.agents, spanMs: 3 * HOUR_MS, baseMs: BENCH_BASE_MS };
    for (const partitions of [4, 16])
      await measure('partitions', `${String(partitions)} partitions`, shape, partitions, WARM_UP);
    for (const hours of [1, 24]) cases.push(await measureWindow(hours, options));
    return {
      rows: cases.map(({ size, cpu, windowsPerEvent }) => ({
        load: size,
        'CPU s per million': cpu,
        'windows per event': windowsPerEvent ?? '',
      })),
      findings: (['agents', 'partitions', 'window'] as const).flatMap((of) =>
        judged(cases.filter((each) => each.of === of)),
      ),
      faults,
    };
  },
};

/** An hour of event time in which each agent has the same number of contacts, after a warm-up of the same agents. */
function shapeFor(agents: number): { shape: BenchShape; warmUp: number } {
  const measured = agents * CONTACTS_PER_HOUR;
  const events = WARM_UP + measured;
  return { warmUp: WARM_UP, shape: { events, agents, spanMs: (events / measured) * HOUR_MS, baseMs: BENCH_BASE_MS } };
}

/** Counted from where the warm-up is done with everywhere, as one stage may read far ahead of the other. */
async function measureCase(cluster: BenchCluster, shape: BenchShape, partitions: number, warmUp: number, size: string) {
  const topics = await cluster.filled(shape, partitions, warmUp);
  const monitor = await BenchMonitor.start(topics.environment);
  const until = async (events: number): Promise<Measured> => {
    const progress = progressBar(size, shape.events);
    return measureLoad([monitor], { events, warmUp: 0 }, (done) => progress.update(done)).finally(() =>
      progress.stop(),
    );
  };
  const measured = await until(warmUp)
    .then(() => cluster.addAtOnce(topics, shape, warmUp))
    .then(() => until(shape.events))
    .finally(() => monitor.stop());
  const exactness = await checkOutputs(topics.settings, shape);
  say(exactnessText(exactness));
  return {
    cpu: perMillion(measured.cpuSeconds, shape.events - warmUp),
    windows: exactness.windows,
    found: exactness.faults,
  };
}

/** The stages alone with a single rolling window: the monitor's own lengths are not to be changed. */
async function measureWindow(hours: number, { flatEvents }: BenchOptions): Promise<Case> {
  const args = [
    ...[...ENGINE_FLAGS, '--import', './libs/testing/typescript/register.js', 'test/bench/in-process.ts', '--json'],
    ...['--events', String(flatEvents), '--agents', '20', '--span', String(3 * 24 * 60)],
    ...['--window-hours', String(hours)],
  ];
  say(`the stages alone, one window of ${String(hours)} h by the minute, three days`);
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 10_000_000 });
  const { cpuSecondsPerMillion } = JSON.parse(stdout) as { cpuSecondsPerMillion: number };
  return {
    of: 'window',
    size: `a window of ${String(hours)} h (stages alone)`,
    cpu: cpuSecondsPerMillion,
    windowsPerEvent: undefined,
  };
}

function judged(cases: readonly Case[]): Finding[] {
  const [first, ...others] = cases;
  if (!first) return [];
  return others.map(({ size, cpu }) => ({
    what: `CPU per event, ${size} against ${first.size}`,
    measured: `${(cpu / first.cpu).toFixed(2)} times`,
    goal: `at most ${String(WITHIN_RATIO)} times`,
    reached: cpu / first.cpu <= WITHIN_RATIO,
  }));
}
