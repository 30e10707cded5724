import type { Role } from '#libs/application';
import type { ConfigFault, Rule, Values } from './load.js';
import { type Places, placesIn } from './places.js';
import { SETTINGS as S } from './settings.js';
import { isLoopback } from './types.js';

/** Who may do what through the API. */
export interface AccessConfig {
  /** The token that programs share. */
  readonly apiToken: string | undefined;
  /** Whose tokens people bring. */
  readonly issuer:
    | {
        readonly url: string;
        readonly audience: string;
        readonly rolesClaim: string;
        readonly roleMap: Readonly<Record<string, readonly Role[]>>;
        /** For signing in with the console. */
        readonly client:
          { readonly clientId: string; readonly clientSecret: string | undefined; readonly scope: string } | undefined;
      }
    | undefined;
  /** Where the local issuer's key lies; undefined when there is none. */
  readonly localIssuer: Pick<Places, 'localIssuerKey'> | undefined;
  /** Whether reading takes no token. */
  readonly openReading: boolean;
  readonly changesPerMinute: number;
  /** Micros of the organisation's currency for a year, by role or person. */
  readonly approvalLimits: Readonly<Record<string, bigint>>;
}

type AccessValues = Values<{
  readonly host: typeof S.host;
  readonly dataDir: typeof S.dataDir;
  readonly apiToken: typeof S.apiToken;
  readonly oidcIssuer: typeof S.oidcIssuer;
  readonly oidcAudience: typeof S.oidcAudience;
  readonly oidcRolesClaim: typeof S.oidcRolesClaim;
  readonly oidcRoleMap: typeof S.oidcRoleMap;
  readonly oidcClientId: typeof S.oidcClientId;
  readonly oidcClientSecret: typeof S.oidcClientSecret;
  readonly oidcScope: typeof S.oidcScope;
  readonly localIssuer: typeof S.localIssuer;
  readonly openReading: typeof S.openReading;
  readonly changesPerMinute: typeof S.changesPerMinute;
  readonly approvalLimits: typeof S.approvalLimits;
}>;

/** The access that settings ask for. */
export function accessOf(values: AccessValues): AccessConfig {
  const { oidcIssuer: url, oidcClientId: clientId, apiToken, changesPerMinute } = values;
  return {
    apiToken,
    issuer:
      url === undefined
        ? undefined
        : {
            url,
            audience: values.oidcAudience,
            rolesClaim: values.oidcRolesClaim,
            roleMap: values.oidcRoleMap ?? {},
            client:
              clientId === undefined
                ? undefined
                : { clientId, clientSecret: values.oidcClientSecret, scope: values.oidcScope },
          },
    localIssuer: values.localIssuer === true ? placesIn(values.dataDir) : undefined,
    openReading: values.openReading ?? isLoopback(values.host),
    changesPerMinute,
    approvalLimits: values.approvalLimits ?? {},
  };
}

/** Whether everything that holds data is embedded, and nobody elsewhere reaches it. */
export function isAllHere(values: {
  readonly host: string;
  readonly databaseUrl: string | undefined;
  readonly brokers: readonly string[] | undefined;
}): boolean {
  return isLoopback(values.host) && values.databaseUrl === undefined && values.brokers === undefined;
}

/** Made-up people decide about made-up money only: never where others reach the API or the data could be somebody's. */
export const localIssuerIsLocal: Rule = (given) => {
  if (S.localIssuer.type.schema.safeParse(given(S.localIssuer)).data !== true) return [];
  const faults: string[] = [];
  if (given(S.oidcIssuer) !== undefined) faults.push(`cannot be true beside ${S.oidcIssuer.name}`);
  if (!isLoopback(given(S.host) ?? S.host.default))
    faults.push(`cannot be true unless ${S.host.name} is a loopback address`);
  const databaseUrl = given(S.databaseUrl);
  if (databaseUrl !== undefined && !(URL.canParse(databaseUrl) && isLoopback(new URL(databaseUrl).hostname))) {
    faults.push(`cannot be true unless ${S.databaseUrl.name} is on this machine`);
  }
  const brokers = S.brokers.type.schema.safeParse(given(S.brokers) ?? '127.0.0.1:9092').data ?? [];
  if (!brokers.every((broker) => isLoopback(broker.replace(/:\d+$/, '')))) {
    faults.push(`cannot be true unless ${S.brokers.name} are on this machine`);
  }
  return faults.map((problem): ConfigFault => ({ name: S.localIssuer.name, problem }));
};
