import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createMetrics, startMetricsServer, type Metrics, type MetricsServer } from '#libs/adapters/prometheus';
import { annotationQueries, DEPLOY, deployedRules, panelQueries, variableQueries, type Deployed } from './deployed.js';
import { isInstalled, startPrometheus, type QueryResult, type RunningPrometheus } from './prometheus-process.js';
import { mentionsOf } from './promql.js';
import { eventually } from '../../libs/testing/eventually.js';
import { sampleDelivery, sampleLedger, sampleMonitor } from './sample-centre.js';

const PROMETHEUS = 'prometheus (with promtool) is not installed: apt-get install prometheus';
const ALERTMANAGER = 'amtool is not installed: apt-get install prometheus-alertmanager';

/** A describe that skips, with the reason in its name, where a program is missing. */
function describeWith(programs: readonly string[], missing: string, name: string, tests: () => void): void {
  if (programs.every(isInstalled)) describe(name, tests);
  else describe.skip(`${name} (${missing})`, tests);
}

function run(program: string, ...parameters: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(program, parameters, { encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

describeWith(['promtool'], PROMETHEUS, 'promtool', () => {
  const rulesFolder = join(DEPLOY, 'prometheus/rules');
  const filesOf = (ending: string) =>
    readdirSync(rulesFolder)
      .filter((file) => file.endsWith(ending))
      .map((file) => join(rulesFolder, file));

  it('accepts the configuration and the rules', () => {
    const { status, output } = run('promtool', 'check', 'config', join(DEPLOY, 'prometheus/prometheus.yml'));
    expect(output).toContain(`${String(filesOf('.rules.yml').length)} rule files found`);
    expect(output).not.toContain('FAILED');
    expect(status).toBe(0);
  });

  it.each(filesOf('.test.yml'))('finds each rule to do what %s says', (file) => {
    const { status, output } = run('promtool', 'test', 'rules', file);
    expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining('SUCCESS') as string });
  });

  it.each(deployedRules().filter(({ kind }) => kind === 'alert'))('has a test in which $name fires', ({ name }) => {
    const { status, output } = run('grep', '-A', '3', '-F', `alertname: ${name}`, ...filesOf('.test.yml'));
    expect(status).toBe(0);
    expect(output).toContain('exp_labels');
  });
});

describeWith(['amtool'], ALERTMANAGER, 'amtool', () => {
  it('accepts the configuration of Alertmanager', () => {
    const { status, output } = run('amtool', 'check-config', join(DEPLOY, 'alertmanager/alertmanager.yml'));
    expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining('SUCCESS') as string });
  });
});

describeWith(['prometheus'], PROMETHEUS, 'Prometheus scraping our metrics', () => {
  let prometheus: RunningPrometheus | undefined;
  const servers: MetricsServer[] = [];

  async function serve(registry: Metrics): Promise<number> {
    const health = () => ({ live: true, ready: true, details: {} });
    const server = await startMetricsServer({ port: 0, registry, health });
    servers.push(server);
    return server.port;
  }

  beforeAll(async () => {
    prometheus = await startPrometheus({
      'spendline-monitor': await serve(sampleMonitor()),
      'spendline-ledger': await serve(sampleLedger()),
      'spendline-api': await serve(createMetrics()),
      'spendline-delivery': await serve(sampleDelivery()),
    });
  });

  afterAll(async () => {
    await prometheus?.stop();
    await Promise.all(servers.map((server) => server.close()));
  });

  async function query(expression: string): Promise<readonly QueryResult[]> {
    if (!prometheus) throw new Error('prometheus did not start');
    return prometheus.query(expression);
  }

  /** Expressions without a series, or with nothing but NaN. */
  async function unanswered(deployed: readonly Deployed[]): Promise<string[]> {
    const missing: string[] = [];
    for (const { where, expression } of deployed) {
      const result = await query(expression);
      if (!result.some(({ value }) => Number.isFinite(Number(value[1])))) missing.push(`${where}: ${expression}`);
    }
    return missing;
  }

  /**
   * Waits until each has an answer: rates need a few scrapes, rules that build on rules need their turn, and where a scrape
   * takes longer than its second, its series are gone until the next one.
   */
  const allAnswered = (deployed: readonly Deployed[]): Promise<string[]> =>
    eventually(
      'an answer to each query',
      () => unanswered(deployed),
      ({ length }) => length === 0,
    );

  it('reaches every process', async () => {
    const all = ['spendline-api', 'spendline-delivery', 'spendline-ledger', 'spendline-monitor'];
    await eventually(
      `the jobs ${all.join()} to be up`,
      async () => (await query('up == 1')).map(({ metric }) => metric['job'] ?? '').sort(),
      (jobs) => jobs.join() === all.join(),
    );
  });

  it("has data for every panel's queries and every variable", async () => {
    await allAnswered([...panelQueries(), ...variableQueries(), ...annotationQueries()]);
  });

  it('records every recording rule', async () => {
    const recorded = deployedRules().filter(({ kind }) => kind === 'record');
    await allAnswered(recorded.map(({ where, name }) => ({ where, expression: name })));
  });

  it('evaluates every rule without error', async () => {
    // Each has its turn.
    const rules = await eventually(
      'every rule to be evaluated',
      () => prometheus!.rules(),
      (all) => all.every(({ health }) => health !== 'unknown'),
    );
    expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
    expect(rules.map(({ name }) => name).sort()).toEqual(
      deployedRules()
        .map(({ name }) => name)
        .sort(),
    );
  });

  it('has the series that every alert looks at', async () => {
    const looked = deployedRules().flatMap(({ kind, where, expression }) =>
      kind === 'alert'
        ? [...mentionsOf(expression).selectors].map((selector) => ({ where, expression: selector }))
        : [],
    );
    expect(looked.length).toBeGreaterThan(0);
    await allAnswered(looked);
  });

  it('shows the figures that were exposed', async () => {
    const value = async (expression: string) =>
      Number(
        (
          await eventually(
            expression,
            () => query(expression),
            ({ length }) => length > 0,
          )
        )[0]?.value[1],
      );
    expect(await value('spendline_window_cost{scope="all", window="1h", dimension="labour"}')).toBe(120 * 11 * 16);
    expect(await value('sum(spendline_window_cost{scope="agent", window="month"})')).toBeCloseTo(120 * 3100 * 16.3, 3);
    expect(await value('count(spendline_window_interactions{scope="agent", window="5m"})')).toBe(60);
    expect(await value('sum(spendline_signals_firing)')).toBe(7);
  });
});
