import 'reflect-metadata';

import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { NestExpressApplication } from '@nestjs/platform-express';
import { asapScheduler } from 'rxjs';

import { LiveStreams, type Problem } from '#libs/adapters/http';
import { SharedTokenVerifier } from '#libs/adapters/identity';
import { createMetrics } from '#libs/adapters/prometheus';
import {
  LiveFeed,
  LiveView,
  type DecisionStore,
  BusyError,
  type ActivityList,
  type ActivityQuery,
  type MonthCut,
  type MonthSumQuery,
  type LedgerReader,
  type PastInsight,
  type Explanation,
  type Rehearsal,
  type ReferenceChange,
  type ReferenceEntry,
  type ReferenceStore,
  type WindowQuery,
} from '#libs/application';
import { schemas, type CostEvent, type CostWindow } from '#libs/contract';
import { fixedOffsetCalendar } from '#libs/domain';

import { createHttpApp } from './http-app.js';

const NOW_MS = Date.parse('2026-11-03T02:00:00.000Z');
const TOKEN = 'a-token-of-some-length';
const AUTHORISED = { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/yaml' };
const DOCUMENT = 'organisation:\n  name: Example\n  zone: Asia/Shanghai\n  currency: CNY\n';

/** A store in memory, which can be away. */
class Store implements ReferenceStore {
  readonly entries = new Map<string, ReferenceEntry>();
  readonly actors: string[] = [];
  away: Error | undefined;

  list(): Promise<readonly ReferenceEntry[]> {
    if (this.away !== undefined) return Promise.reject(this.away);
    return Promise.resolve([...this.entries.values()]);
  }

  waiting(): Promise<readonly ReferenceEntry[]> {
    return Promise.resolve([]);
  }

  write(changes: readonly ReferenceChange[], actor: string): ReturnType<ReferenceStore['write']> {
    this.actors.push(actor);
    for (const change of changes) {
      if (change.action === 'put') this.entries.set(`${change.entry.kind}/${change.entry.id}`, change.entry);
      else this.entries.delete(`${change.kind}/${change.id}`);
    }
    return Promise.resolve({ ok: true, written: changes.length });
  }
}

const NO_PAST: PastInsight = {
  explain: () => Promise.resolve(undefined),
  rehearse: () => Promise.reject(new Error('nothing is to be rehearsed')),
};

const COSTED: CostEvent = {
  costEventId: 'c-1/0',
  source: 'interaction',
  sourceId: 'c-1',
  revision: 0,
  occurredAt: '2026-11-03T01:59:00.000Z',
  amount: '16.00',
  currency: 'CNY',
  breakdown: { labour: '16.00' },
  lines: [{ dimension: 'labour', amount: '16.00' }],
};

const ACTIVITIES: ActivityList = {
  items: [{ id: 'refund', amount: '16.00', contacts: 1, handledContacts: 1, handleSeconds: 480 }],
  whole: { amount: '16.00', contacts: 1, handledContacts: 1, handleSeconds: 480 },
  members: 1,
};

function windowOf(scope: CostWindow['scope'], id: string, amount: string): CostWindow {
  return {
    scope,
    id,
    window: '1h',
    start: '2026-11-03T01:00:00.000Z',
    end: '2026-11-03T02:00:00.000Z',
    revision: 0,
    currency: 'CNY',
    amount,
    breakdown: {},
    interactions: 2,
    handledByAgents: 2,
    automated: 0,
    resolved: 1,
    handleSeconds: 600,
  };
}

describe('the API', () => {
  let app: NestExpressApplication;
  let origin: string;
  let view: LiveView;
  let feed: LiveFeed;
  let streams: LiveStreams;
  let store: Store;
  let asked: WindowQuery[];
  let analysed: (ActivityQuery | MonthSumQuery)[];
  let ledgerAway: Error | undefined;
  let past: PastInsight;
  let faults: unknown[];
  const folder = mkdtempSync(join(tmpdir(), 'spendline-console-'));

  beforeAll(() => {
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), '<!doctype html><title>console</title>');
    writeFileSync(join(folder, 'assets', 'index-abc123.js'), 'export {};');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  beforeEach(() => start(TOKEN));
  afterEach(() => app.close());

  async function start(token: string | undefined): Promise<void> {
    view = new LiveView({ calendarOf: () => fixedOffsetCalendar(8 * 3_600_000) });
    feed = new LiveFeed(view, { throttleMs: 0, scheduler: asapScheduler });
    streams = new LiveStreams({ feed, run: 'run', now: () => NOW_MS });
    store = new Store();
    past = NO_PAST;
    asked = [];
    analysed = [];
    faults = [];
    ledgerAway = undefined;
    const ledger = {
      windows: (query: WindowQuery) => {
        asked.push(query);
        return ledgerAway === undefined
          ? Promise.resolve([windowOf('all', 'all', '1.00')])
          : Promise.reject(ledgerAway);
      },
      activities: (query: ActivityQuery) => {
        analysed.push(query);
        return ledgerAway === undefined ? Promise.resolve(ACTIVITIES) : Promise.reject(ledgerAway);
      },
      monthSums: (query: MonthSumQuery) => {
        analysed.push(query);
        return Promise.resolve([]);
      },
      costEvents: (sourceId: string) => Promise.resolve(sourceId === 'c-1' ? [{ event: COSTED, late: false }] : []),
    } as Partial<LedgerReader> as LedgerReader;
    app = await createHttpApp(
      {
        view,
        feed,
        streams,
        ledger,
        reference: store,
        decisions: {} as DecisionStore,
        deadLetters: { list: () => Promise.resolve([]), askToResend: () => Promise.resolve() },
        past: { explain: (name) => past.explain(name), rehearse: (document, span) => past.rehearse(document, span) },
        access: {
          verifier: token === undefined ? undefined : new SharedTokenVerifier(token),
          signIn: undefined,
          localIssuer: undefined,
          openReading: true,
          changesPerMinute: 1_000,
          approvalLimits: {},
        },
        metrics: {
          registry: createMetrics({ processMetrics: false }),
          health: () => ({ live: true, ready: false, details: { stream: 'reading' } }),
        },
        now: () => NOW_MS,
      },
      {
        consoleFolder: folder,
        nestLog: { log: () => undefined, error: () => undefined, warn: () => undefined },
        onFault: (error) => faults.push(error),
      },
    );
    await app.listen(0, '127.0.0.1');
    origin = await app.getUrl();
  }

  async function json(path: string, init?: RequestInit): Promise<{ status: number; body: Record<string, unknown> }> {
    const response = await fetch(origin + path, init);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  async function problemAt(path: string, init?: RequestInit): Promise<Problem> {
    const response = await fetch(origin + path, init);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    const body = (await response.json()) as Problem;
    expect(body.status).toBe(response.status);
    return { ...body, type: body.type.replace('urn:spendline:problem:', '') };
  }

  function feedFigures(): void {
    for (const [scope, id, amount] of [
      ['all', 'all', '40.00'],
      ['channel', 'voice', '30.00'],
      ['agent', 'agent-001', '10.00'],
      ['agent', 'agent-002', '20.00'],
    ] as const) {
      const windows = { '1h': windowOf(scope, id, amount) };
      view.acceptLive({ scope, id, asOf: NOW_MS, watermark: null, currency: 'CNY', windows }, NOW_MS);
    }
    feed.touch();
  }

  it('says what is going on, from memory', async () => {
    feedFigures();
    expect((await json('/api/v1/live')).body).toEqual(JSON.parse(JSON.stringify(feed.snapshot())));
    const agents = await json('/api/v1/agents?limit=1');
    expect(agents.body).toMatchObject({
      window: '1h',
      asOf: '2026-11-03T02:00:00.000Z',
      items: [{ id: 'agent-002', team: null, figures: { amount: '20.00', averageHandleSeconds: 300 } }],
    });
    expect((await json('/api/v1/agents?window=24h')).body).toMatchObject({ items: [] });
    expect((await json('/api/v1/channels')).body).toMatchObject({
      items: [{ id: 'voice', figures: { costPerResolution: '30.00' } }],
      outside: '10.00',
    });
    expect((await json('/api/v1/signals?status=all')).body).toMatchObject({ items: [] });
  });

  it('streams it', async () => {
    const stop = new AbortController();
    const response = await fetch(`${origin}/api/v1/stream`, { signal: stop.signal });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('event: snapshot')) text += (await reader.read()).value ?? '';
    feedFigures();
    while (!text.includes('event: delta')) text += (await reader.read()).value ?? '';
    expect(text).toContain('"amount":"40.00"');
    stop.abort();
  });

  it('answers empty before anything has arrived', async () => {
    const { status, body } = await json('/api/v1/live');
    expect(status).toBe(200);
    expect(body).toMatchObject({ organisation: null, totals: { month: null }, signals: { firing: [] } });
  });

  it('reads closed windows from the ledger, over a day up to now if nothing else is said', async () => {
    const { body } = await json('/api/v1/windows?scope=channel&id=voice&window=1h&limit=5');
    expect(body).toEqual({ items: [windowOf('all', 'all', '1.00')] });
    const span = { fromMs: NOW_MS + 1 - 86_400_000, toMs: NOW_MS + 1 };
    expect(asked).toEqual([{ scope: 'channel', id: 'voice', window: '1h', limit: 5, ...span }]);
    await json('/api/v1/windows?scope=all&id=all&window=5m&from=2026-11-01T00:00:00%2B08:00&to=2026-11-01T00:00:01Z');
    expect(asked[1]).toMatchObject({ fromMs: Date.UTC(2026, 9, 31, 16), toMs: Date.UTC(2026, 10, 1, 0, 0, 1) });
  });

  it.each([
    ['/api/v1/live?x=1', ['x']],
    ['/api/v1/agents?window=2h&limit=0', ['limit', 'window']],
    ['/api/v1/agents?limit=1e3', ['limit']],
    ['/api/v1/agents?limit=1&limit=2', ['limit']],
    ['/api/v1/signals?status=open', ['status']],
    ['/api/v1/windows', ['id', 'scope', 'window']],
    ['/api/v1/windows?scope=all&id=all&window=1h&from=yesterday', ['from']],
    ['/api/v1/windows?scope=all&id=all&window=1h&from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z', ['to']],
    ['/api/v1/cost-events/contact/c-1', ['source']],
    ['/api/v1/reference?dryRun=true', ['dryRun']],
    ['/api/v1/analyses/pareto?by=mood&limit=0', ['by', 'limit']],
    ['/api/v1/analyses/activities?period=2026-13', ['period']],
    ['/api/v1/analyses/activities?period=__proto__', ['period']],
    ['/api/v1/analyses/activities?from=2026-11-01T00:00:00Z', ['to']],
    ['/api/v1/analyses/activities?to=2026-11-01T00:00:00Z', ['from']],
    ['/api/v1/analyses/pareto?period=2026-10&from=2026-11-01T00:00:00Z', ['period']],
    ['/api/v1/analyses/pareto?from=2026-01-01T00:00:00Z&to=2026-12-31T00:00:00Z', ['to']],
    ['/api/v1/analyses/composition?benchmark=banking', ['benchmark']],
    ['/api/v1/analyses/correlation?over=customer', ['over']],
  ])('refuses %s', async (path, paths) => {
    const { type, faults: named = [] } = await problemAt(path);
    expect(type).toBe('invalid-query');
    expect(named.map(({ path: where }) => where).sort()).toEqual(paths);
  });

  it('analyses a month of the ledger, up to where the stream stands and not the clock on the wall', async () => {
    const [startMs, asOfMs] = [Date.UTC(2026, 9, 31, 16), NOW_MS - 3_600_000];
    expect((await json('/api/v1/analyses/pareto?by=agent')).body).toMatchObject({
      ...{ from: '2026-10-31T16:00:00.000Z', to: '2026-11-03T02:00:00.000Z', by: 'agent', amount: '16.00' },
      items: [{ id: 'refund', share: 1, cumulativeShare: 1 }],
      vitalFew: { members: 1, memberShare: 1, tied: [] },
    });
    const windows = { '1h': windowOf('all', 'all', '1.00') };
    view.acceptLive({ scope: 'all', id: 'all', asOf: asOfMs, watermark: null, currency: 'CNY', windows }, NOW_MS);
    expect((await json('/api/v1/analyses/activities')).body).toMatchObject({
      ...{ from: '2026-10-31T16:00:00.000Z', to: '2026-11-03T01:00:00.000Z', by: 'topic' },
      items: [{ id: 'refund', costPerContact: '16.00', averageHandleSeconds: 480, contactShare: 1 }],
    });
    expect((await json('/api/v1/analyses/composition?benchmark=finance')).body).toMatchObject({
      amount: '0.00',
      benchmark: { id: 'finance', costToRevenue: 0.12 },
    });
    const span = 'from=2026-11-01T00:00:00Z&to=2026-11-02T00:00:00Z';
    expect((await json(`/api/v1/analyses/correlation?${span}&over=team`)).body).toMatchObject({
      ...{ from: '2026-11-01T00:00:00.000Z', to: '2026-11-02T00:00:00.000Z', coefficient: null, pairs: 0 },
    });
    const cut = (atMs: number, sign: 1 | -1): MonthCut => ({ atMs, monthStartMs: startMs, sign });
    expect(analysed).toEqual([
      { by: 'agent', fromMs: startMs, toMs: NOW_MS, currency: 'CNY', limit: 10_000 },
      { by: 'topic', fromMs: startMs, toMs: asOfMs, currency: 'CNY', limit: 50 },
      { scope: 'all', cuts: [cut(asOfMs, 1)], currency: 'CNY', limit: 10_000 },
      {
        scope: 'team',
        cuts: [cut(Date.UTC(2026, 10, 2), 1), cut(Date.UTC(2026, 10, 1), -1)],
        currency: 'CNY',
        limit: 10_000,
      },
    ]);
  });

  it('says that an analysis took too long', async () => {
    ledgerAway = Object.assign(new Error('canceling statement'), { driverError: { code: '57014' } });
    const answer = await problemAt('/api/v1/analyses/pareto');
    expect(answer).toMatchObject({ type: 'database-unavailable', status: 503 });
    expect(answer.detail).toMatch(/shorter/);
  });

  it('tells what a contact cost', async () => {
    expect((await json('/api/v1/cost-events/interaction/c-1')).body).toEqual({
      items: [{ event: COSTED, late: false }],
    });
    expect((await problemAt('/api/v1/cost-events/billing/c-1')).type).toBe('not-found');
    expect((await problemAt('/api/v1/cost-events/interaction/c-2')).type).toBe('not-found');
  });

  it('takes a reference document, once', async () => {
    const post = (query: string, body = DOCUMENT): RequestInit & { path: string } => ({
      path: `/api/v1/reference${query}`,
      method: 'POST',
      headers: AUTHORISED,
      body,
    });
    const dry = post('?dryRun=true');
    expect((await json(dry.path, dry)).body).toMatchObject({
      dryRun: true,
      written: 0,
      added: ['organisation/default'],
    });
    expect(store.entries.size).toBe(0);
    const wet = post('');
    expect((await json(wet.path, wet)).body).toMatchObject({ dryRun: false, written: 1 });
    expect((await json(wet.path, wet)).body).toMatchObject({ written: 0, unchanged: 1, added: [] });
    expect(store.actors).toEqual(['api']);
    const asJson = { ...wet, headers: { ...AUTHORISED, 'Content-Type': 'application/json; charset=utf-8' } };
    const renamed = { ...asJson, body: '{"organisation":{"name":"Other","zone":"Asia/Shanghai","currency":"CNY"}}' };
    expect((await json(wet.path, renamed)).body).toMatchObject({
      changed: [{ key: 'organisation/default', fields: [{ field: 'name', before: 'Example', after: 'Other' }] }],
    });
    expect((await json('/api/v1/reference')).body).toMatchObject({
      items: [{ kind: 'organisation', id: 'default', value: { name: 'Other' } }],
    });
    const without = post('?prune=true', 'agents: []\n');
    expect((await json(without.path, without)).body).toMatchObject({
      notInDocument: ['organisation/default'],
      written: 1,
    });
    expect(store.entries.size).toBe(0);
  });

  it.each([
    ['without a token', { 'Content-Type': 'application/yaml' }, DOCUMENT, 'token-missing', 401],
    ['with a wrong one', { ...AUTHORISED, Authorization: 'Bearer wrong' }, DOCUMENT, 'token-invalid', 401],
    ['of another type', { ...AUTHORISED, 'Content-Type': 'text/html' }, DOCUMENT, 'unsupported-media-type', 415],
    ['that is empty', AUTHORISED, ' \n', 'invalid-body', 400],
    ['that is no YAML', AUTHORISED, 'a: [', 'invalid-document', 422],
    ['with unknown fields', AUTHORISED, `${DOCUMENT}  colour: red\nextra: 1\n`, 'invalid-document', 422],
    ['with strange names', AUTHORISED, `${DOCUMENT}  constructor: {x: 1}\n`, 'invalid-document', 422],
    ['that is too large', AUTHORISED, `# ${'x'.repeat(1_100_000)}\n`, 'body-too-large', 413],
  ])('refuses a document %s', async (_, headers, body, type, status) => {
    expect(await problemAt('/api/v1/reference', { method: 'POST', headers, body })).toMatchObject({ type, status });
    expect(store.entries.size).toBe(0);
    expect(faults).toEqual([]);
  });

  it('lets nobody change anything where no token is configured', async () => {
    await app.close();
    await start(undefined);
    const answer = await problemAt('/api/v1/reference', { method: 'POST', headers: AUTHORISED, body: DOCUMENT });
    expect(answer).toMatchObject({ type: 'changes-disabled', status: 403 });
  });

  it('goes on without the database, save where it is needed', async () => {
    feedFigures();
    ledgerAway = Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' });
    store.away = new Error('Connection terminated unexpectedly');
    const windows = '/api/v1/windows?scope=all&id=all&window=1h';
    expect(await problemAt(windows)).toMatchObject({ type: 'database-unavailable', status: 503 });
    expect(await problemAt('/api/v1/reference')).toMatchObject({ type: 'database-unavailable' });
    ledgerAway = Object.assign(new Error('relation does not exist'), { driverError: { code: '42P01' } });
    expect((await problemAt(windows)).detail).toMatch(/migrate/);
    expect((await json('/api/v1/live')).status).toBe(200);
    expect(faults).toEqual([]);
    ledgerAway = Object.assign(new Error('division by zero: secret'), { code: '22012' });
    const answer = await problemAt(windows);
    expect(answer.type).toBe('internal-error');
    expect(JSON.stringify(answer)).not.toContain('secret');
    expect(faults).toEqual([ledgerAway]);
  });

  it('explains a signal, and says where there is none or where it cannot now', async () => {
    const explanation = { recordedFrom: '2026-11-01T00:00:00.000Z' } as Explanation;
    past = { ...NO_PAST, explain: (name) => Promise.resolve(name === 'unit:all:all' ? explanation : undefined) };
    expect(await json('/api/v1/signals/unit:all:all/explanation')).toEqual({ status: 200, body: explanation });
    expect((await problemAt('/api/v1/signals/none/explanation')).type).toBe('not-found');
    past = { ...NO_PAST, explain: () => Promise.reject(new BusyError('busy')) };
    expect((await problemAt('/api/v1/signals/none/explanation')).type).toBe('busy');
    const away = Object.assign(new Error('away'), { name: 'KafkaJSConnectionError' });
    past = { ...NO_PAST, explain: () => Promise.reject(away) };
    expect((await problemAt('/api/v1/signals/none/explanation')).type).toBe('stream-unavailable');
  });

  it('rehearses a document over a span, the last day if nothing else is said', async () => {
    const spans: unknown[] = [];
    past = {
      ...NO_PAST,
      rehearse: (document, span) => {
        spans.push(span);
        const faults = [{ path: 'rules[0]', message: 'is wrong', line: 2 }];
        return Promise.resolve(
          document === DOCUMENT ? { ok: true, rehearsal: { records: 7 } as Rehearsal } : { ok: false, faults },
        );
      },
    };
    const post = (query: string, body: string): Promise<Response> =>
      fetch(`${origin}/api/v1/rehearsals${query}`, { method: 'POST', headers: AUTHORISED, body });
    const rehearsed = await post('', DOCUMENT);
    expect(rehearsed.status).toBe(200);
    expect(await rehearsed.json()).toEqual({ records: 7 });
    await post('?from=2026-11-01T00:00:00Z&to=2026-11-02T00:00:00Z', DOCUMENT);
    expect(spans).toEqual([
      { fromMs: NOW_MS + 1 - 86_400_000, toMs: NOW_MS + 1 },
      { fromMs: Date.parse('2026-11-01T00:00:00Z'), toMs: Date.parse('2026-11-02T00:00:00Z') },
    ]);
    const faulty = await post('', 'rules: [{}]');
    expect([faulty.status, await faulty.json()]).toMatchObject([422, { faults: [{ path: 'rules[0]', line: 2 }] }]);
    expect((await post('?from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z', DOCUMENT)).status).toBe(400);
  });

  it('serves the contract', async () => {
    expect((await json('/api/v1/schemas')).body).toEqual({ items: Object.keys(schemas) });
    expect((await json('/api/v1/schemas/cost-event.v1')).body).toEqual(schemas['cost-event.v1']);
    for (const name of ['cost-event', '__proto__', 'toString', '..%2Fpackage.json']) {
      expect((await problemAt(`/api/v1/schemas/${name}`)).type).toBe('not-found');
    }
    expect(await (await fetch(`${origin}/api/v1/asyncapi`)).text()).toMatch(/^asyncapi: /m);
  });

  it('serves the console, and nothing beside it', async () => {
    const page = await fetch(origin);
    expect(page.headers.get('content-type')).toMatch('text/html');
    expect(page.headers.get('cache-control')).toBe('no-cache');
    expect((await fetch(`${origin}/assets/index-abc123.js`)).headers.get('cache-control')).toMatch('immutable');
    for (const path of ['/nothing', '/../package.json', '/%2e%2e/package.json', '/assets/', '/api/v1']) {
      expect((await problemAt(path)).type).toBe('not-found');
    }
  });

  it.each(['/', '/api/v1/live', '/nothing', '/metrics'])('sends %s with headers that limit it', async (path) => {
    const { headers } = await fetch(origin + path);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  it('has metrics and health', async () => {
    expect(await (await fetch(`${origin}/metrics`)).text()).toContain('# HELP spendline_cost_total');
    expect((await json('/health/live')).status).toBe(200);
    expect(await json('/health/ready')).toEqual({
      status: 503,
      body: { status: 'failing', details: { stream: 'reading' } },
    });
  });
});
