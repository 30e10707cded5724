import { anyVerifier, LocalIssuer, RemoteIssuer, SharedTokenVerifier } from '#libs/adapters/identity';
import type { AccessConfig } from '#libs/config';
import type { ApiAccess } from './api.module.js';

/** Whose tokens are taken, as the settings say. Reaches nobody: an issuer elsewhere is asked when a token comes. */
export async function openAccess(config: AccessConfig, now: () => number): Promise<ApiAccess> {
  const { apiToken, issuer, openReading, changesPerMinute, approvalLimits } = config;
  const local = config.localIssuer && (await LocalIssuer.open(config.localIssuer.localIssuerKey, now));
  const remote = issuer && new RemoteIssuer(issuer, now);
  const people = remote?.verifier() ?? local?.verifier();
  const shared = apiToken === undefined ? undefined : new SharedTokenVerifier(apiToken);
  const verifier =
    people || shared ? anyVerifier({ ...(people && { issuer: people }), ...(shared && { shared }) }) : undefined;
  const signIn = remote && issuer.client ? remote.signIn(issuer.client) : local;
  return { verifier, signIn, localIssuer: local, openReading, changesPerMinute, approvalLimits };
}
