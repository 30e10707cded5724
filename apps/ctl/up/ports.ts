import { isPortFree, portHolder } from '#libs/adapters/process';
import type { UpConfig } from '#libs/config';

/** A port that `up` is going to listen on. */
export interface PlannedPort {
  readonly port: number;
  readonly host: string;
  /** What listens there: `Kafka`. */
  readonly use: string;
  /** The setting that moves it. */
  readonly setting: string;
}

const LOOPBACK = '127.0.0.1';

/** Metrics ports of the programs that have one, from the base that the settings name. */
export function metricsPorts(base: number): {
  monitor: number;
  ledger: number;
  simulator: number;
  delivery: number;
} {
  return { monitor: base, ledger: base + 1, simulator: base + 2, delivery: base + 3 };
}

/** Every port that `up` is going to listen on. */
export function plannedPorts(config: UpConfig, withSimulator: boolean): PlannedPort[] {
  const { embeddedKafkaPort: kafka, embeddedPostgresPort: postgres, host } = config;
  const metrics = metricsPorts(config.metricsPort);
  const kafkaSetting = { host: LOOPBACK, setting: 'SPENDLINE_KAFKA_PORT' };
  const metricsSetting = { host, setting: 'SPENDLINE_METRICS_PORT' };
  return [
    ...(kafka === undefined ? [] : [{ ...kafkaSetting, port: kafka, use: 'Kafka' }]),
    ...(kafka === undefined ? [] : [{ ...kafkaSetting, port: kafka + 1, use: "Kafka's controller" }]),
    ...(postgres === undefined
      ? []
      : [{ host: LOOPBACK, setting: 'SPENDLINE_POSTGRES_PORT', port: postgres, use: 'Postgres' }]),
    { host, setting: 'SPENDLINE_API_PORT', port: config.apiPort, use: 'API and console' },
    { ...metricsSetting, port: metrics.monitor, use: "the monitor's metrics" },
    { ...metricsSetting, port: metrics.ledger, use: "the ledger's metrics" },
    ...(withSimulator ? [{ ...metricsSetting, port: metrics.simulator, use: "the simulator's metrics" }] : []),
    ...(config.withDelivery ? [{ ...metricsSetting, port: metrics.delivery, use: "the delivery's metrics" }] : []),
  ];
}

/** What is wrong with the planned ports, a line for each that is taken or wanted twice; each says which setting moves it. */
export async function portFaults(ports: readonly PlannedPort[]): Promise<string[]> {
  const faults = await Promise.all(ports.map((planned) => faultOf(planned, ports)));
  return faults.filter((fault) => fault !== undefined);
}

async function faultOf(planned: PlannedPort, all: readonly PlannedPort[]): Promise<string | undefined> {
  const { port, host, use, setting } = planned;
  const twin = all.slice(0, all.indexOf(planned)).find((other) => other.port === port);
  if (twin) return `Port ${port} is meant for ${twin.use} and for ${use}: move one with ${twin.setting} or ${setting}.`;
  if (await isPortFree(port, host)) return undefined;
  const holder = portHolder(port) ?? 'another program';
  return `Port ${port} (${use}) is taken by ${holder}: end that, or choose another port with ${setting}.`;
}
