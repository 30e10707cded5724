import { relative } from 'node:path';
import { SCENARIOS } from '#libs/application';
import type { UpConfig } from '#libs/config';
import { tableLines } from '../terminal/table.js';
import { metricsPorts } from './ports.js';

/** What else the closing table needs to know. */
export interface Overview {
  readonly config: UpConfig;
  readonly withSimulator: boolean;
  /** Address of Prometheus, or why there is none. */
  readonly prometheus: string;
  /** Address of Alertmanager, or why there is none. */
  readonly alertmanager: string;
  /** Whether the token of the API is the generated one. */
  readonly generatedToken: boolean;
  /** Things a newcomer should know before he looks, such as that no rates are known yet. */
  readonly notes: readonly string[];
}

/** The short table after everything has started: where things are, and what to look at. */
export function overviewLines(overview: Overview): string[] {
  const { config, withSimulator, prometheus, alertmanager, generatedToken, notes } = overview;
  const { kafka, places, embeddedKafkaPort, embeddedPostgresPort } = config;
  const at = (port: number) => `http://${reachable(config.host)}:${port}`;
  const metrics = metricsPorts(config.metricsPort);
  const windows = `kcat -C -b ${kafka.brokers[0] ?? ''} -t ${kafka.topicPrefix}cost.windows`;
  const token = tokenHelp(config, generatedToken);
  const simulator = withSimulator
    ? [
        'Simulator',
        `scenario ${config.scenario}`,
        `${SCENARIOS[config.scenario].summary} Others: npx spendline simulate --help`,
      ]
    : [
        'Simulator',
        'not started',
        embeddedKafkaPort === undefined
          ? 'it would write to your Kafka; --simulate starts it all the same'
          : '--no-simulator was given',
      ];
  const rows = [
    ['Console', at(config.apiPort), 'what service costs now, today and this month'],
    ['API', `${at(config.apiPort)}/api/v1/live`, token],
    [
      'Metrics',
      `${at(metrics.monitor)}/metrics`,
      `ledger ${metrics.ledger}, ${withSimulator ? `simulator ${metrics.simulator}, ` : ''}API ${config.apiPort}`,
    ],
    ['Kafka', kafka.brokers.join(','), embeddedKafkaPort === undefined ? 'yours (KAFKA_BROKERS)' : windows],
    embeddedPostgresPort === undefined
      ? ['Postgres', 'yours', 'DATABASE_URL']
      : [
          'Postgres',
          `127.0.0.1:${embeddedPostgresPort}`,
          `user and database spendline, password in ${here(places.postgresPassword)}`,
        ],
    config.withDelivery
      ? ['Delivery', `${at(metrics.delivery)}/health/ready`, 'tells the receivers of SPENDLINE_RECEIVERS of signals']
      : ['Delivery', 'not started', 'SPENDLINE_RECEIVERS names who is told of signals (docs/delivery.md)'],
    ['Prometheus', prometheus, ''],
    ['Alertmanager', alertmanager, config.withDelivery ? '' : `has Prometheus' alerts; ${SIGNALS_TOO}`],
    simulator,
    ['Logs', here(places.logs), ''],
  ];
  return [
    ...tableLines(rows),
    ...notes.map((note) => `\n  ${note}`),
    `\nCtrl-C stops all of it; the data stays in ${here(places.dataDir)}.`,
  ];
}

/** The sample of receivers names an Alertmanager at its default port. */
const SIGNALS_TOO = 'signals too: SPENDLINE_RECEIVERS=deploy/delivery/receivers.yaml';

/** Whose token lets the API be changed. */
function tokenHelp({ withLocalIssuer, places }: UpConfig, generatedToken: boolean): string {
  if (withLocalIssuer) return 'changes need a token: npx spendline token --role approver';
  return generatedToken
    ? `changes need the token in ${here(places.apiToken)}`
    : 'changes need your SPENDLINE_API_TOKEN';
}

/** A path as short as it can be said from here. */
export function here(path: string): string {
  const short = relative(process.cwd(), path);
  return short === '' ? '.' : short.startsWith('..') ? path : short;
}

/** An address that a browser on this machine can open. */
export function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
