import { Controller, Get, Header, Inject, Query, Redirect } from '@nestjs/common';
import { Access, checkedQuery, ProblemError } from '#libs/adapters/http';
import { LOCAL_ISSUER_PATH, type LocalIssuer } from '#libs/adapters/identity';
import { DEMO_PEOPLE } from '#libs/application';
import { z } from 'zod';
import { LOCAL_ISSUER } from '../ports.js';

/** What the console sends a browser here with; what else OAuth has is not needed. */
const authorizeParameters = z.object({
  redirect_uri: z.url().max(2048).refine(isLoopbackAddress, 'must be on this machine'),
  state: z.string().min(1).max(512),
  code_challenge: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  code_challenge_method: z.literal('S256'),
});
const chosenParameters = authorizeParameters.extend({ person: z.string().max(64) });

/** The local issuer's page: who do you want to be? Served only where the local issuer is on. */
@Controller(LOCAL_ISSUER_PATH)
export class LocalIssuerController {
  constructor(@Inject(LOCAL_ISSUER) private readonly issuer: LocalIssuer) {}

  @Access('open')
  @Get('authorize')
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Cache-Control', 'no-store')
  authorize(@Query() query: unknown): string {
    return pageOf(checkedQuery(authorizeParameters, query));
  }

  @Access('open')
  @Get('continue')
  @Header('Cache-Control', 'no-store')
  @Redirect()
  continue(@Query() query: unknown): { readonly url: string } {
    const {
      person,
      redirect_uri: redirectUri,
      state,
      code_challenge: codeChallenge,
    } = checkedQuery(chosenParameters, query);
    const url = this.issuer.grant(person, { redirectUri, state, codeChallenge });
    if (url === undefined) throw new ProblemError('not-found', 'Nobody of that name is known here.');
    return { url };
  }
}

/** A token must not be sent anywhere else. */
function isLoopbackAddress(address: string): boolean {
  const { protocol, hostname } = URL.canParse(address) ? new URL(address) : new URL('none:');
  return protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

function pageOf(query: z.infer<typeof authorizeParameters>): string {
  const people = DEMO_PEOPLE.map(({ id, name, roles }) => {
    const address = `${LOCAL_ISSUER_PATH}/continue?${new URLSearchParams({ ...query, person: id }).toString()}`;
    return `<li><a href="${escaped(address)}">${escaped(name)}</a> <small>${escaped(roles.join(', '))}</small></li>`;
  });
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sign in · Spendline</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="/local-issuer.css"></head>
<body><main><h1>Who do you want to be?</h1>
<p>These people are made up, and nobody asks for a password: this is the demonstration on your own machine.</p>
<ul>${people.join('')}</ul></main></body></html>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
