import { createHash, timingSafeEqual } from 'node:crypto';
import type { Principal, TokenVerifier, Verification } from '#libs/application';

/** Who the audit has for what comes with the shared token: there is one token, so there is one name. */
const HOLDER: Principal = { id: 'api', name: 'Shared token', roles: ['operator'], isPerson: false };

/** Passes the one token that programs share (`SPENDLINE_API_TOKEN`); it is nobody's, so it acts for an operator only. */
export class SharedTokenVerifier implements TokenVerifier {
  readonly #expected: Buffer;

  constructor(token: string) {
    this.#expected = digest(token);
  }

  verify(token: string): Promise<Verification> {
    return Promise.resolve(
      timingSafeEqual(digest(token), this.#expected)
        ? { ok: true, principal: HOLDER }
        : { ok: false, reason: 'invalid', detail: 'It is not the value of SPENDLINE_API_TOKEN.' },
    );
  }
}

/** Digests are of one length, so comparing them tells nothing of the token, not even how long it is. */
function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/**
 * Passes what any of them passes. A token of three parts is an issuer's, any other the shared one, so that a refusal
 * says what is wrong with the token that was meant.
 */
export function anyVerifier(verifiers: {
  readonly shared?: TokenVerifier;
  readonly issuer?: TokenVerifier;
}): TokenVerifier {
  const { shared, issuer } = verifiers;
  return {
    verify: async (token) => {
      const isJwt = token.split('.').length === 3;
      const [first, second] = isJwt ? [issuer, shared] : [shared, issuer];
      const verdict = await first?.verify(token);
      if (verdict?.ok || second === undefined) return verdict ?? NOBODY_ISSUES;
      const other = await second.verify(token);
      return other.ok ? other : (verdict ?? other);
    },
  };
}

const NOBODY_ISSUES: Verification = { ok: false, reason: 'invalid', detail: 'No tokens of this kind are taken here.' };
