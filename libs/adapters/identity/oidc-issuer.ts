import { createRemoteJWKSet, type JWTVerifyGetKey } from 'jose';
import {
  IssuerUnavailable,
  type CodeExchange,
  type IssuedToken,
  type SignIn,
  type SignInFlow,
  type TokenVerifier,
} from '#libs/application';
import { JwtVerifier, type OidcIssuer } from './jwt-verifier.js';

/** Who we are at an issuer, so that people can sign in with the console. */
export interface OidcClient {
  readonly clientId: string;
  /** Of a confidential client; a public one has none. */
  readonly clientSecret: string | undefined;
  readonly scope: string;
}

const FETCH_TIMEOUT_MS = 5_000;
/** Keys are asked for again after this, or when a token names one that is not known, at most this often. */
const KEYS_KEPT_MS = 600_000;
const KEYS_COOLDOWN_MS = 30_000;

interface Discovered {
  readonly keys: JWTVerifyGetKey;
  readonly authorizationEndpoint: string | undefined;
  readonly tokenEndpoint: string | undefined;
}

/** An OIDC issuer elsewhere: found by discovery when it is first needed, and asked again after a failure. */
export class RemoteIssuer {
  #found: Promise<Discovered> | undefined;

  constructor(
    private readonly issuer: OidcIssuer,
    private readonly now: () => number,
  ) {}

  /** Checks its tokens; its keys are fetched when needed and kept. */
  verifier(): TokenVerifier {
    const keys: JWTVerifyGetKey = async (header, token) => (await this.#discovered()).keys(header, token);
    return new JwtVerifier(this.issuer, keys, this.now);
  }

  /** Signing in with a browser; the code is exchanged from here, so the page needs to reach nobody but us. */
  signIn(client: OidcClient): SignInFlow {
    return {
      describe: () => this.#describe(client),
      exchange: (exchange) => this.#exchange(client, exchange),
    };
  }

  async #describe({ clientId, scope }: OidcClient): Promise<SignIn> {
    const { authorizationEndpoint } = await this.#discovered();
    if (authorizationEndpoint === undefined) throw new IssuerUnavailable('The issuer names no authorization endpoint.');
    return { authorizationEndpoint, clientId, scope, isDemonstration: false };
  }

  async #exchange(
    client: OidcClient,
    { code, codeVerifier, redirectUri }: CodeExchange,
  ): Promise<IssuedToken | undefined> {
    const { tokenEndpoint } = await this.#discovered();
    if (tokenEndpoint === undefined) throw new IssuerUnavailable('The issuer names no token endpoint.');
    const form = new URLSearchParams({
      ...{ grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: codeVerifier },
      client_id: client.clientId,
      ...(client.clientSecret !== undefined && { client_secret: client.clientSecret }),
    });
    const answer = await fetchJson(tokenEndpoint, { method: 'POST', body: form });
    if (answer.status >= 500) throw new IssuerUnavailable(`The token endpoint answers with ${answer.status}.`);
    const { access_token: accessToken, expires_in: expiresIn } = answer.body;
    if (answer.status >= 400 || typeof accessToken !== 'string') return undefined;
    return { accessToken, expiresInS: typeof expiresIn === 'number' ? expiresIn : 300 };
  }

  async #discovered(): Promise<Discovered> {
    this.#found ??= discover(this.issuer.url);
    try {
      return await this.#found;
    } catch (error) {
      this.#found = undefined;
      throw error;
    }
  }
}

async function discover(issuerUrl: string): Promise<Discovered> {
  const address = `${issuerUrl.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const { status, body } = await fetchJson(address, {});
  if (status !== 200) throw new IssuerUnavailable(`${address} answers with ${status}.`);
  // Whoever answers for another issuer could have its tokens taken for this one's.
  if (body['issuer'] !== issuerUrl) throw new IssuerUnavailable(`${address} is of another issuer.`);
  const endpoint = (name: string): string | undefined => {
    const found = body[name];
    return typeof found === 'string' && isTrustworthy(found) ? found : undefined;
  };
  const keysUrl = endpoint('jwks_uri');
  if (keysUrl === undefined) throw new IssuerUnavailable(`${address} names no keys at an https address.`);
  const keys = createRemoteJWKSet(new URL(keysUrl), {
    timeoutDuration: FETCH_TIMEOUT_MS,
    cacheMaxAge: KEYS_KEPT_MS,
    cooldownDuration: KEYS_COOLDOWN_MS,
  });
  return { keys, authorizationEndpoint: endpoint('authorization_endpoint'), tokenEndpoint: endpoint('token_endpoint') };
}

interface JsonAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

async function fetchJson(address: string, init: RequestInit): Promise<JsonAnswer> {
  try {
    const timeout = AbortSignal.timeout(FETCH_TIMEOUT_MS);
    const response = await fetch(address, { ...init, redirect: 'error', signal: timeout });
    return { status: response.status, body: (await response.json()) as JsonAnswer['body'] };
  } catch (error) {
    throw new IssuerUnavailable(`${new URL(address).origin} does not answer: ${(error as Error).message}`);
  }
}

/** Keys that came over plain HTTP could be anybody's, save on this machine. */
function isTrustworthy(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname));
}
