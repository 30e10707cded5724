import {
  applyReferenceFile,
  changeInitiative,
  closeInitiative,
  DecisionRefused,
  evaluateInitiative,
  proposeInitiative,
  type DecisionContext,
  type InitiativePlan,
  type InitiativeVersion,
} from '#libs/application';
import { postgresMissing, startTestPostgres, type TestPostgres } from '#libs/testing';
import { Database, PostgresDecisionStore, PostgresReferenceStore, migrate } from './index.js';

const missing = await postgresMissing();
if (missing) console.warn(`skipped: ${missing}`);
const withPostgres = missing ? describe.skip : describe;

const NOW_MS = Date.parse('2026-11-10T00:00:00Z');
const DECEMBER_MS = Date.parse('2026-12-01T00:00:00Z');
const by = (id: string): DecisionContext => ({
  actor: { id, name: id.toUpperCase(), roles: [], isPerson: id !== 'api' },
  nowMs: NOW_MS,
});
const PLAN: InitiativePlan = { initiativeId: 'merge-shifts', scope: 'team', id: 'north', savesHours: 40 };
const SAYS = { accepts: true, says: 'CSAT of the pilot in north-2 over six weeks: unchanged' };

withPostgres('the register of initiatives', () => {
  let postgres: TestPostgres;
  let database: Database;
  let store: PostgresDecisionStore;
  let reference: PostgresReferenceStore;

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
  });
  afterEach(() => database.close());

  async function refusal(work: Promise<unknown>): Promise<string> {
    try {
      await work;
    } catch (error) {
      return error instanceof DecisionRefused ? error.refusal : String(error);
    }
    return 'done';
  }
  const accepted = async (plan = PLAN): Promise<InitiativeVersion> => {
    const known = (await store.initiativeVersions(plan.initiativeId)).at(-1);
    const proposal = known
      ? await changeInitiative(store, by('ann'), plan, known)
      : await proposeInitiative(store, by('ann'), plan);
    return evaluateInitiative(store, by('ben'), plan.initiativeId, proposal, SAYS);
  };
  const held = async (): Promise<unknown[]> =>
    (await reference.list()).flatMap((entry) =>
      entry.kind === 'initiative' ? [[entry.value.status, entry.value.savesHours, entry.value.toMs]] : [],
    );

  it('tells the stages of one only once somebody else has evaluated it, and writes down who said what', async () => {
    const proposal = await proposeInitiative(store, by('ann'), PLAN);
    const evaluate = (who: string, says = SAYS.says): Promise<InitiativeVersion> =>
      evaluateInitiative(store, by(who), 'merge-shifts', proposal, { accepts: true, says });
    expect(await refusal(evaluate('ann'))).toBe('own-initiative');
    expect(await refusal(evaluate('api'))).toBe('not-a-person');
    expect(await refusal(evaluate('ben', ' '))).toBe('evaluation-missing');
    expect(await refusal(proposeInitiative(store, by('cid'), PLAN))).toBe('exists-already');
    expect(await held()).toEqual([]);
    const done = await evaluate('ben');
    expect(done).toMatchObject({ status: 'accepted', evaluatedBy: 'ben', evaluation: SAYS.says, revision: 2 });
    expect(await store.initiativeVersions('merge-shifts')).toEqual([done]);
    expect(await held()).toEqual([['accepted', 40, undefined]]);
    const lines = await store.audit({ subject: 'initiative', subjectIds: [], before: null, limit: 10 });
    expect(lines.map(({ actor, action, reason }) => [actor, action, reason])).toEqual([
      ['ben', 'accept', SAYS.says],
      ['ann', 'propose', null],
    ]);
    expect(await store.auditFault()).toBeNull();
    expect(await refusal(evaluate('ben'))).toBe('changed-meanwhile');
  });

  it('keeps what was in force for replays of the time before', async () => {
    await accepted();
    await accepted({ ...PLAN, savesHours: 80, fromMs: DECEMBER_MS });
    expect(await held()).toEqual([
      ['accepted', 40, DECEMBER_MS],
      ['accepted', 80, undefined],
    ]);
    const earlier = { ...PLAN, fromMs: NOW_MS };
    const latest = (await store.initiativeVersions('merge-shifts')).at(-1)!;
    expect(await refusal(changeInitiative(store, by('ann'), earlier, latest))).toBe('invalid-initiative');
    // It has not begun: nothing of it is left.
    await closeInitiative(store, by('ann'), 'merge-shifts', latest, 'not done after all');
    expect(await held()).toEqual([
      ['accepted', 40, DECEMBER_MS],
      ['closed', 80, undefined],
    ]);
  });

  it('leaves the one that holds alone when the next one is rejected', async () => {
    const first = await accepted();
    const next = await changeInitiative(store, by('cid'), { ...PLAN, savesHours: 400 }, first);
    const says = { accepts: false, says: 'the pilot was too short' };
    expect(await refusal(evaluateInitiative(store, by('cid'), 'merge-shifts', next, says))).toBe('own-initiative');
    await evaluateInitiative(store, by('ben'), 'merge-shifts', next, says);
    expect(await held()).toEqual([['accepted', 40, undefined]]);
    expect((await store.listInitiatives({ after: '', limit: 5 })).map(({ status }) => status)).toEqual([
      'accepted',
      'rejected',
    ]);
    expect(await store.listInitiatives({ after: 'merge-shifts', limit: 5 })).toEqual([]);
  });

  it('takes proposals from files, which say that they wait, and prunes none', async () => {
    const file = 'initiatives: [{ initiativeId: merge-shifts, scope: team, id: north, savesHours: 40 }]';
    const apply = (yaml: string, prune = false) =>
      applyReferenceFile(reference, yaml, { actor: 'ops', nowMs: NOW_MS, dryRun: false, prune });
    expect(await apply(file)).toMatchObject({ ok: true, written: 1, waiting: ['merge-shifts'] });
    expect(await apply(file)).toMatchObject({ ok: true, written: 0, waiting: ['merge-shifts'] });
    const [proposal] = await store.initiativeVersions('merge-shifts');
    expect(proposal).toMatchObject({ status: 'proposed', authors: ['ops'], plan: PLAN });
    await evaluateInitiative(store, by('ben'), 'merge-shifts', proposal!, SAYS);
    expect(await apply(file)).toMatchObject({ ok: true, written: 0, waiting: [] });
    expect(await apply('initiatives: []', true)).toMatchObject({ ok: true, written: 0 });
    expect(await held()).toEqual([['accepted', 40, undefined]]);
  });

  describe('whoever asks the database', () => {
    const attempt = async (sql: string): Promise<string> => {
      try {
        await postgres.query(sql);
        return 'done';
      } catch (error) {
        return String(error);
      }
    };

    it.each([
      [`SET status = 'accepted', evaluated_by = 'ann', evaluation = 'x', revision = 2`, /evaluator_is_not_author/],
      [`SET status = 'accepted', evaluated_by = 'ben', revision = 2`, /evaluation_says_what/],
      [`SET status = 'accepted', evaluation = 'x', revision = 2`, /evaluated_by_somebody/],
      [`SET authors = '{cid}', revision = 2`, /keeps its name, its authors/],
      [`SET status = 'closed', evaluated_by = 'ben', evaluation = 'x', revision = 2`, /no step leads from proposed/],
    ])('nothing leads around the two people: %s', async (change, says) => {
      await proposeInitiative(store, by('ann'), PLAN);
      expect(await attempt(`UPDATE initiative_version ${change}`)).toMatch(says);
    });

    it('what was evaluated is not changed, and what holds was accepted', async () => {
      await accepted();
      expect(await attempt(`UPDATE initiative_version SET evaluation = 'y', revision = 3`)).toMatch(/no step leads/);
      expect(await attempt(`DELETE FROM initiative_version`)).toMatch(/closed, not deleted/);
      const more = `UPDATE reference_entry SET body = body || '{"savesHours": 999}' WHERE kind = 'initiative'`;
      expect(await attempt(more)).toMatch(/was not accepted/);
    });
  });
});
