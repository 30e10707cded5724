import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';

const PROGRAM = 'prometheus-alertmanager';

/** A real Alertmanager of a test. */
export interface TestAlertmanager {
  /** Where it serves HTTP. */
  readonly origin: string;
  /** Ends it; resolves when it writes to its folder no more. */
  stop(): Promise<void>;
}

/** Whether there is one on this machine. */
export function hasAlertmanager(): boolean {
  return spawnSync(PROGRAM, ['--version']).status === 0;
}

/** Starts one with its data in a folder, which tells a webhook of each signal by itself, and at once. */
export async function startAlertmanager(folder: string, webhook: string): Promise<TestAlertmanager> {
  const address = `127.0.0.1:${await freePort()}`;
  const origin = `http://${address}`;
  const config = join(folder, 'alertmanager.yml');
  writeFileSync(
    config,
    `route: { receiver: behind, group_by: [signal], group_wait: 0s, group_interval: 1s, repeat_interval: 1h }
receivers: [{ name: behind, webhook_configs: [{ url: '${webhook}' }] }]
`,
  );
  const child = spawn(
    PROGRAM,
    [
      `--config.file=${config}`,
      `--web.listen-address=${address}`,
      '--cluster.listen-address=',
      `--storage.path=${join(folder, 'alertmanager')}`,
    ],
    { stdio: 'ignore' },
  );
  const ended = once(child, 'exit');
  await eventually('Alertmanager', () =>
    fetch(`${origin}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  return {
    origin,
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}
