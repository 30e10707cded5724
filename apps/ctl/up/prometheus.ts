import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { startServer } from '#libs/adapters/embedded';
import { isPortFree } from '#libs/adapters/process';
import { type UpConfig, projectRoot } from '#libs/config';
import { parse, stringify } from 'yaml';
import { isHealthy } from './app-program.js';
import type { Program } from './kept-program.js';
import { reachable } from './overview.js';
import { metricsPorts } from './ports.js';

const PORT = 9090;
const ADDRESS = `http://127.0.0.1:${PORT}`;

interface ScrapeFile {
  rule_files?: string[];
  scrape_configs?: { job_name: string; static_configs?: { targets: string[] }[] }[];
  [section: string]: unknown;
}

/** A Prometheus to start beside the rest, or why there is none. */
export type PrometheusPlan =
  { readonly program: Program; readonly shown: string } | { readonly program: undefined; readonly shown: string };

/** Plans a Prometheus over our programs, if it is installed and its port is free. */
export async function planPrometheus(config: UpConfig): Promise<PrometheusPlan> {
  if (!(await isInstalled()))
    return { program: undefined, shown: 'not installed (Debian: apt-get install prometheus)' };
  if (!(await isPortFree(PORT))) return { program: undefined, shown: `not started: port ${PORT} is taken` };
  return { program: prometheusProgram(config), shown: ADDRESS };
}

async function isInstalled(): Promise<boolean> {
  return promisify(execFile)('prometheus', ['--version']).then(
    () => true,
    () => false,
  );
}

function prometheusProgram(config: UpConfig): Program {
  const logFile = join(config.places.logs, 'prometheus.log');
  const folder = join(config.places.dataDir, 'prometheus');
  return {
    name: 'prometheus',
    title: 'Prometheus',
    logFile,
    stopSignal: 'SIGTERM',
    firstStartMustSucceed: true,
    isOptional: true,
    launch: (control) =>
      startServer(
        {
          title: 'Prometheus',
          command: 'prometheus',
          args: [
            `--config.file=${writeConfig(config, folder)}`,
            `--storage.tsdb.path=${join(folder, 'data')}`,
            `--web.listen-address=127.0.0.1:${PORT}`,
          ],
          logFile,
          stopSignal: 'SIGTERM',
          graceMs: 30_000,
          isReady: () => isHealthy(`${ADDRESS}/-/ready`),
        },
        control,
      ),
  };
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
  { host, apiPort, metricsPort }: Pick<UpConfig, 'host' | 'apiPort' | 'metricsPort'>,
): ScrapeFile {
  const ports: Readonly<Record<string, number>> = { api: apiPort, ...metricsPorts(metricsPort) };
  return {
    ...scrape,
    rule_files: (scrape.rule_files ?? []).map((path) => resolve(folder, path)),
    scrape_configs: (scrape.scrape_configs ?? []).map((job) => {
      const port = ports[job.job_name.replace(/^spendline-/, '')];
      return port === undefined ? job : { ...job, static_configs: [{ targets: [`${reachable(host)}:${port}`] }] };
    }),
  };
}
