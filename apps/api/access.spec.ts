import 'reflect-metadata';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { asapScheduler } from 'rxjs';
import { LiveStreams, type Problem } from '#libs/adapters/http';
import { LocalIssuer, SharedTokenVerifier, anyVerifier } from '#libs/adapters/identity';
import { createMetrics } from '#libs/adapters/prometheus';
import {
  DEMO_PEOPLE,
  LiveFeed,
  LiveView,
  mayEnter,
  ROLES,
  type DecisionStore,
  type LedgerReader,
  type ReferenceStore,
  type Role,
} from '#libs/application';
import { fixedOffsetCalendar } from '#libs/domain';
import { createHttpApp } from './http-app.js';
import { ROUTES, type RouteDeclaration } from './routes/index.js';

const NOW_MS = Date.parse('2026-11-03T02:00:00.000Z');
const SHARED = 'a-token-of-some-length';
const AWAY = (): Promise<never> => Promise.reject(Object.assign(new Error('away'), { code: 'ECONNREFUSED' }));

describe('access to the API', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spendline-access-'));
  const keyFile = join(folder, 'key.json');
  let issuer: LocalIssuer;
  let app: NestExpressApplication;
  let origin: string;

  beforeAll(async () => {
    issuer = await LocalIssuer.open(keyFile, () => NOW_MS);
    await start({ openReading: false });
  });
  afterAll(async () => {
    await app.close();
    rmSync(folder, { recursive: true });
  });

  async function start(options: { openReading: boolean; changesPerMinute?: number }): Promise<void> {
    const view = new LiveView({ calendarOf: () => fixedOffsetCalendar(0) });
    const feed = new LiveFeed(view, { throttleMs: 0, scheduler: asapScheduler });
    app = await createHttpApp(
      {
        view,
        feed,
        streams: new LiveStreams({ feed, run: 'run', now: () => NOW_MS }),
        ledger: {
          ...{ windows: AWAY, costEvents: AWAY, signalHistory: AWAY, activities: AWAY, monthSums: AWAY },
        } as Partial<LedgerReader> as LedgerReader,
        reference: { list: AWAY, waiting: AWAY, write: AWAY } satisfies ReferenceStore,
        decisions: {
          decide: AWAY,
          listBudgets: AWAY,
          budgetVersions: AWAY,
          listInitiatives: AWAY,
          initiativeVersions: AWAY,
          audit: AWAY,
          auditFault: AWAY,
        } satisfies DecisionStore,
        past: { explain: () => Promise.resolve(undefined), rehearse: AWAY },
        deadLetters: { list: AWAY, askToResend: AWAY },
        access: {
          verifier: anyVerifier({ issuer: issuer.verifier(), shared: new SharedTokenVerifier(SHARED) }),
          signIn: issuer,
          localIssuer: issuer,
          changesPerMinute: 100_000,
          approvalLimits: {},
          ...options,
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
        onFault: () => undefined,
      },
    );
    await app.listen(0, '127.0.0.1');
    origin = await app.getUrl();
  }

  async function call(route: RouteDeclaration, token: string | undefined): Promise<number> {
    const stop = new AbortController();
    const path = route.path.replace(/:\w+/g, 'x');
    const response = await fetch(`${origin}/${path}`, {
      method: route.method.toUpperCase(),
      redirect: 'manual',
      signal: stop.signal,
      ...(token !== undefined && { headers: { Authorization: `Bearer ${token}` } }),
    });
    stop.abort();
    return response.status;
  }

  const somebody = (roles: readonly Role[]): Promise<string> => issuer.tokenFor({ id: 'some', name: 'Some', roles });
  const routes = Object.entries(ROUTES);

  it.each(routes)('%s lets in whom it names, and nobody else', async (_, route) => {
    const askers = [undefined, [], ...ROLES.map((role) => [role])] as const;
    for (const roles of askers) {
      const token = roles && (await somebody(roles));
      const principal = roles && { id: 'some', name: 'Some', roles, isPerson: true };
      const decision = mayEnter(route.access, principal, { openReading: false });
      const status = await call(route, token);
      const expected = { allowed: 'in', 'token-missing': 401, 'role-missing': 403 }[decision];
      expect([roles, [401, 403].includes(status) ? status : 'in']).toEqual([roles, expected]);
    }
  });

  it('has no writing route that is open, save for signing in', () => {
    const writable = routes.filter(([, { method, access }]) => method !== 'get' && !Array.isArray(access));
    expect(writable.map(([name]) => name)).toEqual(['exchangeCode']);
  });

  it('serves nothing that is not declared', () => {
    interface Layer {
      readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> };
    }
    const { router } = app.getHttpAdapter().getInstance() as { router: { stack: readonly Layer[] } };
    const served = router.stack.flatMap(({ route }) =>
      route ? Object.keys(route.methods).map((method) => `${method} ${route.path.replace(/^\//, '')}`) : [],
    );
    const declared = routes.map(([, { method, path }]) => `${method} ${path}`);
    const beside = ['metrics', 'health/live', 'health/ready', 'local-issuer/authorize', 'local-issuer/continue'];
    expect(served.sort()).toEqual([...declared, ...beside.map((path) => `get ${path}`)].sort());
  });

  it('tells who a token is of', async () => {
    const me = async (token: string): Promise<unknown> =>
      (await fetch(`${origin}/api/v1/me`, { headers: { Authorization: `Bearer ${token}` } })).json();
    expect(await me(await issuer.tokenFor(DEMO_PEOPLE[4]!))).toEqual({
      id: 'wei',
      name: 'Wei Chen',
      roles: ['budget-owner', 'approver'],
      isPerson: true,
    });
    expect(await me(SHARED)).toMatchObject({ id: 'api', roles: ['operator'], isPerson: false });
    expect(await me('nonsense')).toMatchObject({ type: 'urn:spendline:problem:token-invalid' });
    const [head, body, signature] = (await somebody(['viewer'])).split('.');
    const forged = Buffer.from(
      JSON.stringify({ ...JSON.parse(Buffer.from(body!, 'base64url').toString()), roles: ['admin'] }),
    );
    expect(await me([head, forged.toString('base64url'), signature].join('.'))).toMatchObject({ status: 401 });
  });

  it('signs a browser in: authorization code with PKCE, once', async () => {
    const verifier = 'v'.repeat(43);
    const redirectUri = `${origin}/`;
    const query = new URLSearchParams({
      redirect_uri: redirectUri,
      state: 's-1',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      client_id: 'spendline-console',
    });
    const { signIn } = (await (await fetch(`${origin}/api/v1/sign-in`)).json()) as {
      signIn: { authorizationEndpoint: string };
    };
    const page = await (await fetch(`${origin}${signIn.authorizationEndpoint}?${query.toString()}`)).text();
    const [, link] = /href="([^"]*person=anton[^"]*)"/.exec(page) ?? [];
    const chosen = await fetch(origin + link!.replaceAll('&amp;', '&'), { redirect: 'manual' });
    const back = new URL(chosen.headers.get('location')!);
    expect(back.searchParams.get('state')).toBe('s-1');
    const exchange = async (codeVerifier: string): Promise<Record<string, unknown>> => {
      const body = JSON.stringify({ code: back.searchParams.get('code'), codeVerifier, redirectUri });
      const headers = { 'Content-Type': 'application/json' };
      const response = await fetch(`${origin}/api/v1/sign-in`, { method: 'POST', headers, body });
      return (await response.json()) as Record<string, unknown>;
    };
    const { accessToken } = await exchange(verifier);
    expect(await call(ROUTES['getMe']!, accessToken as string)).toBe(200);
    expect(await exchange(verifier)).toMatchObject({ type: 'urn:spendline:problem:code-refused' });
  });

  it('sends no token to another machine', async () => {
    const query = 'state=s&code_challenge_method=S256&code_challenge=' + 'c'.repeat(43);
    for (const address of ['https://evil.example/', 'http://localhost.evil.example/', 'javascript:alert(1)']) {
      const response = await fetch(
        `${origin}/local-issuer/continue?person=ada&${query}&redirect_uri=${encodeURIComponent(address)}`,
      );
      expect(((await response.json()) as Problem).status).toBe(400);
    }
  });

  it('keeps the key of the local issuer to its owner', () => {
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
  });

  it('reads without a token where reading is open, and limits changes by who sends them', async () => {
    await app.close();
    await start({ openReading: true, changesPerMinute: 2 });
    expect(await call(ROUTES['getLive']!, undefined)).toBe(200);
    expect(await call(ROUTES['getLive']!, 'nonsense')).toBe(401);
    const token = await somebody(['operator']);
    const apply = ROUTES['applyReference']!;
    expect([await call(apply, token), await call(apply, token), await call(apply, token)]).toEqual([415, 415, 429]);
    expect(await call(apply, SHARED)).toBe(415);
  });
});
