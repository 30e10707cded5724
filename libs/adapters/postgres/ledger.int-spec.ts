import fc from 'fast-check';
import { encodeCostEvent } from '#libs/contract';
import { LedgerUnavailableError, recordBatch } from '#libs/application';
import { postgresMissing, startTestPostgres, type TestPostgres } from '#libs/testing';
import {
  at,
  batchOf,
  CLUSTER,
  costEvent,
  costWindow,
  events,
  signal,
  signals,
  spanOf,
  WHOLE_DAY,
  windows,
} from './ledger.fixture.js';
import { Database, PostgresLedgerReader, PostgresLedgerStore, migrate } from './index.js';

const missing = await postgresMissing();
if (missing) console.warn(`skipped: ${missing}`);
const withPostgres = missing ? describe.skip : describe;

withPostgres('the ledger in Postgres', () => {
  let postgres: TestPostgres;
  let database: Database;
  let store: PostgresLedgerStore;
  let reader: PostgresLedgerReader;

  beforeAll(async () => {
    postgres = await startTestPostgres();
    await migrate(postgres.url);
    database = new Database({ databaseUrl: postgres.url, applicationName: 'test' });
    store = new PostgresLedgerStore(database);
    reader = new PostgresLedgerReader(database);
  });
  afterAll(async () => {
    await database.close();
    await postgres.remove();
  });
  beforeEach(() => postgres.query(`TRUNCATE cost_event, cost_window, signal_event, ledger_rejected, ledger_offset`));

  const rewind = (): Promise<unknown> => postgres.query(`DELETE FROM ledger_offset`);
  const contents = (table: string): Promise<unknown[]> =>
    postgres.query(`SELECT t.*, xmin FROM ${table} AS t ORDER BY 1, 2, 3, 4`);

  describe('writing', () => {
    it('gives cost events back as they were published', async () => {
      const full = costEvent({
        ...{ sourceId: 'i1', vendorId: 'v', botId: 'b', queue: 'q', region: 'n', topic: 't', stage: 'order' },
        ...{ customerTier: 'gold', complexity: 'high', outcome: 'resolved', amount: '0.000001' },
        breakdown: { labour: '0.000001' },
      });
      const bare = costEvent({
        sourceId: 'i2',
        source: 'billing',
        costEventId: 'x',
        amount: '-12.50',
        breakdown: {},
        lines: [],
      });
      const { agentId: _a, channel: _c, team: _t, handleSeconds: _h, ...spare } = bare;
      await recordBatch(store, events([full, spare]));
      expect(await reader.costEvents('i1')).toEqual([{ event: full, late: false }]);
      expect(await reader.costEvents('i2')).toEqual([{ event: spare, late: false }]);
      expect(await reader.costEvents('i3')).toEqual([]);
    });

    it('keeps the offsets of each prefix for itself', async () => {
      const other = new PostgresLedgerStore(database, 'other.');
      await recordBatch(store, events([costEvent({ sourceId: 'i1' })]));
      expect(await store.offsets(CLUSTER)).toHaveLength(1);
      expect(await other.offsets(CLUSTER)).toEqual([]);
      await recordBatch(other, events([costEvent({ sourceId: 'i1' })]));
      expect(await other.offsets(CLUSTER)).toEqual(await store.offsets(CLUSTER));
      expect(await contents('cost_event')).toHaveLength(1);
    });

    it('remembers which events came late', async () => {
      await recordBatch(store, batchOf('costEvents', [encodeCostEvent(costEvent({ sourceId: 'i1' }), { late: true })]));
      expect(await reader.costEvents('i1')).toMatchObject([{ late: true }]);
    });

    it('changes no row when the same batches come again', async () => {
      const batches = [
        events([
          costEvent({ sourceId: 'i1' }),
          costEvent({ sourceId: 'i1', revision: 1 }),
          costEvent({ sourceId: 'i2' }),
        ]),
        windows([costWindow({}), costWindow({ revision: 1, amount: '17.00' })]),
        signals([signal({}), signal({ sequence: 1 })]),
      ];
      for (const batch of batches) await recordBatch(store, batch);
      const before = await Promise.all(['cost_event', 'cost_window', 'signal_event'].map(contents));
      await rewind();
      for (const batch of batches) await recordBatch(store, batch);
      expect(await Promise.all(['cost_event', 'cost_window', 'signal_event'].map(contents))).toEqual(before);
      expect(before.map((rows) => rows.length)).toEqual([3, 1, 2]);
    });

    it('keeps the newest revision of a window, in whatever order and batches they come', async () => {
      const order = fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 });
      await fc.assert(
        fc.asyncProperty(order, fc.integer({ min: 1, max: 5 }), async (revisions, size) => {
          await postgres.query('TRUNCATE cost_window, ledger_offset');
          for (let from = 0; from < revisions.length; from += size) {
            const list = revisions
              .slice(from, from + size)
              .map((revision) => costWindow({ revision, amount: `${revision}.00` }));
            await recordBatch(store, windows(list, BigInt(from)));
          }
          const query = { scope: 'channel', id: 'voice', window: '5m', limit: 10, ...WHOLE_DAY } as const;
          expect(await reader.windows(query)).toEqual([costWindow({ revision: 4, amount: '4.00' })]);
        }),
        { numRuns: 30 },
      );
    });

    it('writes more rows than one statement takes', async () => {
      const many = Array.from({ length: 10_001 }, (_, index) => costEvent({ sourceId: `i${index}` }));
      expect(await recordBatch(store, events(many))).toEqual({ stored: 10_001, rejected: 0 });
      expect(await reader.totals({ by: [], zone: 'UTC', ...WHOLE_DAY })).toEqual([
        { group: {}, currency: 'CNY', amount: '162516.25', events: 10_001 },
      ]);
    });

    it('puts aside what it cannot read, and what the database refuses, and keeps all the rest', async () => {
      const good = ['a', 'b', 'c', 'd'].map((sourceId) => encodeCostEvent(costEvent({ sourceId })));
      const nul = encodeCostEvent(costEvent({ sourceId: 'nul\u0000' }));
      const yearZero = encodeCostEvent(costEvent({ sourceId: 'zero', occurredAt: '0000-01-01T00:00:00.000Z' }));
      const records = [
        good[0]!,
        { value: '{' },
        nul,
        good[1]!,
        { value: '{"amount":1}' },
        good[2]!,
        yearZero,
        { value: null },
        good[3]!,
      ];
      expect(await recordBatch(store, batchOf('costEvents', records))).toEqual({ stored: 4, rejected: 4 });
      expect(await postgres.query('SELECT source_id FROM cost_event ORDER BY 1')).toEqual(
        ['a', 'b', 'c', 'd'].map((source_id) => ({ source_id })),
      );
      expect(
        await postgres.query('SELECT record_offset, reason, value FROM ledger_rejected ORDER BY record_offset'),
      ).toEqual([
        { record_offset: '1', reason: 'not-json', value: Buffer.from('{') },
        { record_offset: '2', reason: 'refused-by-database', value: Buffer.from(nul.value) },
        { record_offset: '4', reason: 'schema', value: Buffer.from('{"amount":1}') },
        { record_offset: '6', reason: 'refused-by-database', value: Buffer.from(yearZero.value) },
      ]);
      expect(await store.offsets(CLUSTER)).toEqual([{ topic: 'costEvents', partition: 0, offset: 9n }]);
    });
  });

  describe('offsets', () => {
    it('move with the rows', async () => {
      await recordBatch(store, events([costEvent({ sourceId: 'a' })], 5n));
      await recordBatch(store, windows([costWindow({})]));
      expect(new Set(await store.offsets(CLUSTER))).toEqual(
        new Set([
          { topic: 'costEvents', partition: 0, offset: 6n },
          { topic: 'costWindows', partition: 0, offset: 1n },
        ]),
      );
    });

    it('of another cluster are its own, and so are the records that were put aside', async () => {
      const batch = events([costEvent({ sourceId: 'a' })]);
      await recordBatch(store, batch);
      expect(await store.offsets('cluster-b')).toEqual([]);
      const unreadable = batch.records.map((record) => ({ ...record, value: Buffer.from('{') }));
      for (const clusterId of [CLUSTER, 'cluster-b'])
        await recordBatch(store, { ...batch, clusterId, records: unreadable, topic: 'signals' });
      expect(await store.offsets('cluster-b')).toEqual([{ topic: 'signals', partition: 0, offset: 1n }]);
      expect(await contents('ledger_rejected')).toHaveLength(2);
    });

    it('that were stored before they had a cluster belong to the first that asks', async () => {
      await recordBatch(store, { ...events([costEvent({ sourceId: 'a' })]), clusterId: '' });
      const taken = [{ topic: 'costEvents', partition: 0, offset: 1n }];
      expect(await store.offsets(CLUSTER)).toEqual(taken);
      expect(await store.offsets('cluster-b')).toEqual([]);
      expect(await store.offsets(CLUSTER)).toEqual(taken);
    });

    it('refuse a batch that does not begin where the partition stands, and nothing of it is kept', async () => {
      await recordBatch(store, events([costEvent({ sourceId: 'a' }), costEvent({ sourceId: 'b' })]));
      for (const start of [0n, 1n, 3n]) {
        const attempt = recordBatch(store, events([costEvent({ sourceId: 'z' })], start));
        await expect(attempt).rejects.toBeInstanceOf(LedgerUnavailableError);
      }
      expect(await reader.costEvents('z')).toEqual([]);
      expect(await store.offsets(CLUSTER)).toEqual([{ topic: 'costEvents', partition: 0, offset: 2n }]);
    });

    it('let one of several owners through', async () => {
      const owners = ['a', 'b', 'c', 'd'].map((sourceId) => recordBatch(store, events([costEvent({ sourceId })])));
      const results = await Promise.allSettled(owners);
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await contents('cost_event')).toHaveLength(1);
    });
  });

  describe('an outage', () => {
    it('leaves nothing half written, and the ledger catches up', async () => {
      const count = 3000;
      const all = Array.from({ length: count }, (_, index) => costEvent({ sourceId: `i${index}`, amount: '1.000001' }));
      const killed = new Set([400n, 1200n, 2000n]);
      let position = 0n;
      let failures = 0;
      while (position < BigInt(count)) {
        const size = 400;
        const batch = events(all.slice(Number(position), Number(position) + size), position);
        const writing = recordBatch(store, batch);
        const kill = killed.delete(position);
        const [result] = await Promise.allSettled([writing, ...(kill ? [postgres.kill()] : [])]);
        if (kill) {
          await expect(store.offsets(CLUSTER)).rejects.toMatchObject({ retry: true });
          await postgres.start();
        }
        if (result.status === 'rejected') {
          failures += 1;
          expect(result.reason).toMatchObject({ retry: true });
        }
        // As the reader of Kafka does: the truth is what the ledger has stored.
        const [stored] = await store.offsets(CLUSTER);
        position = stored?.offset ?? 0n;
        const rows = await postgres.query<{ n: string }>('SELECT count(*) AS n FROM cost_event');
        expect(rows[0]?.n).toBe(String(position));
      }
      expect(failures).toBeGreaterThan(0);
      expect(await reader.totals({ by: [], zone: 'UTC', ...WHOLE_DAY })).toMatchObject([
        { amount: '3000.003', events: count },
      ]);
    });

    it('rejects with an error that says to try again when tables are missing', async () => {
      await postgres.query('CREATE DATABASE empty');
      const databaseUrl = postgres.url.replace(/spendline$/, 'empty');
      const other = new Database({ databaseUrl, applicationName: 'test' });
      try {
        await expect(new PostgresLedgerStore(other).offsets(CLUSTER)).rejects.toMatchObject({
          retry: true,
          message: expect.stringContaining('npx spendline migrate') as string,
        });
      } finally {
        await other.close();
      }
    });
  });

  describe('reading', () => {
    it('counts the latest revision of each source', async () => {
      await recordBatch(
        store,
        events([
          costEvent({ sourceId: 'a', amount: '10.00', breakdown: { labour: '10.00' } }),
          costEvent({ sourceId: 'a', revision: 1, amount: '4.00', breakdown: { labour: '4.00' } }),
          costEvent({
            sourceId: 'b',
            agentId: 'agent-002',
            channel: 'chat',
            amount: '7.50',
            breakdown: { labour: '7.00', system: '0.50' },
          }),
        ]),
      );
      const total = (by: readonly ('channel' | 'dimension' | 'agent' | 'team')[]) =>
        reader.totals({ by, zone: 'UTC', ...WHOLE_DAY });
      expect(await total([])).toMatchObject([{ amount: '11.50', events: 2 }]);
      expect(await total(['channel'])).toEqual([
        { group: { channel: 'chat' }, currency: 'CNY', amount: '7.50', events: 1 },
        { group: { channel: 'voice' }, currency: 'CNY', amount: '4.00', events: 1 },
      ]);
      expect(await total(['dimension'])).toMatchObject([
        { group: { dimension: 'labour' }, amount: '11.00', events: 2 },
        { group: { dimension: 'system' }, amount: '0.50', events: 1 },
      ]);
      expect(await reader.topAgents(WHOLE_DAY, 10)).toEqual([
        {
          agentId: 'agent-002',
          team: 'north-1',
          currency: 'CNY',
          amount: '7.50',
          interactions: 1,
          handleSeconds: 480.5,
        },
        {
          agentId: 'agent-001',
          team: 'north-1',
          currency: 'CNY',
          amount: '4.00',
          interactions: 1,
          handleSeconds: 480.5,
        },
      ]);
      expect(await reader.topAgents(WHOLE_DAY, 1)).toHaveLength(1);
    });

    it('cuts days in the zone, and spans at their edges', async () => {
      const times = ['2026-03-01T15:59:59.999Z', '2026-03-01T16:00:00.000Z', '2026-03-02T15:59:59.999Z'];
      await recordBatch(store, events(times.map((occurredAt) => costEvent({ sourceId: occurredAt, occurredAt }))));
      const days = await reader.totals({
        by: ['day'],
        zone: 'Asia/Shanghai',
        ...spanOf(times[0]!, '2026-03-03T00:00:00Z'),
      });
      expect(days.map(({ group, events: count }) => [group.day, count])).toEqual([
        ['2026-03-01', 1],
        ['2026-03-02', 2],
      ]);
      expect(await reader.totals({ by: [], zone: 'UTC', ...spanOf(times[1]!, times[2]!) })).toMatchObject([
        { events: 1 },
      ]);
    });

    it('begins a history of windows with the one that holds at its beginning', async () => {
      const ends = ['09:00:00', '09:30:00', '10:00:00', '10:30:00', '11:00:00'];
      await recordBatch(store, windows(ends.map((end) => costWindow({ end: at(end) }))));
      await recordBatch(store, windows([costWindow({ id: 'chat', end: at('10:00:00') })], 5n));
      const endsOf = async (from: string, to: string, limit: number): Promise<string[]> => {
        const query = { scope: 'channel', id: 'voice', window: '5m', limit, ...spanOf(at(from), at(to)) } as const;
        return (await reader.windows(query)).map(({ end }) => end.slice(11, 19));
      };
      expect(await endsOf('09:45:00', '11:00:00', 100)).toEqual(['09:30:00', '10:00:00', '10:30:00']);
      expect(await endsOf('08:00:00', '09:01:00', 100)).toEqual(['09:00:00']);
      expect(await endsOf('09:00:00', '12:00:00', 2)).toEqual(['10:30:00', '11:00:00']);
      expect(await endsOf('12:00:00', '13:00:00', 100)).toEqual(['11:00:00']);
    });

    it('gives a window back as it was published', async () => {
      const full = costWindow({
        ...{ complaints: 1, csatSum: 4.5, csatCount: 2, overtimeAmount: '0.50', repetitiveByAgents: 3, errors: 0 },
      });
      await recordBatch(store, windows([full]));
      expect(await reader.windows({ scope: 'channel', id: 'voice', window: '5m', limit: 1, ...WHOLE_DAY })).toEqual([
        full,
      ]);
    });

    it('lists the latest message of each episode', async () => {
      const resolved = signal({
        sequence: 2,
        status: 'resolved',
        observedAt: at('10:05:00'),
        resolvedAt: at('10:05:00'),
      });
      const other = signal({ episodeId: 'e2', observedAt: at('10:06:00') });
      await recordBatch(
        store,
        signals([signal({}), signal({ sequence: 1, observedAt: at('10:01:00') }), resolved, other]),
      );
      expect(await reader.signals({ ...WHOLE_DAY, limit: 10 })).toEqual([other, resolved]);
      expect(await reader.signals({ ...WHOLE_DAY, limit: 10, status: 'firing' })).toEqual([other]);
      expect(await reader.signals({ ...spanOf(at('00:00:00'), at('10:06:00')), limit: 1 })).toEqual([resolved]);
    });
  });
});
