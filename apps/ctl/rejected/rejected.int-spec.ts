import { SILENT_LOGGER, Publisher, createKafka, ensureTopics } from '#libs/adapters/kafka';
import { readReferenceFile, referenceEntryToWire, referenceKey } from '#libs/application';
import { rejectedRecord, type CostEvent } from '#libs/contract';
import { KafkaBroker, eventually, readAll, whyNoBroker } from '#libs/testing/kafka';
import { Program } from '../../../libs/testing/program.js';
import { listRejections } from './list.js';
import type { RejectedSource } from './read.js';
import { replayRejected, type ReplayRequest } from './replay-rejected.js';
import { showRejection } from './show.js';

const missing = whyNoBroker();
if (missing) console.warn(`skipped: ${missing}`);
const withBroker = missing ? describe.skip : describe;

const NOW = Date.now();
const RATES = `
organisation: { name: Test, zone: Asia/Shanghai, currency: CNY }
rateCards:
  - { rateId: labour, for: default, kind: hourly, amount: "36", currency: CNY }
`;
/** With dearer labour besides: what it costs shows whether the monitor has them. */
const WITH_EURO = `${RATES.replace('"36"', '"72"')}
fxRates:
  - { currency: EUR, rate: "8", from: "2020-01-01" }
`;
const contact = (interactionId: string, currency = 'EUR'): object => ({
  interactionId,
  channel: 'voice',
  handledBy: 'agent',
  agentId: 'a-1',
  startedAt: NOW - 100_000,
  endedAt: NOW,
  outcome: 'resolved',
  charges: [{ dimension: 'system', amount: '2.00', currency }],
});

