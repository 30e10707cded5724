import type { IncomingMessage } from 'node:http';
import { Controller, Header, Inject, Query, Req } from '@nestjs/common';
import { Asker, checkedBody, checkedQuery, ProblemError } from '#libs/adapters/http';
import { IssuerUnavailable, type IssuedToken, type Principal, type SignIn, type SignInFlow } from '#libs/application';
import { OPEN_READING, SIGN_IN } from '../ports.js';
import { ACCESS_ROUTES, Route } from '../routes/index.js';
import { codeBody } from '../routes/access-routes.js';
import { noParameters } from './parameters.js';

/** Signing in. */
@Controller()
export class AccessController {
  constructor(
    @Inject(SIGN_IN) private readonly flow: SignInFlow | null,
    @Inject(OPEN_READING) private readonly openReading: boolean,
  ) {}

  @Route(ACCESS_ROUTES.getSignIn)
  @Header('Cache-Control', 'no-store')
  async signIn(@Query() query: unknown): Promise<{ readonly openReading: boolean; readonly signIn: SignIn | null }> {
    checkedQuery(noParameters, query);
    const signIn = this.flow === null ? null : await withIssuer(this.flow.describe());
    return { openReading: this.openReading, signIn };
  }

  @Route(ACCESS_ROUTES.exchangeCode)
  @Header('Cache-Control', 'no-store')
  async exchange(@Req() request: IncomingMessage & { body?: unknown }): Promise<IssuedToken> {
    const body = checkedBody(codeBody, request);
    const token = this.flow === null ? undefined : await withIssuer(this.flow.exchange(body));
    if (token === undefined) throw new ProblemError('code-refused', 'Sign in again.');
    return token;
  }

  @Route(ACCESS_ROUTES.getMe)
  @Header('Cache-Control', 'no-store')
  me(@Asker() asker: Principal, @Query() query: unknown): Principal {
    checkedQuery(noParameters, query);
    return asker;
  }
}

async function withIssuer<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof IssuerUnavailable) throw new ProblemError('issuer-unavailable', error.message);
    throw error;
  }
}
