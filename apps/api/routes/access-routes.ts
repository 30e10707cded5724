import { ROLES } from '#libs/application';
import { z } from 'zod';
import { noParameters } from '../controllers/parameters.js';
import type { RouteDeclaration } from './route.js';

/** What a browser brings back from the issuer. */
export const codeBody = z.strictObject({
  code: z.string().min(1).max(4096),
  codeVerifier: z.string().min(43).max(128),
  redirectUri: z.url().max(2048),
});

/** Signing in. */
export const ACCESS_ROUTES = {
  getSignIn: {
    method: 'get',
    path: 'api/v1/sign-in',
    access: 'open',
    tag: 'access',
    summary: 'How to sign in with a browser (authorization code with PKCE), and whether reading takes a token.',
    query: noParameters,
    answer: {
      says: 'where to send the browser; `signIn` is null where nobody can sign in',
      schema: z.object({
        openReading: z.boolean(),
        signIn: z
          .object({
            authorizationEndpoint: z.string(),
            clientId: z.string(),
            scope: z.string(),
            isDemonstration: z.boolean(),
          })
          .nullable(),
      }),
    },
    problems: ['issuer-unavailable'],
  },
  exchangeCode: {
    method: 'post',
    path: 'api/v1/sign-in',
    access: 'open',
    tag: 'access',
    summary: 'Exchanges the code that the issuer gave the browser for a token.',
    body: { schema: codeBody },
    answer: { says: 'a bearer token', schema: z.object({ accessToken: z.string(), expiresInS: z.number() }) },
    problems: ['code-refused', 'issuer-unavailable'],
  },
  getMe: {
    method: 'get',
    path: 'api/v1/me',
    access: ROLES,
    tag: 'access',
    summary: 'Who the token is of, and what it allows.',
    query: noParameters,
    answer: {
      says: 'the person',
      schema: z.object({ id: z.string(), name: z.string(), roles: z.array(z.enum(ROLES)), isPerson: z.boolean() }),
    },
  },
} as const satisfies Readonly<Record<string, RouteDeclaration>>;
