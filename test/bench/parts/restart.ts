import { BenchMonitor, measureLoad, pause } from '../bench-monitor.js';
import { checkOutputs, exactnessText } from '../exactness.js';
import { BENCH_BASE_MS } from '../interactions.js';
import { progressBar, say } from '../progress.js';
import type { Part } from './part.js';

/** Contacts of an agent in the hour. */
const CONTACTS = 12;
const HOUR_MS = 3_600_000;
const KILLS = 3;
const LOOK_EVERY_MS = 50;
const GIVE_UP_MS = 180_000;

interface Restart {
  /** From the start of the new process to where it serves, has its partitions, and stands ready. Seconds. */
  readonly serves: number;
  readonly joined: number;
  readonly ready: number;
}

/** Kill -9 with an hour of state, and how long until a new process stands ready. */
export const restart: Part = {
  name: 'restart',
  measures: 'time from the start of a new process after kill -9 until it is ready, with an hour of state',
  async run(cluster, { partitions, restartAgents }) {
    const rows = [];
    const findings = [];
    const faults: string[] = [];
    for (const agents of restartAgents) {
      const shape = { events: agents * CONTACTS, agents, spanMs: HOUR_MS, baseMs: BENCH_BASE_MS };
      const { settings, environment } = await cluster.filled(shape, partitions);
      let monitor = await BenchMonitor.start(environment);
      const times: Restart[] = [];
      let peakRssMb: number;
      try {
        const progress = progressBar(`an hour of ${String(agents)} agents`, shape.events);
        const load = { events: shape.events, warmUp: 0 };
        await measureLoad([monitor], load, (done) => progress.update(done)).finally(() => progress.stop());
        peakRssMb = (await monitor.usage()).peakRssMb;
        for (let kill = 1; kill <= KILLS; kill += 1) {
          say(`kill -9, the ${String(kill)}. of ${String(KILLS)}`);
          await monitor.stop('SIGKILL');
          monitor = await BenchMonitor.start(environment);
          times.push(await untilReady(monitor, partitions));
          peakRssMb = Math.max(peakRssMb, (await monitor.usage()).peakRssMb);
        }
      } finally {
        await monitor.stop();
      }
      const exactness = await checkOutputs(settings, shape);
      say(exactnessText(exactness));
      faults.push(...exactness.faults);
      const worst = Math.max(...times.map(({ ready }) => ready));
      rows.push(
        ...times.map(({ serves, joined, ready }, kill) => ({
          agents,
          kill: kill + 1,
          'serves after s': serves,
          'has partitions after s': joined,
          'ready after s': ready,
        })),
      );
      findings.push(...judged(agents, worst, peakRssMb));
    }
    return { rows, findings, faults };
  },
};

function judged(agents: number, worst: number, peakRssMb: number) {
  const goal = agents <= 5_000 ? 5 : agents <= 50_000 ? 20 : undefined;
  return [
    {
      what: `ready after kill -9, an hour of ${agents.toLocaleString('en')} agents, s (worst of ${String(KILLS)})`,
      measured: worst.toFixed(1),
      ...(goal !== undefined && { goal: `at most ${String(goal)}`, reached: worst <= goal }),
    },
    {
      what: `peak RSS with an hour of ${agents.toLocaleString('en')} agents, MB`,
      measured: peakRssMb.toFixed(0),
      ...(agents === 50_000 && { goal: 'at most 1,000', reached: peakRssMb <= 1_000 }),
    },
  ];
}

async function untilReady(monitor: BenchMonitor, partitions: number): Promise<Restart> {
  const began = performance.now();
  const now = (): number => Number(((performance.now() - began) / 1000).toFixed(1));
  let serves: number | undefined;
  let joined: number | undefined;
  while (performance.now() - began < GIVE_UP_MS) {
    const health = await monitor.health();
    if (health) serves ??= now();
    if (health?.stages.length === 2 && health.stages.every((stage) => stage.tasks.length === partitions))
      joined ??= now();
    const open = health?.stages.every((stage) => stage.tasks.every(({ state }) => state === 'open')) ?? false;
    if (joined !== undefined && health?.ready && open) return { serves: serves ?? joined, joined, ready: now() };
    await pause(LOOK_EVERY_MS);
  }
  throw new Error(`not ready ${String(GIVE_UP_MS / 1000)} s after it was started again`);
}
