import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transformSync } from '@swc/core';

/** The subject as plain JavaScript, so that a real child process can be stopped in every way. */
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spendline-process-'));
  for (const file of ['stop', 'parent']) {
    const source = readFileSync(join(import.meta.dirname, `${file}.ts`), 'utf8');
    const { code } = transformSync(source, { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } });
    writeFileSync(join(folder, `${file}.js`), code);
  }
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
});
afterAll(() => rmSync(folder, { recursive: true }));

const READY = `process.stdout.write('ready\\n'); setInterval(() => {}, 1000);`;

function childScript(stop: string, graceMs: number, more = ''): string {
  const script = join(folder, `child-${Math.random().toString(36).slice(2)}.js`);
  writeFileSync(
    script,
    `import { stopGracefully } from './stop.js';
     const say = (text) => process.stdout.write(text + '\\n');
     stopGracefully({ stop: async (reason) => { say('stopping: ' + reason); ${stop} }, ${more}
       onFailure: (p) => say('failed: ' + p.message), graceMs: ${graceMs} });
     ${READY}`,
  );
  return script;
}

function start(
  stop: string,
  stdio: StdioOptions = ['ignore', 'pipe', 'inherit', 'ipc'],
  graceMs = 10_000,
): ChildProcess {
  return spawn(process.execPath, [childScript(stop, graceMs)], { stdio });
}

async function outcome(child: ChildProcess, act: () => void): Promise<{ said: string[]; code: number | null }> {
  const said: string[] = [];
  let acted = false;
  child.stdout?.on('data', (chunk: Buffer) => {
    said.push(...chunk.toString().trim().split('\n'));
    if (!acted && said.includes('ready')) {
      acted = true;
      act();
    }
  });
  await Promise.all([once(child, 'exit'), once(child.stdout!, 'end')]);
  return { said: said.slice(1), code: child.exitCode };
}

describe('stopGracefully', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('stops once on %s and ends with 0', async (signal) => {
    const child = start('');
    expect(await outcome(child, () => child.kill(signal))).toEqual({ said: [`stopping: ${signal}`], code: 0 });
  });

  it('stops when its supervisor is gone', async () => {
    const child = start('');
    expect(await outcome(child, () => child.disconnect())).toEqual({ said: ['stopping: parent gone'], code: 0 });
  });

  it('runs without a supervisor too', async () => {
    const child = start('', ['ignore', 'pipe', 'inherit']);
    expect((await outcome(child, () => child.kill('SIGTERM'))).code).toBe(0);
  });

  it('stops when the shell that npm puts in between is gone', async () => {
    const script = childScript('', 10_000, 'endsWithParent: true,');
    const shell = spawn('/bin/sh', ['-c', `"${process.execPath}" "${script}"; true`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const { said } = await outcome(shell, () => shell.kill('SIGTERM'));
    expect(said).toEqual(['stopping: parent gone']);
  });

  it('ends at once on a second signal', async () => {
    const child = start('process.kill(process.pid, "SIGINT"); await new Promise(() => {});');
    expect((await outcome(child, () => child.kill('SIGINT'))).code).toBe(130);
  });

  it('says what failed and ends with 1', async () => {
    const child = start('throw new Error("disk full");');
    expect(await outcome(child, () => child.kill('SIGTERM'))).toEqual({
      said: ['stopping: SIGTERM', 'failed: disk full'],
      code: 1,
    });
  });

  it('gives up waiting after the grace', async () => {
    const child = start('await new Promise(() => {});', undefined, 20);
    const { said, code } = await outcome(child, () => child.kill('SIGTERM'));
    expect(code).toBe(1);
    expect(said[1]).toContain('longer than 20 ms');
  });
});
