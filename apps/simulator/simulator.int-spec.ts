import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '#libs/adapters/logging';
import { placesIn } from '#libs/config';
import { epochMs, type BillingLine, type Interaction } from '#libs/contract';
import { freePort } from '../../libs/testing/free-port.js';
import { eventually, KafkaBroker, readAll, whyNoBroker } from '#libs/testing/kafka';
import { startSimulator, type RunningSimulator } from './simulator.js';

const missing = whyNoBroker();
if (missing) console.warn(`skipped: ${missing}`);
const withBroker = missing ? describe.skip : describe;

withBroker('the simulator and a real Kafka', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'spendline-simulator-'));
  let broker: KafkaBroker;
  const running: RunningSimulator[] = [];

  beforeAll(async () => {
    broker = await KafkaBroker.start();
  });
  afterAll(async () => {
    await Promise.all(running.map((simulator) => simulator.stop()));
    await broker.stop();
    rmSync(dataDir, { recursive: true });
  });

  async function start(
    prefix: string,
    minutes: number,
    { untilNow = true, remembers = prefix } = {},
  ): Promise<RunningSimulator> {
    const config = {
      kafka: broker.settings(prefix),
      host: '127.0.0.1',
      logLevel: 'fatal' as const,
      metricsPort: await freePort(),
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
    await eventually(
      'the next one to go on',
      async () => (await contacts('twice.')).length,
      (count) => count > before.length + 3,
    );
    // What Kafka has is counted when the rest of what was sent with it is there as well.
    await eventually(
      'the metrics to tell of it',
      async () => (await (await fetch(second.metricsUrl)).text()).match(/^spendline_simulated.*$/gm)?.join('\n') ?? '',
      (metrics) => /spendline_simulated_total\{topic="callcenter.interactions"\} [1-9]/.test(metrics),
    );
    await eventually(
      'it to be live',
      async () => (await fetch(second.metricsUrl.replace('metrics', 'health/ready'))).status,
      (status) => status === 200,
    );
    await second.stop();
    const after = await contacts('twice.');
    const ids = after.map(({ interactionId }) => interactionId);
    expect(new Set(ids).size).toBe(ids.length);
    const later = after.filter(({ endedAt }) => epochMs(endedAt) > upTo);
    expect(later).toHaveLength(after.length - before.length);
    for (const topic of ['agentStates', 'feedback', 'billingLines', 'revenue'] as const) {
      expect((await readAll(broker.settings('twice.'), topic)).length).toBeGreaterThan(0);
    }
  });

  it('sends each bill under the same id in every run', async () => {
    const lines = await readAll(broker.settings('twice.'), 'billingLines');
    const byMonth = new Map<string, Map<string, string[]>>();
    for (const { key, value } of lines) {
      const month = (JSON.parse(value ?? '') as BillingLine).periodStart;
      const ofMonth = getOrInsert(byMonth, month, new Map<string, string[]>());
      getOrInsert(ofMonth, key ?? '', []).push(value ?? '');
    }
    // Where a month begins meanwhile, its bills or those of the last one are of one run only, all of them.
    const runs = [...byMonth.values()].map((ofMonth) => [...ofMonth.values()].map(({ length }) => length));
    expect(runs.every((counts) => new Set(counts).size === 1)).toBe(true);
    expect(runs.flat()).toContain(2);
    const values = [...byMonth.values()].flatMap((ofMonth) => [...ofMonth.values()]);
    expect(values.every((copies) => new Set(copies).size === 1)).toBe(true);
  });

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
  });

  it('waits while Kafka is away, and loses nothing', async () => {
    const simulator = await start('away.', 1, { untilNow: false });
    await eventually(
      'contacts',
      async () => (await contacts('away.')).length,
      (count) => count > 0,
    );
    await broker.kill9();
    const gone = Date.now();
    // At night there is a contact a second, by chance: in so long a time there are some.
    await new Promise((resolve) => setTimeout(resolve, 10_000));
    await broker.restart();
    const back = Date.now();
    await eventually(
      'contacts from after it',
      async () => (await contacts('away.')).map(({ endedAt }) => epochMs(endedAt)).filter((endedMs) => endedMs > gone),
      (since) => since.some((endedMs) => endedMs > back),
    );
    await simulator.stop();
    const during = (await contacts('away.')).filter(
      ({ endedAt }) => epochMs(endedAt) > gone && epochMs(endedAt) < back,
    );
    expect(during.length).toBeGreaterThan(0);
  });
});

function getOrInsert<K, V>(map: Map<K, V>, key: K, fresh: V): V {
  const value = map.get(key) ?? fresh;
  map.set(key, value);
  return value;
}
