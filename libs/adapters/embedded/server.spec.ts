import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServerSpec, answers, lastLines, startServer } from './server.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'spendline-server-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const FOREVER = `setInterval(() => {}, 1000);`;

/** A server that is ready once its log says so. */
function spec(script: string, more: Partial<ServerSpec> = {}): ServerSpec {
  const logFile = join(folder, 'server.log');
  return {
    title: 'The server',
    command: process.execPath,
    args: ['-e', script],
    isReady: () => lastLines(logFile).includes('ready'),
    logFile,
    stopSignal: 'SIGTERM',
    graceMs: 30_000,
    ...more,
  };
}

describe('startServer', () => {
  it('starts, is ready, and stops in good order', async () => {
    const spawned: number[] = [];
    const script = `console.log('ready'); process.on('SIGTERM', () => { console.log('bye'); process.exit(0); }); ${FOREVER}`;
    const server = await startServer(spec(script), { onSpawned: (pid) => spawned.push(pid) });
    expect(spawned).toEqual([server.pid]);
    await server.stop();
    expect(await server.ended).toBe('exit code 0');
    expect(lastLines(join(folder, 'server.log'))).toBe('ready\nbye');
  });

  it('kills what will not stop', async () => {
    const stubborn: ServerSpec & { graceMs: number } = spec(
      `process.on('SIGTERM', () => {}); console.log('ready'); ${FOREVER}`,
    );
    const server = await startServer(stubborn);
    stubborn.graceMs = 200;
    await server.stop();
    expect(await server.ended).toBe('SIGKILL');
  });

  it('says how it ended and shows the end of its log when it does not come up', async () => {
    const start = startServer(spec(`console.error('port 1 is taken'); process.exit(3)`));
    await expect(start).rejects.toThrow(/The server ended while starting \(exit code 3\).*\n.*port 1 is taken/);
  });

  it('gives up on one that is never ready', async () => {
    await expect(startServer(spec(FOREVER, { graceMs: 200 }))).rejects.toThrow('was not ready within 0.2 s');
  });

  it('says when there is no such program', async () => {
    await expect(startServer(spec('', { command: join(folder, 'nothing') }))).rejects.toThrow(
      /could not be started: .*ENOENT/,
    );
  });

  it('stops what it began when the start is given up', async () => {
    const giveUp = new AbortController();
    const pids: number[] = [];
    const start = startServer(spec(FOREVER), { signal: giveUp.signal, onSpawned: (pid) => pids.push(pid) });
    giveUp.abort();
    await expect(start).rejects.toThrow();
    expect(() => process.kill(pids[0]!, 0)).toThrow('ESRCH');
  });

  it('appends to its log, and sets a large one aside', async () => {
    const logFile = join(folder, 'server.log');
    writeFileSync(logFile, Buffer.alloc(21 * 1024 * 1024, 'x'));
    const server = await startServer(spec(`console.log('ready'); ${FOREVER}`));
    await server.stop();
    expect(readFileSync(logFile, 'utf8')).toBe('ready\n');
    expect(statSync(`${logFile}.old`).size).toBe(21 * 1024 * 1024);
  });
});

it('answers tells whether somebody listens', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  expect(await answers(port)).toBe(true);
  await new Promise((resolve) => server.close(resolve));
  expect(await answers(port)).toBe(false);
});
