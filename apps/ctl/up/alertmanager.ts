import { join } from 'node:path';
import { type UpConfig, projectRoot } from '#libs/config';
import { planOptional, type OptionalPlan } from './optional-server.js';

/** Plans an Alertmanager with the shipped configuration, if one is installed and its port is free. */
export function planAlertmanager(config: UpConfig): Promise<OptionalPlan> {
  const { alertmanagerPort: port, places } = config;
  const args = (): string[] => [
    `--config.file=${join(projectRoot(), 'deploy', 'alertmanager', 'alertmanager.yml')}`,
    `--storage.path=${join(places.dataDir, 'alertmanager')}`,
    // One alone: without this it looks for others on a port of its own.
    '--cluster.listen-address=',
  ];
  const names = { name: 'alertmanager', title: 'Alertmanager', package: 'prometheus-alertmanager' };
  const commands = ['prometheus-alertmanager', 'alertmanager'];
  return planOptional({ ...names, commands, port, setting: 'SPENDLINE_ALERTMANAGER_PORT', args }, config);
}
