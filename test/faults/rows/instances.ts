import { setTimeout as sleep } from 'node:timers/promises';
import type { MonitorProcess, Sabotage } from '../monitor-process.js';
import { POINTS } from '../monitor-process.js';
import { resultOf, type Row, type RowContext } from '../row.js';
import { until } from '../scene.js';

/** At a point, during one of the transactions that come next. */
function sabotage(random: RowContext['random'], action: Sabotage['action'], ms?: number): Sabotage {
  const point = POINTS[random.below(POINTS.length)] ?? 'sent';
  return { point, after: random.below(15), action, ...(ms !== undefined && { ms }) };
}

/** Two monitors share the work; one after the other is killed in mid-transaction, and now and then both. */
export const crash: Row = {
  name: 'crash',
  fault: 'a monitor is killed (-9) inside a transaction',
  holds: 'nothing lost or doubled; the other takes over within session timeout + 5 s',
  rounds: { short: 3, full: 200 },
  weight: 10,
  goalSeconds: (session) => session + 5,
  run: async ({ random, rounds, isOver, scene: setScene, grounds }) => {
    const scene = await setScene(await grounds.one());
    const start = (): Promise<MonitorProcess> => scene.startMonitor([sabotage(random, 'kill')]);
    const pair = [await start(), await start()];
    scene.startLoad();
    await scene.untilWhole(pair);
    let kills = 0;
    while (kills < rounds && !isOver()) {
      const both = random.chance(0.1);
      const victims = both ? [0, 1] : [random.below(2)];
      for (const at of victims) pair[at]?.arm();
      await until('the sabotage', () => victims.every((at) => pair[at]?.isRunning === false), 180_000);
      kills += victims.length;
      scene.fault(`kill ${kills} of ${rounds}${both ? ', both at once' : ''}`);
      for (const at of victims) pair[at] = await start();
      await scene.untilWhole(pair);
      // Somewhere in its work, not always at the start of it.
      await sleep(random.below(1_500));
    }
    const verdict = await scene.judge();
    return resultOf(scene, verdict, `${kills} kills`);
  },
};

/** One of two monitors is stopped, the other takes over and goes on; then the first wakes up in mid-transaction. */
export const zombie: Row = {
  name: 'zombie',
  fault: 'a monitor sleeps (SIGSTOP) before begin, after send, after offsets, between two; wakes after the take-over',
  holds: 'it is fenced and writes nothing more',
  rounds: { short: 2, full: 100 },
  weight: 7,
  goalSeconds: (session) => session + 5,
  run: async ({ random, rounds, isOver, scene: setScene, grounds, say }) => {
    const scene = await setScene(await grounds.one());
    const first = random.below(POINTS.length);
    const pointOf = (round: number): Sabotage['point'] => POINTS[(first + round) % POINTS.length] ?? 'sent';
    const plan = Array.from({ length: rounds }, (_, round): Sabotage => ({
      point: pointOf(round),
      after: random.below(15),
      action: 'stop',
    }));
    const [other, sleeper] = [await scene.startMonitor(), await scene.startMonitor(plan)];
    scene.startLoad();
    await scene.untilWhole();
    let rested = 0;
    while (rested < rounds && !isOver()) {
      await until('the sleeper to have work', async () => (await sleeper.tasks('cost')).length > 0);
      sleeper.arm();
      await until('the sleeper to sleep', () => sleeper.isStopped);
      rested += 1;
      scene.fault(`asleep at ${pointOf(rested - 1)}, ${rested} of ${rounds}`);
      await scene.untilWhole([other]);
      await sleep(500);
      sleeper.signal('SIGCONT');
      await until(
        'both at work again',
        async () => (await sleeper.tasks('cost')).some(isOpen) && (await scene.isWhole()),
      );
    }
    const fenced = sleeper.saying('another process took these tasks over').length;
    say(`fenced ${fenced} times`);
    const ended = [other, sleeper].filter(({ isRunning }) => !isRunning).length;
    const verdict = await scene.judge();
    const problems = [
      ...(ended > 0 ? [`${ended} monitors ended by themselves`] : []),
      ...(rested > 0 && fenced === 0 ? ['the sleeper was never fenced'] : []),
    ];
    return resultOf(scene, verdict, `${rested} sleeps, fenced ${fenced} times`, problems);
  },
};

/** The old owner wakes while the new one is about to take its lock: the race that the lock is for. */
export const lateCommit: Row = {
  name: 'late-commit',
  fault: 'an old owner commits while the new one takes over',
  holds: 'one of the two commits counts, and the new owner goes on from it',
  rounds: { short: 1, full: 25 },
  weight: 3,
  run: async ({ random, rounds, isOver, scene: setScene, grounds }) => {
    const scene = await setScene(await grounds.one());
    scene.startLoad();
    let done = 0;
    while (done < rounds && !isOver()) {
      const points = ['sent', 'offsets'] as const;
      const old = await scene.startMonitor([
        { point: points[done % 2] ?? 'sent', after: random.below(10), action: 'stop' },
      ]);
      await scene.untilWhole([old]);
      old.arm();
      await until('the old owner to sleep', () => old.isStopped);
      scene.fault(`old owner asleep, ${done + 1} of ${rounds}`);
      // Armed before its first take-over, the new one hesitates there while the old one wakes up.
      const heir = await scene.startMonitor([{ point: 'take-over', after: 0, action: 'delay', ms: 1_500 }]);
      await until('the heir to run', () => heir.saying('reference data read').length > 0);
      heir.arm();
      await until('the heir to hesitate', () => heir.saying('sabotage: delay').length > 0, 120_000);
      await sleep(random.below(1_500));
      old.signal('SIGCONT');
      await scene.untilWhole([old, heir]);
      done += 1;
      await sleep(1_000);
      await old.stop('SIGKILL');
      if (done < rounds) await heir.stop();
    }
    const verdict = await scene.judge();
    return resultOf(scene, verdict, `${done} races`);
  },
};

