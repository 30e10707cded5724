import {
  approveBudget,
  closeBudget,
  createBudget,
  DEFAULT_ORGANISATION,
  DecisionRefused,
  draftBudget,
  rejectBudget,
  submitBudget,
  writeDraft,
  type BudgetDecider,
  type BudgetPlan,
  type BudgetRehearsal,
  type BudgetVersion,
  type DecisionContext,
  type Principal,
} from '#libs/application';
import { budgetInForce } from '#libs/domain';
import { postgresMissing, startTestPostgres, type TestPostgres } from '#libs/testing';
import { Database, PostgresDecisionStore, PostgresReferenceStore, createDataSource, migrate } from './index.js';
import { MIGRATIONS } from './migrations/index.js';

const missing = await postgresMissing();
if (missing) console.warn(`skipped: ${missing}`);
const withPostgres = missing ? describe.skip : describe;

const NOW_MS = Date.parse('2026-11-10T00:00:00Z');
const DECEMBER_MS = Date.parse('2026-12-01T00:00:00Z');
const person = (id: string): Principal => ({ id, name: id.toUpperCase(), roles: [], isPerson: true });
const by = (id: string, fields: Partial<DecisionContext> = {}): DecisionContext => ({
  actor: person(id),
  nowMs: NOW_MS,
  ...fields,
});
const REHEARSAL: BudgetRehearsal = {
  from: '2026-11-09T00:00:00.000Z',
  to: '2026-11-16T00:00:00.000Z',
  recordedFrom: null,
  says: 'Not rehearsed: no input of the past is kept.',
  signals: [],
};
const PLAN: BudgetPlan = {
  budgetId: 'b',
  scope: 'channel',
  id: 'voice',
  period: 'month',
  amountMicros: 100_000_000n,
  currency: 'CNY',
};

