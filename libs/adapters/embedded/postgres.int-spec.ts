import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { eventually } from '../../testing/eventually.js';
import { freePort } from '../../testing/free-port.js';
import { startPostgres, type EmbeddedPostgresOptions } from './postgres.js';

const asRoot = process.getuid?.() === 0 ? it : it.skip;
if (process.getuid?.() !== 0) console.log('Skipped: only root has to run Postgres under another account.');

let top: string;
beforeEach(() => (top = mkdtempSync(join(tmpdir(), 'spendline-pg-'))));
afterEach(() => rmSync(top, { recursive: true, force: true }));

async function options(folder: string): Promise<EmbeddedPostgresOptions> {
  return { folder, password: 'for-tests-only', port: await freePort(), logFile: join(top, 'postgres.log') };
}

asRoot('runs under another account, in its own folder where that can be reached', async () => {
  const folder = join(top, 'postgres');
  const server = await startPostgres(await options(folder));
  await server.stop();
  expect(statSync(folder).uid).not.toBe(0);
  expect(lstatSync(folder).isSymbolicLink()).toBe(false);
});

asRoot('goes elsewhere where the folder cannot be reached, with a link to it, and finds it again', async () => {
  const folder = join(top, 'data', 'postgres');
  mkdirSync(dirname(folder));
  const first = await startPostgres(await options(folder));
  await first.stop();
  const place = realpathSync(folder);
  expect(place).toMatch(/^\/var\/lib\/spendline\//);
  const second = await startPostgres(await options(folder));
  await second.stop();
  expect(realpathSync(folder)).toBe(place);
  rmSync(dirname(place), { recursive: true });
});

it('makes its folder whole or not at all', async () => {
  const folder = join(top, 'postgres');
  mkdirSync(`${folder}.new`);
  writeFileSync(join(`${folder}.new`, 'PG_VERSION'), 'half made');
  const server = await startPostgres(await options(folder));
  await server.stop();
  expect(existsSync(`${folder}.new`)).toBe(false);
  expect(existsSync(`${folder}.password`)).toBe(false);
  expect(readFileSync(join(folder, 'PG_VERSION'), 'utf8').trim()).toBe('18');
});

it('does not touch what another version made', async () => {
  const folder = join(top, 'postgres');
  mkdirSync(folder);
  writeFileSync(join(folder, 'PG_VERSION'), '9.6\n');
  await expect(startPostgres(await options(folder))).rejects.toThrow(
    /was made by Postgres 9\.6 and this is 18; move it away/,
  );
});

it('starts after one that was killed, as soon as the last of its processes is gone', async () => {
  const place = await options(join(top, 'postgres'));
  const killed = await startPostgres(place);
  const left = spawnSync('pgrep', ['-P', String(killed.pid)], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter(Boolean);
  for (const pid of left) process.kill(Number(pid), 'SIGSTOP');
  killed.kill();
  await killed.ended;
  const starting = startPostgres(place);
  await eventually(
    'the refusal to start beside them',
    () => readFileSync(place.logFile, 'utf8'),
    (log) => log.includes('shared memory block'),
  );
  for (const pid of left) process.kill(Number(pid), 'SIGCONT');
  await (await starting).stop();
});
