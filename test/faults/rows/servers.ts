import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { migrate } from '#libs/adapters/postgres';
import { postgresMissing, startTestPostgres, type TestPostgres } from '#libs/testing';
import { KafkaBroker } from '../../../libs/testing/kafka/index.js';
import { MonitorProcess } from '../monitor-process.js';
import { resultOf, type Row } from '../row.js';
import { until } from '../scene.js';

const DISK_MIB = 160;

/** The disk under the broker's log fills up; later there is room again. */
export const diskFull: Row = {
  name: 'disk-full',
  fault: `the disk of the broker (${DISK_MIB} MiB) fills up; then there is room again, and it is started again`,
  holds: 'what was acknowledged is stored; nothing lost or doubled',
  rounds: { short: 1, full: 5 },
  weight: 2,
  skip: () => (process.getuid?.() === 0 ? undefined : 'only root may mount a small disk'),
  run: async ({ rounds, isOver, scene: setScene, say, grounds }) => {
    await grounds.clear();
    const disk = mkdtempSync(join(tmpdir(), 'spendline-disk-'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MIB}m`, 'spendline-test', disk], { stdio: 'pipe' });
    } catch (error) {
      rmSync(disk, { recursive: true });
      throw new Error('no tmpfs could be mounted', { cause: error });
    }
    const filler = join(disk, 'filler');
    let broker: KafkaBroker | undefined;
    try {
      mkdirSync(join(disk, 'broker'));
      broker = await KafkaBroker.start('', undefined, { parent: join(disk, 'broker') });
      const scene = await setScene(broker);
      await scene.startMonitor();
      scene.startLoad();
      await scene.untilWhole();
      let filled = 0;
      while (filled < rounds && !isOver()) {
        fill(filler);
        filled += 1;
        say(`disk full, ${filled} of ${rounds}`);
        await sleep(6_000);
        rmSync(filler);
        // Kafka takes a log folder that it could not write to out of service, and ends if it was the only one.
        await broker.kill9();
        await broker.restart();
        scene.fault('room again, broker restarted');
        if (!scene.monitors.some(({ isRunning }) => isRunning)) await scene.startMonitor();
        await scene.untilWhole(undefined, 270_000);
        await sleep(1_000);
      }
      const verdict = await scene.judge();
      await scene.end();
      return resultOf(scene, verdict, `filled ${filled} times`);
    } finally {
      await broker?.stop();
      execFileSync('umount', ['-l', disk], { stdio: 'pipe' });
      rmSync(disk, { recursive: true, force: true });
    }
  },
};

/** Writes until nothing fits any more. */
function fill(file: string): void {
  const block = Buffer.alloc(1_048_576);
  for (;;) {
    try {
      writeFileSync(file, block, { flag: 'a' });
    } catch {
      return;
    }
  }
}

/** Postgres dies, is frozen and restarts under the ledger while the monitor goes on. */
export const postgresOutage: Row = {
  name: 'postgres',
  fault: 'Postgres is killed (-9) for 4 s, frozen for 4 s, restarted',
  holds: 'no process ends; the ledger has each row once and goes on within 2 s; the monitor does not notice',
  rounds: { short: 3, full: 30 },
  weight: 2,
  goalSeconds: () => 2,
  skip: async () => postgresMissing(),
  run: async ({ rounds, isOver, scene: setScene, grounds, say }) => {
    const [scene, postgres] = [await setScene(await grounds.one()), await startTestPostgres()];
    let ledger: MonitorProcess | undefined;
    try {
      await migrate(postgres.url);
      const monitor = await scene.startMonitor();
      ledger = await MonitorProcess.start({ ...scene.environment, DATABASE_URL: postgres.url }, [], 'ledger');
      scene.startLoad();
      await scene.untilWhole();
      await until('the first rows', async () => (await rowsOf(postgres)) > 0);
      const recoveries: number[] = [];
      let outages = 0;
      while (outages < rounds && !isOver()) {
        await interrupt(postgres, outages % 3);
        outages += 1;
        scene.fault(`Postgres back, ${outages} of ${rounds}`);
        recoveries.push(await progressOf(postgres));
        say(`rows again after ${recoveries.at(-1)?.toFixed(1) ?? ''} s`);
        await sleep(1_000);
      }
      const problems = [monitor, ledger].filter(({ isRunning }) => !isRunning).map(({ lines }) => lines.at(-1) ?? '');
      const verdict = await scene.judge();
      const expected = verdict.costEvents;
      await until('the ledger to catch up', async () => (await rowsOf(postgres)) >= expected, 180_000).catch(() =>
        problems.push('the ledger did not catch up'),
      );
      const [row] = await postgres.query<{ n: string; ids: string }>(
        'SELECT count(*) AS n, count(DISTINCT (source, source_id, revision)) AS ids FROM cost_event',
      );
      if (row?.n !== String(expected) || row.ids !== row.n)
        problems.push(`the ledger has ${row?.n ?? 'no'} rows of ${row?.ids ?? 'no'} cost events, of ${expected}`);
      const result = resultOf(scene, verdict, `${outages} outages, ${row?.n ?? ''} ledger rows`, problems);
      return { ...result, recoveries };
    } finally {
      await ledger?.stop();
      await postgres.remove();
    }
  },
};

async function interrupt(postgres: TestPostgres, kind: number): Promise<void> {
  if (kind === 0) {
    await postgres.kill();
    await sleep(4_000);
    await postgres.start();
  } else if (kind === 1) {
    await postgres.freeze(4_000);
  } else {
    await postgres.restart();
  }
}

async function rowsOf(postgres: TestPostgres): Promise<number> {
  const [row] = await postgres.query<{ n: string }>('SELECT count(*) AS n FROM cost_event');
  return Number(row?.n);
}

/** Seconds until there are more rows than now. */
async function progressOf(postgres: TestPostgres): Promise<number> {
  const began = performance.now();
  const before = await rowsOf(postgres);
  await until('rows of the ledger', async () => (await rowsOf(postgres)) > before, 180_000);
  return (performance.now() - began) / 1000;
}
