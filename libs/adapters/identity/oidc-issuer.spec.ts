import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { Verification } from '#libs/application';
import { RemoteIssuer } from './oidc-issuer.js';

const NOW_S = 1_764_000_000;
type Keys = Awaited<ReturnType<typeof generateKeyPair>>;
/** Claims to put in place of the right ones; undefined leaves one out. */
type Claims = Readonly<Record<string, unknown>>;

/** An issuer as others run it, on this machine. */
describe('an OIDC issuer elsewhere', () => {
  let server: Server;
  let url: string;
  let keys: Keys;
  let published: object[];
  let discovery: () => object;
  let asked: string[];
  let isDown: boolean;

  beforeAll(async () => {
    keys = await generateKeyPair('RS256');
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      if (isDown) return void response.writeHead(503).end('{}');
      const answers: Record<string, () => object> = {
        '/.well-known/openid-configuration': discovery,
        '/keys': () => ({ keys: published }),
        '/token': () => ({ access_token: 'the-token', expires_in: 60 }),
      };
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify(answers[request.url ?? '']?.() ?? {}));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    published = [{ ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'RS256' }];
    discovery = () => ({
      issuer: url,
      jwks_uri: `${url}/keys`,
      authorization_endpoint: `${url}/auth`,
      token_endpoint: `${url}/token`,
    });
    asked = [];
    isDown = false;
  });

  const issuer = (): RemoteIssuer =>
    new RemoteIssuer(
      { url, audience: 'spendline', rolesClaim: 'groups', roleMap: { finance: ['approver'] } },
      () => NOW_S * 1000,
    );

  const sign = (claims: Claims = {}, by: Keys = keys, header: object = {}): Promise<string> =>
    new SignJWT({ iss: url, aud: 'spendline', sub: 'ann', exp: NOW_S + 60, groups: ['finance'], ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'k1', ...header })
      .sign(by.privateKey);

  const reasonOf = (verdict: Verification): string => (verdict.ok ? 'ok' : verdict.reason);

  it('is found by discovery, and its keys are fetched once', async () => {
    const verifier = issuer().verifier();
    const token = await sign();
    const verdicts = [await verifier.verify(token), await verifier.verify(token)];
    const principal = { id: 'ann', name: 'ann', roles: ['approver'], isPerson: true };
    expect(verdicts).toEqual([
      { ok: true, principal },
      { ok: true, principal },
    ]);
    expect(asked).toEqual(['/.well-known/openid-configuration', '/keys']);
  });

  it.each<[string, Claims, string]>([
    ['of another audience', { aud: 'other' }, 'invalid'],
    ['of another issuer', { iss: 'https://other.example' }, 'invalid'],
    ['that has expired', { exp: NOW_S - 31 }, 'expired'],
    ['that is not valid yet', { nbf: NOW_S + 31 }, 'invalid'],
    ['that never expires', { exp: undefined }, 'invalid'],
    ['of nobody', { sub: undefined }, 'invalid'],
    ['within the clocks’ tolerance', { exp: NOW_S - 29 }, 'ok'],
  ])('has a token %s judged', async (_, claims, expected) => {
    expect(
      reasonOf(
        await issuer()
          .verifier()
          .verify(await sign(claims)),
      ),
    ).toBe(expected);
  });

  it('has forged tokens refused', async () => {
    const verifier = issuer().verifier();
    const foreign = await sign({}, await generateKeyPair('RS256'));
    const [, body] = (await sign()).split('.');
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${body}.`;
    const secret = new TextEncoder().encode(JSON.stringify(published[0]));
    const shared = await new SignJWT({ iss: url, aud: 'spendline', sub: 'ann', exp: NOW_S + 60 })
      .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
      .sign(secret);
    for (const token of [foreign, none, shared, 'a.b.c', `${'x'.repeat(20_000)}.b.c`]) {
      expect(reasonOf(await verifier.verify(token))).toBe('invalid');
    }
  });

  it('is asked again after it was down: meanwhile nobody can say', async () => {
    isDown = true;
    const verifier = issuer().verifier();
    const token = await sign();
    expect(reasonOf(await verifier.verify(token))).toBe('unavailable');
    isDown = false;
    expect(reasonOf(await verifier.verify(token))).toBe('ok');
  });

  it('is not believed when it speaks for another or names keys at a plain address elsewhere', async () => {
    const token = await sign();
    discovery = () => ({ issuer: 'https://other.example', jwks_uri: `${url}/keys` });
    expect(reasonOf(await issuer().verifier().verify(token))).toBe('unavailable');
    discovery = () => ({ issuer: url, jwks_uri: 'http://keys.example/keys' });
    expect(reasonOf(await issuer().verifier().verify(token))).toBe('unavailable');
    expect(asked).not.toContain('/keys');
  });

  it('signs people in through its own page', async () => {
    const flow = issuer().signIn({ clientId: 'console', clientSecret: undefined, scope: 'openid' });
    expect(await flow.describe()).toMatchObject({ authorizationEndpoint: `${url}/auth`, isDemonstration: false });
    const exchange = { code: 'c', codeVerifier: 'v'.repeat(43), redirectUri: 'http://localhost/' };
    expect(await flow.exchange(exchange)).toEqual({ accessToken: 'the-token', expiresInS: 60 });
  });
});
