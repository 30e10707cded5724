import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '#libs/adapters/logging';
import { placesIn } from '#libs/config';
import { epochMs, type Interaction } from '#libs/contract';
import { KafkaBroker, readAll, whyNoBroker } from '#libs/testing/kafka';
import { startSimulator, type RunningSimulator } from './simulator.js';

const missing = whyNoBroker();
if (missing) console.warn(`skipped: ${missing}`);
const withBroker = missing ? describe.skip : describe;

const FIRST_METRICS_PORT = 24_100;

withBroker('the simulator and a real Kafka', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'spendline-simulator-'));
  let broker: KafkaBroker;
  let starts = 0;
  const running: RunningSimulator[] = [];

  beforeAll(async () => {
    broker = await KafkaBroker.start();
  }, 240_000);
  afterAll(async () => {
    await Promise.all(running.map((simulator) => simulator.stop()));
    await broker.stop();
    rmSync(dataDir, { recursive: true });
  }, 240_000);

  async function start(
    prefix: string,
    minutes: number,
    { untilNow = true, remembers = prefix } = {},
  ): Promise<RunningSimulator> {
    starts += 1;
    const config = {
      kafka: broker.settings(prefix),
      host: '127.0.0.1',
      logLevel: 'fatal' as const,
      metricsPort: FIRST_METRICS_PORT + starts,
      places: placesIn(join(dataDir, remembers)),
      scenario: 'overspend-voice' as const,
      seed: 1,
    };
    const backfillMs = minutes * 60_000;
    const simulator = await startSimulator({
      config,
      logger: createLogger('test', 'silent'),
      speed: 'max',
      backfillMs,
      fromMs: undefined,
      untilNow,
    });
    running.push(simulator);
    return simulator;
  }

  async function contacts(prefix: string): Promise<Interaction[]> {
    const records = await readAll(broker.settings(prefix), 'interactions');
    return records.map(({ value }) => JSON.parse(value ?? '') as Interaction);
  }

  it('sends history up to now on every topic, and the next one goes on without a gap or a repetition', async () => {
    const first = await start('twice.', 20);
    await first.done;
    const before = await contacts('twice.');
    expect(before.length).toBeGreaterThan(20 * 50);
    const upTo = Math.max(...before.map(({ endedAt }) => epochMs(endedAt)));
    await first.stop();
    const second = await start('twice.', 20, { untilNow: false });
    await settled(async () => (await contacts('twice.')).length > before.length + 3);
    const metrics = await (await fetch(second.metricsUrl)).text();
    expect(metrics).toMatch(/spendline_simulated_total\{topic="callcenter.interactions"\} [1-9]/);
    expect((await fetch(second.metricsUrl.replace('metrics', 'health/ready'))).status).toBe(200);
    await second.stop();
    const after = await contacts('twice.');
    const ids = after.map(({ interactionId }) => interactionId);
    expect(new Set(ids).size).toBe(ids.length);
    const later = after.filter(({ endedAt }) => epochMs(endedAt) > upTo);
    expect(later).toHaveLength(after.length - before.length);
    for (const topic of ['agentStates', 'feedback', 'billingLines', 'revenue'] as const) {
      expect((await readAll(broker.settings('twice.'), topic)).length).toBeGreaterThan(0);
    }
  }, 240_000);

  it('sends each bill under the same id in every run', async () => {
    const lines = await readAll(broker.settings('twice.'), 'billingLines');
    const byKey = new Map(lines.map(({ key, value }) => [key, value]));
    expect(lines.length).toBe(2 * byKey.size);
    expect(lines.every(({ key, value }) => byKey.get(key) === value)).toBe(true);
  }, 240_000);

  it('begins with history again when the topics are empty, whatever it remembers', async () => {
    const once = await start('fresh.', 2);
    await once.done;
    await once.stop();
    expect((await contacts('fresh.')).length).toBeGreaterThan(60);
    // Another prefix, the same memory: as after `spendline up --fresh`.
    const elsewhere = await start('elsewhere.', 2, { remembers: 'fresh.' });
    await elsewhere.done;
    await elsewhere.stop();
    expect((await contacts('elsewhere.')).length).toBeGreaterThan(60);
  }, 240_000);

  it('waits while Kafka is away, and loses nothing', async () => {
    const simulator = await start('away.', 1, { untilNow: false });
    await settled(async () => (await contacts('away.')).length > 0);
    await broker.kill9();
    const gone = Date.now();
    await new Promise((resolve) => setTimeout(resolve, 3000));
    await broker.restart();
    const back = Date.now();
    await settled(async () => {
      return (await contacts('away.')).some(({ endedAt }) => epochMs(endedAt) > back);
    });
    await simulator.stop();
    const during = (await contacts('away.')).filter(
      ({ endedAt }) => epochMs(endedAt) > gone && epochMs(endedAt) < back,
    );
    expect(during.length).toBeGreaterThan(0);
  }, 240_000);
});

async function settled(condition: () => Promise<boolean>): Promise<void> {
  const lastMs = Date.now() + 60_000;
  while (!(await condition().catch(() => false))) {
    if (Date.now() > lastMs) throw new Error('nothing came of it within a minute');
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