withPostgres('decisions in Postgres', () => {
  let postgres: TestPostgres;
  let database: Database;
  let store: PostgresDecisionStore;
  let reference: PostgresReferenceStore;
  let decider: BudgetDecider;

  beforeAll(async () => {
    postgres = await startTestPostgres();
  });
  afterAll(() => postgres.remove());
  beforeEach(async () => {
    await postgres.clear();
    await migrate(postgres.url);
    database = new Database({ databaseUrl: postgres.url, applicationName: 'test' });
    store = new PostgresDecisionStore(database);
    reference = new PostgresReferenceStore(database);
    decider = {
      store,
      limits: { ann: 0n, approver: 2_000_000_000n, ben: 2_000_000_000n },
      home: () => ({ organisation: DEFAULT_ORGANISATION, fxRates: [] }),
    };
  });
  afterEach(() => database.close());

  const submitted = async (plan = PLAN, author = 'ann'): Promise<BudgetVersion> => {
    const known = (await store.budgetVersions(plan.budgetId)).at(-1);
    const draft = known
      ? await draftBudget(decider, by(author), plan, known)
      : await createBudget(decider, by(author), plan);
    return submitBudget(decider, by(author), plan.budgetId, draft, REHEARSAL);
  };
  const approved = async (plan = PLAN): Promise<BudgetVersion> =>
    approveBudget(decider, by('ben'), plan.budgetId, await submitted(plan));

  async function refusal(work: Promise<unknown>): Promise<string> {
    try {
      await work;
    } catch (error) {
      if (error instanceof DecisionRefused) return error.refusal;
      return String(error);
    }
    return 'done';
  }
  const published = async (): Promise<unknown[]> =>
    (await postgres.query<{ value: string }>('SELECT value FROM outbox ORDER BY outbox_id')).map(
      ({ value }) => JSON.parse(value) as unknown,
    );

  it('tell the stages of a budget only once somebody else has approved it', async () => {
    const waiting = await submitted();
    expect(await published()).toEqual([]);
    expect(await refusal(approveBudget(decider, by('ann'), 'b', waiting))).toBe('own-budget');
    expect(await refusal(approveBudget(decider, by('cid'), 'b', waiting))).toBe('over-limit');
    const shared = { ...by('api'), actor: { ...person('api'), isPerson: false } };
    expect(await refusal(approveBudget(decider, shared, 'b', waiting))).toBe('not-a-person');
    expect(await published()).toEqual([]);
    const done = await approveBudget(decider, by('ben'), 'b', waiting, 'fits the plan');
    expect(done).toMatchObject({ status: 'approved', decidedBy: 'ben', revision: 3 });
    expect(await published()).toMatchObject([{ budgetId: 'b', amount: '100.00', status: 'approved', version: 1 }]);
    expect(await store.budgetVersions('b')).toEqual([done]);
    expect(
      (await store.audit({ subjectIds: ['b'], before: null, limit: 10 })).map(({ actor, action, reason }) => [
        actor,
        action,
        reason,
      ]),
    ).toEqual([
      ['ben', 'approve', 'fits the plan'],
      ['ann', 'submit', null],
      ['ann', 'draft', null],
    ]);
  });

  it('keep what was in force for replays of the time before', async () => {
    await approved();
    await approved({ ...PLAN, amountMicros: 150_000_000n, fromMs: DECEMBER_MS });
    const budgets = (await reference.list()).flatMap((entry) => (entry.kind === 'budget' ? [entry.value] : []));
    const at = (tMs: number): bigint | undefined => budgetInForce(budgets, 'channel', 'voice', tMs)?.amountMicros;
    expect([at(DECEMBER_MS - 1), at(DECEMBER_MS)]).toEqual([100_000_000n, 150_000_000n]);
    expect(
      (await store.budgetVersions('b')).map(({ number, status, endedAtMs }) => [number, status, endedAtMs]),
    ).toEqual([
      [1, 'superseded', DECEMBER_MS],
      [2, 'approved', null],
    ]);
    const [, second] = await store.budgetVersions('b');
    const later = { ...by('ben'), nowMs: DECEMBER_MS + 5 };
    await closeBudget(decider, later, 'b', second!, 'reorganised');
    const left = (await reference.list()).flatMap((entry) => (entry.kind === 'budget' ? [entry.value] : []));
    expect(budgetInForce(left, 'channel', 'voice', DECEMBER_MS + 4)?.amountMicros).toBe(150_000_000n);
    expect(budgetInForce(left, 'channel', 'voice', DECEMBER_MS + 5)).toBeUndefined();
  });

  it('begin anew after a rejection, which has a reason', async () => {
    const waiting = await submitted();
    expect(await refusal(rejectBudget(decider, by('ben'), 'b', waiting, ' '))).toBe('reason-missing');
    const rejected = await rejectBudget(decider, by('ben'), 'b', waiting, 'too much');
    const again = await draftBudget(decider, by('cid'), { ...PLAN, amountMicros: 1n }, rejected);
    expect(again).toMatchObject({ number: 2, revision: 1, status: 'draft', authors: ['cid'] });
    expect(await published()).toEqual([]);
  });

  it('are made on what was read, by one of two at once', async () => {
    const waiting = await submitted();
    expect(await refusal(approveBudget(decider, by('ben'), 'b', { number: 1, revision: 1 }))).toBe('changed-meanwhile');
    const both = await Promise.all([
      refusal(approveBudget(decider, by('ben'), 'b', waiting)),
      refusal(rejectBudget(decider, by('cid'), 'b', waiting, 'no')),
    ]);
    expect(both.filter((result) => result === 'done')).toHaveLength(1);
    expect(both.filter((result) => result === 'changed-meanwhile')).toHaveLength(1);
    expect(await refusal(createBudget(decider, by('ann'), PLAN))).toBe('exists-already');
    expect(await refusal(submitBudget(decider, by('ann'), 'none', waiting))).toBe('not-found');
  });

  it('refuse another subject, and a version that begins before the one in force', async () => {
    const held = await approved({ ...PLAN, fromMs: NOW_MS });
    expect(await refusal(draftBudget(decider, by('ann'), { ...PLAN, scope: 'team', fromMs: NOW_MS }, held))).toBe(
      'invalid-budget',
    );
    expect(await refusal(draftBudget(decider, by('ann'), PLAN, held))).toBe('invalid-budget');
  });

  it('carry a repeated request out once', async () => {
    const context = by('ann', { idempotency: { key: 'k', fingerprint: 'f' } });
    const create = (): Promise<string> =>
      store.decide(context, async (unit) => {
        await writeDraft(unit, context, PLAN, await unit.budgetVersions('b'));
        return 'answer';
      });
    expect(await Promise.all([create(), create(), create()])).toEqual(['answer', 'answer', 'answer']);
    expect(await store.audit({ subjectIds: [], before: null, limit: 10 })).toHaveLength(1);
    const other = { ...context, idempotency: { key: 'k', fingerprint: 'g' } };
    expect(await refusal(store.decide(other, () => Promise.resolve('x')))).toBe('key-reused');
    const failing = by('ann', { idempotency: { key: 'l', fingerprint: 'f' } });
    await expect(store.decide(failing, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await store.decide(failing, () => Promise.resolve('now'))).toBe('now');
  });

  describe('are guarded by the database itself', () => {
    const attempt = async (sql: string): Promise<string> =>
      postgres.query(sql).then(
        () => 'done',
        (error: unknown) => String(error),
      );

    it.each([
      [
        `UPDATE budget_version SET status = 'approved', decided_by = 'ann', decided_at = now(), revision = 3`,
        /approver_is_not_author/,
      ],
      [`UPDATE budget_version SET status = 'approved', decided_by = 'ben', revision = 4`, /order of its changes/],
      [`UPDATE budget_version SET authors = '{cid}', revision = 3`, /keeps its name, its authors/],
      [
        `UPDATE budget_version SET body = body || '{"amount": "1"}', status = 'approved', decided_by = 'ben', revision = 3`,
        /not changed/,
      ],
      [`UPDATE budget_version SET submitted_by = 'ben', authors = '{ann,ben}', revision = 3`, /no step|who submitted/],
      [`UPDATE budget_version SET status = 'rejected', decided_by = 'ben', revision = 3`, /rejected_with_reason/],
      [`UPDATE budget_version SET status = 'approved', revision = 3`, /decided_by_somebody/],
      [`DELETE FROM budget_version`, /closed, not deleted/],
      [
        `INSERT INTO budget_version (budget_id, number, revision, status, body, authors, submitted_by, decided_by, created_at, updated_at)
        VALUES ('c', 1, 1, 'approved', '{}', '{ann}', 'ann', 'ben', now(), now())`,
        /begins as a draft/,
      ],
      [
        `INSERT INTO reference_entry (kind, id, version, body, updated_at, updated_by)
        SELECT 'budget', 'b', 1, body || '{"status": "approved"}', now(), 'x' FROM budget_version`,
        /was not approved/,
      ],
      [`UPDATE decision_audit SET actor = 'x'`, /only added to/],
      [`DELETE FROM decision_audit`, /only added to/],
      [`TRUNCATE decision_audit`, /only added to/],
    ])('%s', async (sql, message) => {
      await submitted();
      expect(await attempt(sql)).toMatch(message);
    });

    it('also what is published cannot become more than was approved', async () => {
      await approved();
      const sql = `UPDATE reference_entry SET body = body || '{"amount": "999"}' WHERE kind = 'budget'`;
      expect(await attempt(sql)).toMatch(/was not approved/);
    });

    it('the audit is a chain: a line that was changed, left out or put in shows', async () => {
      await approved();
      expect(await store.auditFault()).toBeNull();
      const asOwner = async (sql: string): Promise<number | null> => {
        await postgres.query(
          `BEGIN; ALTER TABLE decision_audit DISABLE TRIGGER ALL; ${sql}; ALTER TABLE decision_audit ENABLE TRIGGER ALL; COMMIT`,
        );
        return store.auditFault();
      };
      expect(await asOwner(`UPDATE decision_audit SET actor = 'cid' WHERE audit_id = 2`)).toBe(2);
      expect(await asOwner(`UPDATE decision_audit SET actor = 'ann' WHERE audit_id = 2`)).toBeNull();
      expect(await asOwner(`DELETE FROM decision_audit WHERE audit_id = 2`)).toBe(3);
    });
  });

  it('take over the budgets that counted before there was approval', async () => {
    const dataSource = await createDataSource({ databaseUrl: postgres.url, applicationName: 'test' }).initialize();
    // The one that brought decisions, and what came after it.
    const decisionsAt = MIGRATIONS.findIndex(({ name }) => name.startsWith('Decisions'));
    for (const _ of MIGRATIONS.slice(decisionsAt)) await dataSource.undoLastMigration();
    const insert = (id: string, from: string | null, amount: string, status = 'approved'): Promise<unknown> =>
      postgres.query(`INSERT INTO reference_entry VALUES ('budget', $1, 1, $2, $3, NULL, now(), 'ops')`, [
        id,
        JSON.stringify({
          budgetId: 'old',
          scope: 'all',
          id: 'all',
          period: 'month',
          amount,
          currency: 'CNY',
          status,
          ...(from && { from }),
        }),
        from,
      ]);
    await insert('old', null, '1.00');
    await insert('old@2026-12-01T00:00:00.000Z', '2026-12-01T00:00:00.000Z', '2.00');
    await dataSource.runMigrations();
    await dataSource.destroy();
    const versions = await store.budgetVersions('old');
    expect(versions.map(({ status, plan, decidedBy }) => [status, plan.amountMicros, decidedBy])).toEqual([
      ['superseded', 1_000_000n, 'before approval'],
      ['approved', 2_000_000n, 'before approval'],
    ]);
    expect(await reference.list()).toHaveLength(2);
    await reference.republish(NOW_MS);
    await closeBudget(decider, by('ben'), 'old', versions[1]!);
    expect((await reference.list()).map((entry) => entry.kind === 'budget' && entry.value.status)).toEqual([
      'approved',
      'closed',
    ]);
  });
});
