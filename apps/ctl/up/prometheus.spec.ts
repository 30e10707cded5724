import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '#libs/config';
import { parse } from 'yaml';
import { retarget } from './prometheus.js';

type ScrapeFile = Parameters<typeof retarget>[0];

it('scrapes every program of the shipped configuration where this installation listens', () => {
  const folder = join(projectRoot(), 'deploy', 'prometheus');
  const shipped = parse(readFileSync(join(folder, 'prometheus.yml'), 'utf8')) as ScrapeFile;
  const moved = retarget(shipped, folder, {
    host: '0.0.0.0',
    apiPort: 8080,
    metricsPort: 7000,
    alertmanagerPort: 7005,
  });
  const targets = moved.scrape_configs?.map((job) => [job.job_name, job.static_configs?.[0]?.targets]);
  expect(Object.fromEntries(targets ?? [])).toEqual({
    'spendline-monitor': ['127.0.0.1:7000'],
    'spendline-ledger': ['127.0.0.1:7001'],
    'spendline-simulator': ['127.0.0.1:7002'],
    'spendline-delivery': ['127.0.0.1:7003'],
    'spendline-api': ['127.0.0.1:8080'],
  });
  expect(moved.alerting).toEqual({ alertmanagers: [{ static_configs: [{ targets: ['127.0.0.1:7005'] }] }] });
  expect(moved.rule_files).toEqual([join(folder, 'rules', '*.rules.yml')]);
});
