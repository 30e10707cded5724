import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PidFiles } from './pid-files.js';

let folder: string;
let files: PidFiles;
let child: ChildProcess;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spendline-pid-'));
  files = new PidFiles(folder);
  child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
});
afterEach(() => {
  child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

it('finds what still runs and ends it', async () => {
  files.record('kafka', child.pid!, 'SIGTERM');
  const [leftover] = new PidFiles(folder).leftovers();
  expect(leftover).toEqual({ name: 'kafka', pid: child.pid, stopSignal: 'SIGTERM' });
  expect(await files.end(leftover!, 10_000)).toBe(true);
  expect(child.signalCode ?? (await once(child, 'exit'))[1]).toBe('SIGTERM');
  expect(readdirSync(folder)).toEqual([]);
});

it('ends by force what does not listen', async () => {
  const deaf = spawn(process.execPath, [
    '-e',
    `process.on('SIGTERM', () => {}); console.log(1); setInterval(() => {}, 1000)`,
  ]);
  await once(deaf.stdout, 'data');
  files.record('kafka', deaf.pid!, 'SIGTERM');
  expect(await files.end(files.leftovers()[0]!, 100)).toBe(true);
  expect(deaf.signalCode ?? (await once(deaf, 'exit'))[1]).toBe('SIGKILL');
});

it('leaves a process alone that merely has the pid', () => {
  writeFileSync(
    join(folder, 'kafka.json'),
    JSON.stringify({ pid: child.pid, identity: 'another boot 4711', stopSignal: 'SIGTERM' }),
  );
  expect(files.leftovers()).toEqual([]);
  expect(child.killed).toBe(false);
});

it.each([
  ['what was cut off', '{"pid": 1'],
  ['what is no record', '{"pid": -1, "identity": ""}'],
  ['an empty file', ''],
])('takes %s for nothing', (_, text) => {
  writeFileSync(join(folder, 'kafka.json'), text);
  expect(files.leftovers()).toEqual([]);
  expect(readdirSync(folder)).toEqual([]);
});

it('lets one supervisor have the folder at a time', () => {
  files.record('up', child.pid!, 'SIGTERM');
  expect(files.claim()).toBe(child.pid);
  expect(files.leftovers()).toEqual([]);
  files.release();
  expect(files.claim()).toBeUndefined();
  expect(files.supervisor()).toBe(process.pid);
});
