import { errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import {
  IssuerUnavailable,
  principalOf,
  type ClaimMapping,
  type TokenVerifier,
  type Verification,
} from '#libs/application';

/** An OIDC issuer and what its tokens must be. */
export interface OidcIssuer extends ClaimMapping {
  /** As the tokens have it in `iss`; its discovery document lies below. */
  readonly url: string;
  /** Must be among the tokens' `aud`. */
  readonly audience: string;
}

/** Signatures with a public key only: with a shared one, who can check a token could make one. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
const CLOCK_TOLERANCE_S = 30;
/** No token of ours is longer, and parsing is not free. */
const TOKEN_MAX = 16_384;

/** Checks tokens with the keys of `keys`; the issuer's name, the audience and the times must fit. */
export class JwtVerifier implements TokenVerifier {
  constructor(
    private readonly issuer: OidcIssuer,
    private readonly keys: JWTVerifyGetKey,
    /** Wall clock, epoch milliseconds. */
    private readonly now: () => number,
  ) {}

  async verify(token: string): Promise<Verification> {
    if (token.length > TOKEN_MAX) return { ok: false, reason: 'invalid', detail: 'It is too long.' };
    try {
      const { payload } = await jwtVerify(token, this.keys, {
        issuer: this.issuer.url,
        audience: this.issuer.audience,
        algorithms: ALGORITHMS,
        currentDate: new Date(this.now()),
        clockTolerance: CLOCK_TOLERANCE_S,
        requiredClaims: ['sub', 'exp'],
      });
      const principal = principalOf(payload, this.issuer);
      return principal ? { ok: true, principal } : { ok: false, reason: 'invalid', detail: 'It names nobody.' };
    } catch (error) {
      return refusalOf(error);
    }
  }
}

/** What is told of a token is what its owner can do about it, never what the keys are. */
function refusalOf(error: unknown): Verification {
  if (error instanceof errors.JWTExpired) {
    return { ok: false, reason: 'expired', detail: 'It has expired: sign in again.' };
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    return { ok: false, reason: 'invalid', detail: `Its claim ${error.claim} is not what it must be.` };
  }
  const isOfTheKeys = error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid;
  const isOfTheToken = error instanceof errors.JOSEError && error.code !== 'ERR_JOSE_GENERIC';
  if (isOfTheToken && !isOfTheKeys) {
    return { ok: false, reason: 'invalid', detail: 'Its signature or form is not that of the issuer’s tokens.' };
  }
  // A fetch that failed, an answer that is no key set: the token may be right.
  const detail =
    error instanceof IssuerUnavailable ? error.message : 'The keys of the issuer cannot be fetched just now.';
  return { ok: false, reason: 'unavailable', detail };
}
