import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { Publisher } from '#libs/adapters/kafka';
import { createLogger } from '#libs/adapters/logging';
import { migrate } from '#libs/adapters/postgres';
import type { LedgerConfig } from '#libs/config';
import { encodeCostEvent, encodeSignal, type CostEvent, type Signal } from '#libs/contract';
import { postgresMissing, startTestPostgres, type TestPostgres } from '#libs/testing';
import { KafkaBroker, whyNoBroker } from '#libs/testing/kafka';
import { startLedger, type RunningLedger } from './ledger.js';

const missing = (await postgresMissing()) ?? whyNoBroker();
if (missing) console.warn(`skipped: ${missing}`);
const withServers = missing ? describe.skip : describe;

const FIRST_METRICS_PORT = 22_900;

const costEvent = (index: number): CostEvent => ({
  costEventId: `interaction:i${index}:0`,
  source: 'interaction',
  sourceId: `i${index}`,
  revision: 0,
  occurredAt: '2026-03-02T10:00:00.000Z',
  agentId: `agent-${index % 60}`,
  channel: 'voice',
  amount: '1.000001',
  currency: 'CNY',
  breakdown: { labour: '1.000001' },
  lines: [{ dimension: 'labour', amount: '1.000001' }],
});

const SIGNAL: Signal = {
  signalKey: 'unit-cost:channel:voice',
  episodeId: 'e1',
  sequence: 0,
  status: 'firing',
  severity: 'warning',
  rule: { id: 'unit-cost', kind: 'unit-cost' },
  scope: 'channel',
  id: 'voice',
  startedAt: '2026-03-02T10:00:00.000Z',
  observedAt: '2026-03-02T10:00:00.000Z',
  observed: 30,
  threshold: 25,
  summary: 'dear',
  cause: 'usage',
};

withServers('the ledger between Kafka and Postgres', () => {
  let postgres: TestPostgres;
  let broker: KafkaBroker;
  let publisher: Publisher;
  let ledger: RunningLedger;
  let fatal: Error | undefined;

  beforeAll(async () => {
    [postgres, broker] = await Promise.all([startTestPostgres(), KafkaBroker.start()]);
    ledger = await start();
    publisher = new Publisher({ settings: broker.settings('ledger.') });
    await publisher.connect();
  }, 240_000);

  afterAll(async () => {
    await publisher.disconnect();
    await ledger.stop();
    await Promise.all([broker.stop(), postgres.remove()]);
  }, 240_000);

  async function start(): Promise<RunningLedger> {
    const config: LedgerConfig = {
      kafka: broker.settings('ledger.'),
      databaseUrl: postgres.url,
      group: 'test',
      host: '127.0.0.1',
      logLevel: 'fatal',
      metricsPort: FIRST_METRICS_PORT + Math.floor(Math.random() * 99),
    };
    const logger = createLogger('test', 'silent');
    return startLedger({ config, logger, onFatal: (error) => (fatal = error) });
  }

  const publish = (from: number, to: number): Promise<void> => {
    const records = Array.from({ length: to - from }, (_, index) => encodeCostEvent(costEvent(from + index)));
    return publisher.send('costEvents', records);
  };

  async function rows(): Promise<number> {
    const [row] = await postgres.query<{ n: string }>('SELECT count(*) AS n FROM cost_event');
    return Number(row?.n);
  }

  async function until(condition: () => Promise<boolean>): Promise<void> {
    while (!(await condition().catch(() => false))) await sleep(50);
  }

  const health = async (): Promise<number> =>
    (await fetch(ledger.metricsUrl.replace('metrics', 'health/ready'))).status;

  it('waits for a database that nobody has migrated, and then writes', async () => {
    await publish(0, 100);
    await until(async () => (await health()) === 503);
    await migrate(postgres.url);
    await until(async () => (await rows()) === 100);
    await until(async () => (await health()) === 200);
  }, 240_000);

  it('writes each event once while Postgres is killed under it, and its own process restarts', async () => {
    let published = 100;
    for (let round = 0; round < 3; round += 1) {
      const sending = publish(published, published + 2000);
      await until(async () => (await rows()) > published);
      await postgres.kill();
      await sending;
      published += 2000;
      await postgres.start();
    }
    await ledger.stop();
    ledger = await start();
    await until(async () => (await rows()) === published);
    const [sum] = await postgres.query(
      'SELECT sum(amount)::text AS sum, count(DISTINCT source_id)::text AS ids FROM cost_event',
    );
    expect(sum).toEqual({ sum: '6100.006100', ids: '6100' });
    expect(fatal).toBeUndefined();
  }, 240_000);

  it('shows what it wrote and how far it is behind', async () => {
    await publisher.send('signals', [encodeSignal(SIGNAL), { key: 'x', value: 'no JSON' }]);
    await until(async () => (await postgres.query('SELECT 1 FROM ledger_rejected')).length === 1);
    await until(async () => {
      const text = await (await fetch(ledger.metricsUrl)).text();
      return (
        text.includes('spendline_ledger_rows_total{table="signal_event"} 1') &&
        text.includes('spendline_ledger_rows_total{table="ledger_rejected"} 1') &&
        text.includes('spendline_ledger_lag_records 0')
      );
    });
    expect(await postgres.query(`SELECT body ->> 'summary' AS summary FROM signal_event`)).toEqual([
      { summary: 'dear' },
    ]);
  }, 240_000);
});