withBroker('what was rejected', () => {
  let broker: KafkaBroker;
  beforeAll(async () => {
    broker = await KafkaBroker.start();
  });
  afterAll(() => broker.stop());

  async function open(prefix: string): Promise<{ source: RejectedSource; publisher: Publisher }> {
    const settings = broker.settings(prefix);
    await ensureTopics(createKafka(settings, 'test'), settings);
    const publisher = new Publisher({ settings });
    await publisher.connect();
    return { source: { settings, logger: SILENT_LOGGER }, publisher };
  }

  async function replay(
    source: RejectedSource,
    change: Partial<ReplayRequest> = {},
  ): Promise<{ sent: number; said: string }> {
    const said: string[] = [];
    const sent = await replayRejected(source, {
      filter: {},
      limit: 100,
      dryRun: false,
      again: false,
      confirm: () => Promise.resolve(),
      say: (line) => said.push(line),
      ...change,
    });
    return { sent, said: said.join('\n').replace(/ +/g, ' ') };
  }

  it('counts once after the cause is mended, and is not replayed twice unawares', async () => {
    const { source, publisher } = await open('mended.');
    const apply = async (yaml: string): Promise<void> => {
      const file = readReferenceFile(yaml);
      if (!file.ok) throw new Error(JSON.stringify(file));
      const records = file.entries.map((entry) => ({ key: referenceKey(entry), value: referenceEntryToWire(entry) }));
      await publisher.send('reference', records);
    };
    await apply(RATES);
    const environment = {
      KAFKA_BROKERS: broker.address,
      SPENDLINE_TOPIC_PREFIX: 'mended.',
      SPENDLINE_METRICS_PORT: String(broker.port + 2),
      SPENDLINE_LOG_LEVEL: 'warn',
    };
    const monitor = new Program('apps/monitor/main.ts', environment);
    try {
      await publisher.send('interactions', [{ key: 'a-1', value: JSON.stringify(contact('euro')) }]);
      await eventually(
        'a rejection',
        () => readAll(source.settings, 'rejected'),
        ({ length }) => length === 1,
      );
      expect((await replay(source, { dryRun: true })).said).toMatch(/1 would go to mended\.callcenter\.interactions/);
      await apply(WITH_EURO);
      const costs = async (): Promise<CostEvent[]> =>
        (await readAll(source.settings, 'costEvents')).map(({ value }) => JSON.parse(value ?? '') as CostEvent);
      let probes = 0;
      await eventually(
        'the monitor to have the new rates',
        async () => {
          const probe = contact(`probe-${(probes += 1)}`, 'CNY');
          await publisher.send('interactions', [{ key: 'a-1', value: JSON.stringify(probe) }]);
          return costs();
        },
        (events) => events.some(({ amount }) => amount === '4.00'),
      );
      expect((await replay(source)).sent).toBe(1);
      const { euro } = await eventually(
        'a cost event or a second rejection',
        async () => ({
          rejected: await readAll(source.settings, 'rejected'),
          euro: (await costs()).filter(({ sourceId }) => sourceId === 'euro'),
        }),
        ({ rejected, euro }) => euro.length > 0 || rejected.length > 1,
      );
      expect(euro).toMatchObject([{ amount: '18.00' }]);

      const second = await replay(source);
      expect([second.sent, second.said]).toEqual([0, expect.stringContaining('1 skipped: replayed before')]);
      expect((await replay(source, { again: true })).sent).toBe(1);
      const inputs = (await readAll(source.settings, 'interactions')).filter(({ value }) => value?.includes('"euro"'));
      expect(inputs).toHaveLength(3);
      expect(new Set(inputs.map(({ partition }) => partition)).size).toBe(1);
    } finally {
      await monitor.end('SIGTERM');
      await publisher.disconnect();
    }
  });

  it('is listed by reason and page, and shown with the place that is wrong', async () => {
    const { source, publisher } = await open('listed.');
    const from = (topic: string, offset: number) => ({
      topic: `listed.${topic}`,
      partition: 0,
      offset: String(offset),
    });
    const broken = { key: null, value: Buffer.from('{"channel": voice}'), headers: { trace: '7' } };
    const empty = { key: Buffer.from('b'), value: null };
    const records = Array.from({ length: 5 }, (_, nth) => [
      rejectedRecord(broken, {
        reason: 'not-json',
        detail: 'the value is not JSON',
        ...from('callcenter.interactions', nth),
      }),
      rejectedRecord(empty, { reason: 'empty', detail: 'the record has no value', ...from('billing.lines', nth) }),
    ]).flat();
    await publisher.send(
      'rejected',
      records.map((record, nth) => ({ ...record, partition: 0, timestampMs: NOW + nth })),
    );
    await publisher.send('rejected', [{ key: null, partition: 0, value: 'from elsewhere' }]);
    await publisher.disconnect();

    const list = async (request: Partial<Parameters<typeof listRejections>[1]> = {}): Promise<string> => {
      const said: string[] = [];
      await listRejections(source, { filter: {}, page: 1, pageSize: 4, say: (line) => said.push(line), ...request });
      return said.join('\n').replace(/ +/g, ' ');
    };
    const all = await list();
    expect(all).toContain("Left out, as no rejections of Spendline's: 1.");
    expect(all).toMatch(/5 not-json The value is not JSON.*\n 5 empty .*\n 10 in all/);
    expect(all).toContain('Newest first, 1 to 4 of 10:\n 0/9 ');
    expect(all).toContain('--page 2');
    expect(await list({ page: 3, filter: { reasons: ['empty'], inputs: ['billingLines'] } })).toContain(
      ' 5 empty The record has no value.\n 5 in all\nThere is no page 3: the last is 2.',
    );
    expect(await list({ filter: { sinceMs: NOW + 1_000_000 } })).toContain('No rejected record fits.');

    const shown: string[] = [];
    await showRejection(source, '0/0', (line) => shown.push(line));
    const text = shown.join('\n').replace(/ +/g, ' ');
    expect(text).toContain('came by listed.callcenter.interactions, partition 0, offset 0');
    expect(text).toContain('where line 1, column 13 {"channel": >>>voice}: expected a value');
    expect(text).toContain('headers trace: 7');
    expect(text).toMatch(/now it would be refused again as it is\.\nvalue, 18 bytes:\n\{"channel": voice\}$/);
    await expect(showRejection(source, '0/99', () => undefined)).rejects.toThrow(/No rejection 0\/99 is kept: .*list/);

    expect((await replay(source)).said).toMatch(
      /^ ?10 skipped: still refused\nSkipped first:\n 0\/0 still refused, not-json/,
    );
    const value = Buffer.from(JSON.stringify(contact('mended')));
    expect((await replay(source, { filter: { ids: new Set(['0/0']) }, value })).sent).toBe(1);
    expect(await readAll(source.settings, 'interactions')).toMatchObject([{ partition: 0, value: value.toString() }]);
    expect(await list({ pageSize: 10 })).toContain(
      '0/0 ' + new Date(NOW).toISOString() + ' listed.callcenter.interactions not-json (replayed)',
    );
  });

  it('is not sent when the answer is no', async () => {
    const { source, publisher } = await open('refused.');
    const source0 = { topic: 'refused.callcenter.interactions', partition: 0, offset: '0' };
    const original = { key: null, value: Buffer.from(JSON.stringify(contact('refused'))) };
    await publisher.send('rejected', [rejectedRecord(original, { reason: 'future', detail: 'd', ...source0 })]);
    await publisher.disconnect();
    const confirm = (): Promise<never> => Promise.reject(new Error('Nothing was changed.'));
    await expect(replay(source, { confirm })).rejects.toThrow('Nothing was changed.');
    expect(await readAll(source.settings, 'interactions', 'replayed')).toEqual([]);
    await expect(replay(source, { filter: { reasons: ['empty'] } })).rejects.toThrow(/No rejected record fits/);
  });
});
