import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKafka, ensureTopics, Publisher } from '#libs/adapters/kafka';
import {
  readReferenceFile,
  referenceEntryToWire,
  referenceKey,
  type Explanation,
  type KafkaSettings,
  type Rehearsal,
} from '#libs/application';
import { freePort } from '../../libs/testing/free-port.js';
import { allMerged, KafkaBroker, whyNoBroker } from '../../libs/testing/kafka/index.js';
import { eventually } from '../../libs/testing/eventually.js';
import { Program } from '../../libs/testing/program.js';

const PARTITIONS = 2;
const CONTACTS = 120;
const BASE = Date.UTC(2026, 10, 23, 2);
const TOKEN = 'a-token-that-programs-share';
/** A contact costs CNY 16, and should cost 10. */
const REFERENCE = `
organisation: { name: Test, zone: Asia/Shanghai, currency: CNY }
rateCards:
  - { rateId: labour, for: default, kind: hourly, amount: 120, currency: CNY }
rules:
  - { ruleId: unit, kind: unit-cost, per: interaction, target: 10, scopes: [all], for: 2m, keepFiring: 5m }
`;
/** 120 contacts cost 1,920: half of it is reached after thirty, all of it after sixty. */
const BUDGET = 'budgets:\n  - { budgetId: proposed, scope: dimension, id: labour, period: month, amount: 960 }\n';
const SIGNAL = 'unit:all:all';
const SPAN = { from: '2026-11-23T02:00:00.000Z', to: '2026-11-23T03:00:00.000Z' };

/** One every twenty seconds, from agents whose records lie in both partitions. */
const contact = (index: number): Record<string, unknown> => ({
  interactionId: `contact-${String(index)}`,
  channel: 'email',
  handledBy: 'agent',
  agentId: `agent-${String(index % 8)}`,
  startedAt: BASE + index * 20_000 - 480_000,
  endedAt: BASE + index * 20_000,
  outcome: 'resolved',
});

