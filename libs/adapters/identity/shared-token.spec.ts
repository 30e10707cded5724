import type { TokenVerifier } from '#libs/application';
import { anyVerifier, SharedTokenVerifier } from './shared-token.js';

const TOKEN = 'a-token-of-some-length';

describe('the shared token', () => {
  it.each([
    [TOKEN, true],
    [`${TOKEN}x`, false],
    [TOKEN.slice(1), false],
    [TOKEN.toUpperCase(), false],
    ['ü', false],
    ['', false],
  ])('of %j passes: %s', async (token, passes) => {
    expect((await new SharedTokenVerifier(TOKEN).verify(token)).ok).toBe(passes);
  });

  it('is nobody’s: it acts for an operator and is no person', async () => {
    expect(await new SharedTokenVerifier(TOKEN).verify(TOKEN)).toMatchObject({
      principal: { roles: ['operator'], isPerson: false },
    });
  });

  it('stands beside an issuer’s tokens, and each is refused in its own words', async () => {
    const issuer: TokenVerifier = { verify: () => Promise.resolve({ ok: false, reason: 'expired', detail: 'old' }) };
    const any = anyVerifier({ issuer, shared: new SharedTokenVerifier(TOKEN) });
    expect(await any.verify(TOKEN)).toMatchObject({ ok: true });
    expect(await any.verify('a.b.c')).toMatchObject({ ok: false, reason: 'expired' });
    expect(await any.verify('abc')).toMatchObject({ ok: false, reason: 'invalid' });
    const dotted = 'shared.with-two.dots-in-it';
    expect(await anyVerifier({ issuer, shared: new SharedTokenVerifier(dotted) }).verify(dotted)).toMatchObject({
      ok: true,
    });
    expect(await anyVerifier({}).verify(TOKEN)).toMatchObject({ ok: false });
  });
});
