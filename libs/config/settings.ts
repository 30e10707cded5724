import { SCENARIO_NAMES } from '#libs/application';
import * as types from './types.js';
import type { AnySetting, Setting, SettingGroup } from './setting.js';

type Declaration<T, D> = Omit<Setting<T, undefined>, 'name' | 'group' | 'default'> & { readonly default?: D };

function inGroup(group: SettingGroup) {
  function declare<T>(name: string, declaration: Declaration<T, string> & { default: string }): Setting<T, string>;
  function declare<T>(name: string, declaration: Declaration<T, undefined>): Setting<T, undefined>;
  function declare<T>(name: string, declaration: Declaration<T, string | undefined>): Setting<T, string | undefined> {
    return { default: undefined, ...declaration, name, group };
  }
  return declare;
}

const kafka = inGroup('Kafka');
const postgres = inGroup('Postgres');
const processing = inGroup('Processing');
const addresses = inGroup('Addresses');
const access = inGroup('Access');
const delivery = inGroup('Delivery');
const embedded = inGroup('Embedded servers');
const simulator = inGroup('Simulator');

/** Every setting of every program, each declared once. The keys are the names that code uses. */
export const SETTINGS = {
  brokers: kafka('KAFKA_BROKERS', {
    type: types.brokers,
    otherwise: 'the embedded Kafka',
    description: 'Your Kafka. When set, `npm start` starts no Kafka of its own, and the simulator only if asked.',
    example: 'kafka-1.example.com:9093,kafka-2.example.com:9093',
  }),
  tls: kafka('KAFKA_TLS', {
    type: types.flag,
    default: 'false',
    description: 'Speak TLS to the brokers and check their certificates.',
    example: 'true',
  }),
  tlsCa: kafka('KAFKA_TLS_CA_FILE', {
    type: types.textFile,
    otherwise: "Node's list of authorities",
    description:
      'PEM file of the authority that signed the brokers’ certificates, for a private one. Needs `KAFKA_TLS`.',
    example: '/etc/ssl/certs/kafka-ca.pem',
  }),
  saslMechanism: kafka('KAFKA_SASL_MECHANISM', {
    type: types.oneOf('plain', 'scram-sha-256', 'scram-sha-512'),
    otherwise: 'no login',
    description: 'How to log in to the brokers. Needs a user name and a password.',
    example: 'scram-sha-512',
  }),
  saslUsername: kafka('KAFKA_SASL_USERNAME', {
    type: types.text,
    description: 'User name for the brokers.',
    example: 'spendline',
  }),
  saslPassword: kafka('KAFKA_SASL_PASSWORD', {
    type: types.text,
    secret: true,
    description: 'Password for the brokers.',
    example: 'correct-horse-battery',
  }),
  topicPrefix: kafka('SPENDLINE_TOPIC_PREFIX', {
    type: types.topicPrefix,
    otherwise: 'none',
    description: 'Put before the name of every topic, for a cluster shared by several installations.',
    example: 'test.',
  }),
  partitions: kafka('SPENDLINE_PARTITIONS', {
    type: types.wholeNumber(1, 1000),
    otherwise: '`8`, or as many as the input topics have where they exist already',
    description:
      'Partitions of the topics that are created; the most monitor processes that can share the work. Choose it before the first start: state lies by partition. A topic that has fewer than are set here is an error at start.',
    example: '16',
  }),
  createTopics: kafka('SPENDLINE_CREATE_TOPICS', {
    type: types.flag,
    default: 'true',
    description:
      'Create topics that are missing. Turn it off where only operators may: a missing topic is then an error that names it.',
    example: 'false',
  }),
  codec: kafka('SPENDLINE_KAFKA_CODEC', {
    type: types.oneOf('own', 'stock'),
    default: 'own',
    description:
      'Who encodes and decodes record batches: `own` our codec, `stock` that of kafkajs, which takes several times the CPU. For the day that the first is in doubt.',
    example: 'stock',
  }),
  group: kafka('SPENDLINE_GROUP', {
    type: types.name,
    default: 'spendline',
    description:
      'Start of the names of consumer groups and transactional ids; the same for all processes that share the work.',
    example: 'spendline-eu',
  }),

  sessionTimeoutMs: kafka('SPENDLINE_SESSION_TIMEOUT', {
    type: types.duration,
    default: '10s',
    description:
      'Silence after which the partitions of a monitor are given to the others: how soon they take over from one that was killed, and how long one may be paused without losing its own. One that is started again on the same machine does not wait for it. At least what the brokers allow (`group.min.session.timeout.ms`).',
    example: '30s',
  }),

  databaseUrl: postgres('DATABASE_URL', {
    type: types.postgresUrl,
    secret: true,
    otherwise: 'the embedded Postgres',
    description: 'Your Postgres. When set, `npm start` starts none of its own.',
    example: 'postgres://spendline:secret@db.example.com:5432/spendline',
  }),

  clock: processing('SPENDLINE_CLOCK', {
    type: types.oneOf('live', 'event'),
    default: 'live',
    description:
      'What moves time on a partition without records: `live` the wall clock, `event` nothing but records (for replays, which `--finish` then closes).',
    example: 'event',
  }),
  disorderMs: processing('SPENDLINE_DISORDER', {
    type: types.duration,
    default: '10s',
    description: 'How much out of order records may arrive without counting as late; windows close that much later.',
    example: '30s',
  }),
  idleMs: processing('SPENDLINE_IDLE', {
    type: types.duration,
    default: '30s',
    description: 'A partition without records for this long no longer holds the others back.',
    example: '1m',
  }),
  graceMs: processing('SPENDLINE_GRACE', {
    type: types.duration,
    default: '10m',
    description: 'How late a record may be and still correct the windows already published.',
    example: '30m',
  }),
  dedupHorizonMs: processing('SPENDLINE_DEDUP_HORIZON', {
    type: types.duration,
    default: '1h',
    description:
      'How long, in event time, an interaction is remembered to recognise duplicates and better copies of it.',
    example: '6h',
  }),
  maxFutureMs: processing('SPENDLINE_MAX_FUTURE', {
    type: types.duration,
    default: '5m',
    description: 'Records further ahead of the wall clock than this are rejected (live clock only).',
    example: '1m',
  }),
  extraScopes: processing('SPENDLINE_EXTRA_SCOPES', {
    type: types.wordsOf('queue', 'region', 'topic', 'stage', 'customer-tier'),
    otherwise: 'none',
    description: 'Scopes to keep windows for, besides all, agent, channel, team and vendor.',
    example: 'queue,region',
  }),
  maxAgents: processing('SPENDLINE_METRICS_MAX_AGENTS', {
    type: types.wholeNumber(0, 100_000),
    default: '1000',
    description: 'Agents with metric series of their own, by spend; the rest are summed under the id `other`.',
    example: '200',
  }),
  logLevel: processing('SPENDLINE_LOG_LEVEL', {
    type: types.oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal'),
    default: 'info',
    description: 'Least severe message that is logged.',
    example: 'debug',
  }),

  host: addresses('SPENDLINE_HOST', {
    type: types.text,
    default: '127.0.0.1',
    description:
      'Address that the HTTP servers (API, console, metrics) listen on; `0.0.0.0` opens them to the network.',
    example: '0.0.0.0',
  }),
  apiPort: addresses('SPENDLINE_API_PORT', {
    type: types.port,
    default: '3000',
    description: 'Port of the API and the console.',
    example: '8080',
  }),
  metricsPort: addresses('SPENDLINE_METRICS_PORT', {
    type: types.port,
    default: '9464',
    description:
      'Port of `/metrics` and `/health` of a process. Under `npm start` it is the monitor’s, and ledger, simulator and delivery take the next three.',
    example: '9500',
  }),

  apiToken: access('SPENDLINE_API_TOKEN', {
    type: types.token,
    secret: true,
    otherwise: 'under `npm start`: generated, kept in `.spendline/api-token`',
    description:
      'A token that programs share to act as an operator through the API (`Authorization: Bearer ...`). It is nobody’s, so it can neither submit nor approve a budget.',
    example: 'a-long-random-text-of-your-own',
  }),
  oidcIssuer: access('SPENDLINE_OIDC_ISSUER', {
    type: types.issuerUrl,
    otherwise: 'none: only the shared token lets anything be changed',
    description:
      'The OIDC issuer whose tokens people bring, exactly as the tokens have it in `iss` (docs/operations.md).',
    example: 'https://login.example.com/realms/main',
  }),
  oidcAudience: access('SPENDLINE_OIDC_AUDIENCE', {
    type: types.text,
    default: 'spendline',
    description: 'What the tokens’ `aud` must have: the name under which the issuer knows this API.',
    example: 'api://spendline',
  }),
  oidcRolesClaim: access('SPENDLINE_OIDC_ROLES_CLAIM', {
    type: types.text,
    default: 'roles',
    description: 'Claim that lists somebody’s roles or groups; dots lead into objects.',
    example: 'realm_access.roles',
  }),
  oidcRoleMap: access('SPENDLINE_OIDC_ROLE_MAP', {
    type: types.roleMap,
    otherwise: 'names of roles mean themselves',
    description:
      'What the issuer calls our roles (viewer, operator, budget-owner, approver, admin). Names that are not listed mean themselves.',
    example: 'finance-managers=approver,service-desk=operator',
  }),
  oidcClientId: access('SPENDLINE_OIDC_CLIENT_ID', {
    type: types.text,
    otherwise: 'the console offers no sign-in',
    description: 'The console’s name at the issuer, for signing in with a browser (authorization code with PKCE).',
    example: 'spendline-console',
  }),
  oidcClientSecret: access('SPENDLINE_OIDC_CLIENT_SECRET', {
    type: types.text,
    secret: true,
    otherwise: 'none: a public client',
    description: 'The console’s secret at the issuer, where it has one.',
    example: 'correct-horse-battery',
  }),
  oidcScope: access('SPENDLINE_OIDC_SCOPE', {
    type: types.text,
    default: 'openid profile',
    description: 'What the console asks the issuer for.',
    example: 'openid profile api://spendline/.default',
  }),
  localIssuer: access('SPENDLINE_LOCAL_ISSUER', {
    type: types.flag,
    otherwise: '`true` under `npm start` while everything is embedded, else `false`',
    description:
      'Let anybody sign in as one of a few made-up people, for trying things out. Refused beside `SPENDLINE_OIDC_ISSUER` and wherever the API, Kafka or Postgres is not on this machine’s loopback.',
    example: 'false',
  }),
  openReading: access('SPENDLINE_OPEN_READING', {
    type: types.flag,
    otherwise: '`true` while the API listens on loopback, else `false`',
    description:
      'Show figures, signals and budgets to whoever reaches the API; with `false` reading takes a token too.',
    example: 'false',
  }),
  approvalLimits: access('SPENDLINE_APPROVAL_LIMITS', {
    type: types.approvalLimits,
    otherwise: 'none: an approver may approve any amount',
    description:
      'Most that a role, or a person by his `sub`, may approve in a year’s worth (a month’s budget counts twelve times), in the organisation’s currency. A person’s own limit comes before his roles’; once there are limits, who is not named may approve nothing.',
    example: 'approver=2000000,anna=20000000',
  }),
  changesPerMinute: access('SPENDLINE_CHANGES_PER_MINUTE', {
    type: types.wholeNumber(1, 100_000),
    default: '120',
    description: 'Requests of one person that change something, in a minute; more are answered with status 429.',
    example: '30',
  }),

  receivers: delivery('SPENDLINE_RECEIVERS', {
    type: types.textFile,
    otherwise: 'none: signals stay in Kafka, the API and the console',
    description:
      'YAML file that says who is told of signals: Alertmanager, PagerDuty, webhooks (docs/delivery.md). When set, `npm start` starts the delivery.',
    example: 'deploy/delivery/receivers.yaml',
  }),

  dataDir: embedded('SPENDLINE_DATA_DIR', {
    type: types.text,
    default: '.spendline',
    description: 'Folder for data and logs of the embedded servers; relative to the project.',
    example: '/var/lib/spendline',
  }),
  kafkaPort: embedded('SPENDLINE_KAFKA_PORT', {
    type: types.wholeNumber(1, 65_534),
    default: '9092',
    description: 'Port of the embedded Kafka; its controller takes the next one.',
    example: '19092',
  }),
  postgresPort: embedded('SPENDLINE_POSTGRES_PORT', {
    type: types.port,
    default: '5433',
    description: 'Port of the embedded Postgres.',
    example: '15433',
  }),
  prometheusPort: embedded('SPENDLINE_PROMETHEUS_PORT', {
    type: types.port,
    default: '9090',
    description: 'Port of the Prometheus that `npm start` runs where one is installed and the port is free.',
    example: '19090',
  }),
  alertmanagerPort: embedded('SPENDLINE_ALERTMANAGER_PORT', {
    type: types.port,
    default: '9095',
    description: 'Port of the Alertmanager that `npm start` runs where one is installed and the port is free.',
    example: '19095',
  }),

  scenario: simulator('SPENDLINE_SCENARIO', {
    type: types.oneOf(...SCENARIO_NAMES),
    default: 'normal',
    description:
      'What the simulator plays; `spendline simulate --help` says what each is. `npm start` plays `overspend-voice`, so that there is something to see.',
    example: 'overspend-voice',
  }),
  seed: simulator('SPENDLINE_SEED', {
    type: types.wholeNumber(0, 2 ** 32 - 1),
    default: '1',
    description: 'Start of the simulator’s random numbers: the same seed gives the same traffic.',
    example: '42',
  }),
} as const satisfies Readonly<Record<string, AnySetting>>;
