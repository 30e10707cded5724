import { existsSync } from 'node:fs';
import { DEMO_PEOPLE, ROLES, isRole } from '#libs/application';
import { type Environment, loadTokenConfig } from '#libs/config';
import type { Command } from 'commander';
import { Advice } from '../advice.js';

interface TokenFlags {
  readonly role?: string;
  readonly person?: string;
}

/** `spendline token`: a token of the local issuer, for curl. */
export function registerToken(program: Command, env: Environment): void {
  program
    .command('token')
    .description('print a token of a made-up person, while everything is embedded (npm start)')
    .option('--role <role>', `the first person with this role: ${ROLES.join(', ')}`)
    .option('--person <id>', `this person: ${DEMO_PEOPLE.map(({ id }) => id).join(', ')}`)
    .addHelpText(
      'after',
      `
Where SPENDLINE_OIDC_ISSUER is set, that issuer gives the tokens and this command none.

Examples:
  curl -H "Authorization: Bearer $(npx spendline token --role viewer)" http://127.0.0.1:3000/api/v1/me`,
    )
    .action(async (flags: TokenFlags) => {
      console.log(await tokenOf(flags, env));
    });
}

async function tokenOf({ role, person }: TokenFlags, env: Environment): Promise<string> {
  if ((role === undefined) === (person === undefined)) throw new Advice('Say --role or --person, one of them.');
  if (role !== undefined && !isRole(role)) throw new Advice(`${role} is no role: the roles are ${ROLES.join(', ')}.`);
  const found = DEMO_PEOPLE.find(({ id, roles }) => id === person || roles.some((each) => each === role));
  if (found === undefined)
    throw new Advice(`${String(person)} is nobody: there are ${DEMO_PEOPLE.map(({ id }) => id).join(', ')}.`);
  const { localIssuerKey, oidcIssuer } = loadTokenConfig(env);
  if (oidcIssuer !== undefined)
    throw new Advice(`Tokens come from ${oidcIssuer} (SPENDLINE_OIDC_ISSUER): sign in there.`);
  if (!existsSync(localIssuerKey)) {
    throw new Advice('There is no local issuer: it is made by `npm start` while everything is embedded, on loopback.');
  }
  const { LocalIssuer } = await import('#libs/adapters/identity');
  return (await LocalIssuer.open(localIssuerKey, Date.now)).tokenFor(found);
}
