import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { topicName } from '#libs/contract';
import { BenchMonitor, measureLoad, type Measured } from '../bench-monitor.js';
import { checkOutputs, exactnessText } from '../exactness.js';
import { BENCH_BASE_MS } from '../interactions.js';
import { progressBar, say } from '../progress.js';
import { perMillion, spentIn, type Part } from './part.js';

const LOADER = ['--import', './libs/testing/typescript/register.js'];
const GOAL_CPU = 8;
const GOAL_RSS_MB = 250;

/** Catching up with a full topic, beside kafkajs as it is shipped on the same topic. */
export const throughput: Part = {
  name: 'throughput',
  measures: 'catching up: events/s, CPU, memory; beside kafkajs with JSON.parse on the same topic; output recounted',
  async run(cluster, { events, agents, partitions, span, profile }) {
    const shape = { events, agents, spanMs: span * 60_000, baseMs: BENCH_BASE_MS };
    const { settings, environment } = await cluster.filled(shape, partitions);
    say('baseline: kafkajs as shipped reads the same topic');
    const baseline = await measureBaseline(cluster.address, topicName('interactions', settings.topicPrefix), events);
    const monitor = await BenchMonitor.start(environment, profile);
    const progress = progressBar('monitor at work', events);
    const measured = await measureLoad([monitor], { events, warmUp: 0 }, (done) => progress.update(done)).finally(
      async () => {
        progress.stop();
        await monitor.stop();
      },
    );
    const exactness = await checkOutputs(settings, shape);
    say(exactnessText(exactness));
    const cpu = perMillion(measured.cpuSeconds, measured.events);
    const rss = Math.round(measured.peakRssMb);
    return {
      rows: [row('kafkajs, JSON.parse (baseline)', baseline), row('monitor, everything on', measured)],
      findings: [
        {
          what: `CPU s per million events, everything on (${String(agents)} agents)`,
          measured: `${String(cpu)} (${(measured.cpuSeconds / baseline.cpuSeconds).toFixed(1)} times the baseline)`,
          goal: `at most ${String(GOAL_CPU)}`,
          reached: cpu <= GOAL_CPU,
        },
        ...(agents === 500
          ? [
              {
                what: 'peak RSS at 500 agents, MB',
                measured: String(rss),
                goal: `at most ${String(GOAL_RSS_MB)}`,
                reached: rss <= GOAL_RSS_MB,
              },
            ]
          : []),
        { what: 'output against a recount', measured: exactnessText(exactness) },
      ],
      ...spentIn(profile, cpu),
      faults: exactness.faults,
    };
  },
};

function row(program: string, { events, seconds, cpuSeconds, peakRssMb }: Measured) {
  return {
    program,
    'events/s': Math.round(events / seconds),
    'CPU s per million': perMillion(cpuSeconds, events),
    'peak RSS MB': Math.round(peakRssMb),
  };
}

/** Runs the raw kafkajs consumer in a process of its own. */
async function measureBaseline(broker: string, topic: string, events: number): Promise<Measured> {
  const args = [...LOADER, 'test/bench/raw-consumer.ts', broker, topic, String(events)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(line));
  await new Promise((resolve) => child.once('close', resolve));
  const last = lines.at(-1);
  if (last === undefined) throw new Error('the baseline ended without a result');
  return JSON.parse(last) as Measured;
}
