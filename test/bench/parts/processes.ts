import { cpus } from 'node:os';
import type { BenchTopics } from '../bench-cluster.js';
import { BenchMonitor, measureLoad, untilAllWork, type Measured } from '../bench-monitor.js';
import { checkOutputs, exactnessText } from '../exactness.js';
import { BENCH_BASE_MS } from '../interactions.js';
import { progressBar, say } from '../progress.js';

import { perMillion, type Part } from './part.js';

const GOAL = 1.7;
/** The broker has compiled its code by then: otherwise it works harder for the one that is measured first. */
const BROKER_WARM_UP_EVENTS = 300_000;

/** One monitor, then two that share the partitions. */
export const processes: Part = {
  name: 'processes',
  measures: 'two monitor processes against one: events/s from where all are at work, and CPU',
  async run(cluster, { events, agents, partitions, span }) {
    const shape = { events, agents, spanMs: span * 60_000, baseMs: BENCH_BASE_MS };
    const results: Measured[] = [];
    const faults: string[] = [];
    await runOn(await cluster.filled(shape, partitions, BROKER_WARM_UP_EVENTS), 1, BROKER_WARM_UP_EVENTS);
    for (const count of [1, 2]) {
      const topics = await cluster.filled(shape, partitions);
      results.push(await runOn(topics, count, events));
      const exactness = await checkOutputs(topics.settings, shape);
      say(exactnessText(exactness));
      faults.push(...exactness.faults);
    }
    const rates = results.map((each) => each.events / each.seconds);
    const ratio = (rates[1] ?? 0) / (rates[0] ?? 1);
    return {
      rows: results.map((each, at) => ({
        monitors: at + 1,
        'events/s': Math.round(rates[at] ?? 0),
        'CPU s per million': perMillion(each.cpuSeconds, each.events),
        'events measured': each.events,
      })),
      findings: [
        {
          what: `two monitor processes, on ${String(cpus().length)} cores with the broker`,
          measured: `${ratio.toFixed(2)} times one`,
          goal: `at least ${String(GOAL)} times`,
          reached: ratio >= GOAL,
        },
      ],
      faults,
    };
  },
};

async function runOn({ environment }: BenchTopics, count: number, events: number): Promise<Measured> {
  const monitors = await Promise.all(Array.from({ length: count }, () => BenchMonitor.start(environment)));
  try {
    return await run(monitors, events);
  } finally {
    await Promise.all(monitors.map((monitor) => monitor.stop()));
  }
}

/**
 * Events are there before the monitors are: sent to tasks that had caught up with empty topics, those of one partition would
 * be late for the others. So some are done before all monitors are at work, and do not count.
 */
async function run(monitors: readonly BenchMonitor[], events: number): Promise<Measured> {
  await untilAllWork(monitors);
  const done = await Promise.all(monitors.map((monitor) => monitor.positions()));
  const warmUp = done.reduce((total, each) => total + each.interactions, 0);
  if (warmUp > (2 * events) / 3)
    throw new Error('two thirds of the events were done before all monitors were at work; take more with --events');
  const progress = progressBar(`${String(monitors.length)} at work`, events);
  const load = { events, warmUp: Math.max(1, warmUp) };
  return measureLoad(monitors, load, (now) => progress.update(now)).finally(() => progress.stop());
}
