import type { CostEvent, CostWindow } from '#libs/contract';
import { recordBatch, type MonthCut } from '#libs/application';
import { postgresMissing, startTestPostgres, type TestPostgres } from '#libs/testing';
import { costEvent, costWindow, events, WHOLE_DAY, windows } from './ledger.fixture.js';
import { Database, PostgresLedgerReader, PostgresLedgerStore, migrate } from './index.js';

const missing = await postgresMissing();
if (missing) console.warn(`skipped: ${missing}`);
const withPostgres = missing ? describe.skip : describe;

withPostgres('analyses of the ledger', () => {
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
  beforeEach(() => postgres.query(`TRUNCATE cost_event, cost_window, ledger_offset`));

  describe('activities', () => {
    const asked = { by: 'topic', currency: 'CNY', limit: 10, ...WHOLE_DAY } as const;
    const handled = (sourceId: string, topic: string, amount: string, fields: Partial<CostEvent> = {}): CostEvent =>
      costEvent({ sourceId, topic, amount, breakdown: { labour: amount }, handleSeconds: 100, ...fields });
    const { handleSeconds: _, ...withoutHandling } = handled('b', 'balance', '0.60', { botId: 'bot' });

    beforeEach(async () => {
      const paid = { source: 'agent-state', sourceId: 'agent-001/break/10', amount: '2.00' } as const;
      const { channel: __, handleSeconds: ___, ...paidTime } = costEvent(paid);
      await recordBatch(
        store,
        events([
          handled('r1', 'refund', '10.00', { complexity: 'high' }),
          handled('r1', 'refund', '12.00', { revision: 1, complexity: 'high' }),
          handled('r2', 'refund', '8.000001', { customerTier: 'gold', stage: 'after-sales', vendorId: 'v' }),
          withoutHandling,
          paidTime,
          costEvent({ source: 'billing', sourceId: 'bill', amount: '900.00' }),
          handled('other', 'refund', '700.00', { currency: 'EUR' }),
          handled('before', 'refund', '5.00', { occurredAt: '2026-03-01T23:59:59.999Z' }),
          handled('after', 'refund', '5.00', { occurredAt: '2026-03-03T00:00:00.000Z' }),
        ]),
      );
    });

    const whole = { amount: '22.600001', contacts: 3, handledContacts: 2, handleSeconds: 200 };
    const none = { id: null, amount: '2.00', contacts: 0, handledContacts: 0, handleSeconds: 0 };
    const refund = { id: 'refund', amount: '20.000001', contacts: 2, handledContacts: 2, handleSeconds: 200 };
    const balance = { id: 'balance', amount: '0.60', contacts: 1, handledContacts: 0, handleSeconds: 0 };

    it('are contacts and paid time at their latest revision, without bills, and add up to the whole', async () => {
      expect(await reader.activities(asked)).toEqual({ items: [none, refund, balance], whole, members: 2 });
    });

    it('are counted in the whole beyond the limit, which what names none does not take from', async () => {
      expect(await reader.activities({ ...asked, limit: 1 })).toEqual({ items: [none, refund], whole, members: 2 });
      const byAgent = await reader.activities({ ...asked, by: 'agent', limit: 1 });
      expect(byAgent).toEqual({ items: [{ id: 'agent-001', ...whole }], whole, members: 1 });
    });

    it.each([
      ['complexity', [null, 'high']],
      ['customer-tier', [null, 'gold']],
      ['stage', [null, 'after-sales']],
      ['vendor', [null, 'v']],
      ['channel', [null, 'voice']],
      ['team', ['north-1']],
    ] as const)('can be told apart by %s', async (by, ids) => {
      const { items } = await reader.activities({ ...asked, by });
      expect(items.map(({ id }) => id)).toEqual(ids);
    });

    it('are nothing where nothing was', async () => {
      const nothing = { amount: '0.00', contacts: 0, handledContacts: 0, handleSeconds: 0 };
      const empty = { ...asked, fromMs: WHOLE_DAY.toMs + 1, toMs: WHOLE_DAY.toMs + 2 };
      expect(await reader.activities(empty)).toEqual({ items: [], whole: nothing, members: 0 });
    });
  });

  describe('months', () => {
    const [FEBRUARY, MARCH, APRIL] = ['2026-02-01', '2026-03-01', '2026-04-01'].map((day) => Date.parse(day));
    const month = (id: string, end: string, amount: string, fields: Partial<CostWindow> = {}): CostWindow =>
      costWindow({
        ...{ scope: 'agent', id, window: 'month', end, start: `${end.slice(0, 7)}-01T00:00:00.000Z`, amount },
        ...{ breakdown: { labour: amount, system: '1.00' }, interactions: 2, csatSum: 9.5, csatCount: 2, ...fields },
      });
    const cut = (at: string, monthStartMs: number | undefined, sign: 1 | -1): MonthCut => ({
      ...{ atMs: Date.parse(at), monthStartMs: monthStartMs!, sign },
    });
    const asked = { scope: 'agent', currency: 'CNY', limit: 10 } as const;

    beforeEach(async () => {
      await recordBatch(
        store,
        windows([
          month('a', '2026-02-20T00:00:00.000Z', '5.00'),
          month('a', '2026-02-28T12:00:00.000Z', '7.00', { interactions: 3, csatSum: 13, csatCount: 3 }),
          // The end of a month belongs to the month that ends.
          month('a', '2026-03-01T00:00:00.000Z', '8.00', { interactions: 4, start: '2026-02-01T00:00:00.000Z' }),
          month('a', '2026-03-02T00:00:00.000Z', '1.50', { interactions: 1, csatSum: 4.5, csatCount: 1 }),
          month('b', '2026-03-05T00:00:00.000Z', '3.00'),
          month('c', '2026-01-31T00:00:00.000Z', '9.00'),
          month('d', '2026-03-02T00:00:00.000Z', '9.00', { currency: 'EUR' }),
          month('a', '2026-03-02T00:00:00.000Z', '99.00', { window: '24h' }),
          month('a', '2026-03-02T00:00:00.000Z', '99.00', { scope: 'team' }),
        ]),
      );
    });

    it('carry the last value forward to a cut, and never into the next month', async () => {
      const sums = await reader.monthSums({ ...asked, cuts: [cut('2026-03-04T00:00:00Z', MARCH, 1)] });
      const breakdown = { labour: '1.50', system: '1.00', marketing: '0.00', outsourcing: '0.00', training: '0.00' };
      expect(sums).toEqual([{ id: 'a', amount: '1.50', breakdown, interactions: 1, csatSum: 4.5, csatCount: 1 }]);
      expect(await reader.monthSums({ ...asked, cuts: [cut('2026-04-04T00:00:00Z', APRIL, 1)] })).toEqual([]);
    });

    it('are told at moments, null where the month has no window yet', async () => {
      const moments = [
        cut('2026-02-01T00:00:00Z', FEBRUARY, 1),
        cut('2026-03-04T00:00:00Z', MARCH, 1),
        cut('2026-03-04T12:00:00Z', MARCH, 1),
        cut('2026-04-04T00:00:00Z', APRIL, 1),
      ];
      const { scope } = asked;
      expect(await reader.monthToDate({ scope, id: 'a', moments })).toEqual([null, '1.50', '1.50', null]);
      const system = await reader.monthToDate({ scope, id: 'a', dimension: 'system', moments: moments.slice(1, 2) });
      expect(system).toEqual(['1.00']);
    });

    it('add up over several, less what was before', async () => {
      const cuts = [
        cut('2026-03-01T00:00:00Z', FEBRUARY, 1),
        cut('2026-02-21T00:00:00Z', FEBRUARY, -1),
        cut('2026-03-05T00:00:00Z', MARCH, 1),
      ];
      const sums = await reader.monthSums({ ...asked, cuts });
      expect(
        sums.map(({ id, amount, interactions, breakdown }) => [id, amount, interactions, breakdown.labour]),
      ).toEqual([
        ['a', '4.50', 3, '4.50'],
        ['b', '3.00', 2, '3.00'],
      ]);
      expect(await reader.monthSums({ ...asked, cuts, limit: 1 })).toHaveLength(1);
      expect(await reader.monthSums({ ...asked, cuts: [] })).toEqual([]);
      expect(await reader.monthSums({ ...asked, cuts, scope: 'vendor' })).toEqual([]);
    });
  });
});
