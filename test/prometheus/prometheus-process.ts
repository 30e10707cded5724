import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { eventually } from '../../libs/testing/eventually.js';
import { freePort } from '../../libs/testing/free-port.js';
import { DEPLOY } from './deployed.js';

/** One series of an instant query's answer. */
export interface QueryResult {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [time: number, value: string];
}

/** A rule as Prometheus reports it. */
export interface RuleStatus {
  readonly name: string;
  readonly health: 'ok' | 'err' | 'unknown';
  readonly lastError?: string;
}

/** A Prometheus of the test's own. */
export interface RunningPrometheus {
  /** An instant query now. Throws with Prometheus' own message when it does not accept the expression. */
  query(expression: string): Promise<readonly QueryResult[]>;
  rules(): Promise<readonly RuleStatus[]>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

interface PrometheusConfig {
  global: Record<string, string>;
  rule_files: string[];
  alerting?: unknown;
  scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[];
}

/** Whether a program is installed. */
export function isInstalled(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
}

/**
 * Starts Prometheus with our own configuration and rules, but with these ports as the targets of its jobs (jobs that are
 * not named are left out), a second between scrapes, and no Alertmanager. Resolves when it answers.
 */
export async function startPrometheus(ports: Readonly<Record<string, number>>): Promise<RunningPrometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'spendline-prometheus-'));
  const port = await freePort();
  writeFileSync(join(folder, 'prometheus.yml'), configFor(ports));
  const address = `127.0.0.1:${String(port)}`;
  const child = spawn('prometheus', [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=${address}`,
  ]);
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  await eventually(
    'Prometheus to be ready',
    async () => {
      if (child.exitCode !== null)
        throw new Error(`prometheus ended with code ${String(child.exitCode)}: ${log.slice(-2000)}`);
      const answer = await fetch(`http://${address}/-/ready`).catch(() => undefined);
      return { ok: answer?.ok, log: log.slice(-500) };
    },
    ({ ok }) => ok === true,
  );
  return {
    query: (expression) => query(address, expression),
    rules: () => rules(address),
    stop: async () => {
      await end(child);
      rmSync(folder, { recursive: true });
    },
  };
}

function configFor(ports: Readonly<Record<string, number>>): string {
  const { scrape_configs: jobs, ...config } = parse(
    readFileSync(join(DEPLOY, 'prometheus/prometheus.yml'), 'utf8'),
  ) as PrometheusConfig;
  delete config.alerting;
  return stringify({
    ...config,
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: [join(DEPLOY, 'prometheus/rules/*.rules.yml')],
    scrape_configs: jobs.flatMap((job) => {
      const port = ports[job.job_name];
      return port === undefined ? [] : [{ ...job, static_configs: [{ targets: [`127.0.0.1:${String(port)}`] }] }];
    }),
  });
}

async function query(address: string, expression: string): Promise<readonly QueryResult[]> {
  const response = await fetch(`http://${address}/api/v1/query`, {
    method: 'POST',
    body: new URLSearchParams({ query: expression }),
  });
  const answer = (await response.json()) as { status: string; error?: string; data?: { result: QueryResult[] } };
  if (!answer.data) throw new Error(`${expression}: ${String(answer.error)}`);
  return answer.data.result;
}

async function rules(address: string): Promise<readonly RuleStatus[]> {
  const response = await fetch(`http://${address}/api/v1/rules`);
  const { data } = (await response.json()) as { data: { groups: { rules: RuleStatus[] }[] } };
  return data.groups.flatMap((group) => group.rules);
}

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}
