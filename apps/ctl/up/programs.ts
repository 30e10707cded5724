import { join } from 'node:path';
import { startKafka, startPostgres } from '#libs/adapters/embedded';
import { type Environment, type UpConfig, kafkaJars, projectRoot } from '#libs/config';
import { appProgram } from './app-program.js';
import type { Program } from './kept-program.js';
import { reachable } from './overview.js';
import { metricsPorts } from './ports.js';

/** The embedded Kafka, unless the settings name another. */
export function kafkaProgram({ embeddedKafkaPort: port, places }: UpConfig, java: string): Program[] {
  if (port === undefined) return [];
  const logFile = join(places.logs, 'kafka.log');
  const template = join(projectRoot(), 'deploy', 'kafka', 'server.properties');
  const options = { java, jars: kafkaJars(), template, folder: places.kafka, port, logFile };
  return [
    {
      name: 'kafka',
      title: 'Kafka',
      logFile,
      stopSignal: 'SIGTERM',
      firstStartMustSucceed: true,
      launch: (control) => startKafka(options, control),
    },
  ];
}

/** The embedded Postgres, unless the settings name another. */
export function postgresProgram({ embeddedPostgresPort: port, places }: UpConfig, password: string): Program[] {
  if (port === undefined) return [];
  const logFile = join(places.logs, 'postgres.log');
  return [
    {
      name: 'postgres',
      title: 'Postgres',
      logFile,
      stopSignal: 'SIGINT',
      firstStartMustSucceed: true,
      launch: (control) => startPostgres({ folder: places.postgres, password, port, logFile }, control),
    },
  ];
}

/** What our programs find, beyond the settings given to us: the embedded servers and the generated secrets. */
export interface Generated {
  readonly databaseUrl: string;
  readonly apiToken: string;
}

/** Monitor, ledger and API, and the delivery where there are receivers. */
export function appPrograms(config: UpConfig, env: Environment, generated: Generated): Program[] {
  const metrics = metricsPorts(config.metricsPort);
  return [
    app('monitor', 'The monitor', metrics.monitor),
    app('ledger', 'The ledger', metrics.ledger),
    app('api', 'The API', config.apiPort),
    ...(config.withDelivery ? [app('delivery', 'The delivery', metrics.delivery)] : []),
  ];

  function app(name: string, title: string, port: number): Program {
    return childProgram(config, { name, title, port, env: childEnvironment(config, env, generated, port) });
  }
}

/** The simulator, playing a scenario. */
export function simulatorProgram(config: UpConfig, env: Environment, generated: Generated): Program {
  const port = metricsPorts(config.metricsPort).simulator;
  const settings = { ...childEnvironment(config, env, generated, port), SPENDLINE_SCENARIO: config.scenario };
  return childProgram(config, { name: 'simulator', title: 'The simulator', port, env: settings });
}

function childProgram(
  { host, places }: UpConfig,
  { name, title, port, env }: { name: string; title: string; port: number; env: NodeJS.ProcessEnv },
): Program {
  const address = `http://${reachable(host)}:${port}`;
  return appProgram({ name, title, address, logFile: join(places.logs, `${name}.log`), env });
}

function childEnvironment(
  config: UpConfig,
  env: Environment,
  generated: Generated,
  metricsPort: number,
): NodeJS.ProcessEnv {
  return {
    ...env,
    SPENDLINE_METRICS_PORT: String(metricsPort),
    ...(config.embeddedKafkaPort === undefined ? {} : { KAFKA_BROKERS: config.kafka.brokers.join(',') }),
    ...(config.embeddedPostgresPort === undefined ? {} : { DATABASE_URL: generated.databaseUrl }),
    ...(config.withLocalIssuer ? { SPENDLINE_LOCAL_ISSUER: 'true' } : {}),
    ...(config.apiToken === undefined ? { SPENDLINE_API_TOKEN: generated.apiToken } : {}),
  };
}
