import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type UpConfig, projectRoot } from '#libs/config';
import { parse, stringify } from 'yaml';
import { planOptional, type OptionalPlan } from './optional-server.js';
import { reachable } from './overview.js';
import { metricsPorts } from './ports.js';

interface StaticTargets {
  readonly targets: string[];
}

interface ScrapeFile {
  rule_files?: string[];
  alerting?: { alertmanagers?: { static_configs?: StaticTargets[] }[] };
  scrape_configs?: { job_name: string; static_configs?: StaticTargets[] }[];
  [section: string]: unknown;
}

/** Plans a Prometheus over our programs, if it is installed and its port is free. */
export function planPrometheus(config: UpConfig): Promise<OptionalPlan> {
  const folder = join(config.places.dataDir, 'prometheus');
  const args = (): string[] => [
    `--config.file=${writeConfig(config, folder)}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
  ];
  const names = { name: 'prometheus', title: 'Prometheus', package: 'prometheus', commands: ['prometheus'] };
  const { prometheusPort: port } = config;
  return planOptional({ ...names, port, setting: 'SPENDLINE_PROMETHEUS_PORT', args }, config);
}

/** deploy/prometheus/prometheus.yml with the ports that are in use here; answers the file's path. */
function writeConfig(config: UpConfig, folder: string): string {
  const source = join(projectRoot(), 'deploy', 'prometheus', 'prometheus.yml');
  const file = join(folder, 'prometheus.yml');
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, stringify(retarget(parse(readFileSync(source, 'utf8')) as ScrapeFile, dirname(source), config)));
  return file;
}

/** The same scrape configuration, its rule files found from `folder`, its targets where this `up` listens. */
export function retarget(
  scrape: ScrapeFile,
  folder: string,
  {
    host,
    apiPort,
    metricsPort,
    alertmanagerPort,
  }: Pick<UpConfig, 'host' | 'apiPort' | 'metricsPort' | 'alertmanagerPort'>,
): ScrapeFile {
  const ports: Readonly<Record<string, number>> = { api: apiPort, ...metricsPorts(metricsPort) };
  return {
    ...scrape,
    rule_files: (scrape.rule_files ?? []).map((path) => resolve(folder, path)),
    alerting: { alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${alertmanagerPort}`] }] }] },
    scrape_configs: (scrape.scrape_configs ?? []).map((job) => {
      const port = ports[job.job_name.replace(/^spendline-/, '')];
      return port === undefined ? job : { ...job, static_configs: [{ targets: [`${reachable(host)}:${port}`] }] };
    }),
  };
}
