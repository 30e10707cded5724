import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createLocalJWKSet, exportJWK, generateKeyPair, importJWK, SignJWT, type JWK } from 'jose';
import {
  DEMO_PEOPLE,
  type CodeExchange,
  type DemoPerson,
  type IssuedToken,
  type SignIn,
  type SignInFlow,
  type TokenVerifier,
} from '#libs/application';
import { JwtVerifier } from './jwt-verifier.js';

/** Where the API serves the local issuer. */
export const LOCAL_ISSUER_PATH = '/local-issuer';
/** The `iss` of its tokens: no address, so that they hold wherever the API listens. */
const ISSUER = 'urn:spendline:local-issuer';
const AUDIENCE = 'spendline';
const CLIENT_ID = 'spendline-console';
const ALGORITHM = 'ES256';
const TOKEN_LASTS_S = 8 * 3_600;
const CODE_LASTS_MS = 60_000;
const CODES_MAX = 1_000;

/** What a browser brings to be signed in (authorization code with PKCE, RFC 7636). */
export interface AuthorizationRequest {
  readonly redirectUri: string;
  readonly state: string;
  /** base64url of the verifier's SHA-256. */
  readonly codeChallenge: string;
}

interface Grant extends Omit<AuthorizationRequest, 'state'> {
  readonly person: DemoPerson;
  readonly untilMs: number;
}

/**
 * An OIDC issuer for trying things out: its people are made up and nobody is asked for a password. Its tokens are checked
 * like everybody's. The key is made on the first start and kept in a file of its owner's; who can read it can be anybody.
 */
export class LocalIssuer implements SignInFlow {
  readonly #codes = new Map<string, Grant>();

  private constructor(
    private readonly privateKey: JWK,
    private readonly now: () => number,
  ) {}

  static async open(keyFile: string, now: () => number): Promise<LocalIssuer> {
    return new LocalIssuer(await keptKey(keyFile), now);
  }

  /** Checks its tokens. */
  verifier(): TokenVerifier {
    const issuer = { url: ISSUER, audience: AUDIENCE, rolesClaim: 'roles', roleMap: {} };
    return new JwtVerifier(issuer, createLocalJWKSet(this.#publicKeys()), this.now);
  }

  #publicKeys(): { keys: JWK[] } {
    const { d: _, ...publicKey } = this.privateKey;
    return { keys: [{ ...publicKey, alg: ALGORITHM, use: 'sig' }] };
  }

  /** A token of one of the people, for eight hours. */
  async tokenFor(person: DemoPerson): Promise<string> {
    const issuedAt = Math.floor(this.now() / 1000);
    return new SignJWT({ name: person.name, roles: [...person.roles] })
      .setProtectedHeader({ alg: ALGORITHM, ...(this.privateKey.kid !== undefined && { kid: this.privateKey.kid }) })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setSubject(person.id)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + TOKEN_LASTS_S)
      .sign(await importJWK(this.privateKey, ALGORITHM));
  }

  /** Signs a person in: the address that the browser goes back to, with a code that is good once and for a minute. */
  grant(personId: string, { redirectUri, state, codeChallenge }: AuthorizationRequest): string | undefined {
    const person = DEMO_PEOPLE.find(({ id }) => id === personId);
    if (person === undefined) return undefined;
    const [oldest] = this.#codes.keys();
    if (this.#codes.size >= CODES_MAX && oldest !== undefined) this.#codes.delete(oldest);
    const code = randomBytes(24).toString('base64url');
    this.#codes.set(code, { person, redirectUri, codeChallenge, untilMs: this.now() + CODE_LASTS_MS });
    const address = new URL(redirectUri);
    address.searchParams.set('code', code);
    address.searchParams.set('state', state);
    return address.href;
  }

  describe(): Promise<SignIn> {
    const authorizationEndpoint = `${LOCAL_ISSUER_PATH}/authorize`;
    return Promise.resolve({ authorizationEndpoint, clientId: CLIENT_ID, scope: 'openid', isDemonstration: true });
  }

  async exchange({ code, redirectUri, codeVerifier }: CodeExchange): Promise<IssuedToken | undefined> {
    const grant = this.#codes.get(code);
    this.#codes.delete(code);
    if (grant === undefined || grant.untilMs < this.now() || grant.redirectUri !== redirectUri) return undefined;
    const challenge = createHash('sha256').update(codeVerifier).digest('base64url');
    const [given, wanted] = [Buffer.from(challenge), Buffer.from(grant.codeChallenge)];
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined;
    return { accessToken: await this.tokenFor(grant.person), expiresInS: TOKEN_LASTS_S };
  }
}

/** The key of a file; made on the first call, readable by its owner only. */
async function keptKey(file: string): Promise<JWK> {
  if (!existsSync(file)) {
    const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
    const jwk = { ...(await exportJWK(privateKey)), kid: randomBytes(8).toString('hex') };
    try {
      writeFileSync(file, `${JSON.stringify(jwk)}\n`, { mode: 0o600, flag: 'wx' });
    } catch (error) {
      // The API and the command line may make it at the same moment: the first one's holds.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  return JSON.parse(readFileSync(file, 'utf8')) as JWK;
}
