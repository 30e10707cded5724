import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

import type { CanActivate, ExecutionContext } from '@nestjs/common';

import { ProblemError } from './problem.js';

/**
 * Lets a request pass that carries `Authorization: Bearer <token>`. Without a configured token nothing passes: a server
 * that nobody gave a secret must not be changed by whoever can reach it.
 */
export class BearerTokenGuard implements CanActivate {
  readonly #expected: Buffer | undefined;

  constructor(token: string | undefined) {
    this.#expected = token === undefined ? undefined : digest(token);
  }

  canActivate(context: ExecutionContext): boolean {
    this.check(context.switchToHttp().getRequest<IncomingMessage>().headers.authorization);
    return true;
  }

  /** Throws a {@link ProblemError} unless the header carries the token. */
  check(authorization: string | undefined): void {
    if (this.#expected === undefined) {
      throw new ProblemError('changes-disabled', 'Set SPENDLINE_API_TOKEN for the API and start it again.');
    }
    const [, given] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
    if (given === undefined) {
      throw new ProblemError('token-missing', 'Send Authorization: Bearer and the value of SPENDLINE_API_TOKEN.');
    }
    if (!timingSafeEqual(digest(given), this.#expected)) throw new ProblemError('token-wrong');
  }
}

/** Digests are of one length, so comparing them tells nothing of the token, not even how long it is. */
function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