const why = whyNoBroker();
(why === undefined ? describe : describe.skip)(
  `explaining and rehearsing on a real broker${why === undefined ? '' : ` (skipped: ${why})`}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'spendline-past-'));
    const budgetFile = join(folder, 'budget.yaml');
    let broker: KafkaBroker;
    let monitor: Program;
    let api: Program;
    let origin: string;

    beforeAll(async () => {
      writeFileSync(budgetFile, BUDGET);
      broker = await KafkaBroker.start();
      const settings = broker.settings('', PARTITIONS);
      await ensureTopics(createKafka(settings, 'test'), settings);
      await publish(settings);
      const kafka = { KAFKA_BROKERS: broker.address, SPENDLINE_PARTITIONS: String(PARTITIONS) };
      const [metricsPort, apiPort] = [await freePort(), await freePort()];
      origin = `http://127.0.0.1:${String(apiPort)}`;
      monitor = new Program('apps/monitor/main.ts', {
        ...kafka,
        SPENDLINE_METRICS_PORT: String(metricsPort),
        SPENDLINE_CLOCK: 'event',
      });
      api = new Program('apps/api/main.ts', {
        ...kafka,
        DATABASE_URL: 'postgres://nobody@127.0.0.1:9/none',
        SPENDLINE_API_PORT: String(apiPort),
        SPENDLINE_DATA_DIR: folder,
        SPENDLINE_API_TOKEN: TOKEN,
      });
      await eventually(
        'all contacts to be costed',
        async () => {
          if (!monitor.isRunning) throw new Error(monitor.lines.join('\n'));
          const page = await fetch(`http://127.0.0.1:${String(metricsPort)}/metrics`).catch(() => undefined);
          const series = ((await page?.text()) ?? '').matchAll(/^spendline_events_total.* (\d+)$/gm);
          return [...series].reduce((sum, [, count]) => sum + Number(count), 0);
        },
        (costed) => costed >= CONTACTS,
      );
      const admin = createKafka(settings, 'test').admin();
      await admin.connect();
      await allMerged(admin, '').finally(() => admin.disconnect());
      await eventually(
        'the signal to fire',
        async () => {
          if (!monitor.isRunning || !api.isRunning) throw new Error([...monitor.lines, ...api.lines].join('\n'));
          const answer = await fetch(`${origin}/api/v1/signals?status=all`).catch(() => undefined);
          return answer?.text();
        },
        (signals) => signals?.includes(SIGNAL) ?? false,
      );
    });

    afterAll(async () => {
      await Promise.all([monitor.end('SIGKILL'), api.end('SIGKILL')]);
      await broker.stop();
      rmSync(folder, { recursive: true });
    });

    async function publish(settings: KafkaSettings): Promise<void> {
      const publisher = new Publisher({ settings });
      await publisher.connect();
      const file = readReferenceFile(REFERENCE);
      if (!file.ok) throw new Error(JSON.stringify(file));
      await publisher.send(
        'reference',
        file.entries.map((entry) => ({ key: referenceKey(entry), value: referenceEntryToWire(entry) })),
      );
      await publisher.send(
        'interactions',
        Array.from({ length: CONTACTS }, (_, index) => contact(index)).map((value) => ({
          key: String(value['agentId']),
          value: JSON.stringify(value),
        })),
      );
      await publisher.disconnect();
    }

    /** Runs the command line; gives its exit code and what it wrote. */
    function spendline(...args: readonly string[]): Promise<{ code: number | null; out: string; err: string }> {
      const child = spawn(
        process.execPath,
        ['--import', './libs/testing/typescript/register.js', 'apps/ctl/main.ts', ...args],
        { env: { ...process.env, KAFKA_BROKERS: broker.address, SPENDLINE_DATA_DIR: folder } },
      );
      let [out, err] = ['', ''];
      child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
      return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })));
    }

    it('explains a signal from the command line and through the API, and comes to the same again', async () => {
      const { code, out, err } = await spendline('explain', SIGNAL, '--json');
      expect([code, err]).toEqual([0, '']);
      const told = JSON.parse(out) as Explanation;
      expect(told.recomputed).toMatchObject({ isSame: true, remarks: [] });
      expect(told).toMatchObject({
        signal: { signalKey: SIGNAL, observed: 16 },
        rule: { version: 1, isThatVersion: true },
        recordedFrom: SPAN.from,
        rates: [{ rateId: 'labour' }],
      });
      // Every contact before it, out of both partitions.
      const before = Math.ceil((Date.parse(told.signal.observedAt) - BASE) / 20_000);
      expect(told.inputs.map(({ topic, partition }) => [topic, partition])).toEqual([
        ['interactions', 0],
        ['interactions', 1],
      ]);
      expect(told.inputs.reduce((sum, { records }) => sum + records, 0)).toBe(before);
      const answer = await fetch(`${origin}/api/v1/signals/${SIGNAL}/explanation`);
      expect([answer.status, await answer.json()]).toEqual([200, told]);
    });

    it('says where there is no such signal, and which there are', async () => {
      const { code, err } = await spendline('explain', 'unit:all:none');
      expect(code).not.toBe(0);
      expect(err).toMatch(/^There is no signal unit:all:none\. Those that are kept:\n( {2}.*\n)* {2}unit:all:all\n$/);
      const answer = await fetch(`${origin}/api/v1/signals/unit:all:none/explanation`);
      expect([answer.status, await answer.json()]).toMatchObject([404, { type: 'urn:spendline:problem:not-found' }]);
    });

    it('rehearses a budget from the command line and through the API, and changes nothing', async () => {
      const { code, out, err } = await spendline(
        'rehearse',
        budgetFile,
        '--from',
        SPAN.from,
        '--to',
        SPAN.to,
        '--json',
      );
      expect([code, err]).toEqual([0, '']);
      const told = JSON.parse(out) as Rehearsal;
      expect(told).toMatchObject({ ...SPAN, records: CONTACTS, rejected: 0, entries: ['budget/proposed'] });
      const threshold = told.signals.find(({ kind }) => kind === 'budget-threshold');
      expect(threshold).toMatchObject({
        signalKey: 'budget-threshold:dimension:labour:month',
        proposed: { times: 1, episodes: [{ severity: 'critical', resolvedAt: null }] },
        today: { times: 0 },
        fired: { times: 0 },
      });
      const rehearse = (headers: Record<string, string>): Promise<Response> =>
        fetch(`${origin}/api/v1/rehearsals?from=${SPAN.from}&to=${SPAN.to}`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/yaml', ...headers },
          body: BUDGET,
        });
      const answer = await rehearse({ Authorization: `Bearer ${TOKEN}` });
      expect([answer.status, await answer.json()]).toEqual([200, told]);
      expect((await rehearse({})).status).toBe(401);
      const signals = await fetch(`${origin}/api/v1/signals?status=all`).then((each) => each.text());
      expect(signals).not.toContain('budget-threshold');
    });
  },
);
