import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { asapScheduler } from 'rxjs';
import { LiveStreams } from '#libs/adapters/http';
import { LocalIssuer } from '#libs/adapters/identity';
import {
  Database,
  migrate,
  PostgresDecisionStore,
  PostgresLedgerReader,
  PostgresReferenceStore,
} from '#libs/adapters/postgres';
import { createMetrics } from '#libs/adapters/prometheus';
import { DEMO_PEOPLE, EMPTY_REFERENCE, LiveFeed, LiveView, type DeadLetter } from '#libs/application';
import type { CostWindow, Signal } from '#libs/contract';
import { fixedOffsetCalendar } from '#libs/domain';
import { postgresMissing, startTestPostgres, type TestPostgres } from '#libs/testing';
import { createHttpApp } from './http-app.js';

const missing = await postgresMissing();
if (missing) console.warn(`skipped: ${missing}`);
const withPostgres = missing ? describe.skip : describe;

const NOW_MS = Date.parse('2026-11-16T00:00:00.000Z');
const MONTH: CostWindow = {
  ...{ scope: 'channel', id: 'voice', window: 'month', revision: 0, currency: 'CNY', amount: '600.00', breakdown: {} },
  ...{ start: '2026-11-01T00:00:00.000Z', end: '2026-11-16T00:00:00.000Z' },
  ...{ interactions: 1, handledByAgents: 1, automated: 0, resolved: 1, handleSeconds: 60 },
};
const BUDGET = { budgetId: 'voice', scope: 'channel', id: 'voice', period: 'month', amount: '1000.00' };
const FIRING = {
  ...{
    signalKey: 'burn-rate:channel:voice:month',
    episodeId: 'e-1',
    sequence: 0,
    status: 'firing',
    severity: 'critical',
  },
  ...{ rule: { id: 'burn-rate', kind: 'burn-rate', version: 1 }, scope: 'channel', id: 'voice' },
  ...{ startedAt: '2026-11-15T23:00:00.000Z', observedAt: '2026-11-15T23:00:00.000Z', observed: 20, threshold: 14.4 },
  ...{ summary: 'voice burns', contributors: [], cause: 'usage' },
};

const DEAD: DeadLetter = {
  ...{ receiver: 'hook', signal: FIRING as unknown as Signal, partition: 0, reason: 'HTTP 422', state: 'dead' },
  givenUpAt: '2026-11-15T23:10:00.000Z',
};
const TWO_SHAPES = { dayWeights: [1], weekdayWeights: [1, 1, 1, 1, 1, 1, 1] };

interface Answer {
  readonly status: number;
  readonly etag: string;
  readonly body: Record<string, unknown>;
}

