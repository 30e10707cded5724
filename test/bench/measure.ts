import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { freePort } from '../../libs/testing/free-port.js';

/** What a contestant took from its first event to its last. */
export interface Measured {
  readonly events: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakRssMb: number;
}

/** As `spendline up` starts it. */
const NODE_OPTIONS = ['--max-semi-space-size=64', '--single-threaded-gc'];
const LOADER = ['--import', './libs/testing/typescript/register.js'];

/** Runs the raw kafkajs consumer in a process of its own. */
export async function measureBaseline(broker: string, topic: string, events: number): Promise<Measured> {
  const args = [...LOADER, 'test/bench/raw-consumer.ts', broker, topic, String(events)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(line));
  await new Promise((resolve) => child.once('close', resolve));
  const last = lines.at(-1);
  if (last === undefined) throw new Error('the baseline ended without a result');
  return JSON.parse(last) as Measured;
}

interface Scrape {
  readonly waiting: number;
  readonly cpuSeconds: number;
  readonly rssMb: number;
}

async function scrape(port: number): Promise<Scrape | undefined> {
  const response = await fetch(`http://127.0.0.1:${String(port)}/metrics`).catch(() => undefined);
  if (!response?.ok) return undefined;
  const text = await response.text();
  const sum = (pattern: RegExp): number =>
    [...text.matchAll(pattern)].reduce((total, [, value]) => total + Number(value), 0);
  return {
    waiting: sum(/^spendline_consumer_lag_records\{[^}]*\} (\S+)$/gm),
    cpuSeconds: sum(/^process_cpu_seconds_total (\S+)$/gm),
    rssMb: sum(/^process_resident_memory_bytes (\S+)$/gm) / 1_048_576,
  };
}

interface Progress {
  readonly details?: {
    readonly stages?: readonly {
      readonly tasks: readonly { readonly positions: Readonly<Record<string, string>> }[];
    }[];
  };
}

/** Interactions that are committed, from the health page: a scrape of all windows costs a hundred times as much. */
async function committed(port: number): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${String(port)}/health/ready`).catch(() => undefined);
  if (!response) return 0;
  const { details } = (await response.json()) as Progress;
  const tasks = (details?.stages ?? []).flatMap((stage) => stage.tasks);
  return tasks.reduce((total, { positions }) => total + Number(positions['interactions'] ?? 0), 0);
}

/** The most memory that a process ever had; undefined where the system does not tell. */
async function peakRssMb(pid: number | undefined): Promise<number | undefined> {
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8').catch(() => '');
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? [];
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
}

const LOOK_EVERY_MS = 500;

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * Runs the built monitor, everything on, until it has committed all events and nothing waits between its stages. CPU
 * counts from when it stands ready without events; what it took is asked for once before and once after, since a scrape
 * costs too. `onProgress` hears of the events so far; with `profileDir` V8's CPU profile of the monitor is written there.
 */
export async function measureMonitor(
  environment: Readonly<Record<string, string>>,
  events: number,
  onProgress: (done: number) => void,
  profileDir?: string,
): Promise<Measured> {
  const port = await freePort();
  const profiling = profileDir === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profileDir];
  const child = spawn(process.execPath, [...NODE_OPTIONS, ...profiling, 'dist/apps/monitor/main.js'], {
    env: { ...process.env, ...environment, SPENDLINE_METRICS_PORT: String(port), SPENDLINE_LOG_LEVEL: 'error' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  try {
    let before: Scrape | undefined;
    let began = 0;
    for (;;) {
      if (child.exitCode !== null) throw new Error(`the monitor ended with code ${String(child.exitCode)}`);
      await pause(LOOK_EVERY_MS);
      before ??= await scrape(port);
      const done = await committed(port);
      if (done > 0 && began === 0) began = performance.now();
      onProgress(done);
      if (!before || done < events) continue;
      const now = await scrape(port);
      if (!now || now.waiting > 0) continue;
      return {
        events: done,
        seconds: (performance.now() - began) / 1000,
        cpuSeconds: now.cpuSeconds - before.cpuSeconds,
        peakRssMb: (await peakRssMb(child.pid)) ?? now.rssMb,
      };
    }
  } finally {
    child.kill('SIGTERM');
    await new Promise((resolve) => child.once('exit', resolve));
  }
}
