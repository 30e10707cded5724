import type { DeliveryPlan, KafkaSettings, ScenarioName } from '#libs/application';
import { type ConfigFault, type Environment, type Rule, type Section, type Values, loadSection } from './load.js';
import { type Places, embeddedDatabaseUrl, placesIn } from './places.js';
import { readPlan } from './receivers.js';
import { accessOf, isAllHere, localIssuerIsLocal, type AccessConfig } from './access.js';
import { withDefault } from './setting.js';
import { SETTINGS as S } from './settings.js';

const KAFKA = {
  brokers: S.brokers,
  kafkaPort: S.kafkaPort,
  tls: S.tls,
  tlsCa: S.tlsCa,
  saslMechanism: S.saslMechanism,
  saslUsername: S.saslUsername,
  saslPassword: S.saslPassword,
  topicPrefix: S.topicPrefix,
  partitions: S.partitions,
  createTopics: S.createTopics,
  codec: S.codec,
} as const satisfies Section;

const DATABASE = {
  databaseUrl: S.databaseUrl,
  dataDir: S.dataDir,
  postgresPort: S.postgresPort,
} as const satisfies Section;

const HTTP = { host: S.host, logLevel: S.logLevel } as const satisfies Section;

const ACCESS = {
  apiToken: S.apiToken,
  oidcIssuer: S.oidcIssuer,
  oidcAudience: S.oidcAudience,
  oidcRolesClaim: S.oidcRolesClaim,
  oidcRoleMap: S.oidcRoleMap,
  oidcClientId: S.oidcClientId,
  oidcClientSecret: S.oidcClientSecret,
  oidcScope: S.oidcScope,
  localIssuer: S.localIssuer,
  openReading: S.openReading,
  changesPerMinute: S.changesPerMinute,
  approvalLimits: S.approvalLimits,
} as const satisfies Section;

const MONITOR = {
  ...KAFKA,
  ...HTTP,
  metricsPort: S.metricsPort,
  group: S.group,
  sessionTimeoutMs: S.sessionTimeoutMs,
  clock: S.clock,
  disorderMs: S.disorderMs,
  idleMs: S.idleMs,
  graceMs: S.graceMs,
  dedupHorizonMs: S.dedupHorizonMs,
  maxFutureMs: S.maxFutureMs,
  extraScopes: S.extraScopes,
  maxAgents: S.maxAgents,
} as const satisfies Section;

const LEDGER = {
  ...KAFKA,
  ...DATABASE,
  ...HTTP,
  metricsPort: withDefault(S.metricsPort, '9465'),
  group: S.group,
} as const satisfies Section;

const API = { ...KAFKA, ...DATABASE, ...HTTP, ...ACCESS, apiPort: S.apiPort } as const satisfies Section;

const SIMULATOR = {
  ...KAFKA,
  ...HTTP,
  metricsPort: withDefault(S.metricsPort, '9466'),
  dataDir: S.dataDir,
  scenario: S.scenario,
  seed: S.seed,
} as const satisfies Section;

const DELIVERY = {
  ...KAFKA,
  ...HTTP,
  metricsPort: withDefault(S.metricsPort, '9467'),
  group: S.group,
  receivers: S.receivers,
} as const satisfies Section;

/** The supervisor starts all the others, so it looks at everything first: better one list of faults than four logs. */
const UP = {
  ...MONITOR,
  ...LEDGER,
  ...API,
  ...SIMULATOR,
  ...DELIVERY,
  metricsPort: S.metricsPort,
  scenario: withDefault(S.scenario, 'overspend-voice'),
  prometheusPort: S.prometheusPort,
  alertmanagerPort: S.alertmanagerPort,
} as const satisfies Section;

/** What each program reads; the documentation says it beside every setting. */
export const PROGRAMS = {
  monitor: MONITOR,
  ledger: LEDGER,
  api: API,
  simulator: SIMULATOR,
  delivery: DELIVERY,
  up: UP,
} as const;

/** What every process with an HTTP server has. */
interface HttpConfig {
  /** Address to listen on. */
  readonly host: string;
  readonly logLevel: Values<typeof HTTP>['logLevel'];
}

/** The monitor: stages over Kafka. */
export interface MonitorConfig extends HttpConfig {
  readonly kafka: KafkaSettings;
  /** Start of consumer groups and transactional ids. */
  readonly group: string;
  readonly sessionTimeoutMs: number;
  readonly metricsPort: number;
  readonly clock: 'live' | 'event';
  readonly disorderMs: number;
  readonly idleMs: number;
  readonly graceMs: number;
  readonly dedupHorizonMs: number;
  readonly maxFutureMs: number;
  /** Scopes besides all, agent, channel, team and vendor. */
  readonly extraScopes: readonly ('queue' | 'region' | 'topic' | 'stage' | 'customer-tier')[];
  readonly maxAgents: number;
}

