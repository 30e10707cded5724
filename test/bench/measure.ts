import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

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
  readonly events: number;
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
    events: sum(/^spendline_events_total\{[^}]*interactions[^}]*\} (\S+)$/gm),
    waiting: sum(/^spendline_consumer_lag_records\{[^}]*\} (\S+)$/gm),
    cpuSeconds: sum(/^process_cpu_seconds_total (\S+)$/gm),
    rssMb: sum(/^process_resident_memory_bytes (\S+)$/gm) / 1_048_576,
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

/**
 * Runs the built monitor, everything on, until it has committed all events and nothing waits between its stages.
 * Sampled once a second, since a scrape costs too: the figures are that precise. `onProgress` hears of the events so far;
 * with `profileDir` V8's CPU profile of the monitor is written there.
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
    let peakRssMb = 0;
    for (;;) {
      if (child.exitCode !== null) throw new Error(`the monitor ended with code ${String(child.exitCode)}`);
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const now = await scrape(port);
      if (!now) continue;
      peakRssMb = Math.max(peakRssMb, now.rssMb);
      if (now.events === 0) before = now;
      else if (began === 0) began = performance.now();
      onProgress(now.events);
      if (now.events >= events && now.waiting === 0 && before) {
        return {
          events: now.events,
          seconds: (performance.now() - began) / 1000,
          cpuSeconds: now.cpuSeconds - before.cpuSeconds,
          peakRssMb,
        };
      }
    }
  } finally {
    child.kill('SIGTERM');
    await new Promise((resolve) => child.once('exit', resolve));
  }
}
