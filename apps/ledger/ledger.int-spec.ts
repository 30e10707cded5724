import 'reflect-metadata';
import { Publisher } from '#libs/adapters/kafka';
import { createLogger } from '#libs/adapters/logging';
import { migrate } from '#libs/adapters/postgres';
import type { LedgerConfig } from '#libs/config';
import { encodeCostEvent, encodeSignal, type CostEvent, type Signal } from '#libs/contract';
import { postgresMissing, startTestPostgres, type TestPostgres } from '#libs/testing';
import { eventually, KafkaBroker, whyNoBroker } from '#libs/testing/kafka';
import { freePort } from '../../libs/testing/free-port.js';
import { startLedger, type RunningLedger } from './ledger.js';

const missing = (await postgresMissing()) ?? whyNoBroker();
if (missing) console.warn(`skipped: ${missing}`);
const withServers = missing ? describe.skip : describe;

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
  });

  afterAll(async () => {
    await publisher.disconnect();
    await ledger.stop();
    await Promise.all([broker.stop(), postgres.remove()]);
  });

  async function start(): Promise<RunningLedger> {
    const config: LedgerConfig = {
      kafka: broker.settings('ledger.'),
      databaseUrl: postgres.url,
      group: 'test',
      host: '127.0.0.1',
      logLevel: 'fatal',
      metricsPort: await freePort(),
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

  /** Postgres may be away while this looks. */
  const untilRows = (isEnough: (count: number) => boolean): Promise<unknown> =>
    eventually<unknown>(
      'rows of cost events',
      () => rows().catch((error: unknown) => error),
      (seen) => typeof seen === 'number' && isEnough(seen),
    );

  const untilHealth = (status: number): Promise<unknown> =>
    eventually(
      `health ${status}`,
      async () => {
        const answer = await fetch(ledger.metricsUrl.replace('metrics', 'health/ready'));
        return { status: answer.status, says: await answer.text() };
      },
      (seen) => seen.status === status,
    );

  it('waits for a database that nobody has migrated, and then writes', async () => {
    await publish(0, 100);
    await untilHealth(503);
    await migrate(postgres.url);
    await untilRows((count) => count >= 100);
    expect(await rows()).toBe(100);
    await untilHealth(200);
  });

  it('writes each event once while Postgres is killed under it, and its own process restarts', async () => {
    let published = 100;
    for (let round = 0; round < 3; round += 1) {
      const sending = publish(published, published + 2000);
      await untilRows((count) => count > published);
      await postgres.kill();
      await sending;
      published += 2000;
      await postgres.start();
    }
    await ledger.stop();
    ledger = await start();
    await untilRows((count) => count >= published);
    const [sum] = await postgres.query(
      'SELECT sum(amount)::text AS sum, count(DISTINCT source_id)::text AS ids FROM cost_event',
    );
    expect(sum).toEqual({ sum: '6100.006100', ids: '6100' });
    expect(fatal).toBeUndefined();
  });

  it('shows what it wrote and how far it is behind', async () => {
    await publisher.send('signals', [encodeSignal(SIGNAL), { key: 'x', value: 'no JSON' }]);
    await eventually(
      'what is no JSON to be put aside',
      () => postgres.query('SELECT * FROM ledger_rejected'),
      ({ length }) => length > 0,
    );
    const told = [
      'spendline_ledger_rows_total{table="signal_event"} 1',
      'spendline_ledger_rows_total{table="ledger_rejected"} 1',
      'spendline_ledger_lag_records 0',
    ];
    await eventually(
      'the metrics to tell of it',
      async () =>
        (await (await fetch(ledger.metricsUrl)).text())
          .split('\n')
          .filter((line) => line.startsWith('spendline_ledger')),
      (lines) => told.every((line) => lines.includes(line)),
    );
    expect(await postgres.query(`SELECT body ->> 'summary' AS summary FROM signal_event`)).toEqual([
      { summary: 'dear' },
    ]);
  });
});