/** One of two monitors stands still inside a transaction for longer than its session. */
export const slowBatch: Row = {
  name: 'slow-batch',
  fault: 'a batch takes longer than the session; waiting and with the process blocked',
  holds: 'no double output; it finds back into the group',
  rounds: { short: 2, full: 20 },
  weight: 2,
  run: async ({ random, rounds, isOver, sessionMs, scene: setScene, grounds }) => {
    const scene = await setScene(await grounds.one());
    const plan = Array.from({ length: rounds }, (_, round): Sabotage => ({
      point: 'sent',
      after: random.below(10),
      action: round % 2 === 0 ? 'delay' : 'block',
      ms: sessionMs + 2_000,
    }));
    const [slow] = [await scene.startMonitor(plan), await scene.startMonitor()];
    scene.startLoad();
    await scene.untilWhole();
    let done = 0;
    while (done < rounds && !isOver()) {
      await until('the slow one to have work', async () => (await slow.tasks('cost')).some(isOpen));
      slow.arm();
      await until('the slow batch', () => slow.saying('sabotage').length > done || slow.isStopped);
      done += 1;
      scene.fault(`slow batch ${done} of ${rounds}`);
      await sleep(sessionMs + 3_000);
      await scene.untilWhole();
    }
    const verdict = await scene.judge();
    const problems = slow.isRunning ? [] : [`the slow monitor ended: ${slow.outcome ?? ''}`];
    return resultOf(scene, verdict, `${done} slow batches`, problems);
  },
};

/** What one task has to do keeps whoever owns it busy for longer than the session, every time. */
export const busyOwner: Row = {
  name: 'busy-owner',
  fault: 'every transaction of one task keeps its process busy for longer than the session, in any monitor',
  holds: 'its owner joins again with a longer session, and the task goes on',
  rounds: { short: 1, full: 5 },
  weight: 2,
  run: async ({ rounds, isOver, sessionMs, scene: setScene, grounds }) => {
    const scene = await setScene(await grounds.one());
    const step = { point: 'send', after: 0, ms: sessionMs + 1_500, only: '-merge-set-0', always: true } as const;
    const rest = { ...step, action: 'delay', ms: 0 } as const;
    const plan = Array.from({ length: rounds }, () => [{ ...step, action: 'work' } as const, rest]).flat();
    const pair = [await scene.startMonitor(plan), await scene.startMonitor(plan)];
    scene.startLoad();
    await scene.untilWhole();
    /** What the task has read; a monitor that is busy says nothing. */
    const read = async (): Promise<number> => {
      const tasks = (await Promise.all(pair.map((each) => each.tasks('merge')))).flat();
      const owned = tasks.filter(({ partition }) => partition === 0);
      return Math.max(-1, ...owned.flatMap(({ positions }) => Object.values(positions).map(Number)));
    };
    let done = 0;
    while (done < rounds && !isOver()) {
      for (const each of pair) each.arm();
      scene.fault(`busy ${done + 1} of ${rounds}`);
      for (let commits = 0, before = await read(); commits < 3; commits += 1) {
        await until('the busy task to go on', async () => (await read()) > before, 180_000);
        before = await read();
      }
      for (const each of pair) each.arm();
      done += 1;
      await scene.untilWhole();
    }
    const verdict = await scene.judge();
    const joined = pair.flatMap((each) => each.saying('busy for longer than its session')).length;
    const problems = joined > 0 ? [] : ['nobody said that it was busy'];
    return resultOf(scene, verdict, `${done} times busy, ${joined} longer sessions`, problems);
  },
};

/** Monitors come and go every two seconds. */
export const storm: Row = {
  name: 'rebalance-storm',
  fault: 'monitors join, leave and die every 2 s',
  holds: 'progress all the while; nothing lost or doubled',
  rounds: { short: 5, full: 60 },
  weight: 3,
  run: async ({ random, rounds, isOver, scene: setScene, grounds }) => {
    const scene = await setScene(await grounds.one());
    const crew = [await scene.startMonitor()];
    scene.startLoad();
    await scene.untilWhole(crew);
    let moves = 0;
    while (moves < rounds && !isOver()) {
      moves += 1;
      const leaves = crew.length > 2 || (crew.length > 1 && random.chance(0.5));
      const how = random.chance(0.5) ? 'SIGTERM' : 'SIGKILL';
      const gone = leaves ? crew.splice(random.below(crew.length), 1)[0] : undefined;
      scene.fault(`${gone ? `one leaves (${how})` : 'one joins'}, ${moves} of ${rounds}`);
      if (gone) void gone.stop(how);
      else crew.push(await scene.startMonitor());
      await sleep(2_000);
    }
    await scene.untilWhole(crew);
    const verdict = await scene.judge();
    return resultOf(scene, verdict, `${moves} joins and leaves`);
  },
};

function isOpen({ state }: { readonly state: string }): boolean {
  return state === 'open';
}
