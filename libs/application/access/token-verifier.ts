import type { Principal } from './roles.js';

/** What became of a bearer token. `unavailable`: the issuer's keys cannot be had just now, so nobody can say. */
export type Verification =
  | { readonly ok: true; readonly principal: Principal }
  | { readonly ok: false; readonly reason: 'invalid' | 'expired' | 'unavailable'; readonly detail: string };

/** Tells who a bearer token is of. Never rejects. */
export interface TokenVerifier {
  verify(token: string): Promise<Verification>;
}

/** What a browser needs to let somebody sign in: authorization code with PKCE (RFC 7636). */
export interface SignIn {
  /** Where the browser is sent; a path where it is our own. */
  readonly authorizationEndpoint: string;
  /** Who we are there. */
  readonly clientId: string;
  readonly scope: string;
  /** The issuer is the demonstration's: anybody can be anybody. */
  readonly isDemonstration: boolean;
}

/** What the browser brings back from the issuer. */
export interface CodeExchange {
  readonly code: string;
  readonly codeVerifier: string;
  readonly redirectUri: string;
}

/** A token, good for `expiresInS` seconds. */
export interface IssuedToken {
  readonly accessToken: string;
  readonly expiresInS: number;
}

/** Lets people sign in with a browser. Rejects with {@link IssuerUnavailable} while the issuer does not answer. */
export interface SignInFlow {
  describe(): Promise<SignIn>;
  /** Undefined when the issuer does not take the code. */
  exchange(exchange: CodeExchange): Promise<IssuedToken | undefined>;
}

/** The issuer of tokens does not answer, or not with what an issuer answers. */
export class IssuerUnavailable extends Error {}
