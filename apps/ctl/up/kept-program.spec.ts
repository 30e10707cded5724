import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastLines, startServer } from '#libs/adapters/embedded';
import type { Advice } from '../advice.js';
import { Fleet } from './fleet.js';
import { KeptProgram, type Program, type RestartPolicy } from './kept-program.js';
import { PidFiles } from './pid-files.js';

const POLICY: RestartPolicy = { firstDelayMs: 1, maxEnds: 3, settledMs: 60_000 };
const FOREVER = `process.on('SIGTERM', () => { console.log('stopped'); process.exit(0); }); setInterval(() => {}, 1000);`;

let folder: string;
let pidFiles: PidFiles;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spendline-kept-'));
  pidFiles = new PidFiles(folder);
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A trivial program: up once it has said so in its log. */
function program(name: string, script: string, more: Partial<Program> = {}): Program {
  const logFile = join(folder, `${name}.log`);
  return {
    name,
    title: `The ${name}`,
    logFile,
    stopSignal: 'SIGTERM',
    firstStartMustSucceed: false,
    launch: (control) => {
      const args = ['-e', script];
      const isReady = () => lastLines(logFile).endsWith('up');
      const spec = { title: `The ${name}`, command: process.execPath, args, isReady, logFile, graceMs: 30_000 };
      return startServer({ ...spec, stopSignal: 'SIGTERM' }, control);
    },
    ...more,
  };
}

/** Starts a program and answers with what is told and why it is given up. */
function keep(kept: Program) {
  const told: string[] = [];
  let givenUp: (reason: Advice) => void = () => undefined;
  const reason = new Promise<Advice>((resolve) => (givenUp = resolve));
  const events = { tell: (text: string) => told.push(text), onGivenUp: givenUp };
  return { kept: new KeptProgram(kept, pidFiles, events, POLICY), told, reason };
}

describe('KeptProgram', () => {
  it('is up once it works, known by its pid file, and forgotten when it has stopped', async () => {
    const { kept, told } = keep(program('server', `console.log('up'); ${FOREVER}`));
    await kept.start();
    expect(pidFiles.leftovers()).toEqual([
      { name: 'server', pid: expect.any(Number) as number, stopSignal: 'SIGTERM' },
    ]);
    await kept.stop();
    expect(lastLines(join(folder, 'server.log'))).toBe('up\nstopped');
    expect(pidFiles.leftovers()).toEqual([]);
    expect(told).toEqual([]);
  });

  it('is started again when it ends by itself, and given up after a few times, with the end of its log', async () => {
    const end = join(folder, 'end');
    const untilToldTo = `setInterval(() => { if (require('fs').existsSync('${end}')) process.exit(7); }, 20);`;
    const { kept, told, reason } = keep(program('server', `console.log('disk full\\nup'); ${untilToldTo}`));
    await kept.start();
    writeFileSync(end, '');
    expect((await reason).message).toMatch(/^The server ended 3 times in a row\. .*exit code 7/);
    expect(told).toHaveLength(2);
    expect(told[0]).toMatch(
      /ended by itself \(exit code 7\).*\n.*disk full\n.*up\nThe server starts again in 0\.001 s\./,
    );
    expect(told[1]).toContain('again in 0.002 s.');
  });

  it('fails its first start at once where that must succeed', async () => {
    const { kept, told } = keep(
      program('server', `console.log('no'); process.exit(1)`, { firstStartMustSucceed: true }),
    );
    await expect(kept.start()).rejects.toThrow(/ended while starting \(exit code 1\)/);
    expect(told).toEqual([]);
  });

  it('tries a first start a few times otherwise', async () => {
    const { kept, told } = keep(program('server', `console.log('no'); process.exit(1)`));
    await expect(kept.start()).rejects.toThrow('3 times in a row');
    expect(told).toHaveLength(2);
  });

  it('is done without when it is optional', async () => {
    const script = `console.log('no'); process.exit(1)`;
    const { kept, told } = keep(program('extra', script, { firstStartMustSucceed: true, isOptional: true }));
    expect(await kept.start()).toBe(false);
    expect(told).toEqual([expect.stringMatching(/ended while starting(.*\n)*The rest goes on without it\.$/)]);
  });

  it('can be stopped while it starts', async () => {
    const { kept } = keep(program('server', FOREVER));
    const start = kept.start();
    const stopped = kept.stop();
    await expect(start).rejects.toThrow();
    await stopped;
    expect(pidFiles.leftovers()).toEqual([]);
  });

  it('can be stopped at the moment it comes up', async () => {
    const server = program('server', `console.log('up'); ${FOREVER}`);
    let isReady: () => void = () => undefined;
    const ready = new Promise<void>((resolve) => (isReady = resolve));
    // Its last look at whether the server is ready was on its way when it was told to stop, and says yes.
    const launch: Program['launch'] = async ({ onSpawned }) => {
      const running = await server.launch(onSpawned ? { onSpawned } : {});
      isReady();
      await new Promise((resolve) => setTimeout(resolve, 20));
      return running;
    };
    const { kept } = keep({ ...server, launch });
    const start = kept.start().catch((error: unknown) => error);
    await ready;
    await kept.stop();
    await start;
    expect(lastLines(join(folder, 'server.log'))).toBe('up\nstopped');
    expect(pidFiles.leftovers()).toEqual([]);
  });
});

describe('Fleet', () => {
  it('starts in waves and stops what came last first', async () => {
    const order: string[] = [];
    const fleet = new Fleet(pidFiles, { tell: () => undefined, onGivenUp: () => undefined }, POLICY);
    const watched = (name: string): Program => {
      const inner = program(name, `console.log('up'); ${FOREVER}`);
      return {
        ...inner,
        launch: async (control) => {
          const server = await inner.launch(control);
          order.push(`${name} up`);
          void server.ended.then(() => order.push(`${name} ended`));
          return server;
        },
      };
    };
    await fleet.start([watched('kafka')], (_, start) => start());
    await fleet.start([watched('monitor')], (_, start) => start());
    await fleet.stop();
    expect(order).toEqual(['kafka up', 'monitor up', 'monitor ended', 'kafka ended']);
    expect(existsSync(join(folder, 'kafka.json'))).toBe(false);
    await expect(fleet.start([watched('late')], (_, start) => start())).rejects.toThrow('being stopped');
  });
});
