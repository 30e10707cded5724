import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { ALLOCATOR_ENVIRONMENT, ENGINE_FLAGS } from '#libs/config';
import { freePort } from '../../libs/testing/free-port.js';
import { usageOf, type Usage } from './process-usage.js';

/** What the health page tells of a stage's task. */
interface TaskPage {
  readonly partition: number;
  readonly state: string;
  readonly behind: boolean;
  readonly waiting: number;
  readonly positions: Readonly<Record<string, string>>;
}

/** What the health page tells. */
export interface MonitorHealth {
  readonly ready: boolean;
  readonly stages: readonly { readonly joined: boolean; readonly tasks: readonly TaskPage[] }[];
}

/** Offsets that are committed, summed over the partitions that the process owns. */
export interface Positions {
  readonly interactions: number;
  readonly panes: number;
  /** Tasks that have windows to close of what they have read. */
  readonly behind: number;
  /** Records in front of its stages. */
  readonly waiting: number;
}

/** The built monitor in a process of its own, everything on, as `spendline up` starts it. */
export class BenchMonitor {
  private constructor(
    private readonly child: ChildProcess,
    private readonly port: number,
  ) {}

  /** `environment` on top of this process's; with `profileDir` V8's CPU profile is written there when it stops. */
  static async start(environment: Readonly<Record<string, string>>, profileDir?: string): Promise<BenchMonitor> {
    const port = await freePort();
    const profiling = profileDir === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profileDir];
    const child = spawn(process.execPath, [...ENGINE_FLAGS, ...profiling, 'dist/programs/monitor.js'], {
      env: {
        ...ALLOCATOR_ENVIRONMENT,
        ...process.env,
        ...environment,
        SPENDLINE_METRICS_PORT: String(port),
        SPENDLINE_LOG_LEVEL: 'error',
      },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    return new BenchMonitor(child, port);
  }

  /** Undefined while it does not answer. Throws once it has ended. */
  async health(): Promise<MonitorHealth | undefined> {
    this.mustRun();
    const response = await fetch(`http://127.0.0.1:${String(this.port)}/health/ready`).catch(() => undefined);
    if (!response) return undefined;
    const { details } = (await response.json()) as { details?: { stages?: MonitorHealth['stages'] } };
    return { ready: response.ok, stages: details?.stages ?? [] };
  }

  async positions(): Promise<Positions> {
    const tasks = ((await this.health())?.stages ?? []).flatMap((stage) => stage.tasks);
    const sum = (topic: string): number =>
      tasks.reduce((total, { positions }) => total + Number(positions[topic] ?? 0), 0);
    const behind = tasks.filter((task) => task.behind).length;
    const waiting = tasks.reduce((total, task) => total + task.waiting, 0);
    return { interactions: sum('interactions'), panes: sum('panes'), behind, waiting };
  }

  usage(): Promise<Usage> {
    this.mustRun();
    return usageOf(this.child.pid ?? 0);
  }

  /** Ends it in good order, or with `SIGKILL` at once. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exit = once(this.child, 'exit');
    this.child.kill(signal);
    await exit;
  }

  private mustRun(): void {
    const { exitCode, signalCode } = this.child;
    if (exitCode !== null || signalCode !== null)
      throw new Error(`the monitor ended with ${signalCode ?? `code ${String(exitCode)}`}`);
  }
}

/** The same moment of all processes of a run. */
interface Sample extends Positions {
  readonly atMs: number;
  readonly cpuSeconds: number;
}

/** What a run took. */
export interface Measured {
  readonly events: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakRssMb: number;
}

/** Events in the topic, and from where on they count. */
export interface Load {
  readonly events: number;
  /** So many are read before measuring begins: the engine has made its code by then. 0: from the first one on. */
  readonly warmUp: number;
}

const LOOK_EVERY_MS = 250;
/** Nothing moved for so long after the last event, and nothing waits: it is over. */
const QUIET_MS = 1_500;

/**
 * Waits until the monitors have committed all events, nothing waits between their stages, and all that is due is closed and
 * judged. What it took counts from the look that first saw more than `warmUp` events committed (the one before, without
 * warm-up, when nothing was) to the one that saw the last commit.
 */
export async function measureLoad(
  monitors: readonly BenchMonitor[],
  { events, warmUp }: Load,
  onProgress: (done: number) => void,
): Promise<Measured> {
  const ofAll = await sampleOf(monitors);
  let from: Sample = ofAll;
  let last: Sample = ofAll;
  let began = false;
  for (;;) {
    await pause(LOOK_EVERY_MS);
    const now = await sampleOf(monitors);
    onProgress(now.interactions);
    if (!began) {
      began = now.interactions > warmUp;
      if (warmUp > 0 || !began) from = now;
    }
    const isSame = now.interactions === last.interactions && now.panes === last.panes && now.behind === last.behind;
    if (now.behind > 0 || !isSame) last = now;
    if (now.interactions < events || now.waiting > 0 || now.atMs - last.atMs < QUIET_MS) continue;
    const usages = await Promise.all(monitors.map((monitor) => monitor.usage()));
    return {
      events: last.interactions - from.interactions,
      seconds: (last.atMs - from.atMs) / 1000,
      cpuSeconds: last.cpuSeconds - from.cpuSeconds,
      peakRssMb: Math.max(...usages.map(({ peakRssMb }) => peakRssMb)),
    };
  }
}

async function sampleOf(monitors: readonly BenchMonitor[]): Promise<Sample> {
  const usages = await Promise.all(monitors.map((monitor) => monitor.usage()));
  const positions = await Promise.all(monitors.map((monitor) => monitor.positions()));
  return {
    atMs: performance.now(),
    cpuSeconds: usages.reduce((total, each) => total + each.cpuSeconds, 0),
    interactions: positions.reduce((total, each) => total + each.interactions, 0),
    panes: positions.reduce((total, each) => total + each.panes, 0),
    behind: positions.reduce((total, each) => total + each.behind, 0),
    waiting: positions.reduce((total, each) => total + each.waiting, 0),
  };
}

/** Waits until each of them has joined both groups and owns something that is open. Throws when that takes too long. */
export async function untilAllWork(monitors: readonly BenchMonitor[], timeoutMs = 60_000): Promise<void> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    const pages = await Promise.all(monitors.map((monitor) => monitor.health()));
    const work = pages.every(
      (page) =>
        page?.stages.length === 2 &&
        page.stages.every(({ joined, tasks }) => joined && tasks.some(({ state }) => state === 'open')),
    );
    if (work) return;
    if (performance.now() > until) throw new Error('the monitors did not share the partitions in time');
    await pause(LOOK_EVERY_MS);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
