import { createParamDecorator, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';

import { mayEnter, type Principal, type RouteAccess, type TokenVerifier } from '#libs/application';

import { ProblemError } from './problem.js';
import type { RateLimiter } from './rate-limiter.js';

const ACCESS = 'spendline:access';

/** Says who may use a route. A handler without it is closed to everybody. */
export const Access = (access: RouteAccess): MethodDecorator & ClassDecorator => SetMetadata(ACCESS, access);

/** A request whose sender is known, if he brought a token. */
interface KnownRequest extends IncomingMessage {
  principal?: Principal;
}

/** Parameter of a handler: who asks. Only for routes with roles, which nobody else reaches. */
export const Asker = createParamDecorator((_: unknown, context: ExecutionContext): Principal =>
  principalOf(context.switchToHttp().getRequest<KnownRequest>()),
);

/** Who sent a request that the guard let in; throws a {@link ProblemError} where nobody knows. */
export function principalOf({ principal }: KnownRequest): Principal {
  if (principal === undefined) throw new ProblemError('token-missing');
  return principal;
}

/** What the guard goes by. */
export interface AccessGuardOptions {
  /** Undefined when no way to get a token is configured: then nothing that needs one is possible. */
  readonly verifier: TokenVerifier | undefined;
  /** Whether routes that only read are open to everybody who reaches the server. */
  readonly openReading: boolean;
  /** For requests that change something, by who sends them. */
  readonly limiter: RateLimiter;
  /** Controllers of another module that are open by design (metrics and health), by class name. */
  readonly openControllers: readonly string[];
}

/**
 * Lets a request pass that its route's {@link Access} allows: deny by default, so a route that declares nothing is
 * closed. A token that is sent must be good even where none is needed, so that nobody thinks he is signed in who is not.
 */
export class AccessGuard implements CanActivate {
  constructor(private readonly options: AccessGuardOptions) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.options.openControllers.includes(context.getClass().name)) return true;
    const request = context.switchToHttp().getRequest<KnownRequest>();
    const access = accessOf(context);
    const principal = access === 'open' ? undefined : await this.#principalOf(request);
    this.#check(access, principal);
    if (principal !== undefined) request.principal = principal;
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      this.#limit(
        principal?.id ?? request.socket.remoteAddress ?? '',
        context.switchToHttp().getResponse<ServerResponse>(),
      );
    }
    return true;
  }

  async #principalOf({ headers }: IncomingMessage): Promise<Principal | undefined> {
    if (headers.authorization === undefined) return undefined;
    const [, token] = /^Bearer +(\S+)$/i.exec(headers.authorization) ?? [];
    if (token === undefined) throw new ProblemError('token-missing', 'Send Authorization: Bearer and a token.');
    const { verifier } = this.options;
    if (verifier === undefined) throw new ProblemError('changes-disabled', NO_ISSUER);
    const verdict = await verifier.verify(token);
    if (verdict.ok) return verdict.principal;
    const slug = { invalid: 'token-invalid', expired: 'token-expired', unavailable: 'issuer-unavailable' } as const;
    throw new ProblemError(slug[verdict.reason], verdict.detail);
  }

  #check(access: RouteAccess, principal: Principal | undefined): void {
    switch (mayEnter(access, principal, this.options)) {
      case 'allowed':
        return;
      case 'token-missing':
        if (this.options.verifier === undefined) throw new ProblemError('changes-disabled', NO_ISSUER);
        throw new ProblemError(
          'token-missing',
          'Send Authorization: Bearer and a token. GET /api/v1/sign-in says whose.',
        );
      case 'role-missing': {
        const wanted = access === 'open' || access === 'reading' ? 'any role' : `the role ${access.join(' or ')}`;
        const has = principal?.roles.join(', ') ?? '';
        throw new ProblemError('role-missing', `It takes ${wanted}; you have ${has === '' ? 'none' : has}.`);
      }
    }
  }

  #limit(who: string, response: ServerResponse): void {
    const waitMs = this.options.limiter.take(who);
    if (waitMs === 0) return;
    const seconds = Math.ceil(waitMs / 1000);
    response.setHeader('Retry-After', String(seconds));
    throw new ProblemError('too-many-requests', `Try again in ${seconds} s.`);
  }
}

const NO_ISSUER = 'No issuer of tokens is configured: set SPENDLINE_OIDC_ISSUER (docs/operations.md).';

/** The access that a handler declares; one that declares none is closed: no role is in an empty list. */
function accessOf(context: ExecutionContext): RouteAccess {
  const declared = [context.getHandler(), context.getClass()].map(
    (target) => Reflect.getMetadata(ACCESS, target) as RouteAccess | undefined,
  );
  return declared.find((access) => access !== undefined) ?? [];
}
