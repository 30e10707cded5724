import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { METRICS, type MetricDefinition } from '#libs/contract';
import {
  annotationQueries,
  dashboards,
  DEPLOY,
  deployedRules,
  panelQueries,
  variableQueries,
  type Deployed,
} from './deployed.js';
import { mentionsOf } from './promql.js';

/** Prometheus itself adds these to what it scrapes. */
const SCRAPED = { metrics: ['up'], labels: ['job', 'instance'] };

/** Of prom-client's default metrics those that dashboards show. */
const PROCESS = ['process_resident_memory_bytes', 'process_cpu_seconds_total'];

const rules = deployedRules();
const recorded = new Map(
  rules.filter(({ kind }) => kind === 'record').map(({ name, expression }) => [name, expression]),
);

/** The labels that a metric's series can have, or undefined for one that nobody exposes. */
function labelsOf(metric: string): readonly string[] | undefined {
  if (SCRAPED.metrics.includes(metric) || PROCESS.includes(metric)) return SCRAPED.labels;
  const source = recorded.get(metric);
  if (source !== undefined) return [...mentionsOf(source).labels];
  const catalogue: Readonly<Record<string, MetricDefinition>> = METRICS;
  const plain = catalogue[metric];
  // A histogram is never asked for by its own name, only by its series'.
  if (plain && plain.type !== 'histogram') return [...plain.labels, ...SCRAPED.labels];
  const [, base = '', series] = /^(.+)_(bucket|sum|count)$/.exec(metric) ?? [];
  const histogram = catalogue[base];
  if (histogram?.type !== 'histogram') return undefined;
  return [...histogram.labels, ...SCRAPED.labels, ...(series === 'bucket' ? ['le'] : [])];
}

function faultsOf({ where, expression }: Deployed): string[] {
  const { metrics, labels } = mentionsOf(expression);
  const unknown = [...metrics].filter((metric) => labelsOf(metric) === undefined);
  if (unknown.length > 0) return unknown.map((metric) => `${where} uses ${metric}, which nothing exposes`);
  if (metrics.size === 0) return [`${where} asks for no metric`];
  const known = new Set([...metrics].flatMap((metric) => labelsOf(metric) ?? []));
  return [...labels]
    .filter((label) => !known.has(label))
    .map((label) => `${where} uses ${label}, which is no label there`);
}

describe('dashboards and rules', () => {
  it('use only metrics and labels of the catalogue', () => {
    const everything = [...rules, ...panelQueries(), ...variableQueries(), ...annotationQueries()];
    expect(everything.length).toBeGreaterThan(40);
    expect(everything.flatMap(faultsOf)).toEqual([]);
  });

  it.each([
    ['an unknown metric', 'rate(spendline_cost_totals[5m])', 'uses spendline_cost_totals, which nothing exposes'],
    ['a histogram by its own name', 'spendline_commit_seconds', 'uses spendline_commit_seconds, which nothing exposes'],
    ['a bucket of what has none', 'spendline_late_total_bucket', 'uses spendline_late_total_bucket, which'],
    ['an unknown label in a matcher', 'spendline_window_cost{agent="a"}', 'uses agent, which is no label there'],
    ['an unknown label in a grouping', 'sum by (team) (spendline_window_cost)', 'uses team, which is no label there'],
    ['no metric at all', 'vector(1)', 'asks for no metric'],
  ])('are caught when they use %s', (_case, expression, fault) => {
    expect(faultsOf({ where: 'here', expression })).toEqual([expect.stringContaining(fault)]);
  });

  it('explain each alert, with a runbook that is there', () => {
    const alerts = rules.filter(({ kind }) => kind === 'alert');
    expect(alerts.length).toBeGreaterThan(0);
    for (const { name, annotations } of alerts) {
      expect(Object.keys(annotations).sort()).toEqual(['description', 'runbook', 'summary']);
      expect(annotations['runbook']).toBe(`docs/runbooks/${name}.md`);
      expect(existsSync(join(DEPLOY, '..', `docs/runbooks/${name}.md`))).toBe(true);
    }
  });

  it('have one identity each, and the variables that people choose by', () => {
    const all = [...dashboards().values()];
    expect(new Set(all.map(({ uid }) => uid)).size).toBe(all.length);
    const chosenBy = Object.fromEntries(
      all.map(({ uid, templating }) => [uid, templating.list.map(({ name }) => name).sort()]),
    );
    expect(chosenBy).toEqual({
      'spendline-now': ['channel', 'console', 'datasource', 'window'],
      'spendline-budgets': ['budget', 'console', 'datasource'],
      'spendline-people': ['agent', 'console', 'datasource', 'team', 'window'],
      'spendline-health': ['console', 'datasource', 'job'],
    });
  });

  it('lead to each other and to the console, and mark when signals fire', () => {
    for (const { links, annotations } of dashboards().values()) {
      expect(links.map(({ type }) => type)).toEqual(['dashboards', 'link']);
      expect(links[1]?.url).toBe('${console}/#/signals');
      expect(annotations.list).toHaveLength(2);
    }
  });
});