withPostgres('deciding through the API', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spendline-decisions-'));
  let postgres: TestPostgres;
  let database: Database;
  let app: NestExpressApplication;
  let origin: string;
  let tokens: Record<string, string>;
  let issuer: LocalIssuer;
  let letters: DeadLetter[];
  let resent: DeadLetter[];
  let kafkaAway: Error | undefined;

  beforeAll(async () => {
    postgres = await startTestPostgres();
    issuer = await LocalIssuer.open(join(folder, 'key.json'), () => NOW_MS);
    tokens = Object.fromEntries(
      await Promise.all(DEMO_PEOPLE.map(async (person) => [person.id, await issuer.tokenFor(person)] as const)),
    );
    database = new Database({ databaseUrl: postgres.url, applicationName: 'test' });
    app = await createHttpApp(
      {
        ...live(),
        ledger: new PostgresLedgerReader(database),
        reference: new PostgresReferenceStore(database),
        decisions: new PostgresDecisionStore(database),
        deadLetters: {
          list: () => Promise.resolve(letters),
          askToResend: (asked) => (kafkaAway ? Promise.reject(kafkaAway) : Promise.resolve(void resent.push(...asked))),
        },
        past: { explain: () => Promise.resolve(undefined), rehearse: () => Promise.reject(new Error('not here')) },
        access: {
          verifier: issuer.verifier(),
          signIn: issuer,
          localIssuer: issuer,
          openReading: true,
          changesPerMinute: 10_000,
          approvalLimits: { anton: 20_000_000_000n, wei: 12_000_000_000n },
        },
        metrics: {
          registry: createMetrics({ processMetrics: false }),
          health: () => ({ live: true, ready: true, details: {} }),
        },
        now: () => NOW_MS,
      },
      {
        consoleFolder: folder,
        nestLog: { log: () => undefined, error: () => undefined, warn: () => undefined },
        onFault: (error) => console.error(error),
      },
    );
    await app.listen(0, '127.0.0.1');
    origin = await app.getUrl();
  });
  afterAll(async () => {
    await app.close();
    await database.close();
    await postgres.remove();
    rmSync(folder, { recursive: true });
  });
  beforeEach(async () => {
    [letters, resent, kafkaAway] = [[], [], undefined];
    await postgres.clear();
    await migrate(postgres.url);
  });

  function live(): { view: LiveView; feed: LiveFeed; streams: LiveStreams } {
    const view = new LiveView({ calendarOf: () => fixedOffsetCalendar(0) });
    view.acceptReference(EMPTY_REFERENCE);
    const scope = { scope: 'channel', id: 'voice', asOf: NOW_MS, watermark: NOW_MS, currency: 'CNY' } as const;
    view.acceptLive({ ...scope, windows: { month: MONTH } }, NOW_MS);
    const feed = new LiveFeed(view, { throttleMs: 0, scheduler: asapScheduler });
    return { view, feed, streams: new LiveStreams({ feed, run: 'run', now: () => NOW_MS }) };
  }

  async function send(
    who: string,
    method: string,
    path: string,
    body?: unknown,
    headers: object = {},
  ): Promise<Answer> {
    const response = await fetch(`${origin}/api/v1/${path}`, {
      method,
      headers: { Authorization: `Bearer ${tokens[who]!}`, 'Content-Type': 'application/json', ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return {
      status: response.status,
      etag: response.headers.get('etag') ?? '',
      body: (await response.json()) as Record<string, unknown>,
    };
  }
  const post = (who: string, path: string, body: unknown = {}, etag?: string, headers: object = {}): Promise<Answer> =>
    send(who, 'POST', path, body, { ...(etag !== undefined && { 'If-Match': etag }), ...headers });
  const slugOf = ({ body }: Answer): string => String(body['type']).replace('urn:spendline:problem:', '');

  async function submitted(who = 'bella', budget: object = BUDGET): Promise<string> {
    const { etag } = await post(who, 'budgets', budget);
    return (await post(who, 'budgets/voice/submit', {}, etag)).etag;
  }

  it('takes a budget from draft to approval by two people, and shows how it stands', async () => {
    const draft = await post('bella', 'budgets', BUDGET);
    expect(draft).toMatchObject({
      status: 201,
      etag: '"1.1"',
      body: { latest: { status: 'draft', authors: ['bella'] }, inForce: null },
    });
    const waiting = await post('bella', 'budgets/voice/submit', {}, draft.etag);
    expect(waiting).toMatchObject({ status: 200, body: { latest: { status: 'submitted', submittedBy: 'bella' } } });
    expect(waiting.body['latest']).toMatchObject({
      rehearsal: { says: 'Not rehearsed: the recorded past could not be read.', signals: [] },
    });
    const done = await post('anton', 'budgets/voice/approve', { reason: 'as planned' }, waiting.etag);
    expect(done.body).toMatchObject({
      latest: { status: 'approved', decidedBy: 'anton', reason: 'as planned', yearlyAmount: '12000.00' },
      inForce: { number: 1 },
      spending: {
        spent: '600.00',
        plannedToDate: '500.00',
        spentRatio: 0.6,
        forecast: { expected: '1200.00' },
        forecastRatio: 1.2,
      },
    });
    expect(await postgres.query(`SELECT key FROM outbox`)).toEqual([{ key: 'budget/voice' }]);
    const history = await send('mei', 'GET', 'budgets/voice/history');
    expect(history.body).toMatchObject({
      versions: [{ number: 1 }],
      audit: [{ action: 'approve', actorName: 'Anton Weber' }, { action: 'submit' }, { action: 'draft' }],
    });
    expect((await send('ada', 'GET', 'audit')).body).toMatchObject({ firstFault: null, next: null });
    const closed = await post('bella', 'budgets/voice/close', { reason: 'over' }, done.etag);
    expect(closed.body).toMatchObject({ latest: { status: 'closed' }, inForce: null });
  });

  it('registers an initiative, and has it evaluated by somebody else who says what he looked at', async () => {
    const plan = { initiativeId: 'merge', scope: 'team', id: 'north', savesHours: 40, from: '2026-11-10' };
    expect(slugOf(await post('bella', 'initiatives', { ...plan, id: undefined }))).toBe('invalid-initiative');
    const proposal = await post('wei', 'initiatives', plan);
    expect(proposal).toMatchObject({
      status: 201,
      etag: '"1.1"',
      body: { latest: { status: 'proposed' }, inForce: null },
    });
    const says = { evaluation: 'CSAT of the pilot' };
    expect(slugOf(await post('wei', 'initiatives/merge/accept', says, proposal.etag))).toBe('own-initiative');
    expect(slugOf(await post('bella', 'initiatives/merge/accept', says, proposal.etag))).toBe('role-missing');
    expect(slugOf(await post('anton', 'initiatives/merge/accept', {}, proposal.etag))).toBe('invalid-body');
    const done = await post('anton', 'initiatives/merge/accept', says, proposal.etag);
    expect(done.body).toMatchObject({ latest: { status: 'accepted', evaluatedBy: 'anton' }, inForce: { number: 1 } });
    expect((await send('mei', 'GET', 'initiatives')).body).toMatchObject({
      items: [{ initiativeId: 'merge' }],
      next: null,
    });
    expect(slugOf(await post('bella', 'initiatives/merge/close', {}, proposal.etag))).toBe('version-changed');
    const closed = await post('bella', 'initiatives/merge/close', { reason: 'over' }, done.etag);
    expect(closed.body).toMatchObject({ latest: { status: 'closed' }, inForce: null });
    const { body } = await send('mei', 'GET', 'initiatives/merge/history');
    expect(body).toMatchObject({ audit: [{ action: 'close' }, { action: 'accept' }, { action: 'propose' }] });
    expect(slugOf(await send('mei', 'GET', 'initiatives/none'))).toBe('not-found');
  });

  it('lets nobody approve his own, by no route', async () => {
    const etag = await submitted('wei');
    expect(slugOf(await post('wei', 'budgets/voice/approve', {}, etag))).toBe('own-budget');
    expect(slugOf(await post('bella', 'budgets/voice/approve', {}, etag))).toBe('role-missing');
    expect(slugOf(await post('ada', 'budgets/voice/approve', {}, etag))).toBe('role-missing');
    const document = {
      budgets: [
        { ...BUDGET, status: 'approved', amount: 7 },
        { ...BUDGET, budgetId: 'mine', status: 'approved' },
      ],
    };
    expect(slugOf(await post('ada', 'reference', document))).toBe('wrong-status');
    const one = await post('ada', 'reference', { budgets: document.budgets.slice(1) });
    expect(one.body).toMatchObject({ written: 1, waiting: ['mine'] });
    const mine = await send('ada', 'GET', 'budgets/mine');
    expect(mine.body).toMatchObject({ latest: { status: 'draft', authors: ['ada'] }, inForce: null });
    // Who wrote it into a document is an author, also when somebody else submits it and he may approve.
    await post('ada', 'reference', { budgets: document.budgets.slice(1) });
    expect(await postgres.query(`SELECT 1 FROM outbox`)).toEqual([]);
    expect(await postgres.query(`SELECT 1 FROM reference_entry`)).toEqual([]);
  });

  it('knows limits by person, in a year’s worth', async () => {
    const etag = await submitted('bella', { ...BUDGET, amount: '1000.01' });
    const refused = await post('wei', 'budgets/voice/approve', {}, etag);
    expect([refused.status, slugOf(refused)]).toEqual([403, 'over-limit']);
    expect(refused.body['detail']).toMatch(/12000\.00 for a year, and this is 12000\.12/);
    expect((await post('anton', 'budgets/voice/approve', {}, etag)).status).toBe(200);
  });

  it('decides on the version that was read', async () => {
    const etag = await submitted();
    expect(slugOf(await post('anton', 'budgets/voice/approve'))).toBe('version-missing');
    expect(slugOf(await post('anton', 'budgets/voice/approve', {}, 'nonsense'))).toBe('version-missing');
    const old = await post('anton', 'budgets/voice/approve', {}, '"1.1"');
    expect([old.status, slugOf(old)]).toEqual([412, 'version-changed']);
    const edit = await send('bella', 'PUT', 'budgets/voice/draft', BUDGET, { 'If-Match': etag });
    expect([edit.status, slugOf(edit)]).toEqual([409, 'wrong-status']);
    expect(slugOf(await post('anton', 'budgets/voice/reject', {}, etag))).toBe('invalid-body');
    const rejected = await post('anton', 'budgets/voice/reject', { reason: 'too much' }, etag);
    const next = await send(
      'bella',
      'PUT',
      'budgets/voice/draft',
      { ...BUDGET, amount: '900' },
      { 'If-Match': rejected.etag },
    );
    expect(next).toMatchObject({ status: 200, etag: '"2.1"' });
    expect(slugOf(await post('anton', 'budgets/none/approve', {}, etag))).toBe('not-found');
  });

  it('carries a request with a key out once', async () => {
    const key = { 'Idempotency-Key': 'b0b9c4de-0001' };
    const [first, second] = await Promise.all([
      post('bella', 'budgets', BUDGET, undefined, key),
      post('bella', 'budgets', BUDGET, undefined, key),
    ]);
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(first).toEqual(second);
    const other = await post('bella', 'budgets', { ...BUDGET, budgetId: 'other' }, undefined, key);
    expect([other.status, slugOf(other)]).toEqual([422, 'key-reused']);
    expect(slugOf(await post('bella', 'budgets', BUDGET))).toBe('exists-already');
    expect(slugOf(await post('bella', 'budgets', BUDGET, undefined, { 'Idempotency-Key': 'short' }))).toBe(
      'invalid-key',
    );
  });

  it.each<[string, unknown, string, string]>([
    ['an unknown field', { ...BUDGET, status: 'approved' }, 'invalid-body', 'status'],
    ['a name of JavaScript’s', JSON.stringify(BUDGET).replace('{', '{"__proto__":{},'), 'invalid-body', '__proto__'],
    ['no amount', { ...BUDGET, amount: undefined }, 'invalid-body', 'amount'],
    ['an amount of nothing', { ...BUDGET, amount: '0' }, 'invalid-budget', 'amount'],
    ['no channel', { ...BUDGET, id: undefined }, 'invalid-budget', 'id'],
    ['the shape of a period that nobody recorded', { ...BUDGET, profile: 'last-period' }, 'invalid-budget', 'profile'],
    ['a profile that says two things', { ...BUDGET, profile: TWO_SHAPES }, 'invalid-budget', 'profile.weekdayWeights'],
    ['an end before its start', { ...BUDGET, from: '2026-12-01', to: '2026-11-01' }, 'invalid-budget', 'to'],
  ])('refuses a budget with %s', async (_, body, slug, path) => {
    const answer = await post('bella', 'budgets', body);
    expect(slugOf(answer)).toBe(slug);
    expect(answer.body['faults']).toMatchObject([{ path }]);
  });

  it('lists budgets a page at a time', async () => {
    for (const budgetId of ['a', 'b', 'c']) await post('bella', 'budgets', { ...BUDGET, budgetId });
    const first = await send('mei', 'GET', 'budgets?limit=2');
    expect(first.body).toMatchObject({ items: [{ budgetId: 'a' }, { budgetId: 'b' }], next: 'b' });
    expect((await send('mei', 'GET', 'budgets?limit=2&after=b')).body).toMatchObject({
      items: [{ budgetId: 'c' }],
      next: null,
    });
  });

  describe('signals', () => {
    const path = `signals/${encodeURIComponent(FIRING.signalKey)}`;
    const record = (message: Record<string, unknown>): Promise<unknown> =>
      postgres.query(
        `INSERT INTO signal_event (episode_id, sequence, signal_key, status, severity, rule_id, rule_kind, scope, id, started_at, observed_at, body)
         VALUES ($1, $2, $3, $4, $5, 'burn-rate', 'burn-rate', 'channel', 'voice', $6, $7, $8)`,
        [
          ...['episodeId', 'sequence', 'signalKey', 'status', 'severity', 'startedAt', 'observedAt'].map(
            (name) => message[name],
          ),
          JSON.stringify(message),
        ],
      );
    const handling = async (): Promise<unknown> => (await send('mei', 'GET', path)).body['handling'];

    it('are acknowledged, snoozed and commented on, by name; that one was resolved is never hidden', async () => {
      expect((await send('mei', 'GET', path)).status).toBe(404);
      await record(FIRING);
      const until = new Date(NOW_MS + 3_600_000).toISOString();
      expect((await post('omar', `${path}/acknowledge`, { episodeId: 'e-1', comment: 'mine' })).status).toBe(201);
      expect((await post('omar', `${path}/snooze`, { episodeId: 'e-1', until })).status).toBe(201);
      const [told] = await postgres.query<{ topic: string; key: string; value: string }>(`SELECT * FROM outbox`);
      expect(told).toMatchObject({ topic: 'snoozes', key: 'e-1' });
      expect(JSON.parse(told!.value)).toMatchObject({ signalKey: FIRING.signalKey, until, by: 'Omar Haddad' });
      expect((await post('ada', `${path}/comments`, { episodeId: 'e-1', text: 'campaign' })).status).toBe(201);
      expect(await handling()).toEqual({
        ...{ acknowledgedBy: 'Omar Haddad', acknowledgedAt: '2026-11-16T00:00:00.000Z', comments: 2 },
        ...{ snoozedUntil: until, snoozedBy: 'Omar Haddad' },
      });
      await record({ ...FIRING, sequence: 1, status: 'resolved', observedAt: '2026-11-16T00:00:00.000Z' });
      const story = await send('mei', 'GET', path);
      expect(story.body).toMatchObject({
        messages: [{ status: 'resolved' }, { status: 'firing' }],
        handling: { snoozedUntil: null, acknowledgedBy: 'Omar Haddad' },
        audit: [{ action: 'comment', reason: 'campaign' }, { action: 'snooze' }, { action: 'acknowledge' }],
      });
    });

    it('take no end that is past or far away, no episode of others, and nothing from who only reads', async () => {
      await record(FIRING);
      for (const afterMs of [0, 8 * 86_400_000]) {
        const until = new Date(NOW_MS + afterMs).toISOString();
        expect(slugOf(await post('omar', `${path}/snooze`, { episodeId: 'e-1', until }))).toBe('invalid-action');
      }
      expect(slugOf(await post('omar', `${path}/acknowledge`, { episodeId: 'e-2' }))).toBe('not-found');
      expect(slugOf(await post('mei', `${path}/acknowledge`, { episodeId: 'e-1' }))).toBe('role-missing');
      expect(slugOf(await post('omar', `${path}/comments`, { episodeId: 'e-1', text: '  ' }))).toBe('invalid-body');
      expect(await handling()).toMatchObject({ acknowledgedBy: null, comments: 0 });
    });
  });

  describe('dead letters', () => {
    const lines = async (): Promise<Record<string, unknown>[]> =>
      (await send('ada', 'GET', 'audit')).body['items'] as Record<string, unknown>[];
    const PATH = `dead-letters/${encodeURIComponent('hook/e-1:0')}`;
    const other = { ...DEAD, receiver: 'mail', signal: { ...DEAD.signal, sequence: 1 } };

    it('are shown by name, a page at a time', async () => {
      letters = [other, DEAD];
      const first = await send('mei', 'GET', 'dead-letters?limit=1');
      expect(first.body).toMatchObject({
        items: [{ id: 'hook/e-1:0', reason: 'HTTP 422', signal: { signalKey: FIRING.signalKey } }],
        next: 'hook/e-1:0',
      });
      const rest = await send('mei', 'GET', `dead-letters?after=${encodeURIComponent('hook/e-1:0')}`);
      expect(rest.body).toMatchObject({ items: [{ id: 'mail/e-1:1' }], next: null });
      expect((await send('mei', 'GET', 'dead-letters?receiver=none')).body).toEqual({ items: [], next: null });
      expect((await send('mei', 'GET', PATH)).body).toMatchObject({ id: 'hook/e-1:0', state: 'dead' });
      expect(slugOf(await send('mei', 'GET', 'dead-letters/none'))).toBe('not-found');
    });

    it('are sent again when an operator asks, once a key, with a line in the audit for each', async () => {
      letters = [DEAD, other];
      expect(slugOf(await post('mei', `${PATH}/resend`))).toBe('role-missing');
      const key = { 'Idempotency-Key': 'resend-0001' };
      const [one, again] = [
        await post('omar', `${PATH}/resend`, {}, undefined, key),
        await post('omar', `${PATH}/resend`, {}, undefined, key),
      ];
      expect([one.status, one.body, again.body]).toEqual([201, { asked: ['hook/e-1:0'] }, one.body]);
      expect(resent).toEqual([DEAD]);
      expect((await post('omar', 'dead-letters/resend', { receiver: 'mail' })).body).toEqual({ asked: ['mail/e-1:1'] });
      expect((await post('omar', 'dead-letters/resend', { all: true })).body['asked']).toHaveLength(2);
      expect(await lines()).toMatchObject([
        ...Array.from({ length: 3 }, () => ({ action: 'resend', actor: 'omar' })),
        { subject: 'signal', subjectId: FIRING.signalKey, part: 'e-1', body: { receiver: 'hook', sequence: 0 } },
      ]);
      for (const body of [{}, { all: true, receiver: 'mail' }, { all: false }]) {
        expect(slugOf(await post('omar', 'dead-letters/resend', body))).toBe('invalid-body');
      }
    });

    it('leave no line where Kafka does not hear of it', async () => {
      letters = [DEAD];
      kafkaAway = Object.assign(new Error('away'), { name: 'KafkaJSConnectionError' });
      expect(slugOf(await post('omar', `${PATH}/resend`))).toBe('stream-unavailable');
      expect(await lines()).toEqual([]);
    });
  });
});
