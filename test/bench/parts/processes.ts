import { cpus } from 'node:os';
import { fill, type BenchTopics } from '../bench-cluster.js';
import { BenchMonitor, measureLoad, untilAllWork, type Measured } from '../bench-monitor.js';
import { checkOutputs, exactnessText } from '../exactness.js';
import { BENCH_BASE_MS, type BenchShape } from '../interactions.js';
import { progressBar, say } from '../progress.js';

import { perMillion, type Part } from './part.js';

const GOAL = 1.7;

/** One monitor, then two that share the partitions. */
export const processes: Part = {
  name: 'processes',
  measures: 'two monitor processes against one: events/s once everything is sent, and CPU',
  async run(cluster, { events, agents, partitions, span }) {
    const shape = { events, agents, spanMs: span * 60_000, baseMs: BENCH_BASE_MS };
    const results: Measured[] = [];
    const faults: string[] = [];
    for (const count of [1, 2]) {
      const topics = await cluster.topics(partitions);
      const monitors = await Promise.all(Array.from({ length: count }, () => BenchMonitor.start(topics.environment)));
      try {
        results.push(await run(topics, monitors, shape));
      } finally {
        await Promise.all(monitors.map((monitor) => monitor.stop()));
      }
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

/** The partitions are shared before there are events; measuring begins when the sender, which takes CPU too, is done. */
async function run(topics: BenchTopics, monitors: readonly BenchMonitor[], shape: BenchShape): Promise<Measured> {
  await untilAllWork(monitors);
  await fill(topics, shape);
  const done = await Promise.all(monitors.map((monitor) => monitor.positions()));
  const warmUp = done.reduce((total, each) => total + each.interactions, 0);
  if (warmUp > (2 * shape.events) / 3)
    throw new Error('two thirds of the events were done when the last was sent; take more with --events');
  const progress = progressBar(`${String(monitors.length)} at work`, shape.events);
  return measureLoad(monitors, { events: shape.events, warmUp: Math.max(1, warmUp) }, (now) =>
    progress.update(now),
  ).finally(() => progress.stop());
}