/** The ledger: from Kafka into Postgres. */
export interface LedgerConfig extends HttpConfig {
  readonly kafka: KafkaSettings;
  readonly databaseUrl: string;
  readonly group: string;
  readonly metricsPort: number;
}

/** The API and the console it serves. */
export interface ApiConfig extends HttpConfig {
  readonly kafka: KafkaSettings;
  readonly databaseUrl: string;
  readonly apiPort: number;
  readonly access: AccessConfig;
}

/** The simulator. */
export interface SimulatorConfig extends HttpConfig {
  readonly kafka: KafkaSettings;
  readonly metricsPort: number;
  /** Where it remembers how far it came. */
  readonly places: Places;
  readonly scenario: ScenarioName;
  /** 0 to 2^32 - 1. */
  readonly seed: number;
}

/** The delivery: from Kafka to receivers of alerts. */
export interface DeliveryConfig extends HttpConfig {
  readonly kafka: KafkaSettings;
  readonly group: string;
  readonly metricsPort: number;
  /** Receivers with their secrets, and routes. */
  readonly plan: DeliveryPlan;
}

/** Commands that speak to Kafka only. */
export interface KafkaConfig {
  readonly kafka: KafkaSettings;
}

/** Commands that speak to Postgres only. */
export interface DatabaseConfig {
  readonly databaseUrl: string;
}

/** The command that makes tokens. */
export interface TokenConfig {
  /** File of the local issuer's key, which need not be there. */
  readonly localIssuerKey: string;
  /** The issuer that takes its place. */
  readonly oidcIssuer: string | undefined;
}

/** `spendline up`, the supervisor. */
export interface UpConfig extends HttpConfig {
  /** Of the embedded Kafka, or of the one that KAFKA_BROKERS names. */
  readonly kafka: KafkaSettings;
  /** Where to start a Kafka; undefined when KAFKA_BROKERS names one. The controller listens on the port after. */
  readonly embeddedKafkaPort: number | undefined;
  /** Where to start a Postgres; undefined when DATABASE_URL names one. */
  readonly embeddedPostgresPort: number | undefined;
  /** The database that DATABASE_URL names. */
  readonly databaseUrl: string | undefined;
  readonly places: Places;
  /** Start of consumer groups and transactional ids. */
  readonly group: string;
  readonly apiPort: number;
  readonly apiToken: string | undefined;
  /** Whether the API serves made-up people. */
  readonly withLocalIssuer: boolean;
  /** The monitor's; ledger, simulator and delivery take the next three. */
  readonly metricsPort: number;
  readonly prometheusPort: number;
  readonly alertmanagerPort: number;
  /** Whether there are receivers to deliver to. */
  readonly withDelivery: boolean;
  readonly scenario: ScenarioName;
}

/** Settings of the monitor. Throws ConfigError with every fault. */
export function loadMonitorConfig(env: Environment): MonitorConfig {
  const { group, metricsPort, clock, extraScopes = [], maxAgents, ...rest } = load(MONITOR, env);
  const { sessionTimeoutMs, disorderMs, idleMs, graceMs, dedupHorizonMs, maxFutureMs } = rest;
  const times = { sessionTimeoutMs, disorderMs, idleMs, graceMs, dedupHorizonMs, maxFutureMs };
  return {
    ...http(rest),
    ...times,
    kafka: kafkaOf(rest, 'monitor'),
    group,
    metricsPort,
    clock,
    extraScopes,
    maxAgents,
  };
}

/** Settings of the ledger. Throws ConfigError with every fault. */
export function loadLedgerConfig(env: Environment): LedgerConfig {
  const values = load(LEDGER, env, [databaseIsKnown]);
  const { group, metricsPort } = values;
  return { ...http(values), kafka: kafkaOf(values, 'ledger'), databaseUrl: databaseUrlOf(values), group, metricsPort };
}

/** Settings of the API. Throws ConfigError with every fault. */
export function loadApiConfig(env: Environment): ApiConfig {
  const values = load(API, env, [databaseIsKnown, localIssuerIsLocal]);
  const { apiPort } = values;
  const access = accessOf(values);
  return { ...http(values), kafka: kafkaOf(values, 'api'), databaseUrl: databaseUrlOf(values), apiPort, access };
}

/** Settings of the simulator. Throws ConfigError with every fault. */
export function loadSimulatorConfig(env: Environment): SimulatorConfig {
  const { metricsPort, scenario, seed, dataDir, ...rest } = load(SIMULATOR, env);
  const kafka = kafkaOf(rest, 'simulator');
  return { ...http(rest), kafka, metricsPort, places: placesIn(dataDir), scenario, seed };
}

/** Settings of the delivery. Throws ConfigError with every fault, those of the receivers file too. */
export function loadDeliveryConfig(env: Environment): DeliveryConfig {
  const values = load(DELIVERY, env, [receiversAreGiven]);
  const { group, metricsPort, receivers = '' } = values;
  return { ...http(values), kafka: kafkaOf(values, 'delivery'), group, metricsPort, plan: readPlan(receivers, env) };
}

