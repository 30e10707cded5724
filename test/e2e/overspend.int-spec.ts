import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKafka, ensureTopics, Publisher } from '#libs/adapters/kafka';
import { buildReference, readReferenceFile, referenceEntryToWire, referenceKey, SLOT_MS } from '#libs/application';
import type { Signal } from '#libs/contract';
import { hasAlertmanager, startAlertmanager, type TestAlertmanager } from '../../libs/testing/alertmanager.js';
import { freePort } from '../../libs/testing/free-port.js';
import { KafkaBroker, whyNoBroker } from '../../libs/testing/kafka/index.js';
import { eventually } from '../../libs/testing/eventually.js';
import { Program } from '../../libs/testing/program.js';
import { TestReceiver } from '../../libs/testing/test-receiver.js';
import { simulationOf } from '../scenarios/run-scenario.js';

/** Morning of a working day in the sample organisation, and what happens by the minute from then on. */
const FROM_MS = Date.parse('2026-11-12T06:00:00+08:00');
const [OVERSPEND, KILLED, END] = [30, 44, 62];
const KEY = 'burn-rate:channel:voice:month';

const missing = whyNoBroker() ?? (hasAlertmanager() ? undefined : 'no prometheus-alertmanager found');
if (missing) console.warn(`skipped: ${missing}`);

(missing ? describe.skip : describe)('an overspend, from the call centre to who has to know', () => {
  let broker: KafkaBroker;
  let publisher: Publisher;
  let folder: string;
  let direct: TestReceiver;
  /** Whom Alertmanager tells. */
  let behind: TestReceiver;
  let alertmanager: TestAlertmanager;
  let environment: Record<string, string>;
  let programs: Program[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'spendline-overspend-'));
    broker = await KafkaBroker.start();
    direct = new TestReceiver(await freePort());
    await direct.start();
    behind = new TestReceiver(await freePort());
    await behind.start();
    alertmanager = await startAlertmanager(folder, behind.url);
    const loopback = 'allowHttp: true, allowNetworks: [127.0.0.1/32]';
    const receivers = join(folder, 'receivers.yaml');
    writeFileSync(
      receivers,
      `receivers:
  - { name: direct, kind: webhook, url: '${direct.url}', secret: { env: OVERSPEND_SECRET }, ${loopback} }
  - { name: am, kind: alertmanager, url: '${alertmanager.origin}', ${loopback} }
routes: [{ receivers: [direct, am] }]
`,
    );
    environment = {
      KAFKA_BROKERS: broker.address,
      SPENDLINE_PARTITIONS: '1',
      SPENDLINE_CLOCK: 'event',
      SPENDLINE_RECEIVERS: receivers,
      OVERSPEND_SECRET: 'a-secret-of-this-test',
      SPENDLINE_LOG_LEVEL: 'warn',
    };
    const settings = broker.settings('', 1);
    await ensureTopics(createKafka(settings, 'setup'), settings);
    publisher = new Publisher({ settings });
    await publisher.connect();
  });

  afterAll(async () => {
    await Promise.all(programs.map((program) => program.end('SIGKILL')));
    await alertmanager.stop();
    await Promise.all([publisher.disconnect(), direct.stop(), behind.stop()]);
    await broker.stop();
    rmSync(folder, { recursive: true });
  });

  async function startPrograms(): Promise<void> {
    const mains = ['apps/monitor/main.ts', 'apps/delivery/main.ts'];
    const ports = await Promise.all(mains.map(() => freePort()));
    programs = mains.map(
      (main, index) => new Program(main, { ...environment, SPENDLINE_METRICS_PORT: String(ports[index]) }),
    );
  }

  const signals = (): Signal[] =>
    direct.accepted
      .map(({ body }) => (JSON.parse(body) as { signal: Signal }).signal)
      .filter(({ signalKey }) => signalKey === KEY);
  const statesBehind = (): string[] =>
    behind.accepted
      .map(({ body }) => JSON.parse(body) as { status: string; groupLabels: Record<string, string> })
      .flatMap(({ status, groupLabels }) => (groupLabels['signal'] === KEY ? [status] : []));

  it('comes through Alertmanager and directly, with its reasons; monitor and delivery killed in the middle, it is one episode that ends', async () => {
    const file = readReferenceFile(readFileSync('deploy/reference/sample.yaml', 'utf8'));
    if (!file.ok) throw new Error(JSON.stringify(file.faults));
    await publisher.send(
      'reference',
      file.entries.map((entry) => ({ key: referenceKey(entry), value: referenceEntryToWire(entry) })),
    );
    const simulation = simulationOf('overspend-voice', FROM_MS + OVERSPEND * SLOT_MS, buildReference(file.entries));
    const send = async (fromMinute: number, toMinute: number): Promise<void> => {
      for (let minute = fromMinute; minute < toMinute; minute += 1) {
        const records = simulation.records(FROM_MS / SLOT_MS + minute);
        for (const topic of new Set(records.map((record) => record.topic))) {
          const ofTopic = records.filter((record) => record.topic === topic);
          await publisher.send(
            topic,
            ofTopic.map(({ key, value, headers }) => ({ key, value: value as string, headers })),
          );
        }
      }
    };
    await startPrograms();
    await send(0, KILLED);
    const told = () => ({
      direct: signals(),
      behind: statesBehind(),
      said: programs.map(({ lines }) => lines.slice(-5)),
    });
    const {
      direct: [first],
    } = await eventually(
      'the overspend to be told of',
      told,
      ({ direct, behind }) => direct.length > 0 && behind.length > 0,
    );
    expect(first).toMatchObject({ sequence: 0, status: 'firing', severity: 'critical', cause: 'usage' });
    expect(first?.contributors?.length).toBeGreaterThan(0);
    const [alert] = (
      JSON.parse(behind.accepted.find(({ body }) => body.includes(KEY))?.body ?? '{}') as {
        alerts: { annotations: Record<string, string> }[];
      }
    ).alerts;
    expect(alert?.annotations).toMatchObject({ cause: 'usage', summary: first?.summary });
    expect(alert?.annotations['contributors']).not.toBe('');

    await Promise.all(programs.map((program) => program.end('SIGKILL')));
    await startPrograms();
    await send(KILLED, END);
    await eventually(
      'both to hear that it is over',
      told,
      ({ direct, behind }) => direct.at(-1)?.status === 'resolved' && behind.at(-1) === 'resolved',
    );
    expect(new Set(signals().map(({ episodeId }) => episodeId)).size).toBe(1);
    // At most the message that was under way comes again, under its id.
    const sequences = signals().map(({ sequence }) => sequence);
    const distinct = [...new Set(sequences)];
    expect(distinct).toEqual(Array.from(distinct, (_, index) => index));
    expect(sequences.length - distinct.length).toBeLessThanOrEqual(1);
    expect(statesBehind()).toEqual(['firing', 'resolved']);
  });
});