/** Settings of a command that speaks to Kafka. Throws ConfigError with every fault. */
export function loadKafkaConfig(env: Environment): KafkaConfig {
  return { kafka: kafkaOf(load(KAFKA, env), 'ctl') };
}

/** Settings of the command that makes tokens. Throws ConfigError with every fault. */
export function loadTokenConfig(env: Environment): TokenConfig {
  const { dataDir, oidcIssuer } = loadSection({ dataDir: S.dataDir, oidcIssuer: S.oidcIssuer }, env);
  return { localIssuerKey: placesIn(dataDir).localIssuerKey, oidcIssuer };
}

/** Settings of a command that speaks to Postgres. Throws ConfigError with every fault. */
export function loadDatabaseConfig(env: Environment): DatabaseConfig {
  return { databaseUrl: databaseUrlOf(loadSection(DATABASE, env, [databaseIsKnown])) };
}

/** Settings of the supervisor. Throws ConfigError with every fault. */
export function loadUpConfig(env: Environment): UpConfig {
  const values = load(UP, env, [localIssuerIsLocal]);
  if (values.receivers !== undefined) readPlan(values.receivers, env);
  const { apiPort, apiToken, group, metricsPort, scenario, databaseUrl } = values;
  return {
    ...http(values),
    kafka: kafkaOf(values, 'ctl'),
    embeddedKafkaPort: values.brokers === undefined ? values.kafkaPort : undefined,
    embeddedPostgresPort: databaseUrl === undefined ? values.postgresPort : undefined,
    databaseUrl,
    places: placesIn(values.dataDir),
    group,
    apiPort,
    apiToken,
    withLocalIssuer: values.localIssuer ?? (isAllHere(values) && values.oidcIssuer === undefined),
    metricsPort,
    prometheusPort: values.prometheusPort,
    alertmanagerPort: values.alertmanagerPort,
    withDelivery: values.receivers !== undefined,
    scenario,
  };
}

function load<S extends Section>(section: S, env: Environment, rules: readonly Rule[] = []): Values<S> {
  return loadSection(section, env, [loginIsWhole, authorityNeedsTls, ...rules]);
}

const loginIsWhole: Rule = (given) => {
  const parts = [S.saslMechanism, S.saslUsername, S.saslPassword];
  if (parts.every((part) => given(part) === undefined)) return [];
  const missing = parts.filter((part) => given(part) === undefined);
  return missing.map(({ name }): ConfigFault => ({
    name,
    problem: 'is missing: mechanism, user name and password go together',
  }));
};

const authorityNeedsTls: Rule = (given) => {
  const off = S.tls.type.schema.safeParse(given(S.tls)).data !== true;
  return off && given(S.tlsCa) !== undefined
    ? [{ name: S.tls.name, problem: `must be true for ${S.tlsCa.name} to matter` }]
    : [];
};

/** The embedded Postgres is only known once it has been started; before, programs need DATABASE_URL. */
const databaseIsKnown: Rule = (given) => {
  const known = given(S.databaseUrl) ?? embeddedDatabaseUrl(placesIn(given(S.dataDir) ?? S.dataDir.default), 0);
  return known === undefined
    ? [
        {
          name: S.databaseUrl.name,
          problem: 'is not set and there is no embedded Postgres yet; run `npm start` or set it',
        },
      ]
    : [];
};

const receiversAreGiven: Rule = (given) =>
  given(S.receivers) === undefined
    ? [
        {
          name: S.receivers.name,
          problem: 'is not set: name a file of receivers, such as deploy/delivery/receivers.yaml',
        },
      ]
    : [];

function databaseUrlOf(values: Values<typeof DATABASE>): string {
  const url = values.databaseUrl ?? embeddedDatabaseUrl(placesIn(values.dataDir), values.postgresPort);
  if (url === undefined) throw new Error('The embedded Postgres has lost its password file.');
  return url;
}

function http({ host, logLevel }: Values<typeof HTTP>): HttpConfig {
  return { host, logLevel };
}

/** Of shared topics, where neither the inputs nor anybody says how many (contract section 1). */
const DEFAULT_PARTITIONS = 8;

function kafkaOf(values: Values<typeof KAFKA>, program: string): KafkaSettings {
  const { saslMechanism: mechanism, saslUsername: username, saslPassword: password, tlsCa } = values;
  const ssl = tlsCa === undefined ? values.tls : { ca: [tlsCa] };
  return {
    brokers: values.brokers ?? [`127.0.0.1:${values.kafkaPort}`],
    clientId: `spendline-${program}`,
    ...(ssl === false ? {} : { ssl }),
    ...(mechanism && username && password ? { sasl: { mechanism, username, password } } : {}),
    topicPrefix: values.topicPrefix ?? '',
    partitions: values.partitions ?? DEFAULT_PARTITIONS,
    ...(values.partitions !== undefined && { leastPartitions: values.partitions }),
    createTopics: values.createTopics,
    ...(values.codec === 'stock' && { codec: values.codec }),
  };
}
