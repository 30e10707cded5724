import { setTimeout as sleep } from 'node:timers/promises';
import { resultOf, type Row } from '../row.js';
import type { MonitorProcess } from '../monitor-process.js';
import { until, type Scene } from '../scene.js';

/** Seconds from the return of the broker to the first commit. */
const BROKER_GOAL_SECONDS = 15;

/** The only broker goes away and comes back. */
export const brokerRestart: Row = {
  name: 'broker-restart',
  fault: 'the only broker is stopped (TERM) or killed (-9) and is away for a while',
  holds: 'the monitors go on by themselves within 15 s of its return',
  rounds: { short: 2, full: 25 },
  weight: 5,
  goalSeconds: () => BROKER_GOAL_SECONDS,
  run: async ({ random, rounds, isOver, scene: setScene, grounds, say }) => {
    const broker = await grounds.one();
    const scene = await setScene(broker);
    const pair = [await scene.startMonitor(), await scene.startMonitor()];
    scene.startLoad();
    await scene.untilWhole(pair);
    let restarts = 0;
    while (restarts < rounds && !isOver()) {
      const kill = restarts % 2 === 1;
      const awayMs = rounds > 2 ? 3_000 + random.below(20) ** 2 * 200 : 3_000 + random.below(3_000);
      say(`${kill ? 'killing' : 'stopping'} the broker for ${(awayMs / 1000).toFixed(1)} s`);
      await (kill ? broker.kill9() : broker.shutDown());
      await sleep(awayMs);
      await broker.restart();
      restarts += 1;
      scene.fault(`broker back, ${restarts} of ${rounds}`);
      await scene.untilWhole(pair, 270_000);
      await sleep(2_000);
    }
    const problems = await replaceEnded(scene, pair);
    const verdict = await scene.judge();
    return resultOf(scene, verdict, `${restarts} restarts`, problems);
  },
};

/** Three brokers die in turn, workers now and then. */
export const rollingKills: Row = {
  name: 'rolling-kills',
  fault: 'three brokers, three replicas: one after the other is killed (-9), workers too',
  holds: 'nothing lost or doubled',
  rounds: { short: 3, full: 30 },
  weight: 6,
  run: async ({ random, rounds, isOver, scene: setScene, grounds }) => {
    const cluster = await grounds.three();
    const scene = await setScene(cluster);
    const pair = [await scene.startMonitor(), await scene.startMonitor()];
    scene.startLoad();
    await scene.untilWhole(pair, 270_000);
    let [brokers, workers] = [0, 0];
    while (brokers < rounds && !isOver()) {
      const victim = cluster.brokers[(brokers + random.below(2)) % cluster.brokers.length];
      brokers += 1;
      scene.fault(`broker kill ${brokers} of ${rounds}`);
      await victim?.kill9();
      if (random.chance(0.4)) {
        const at = random.below(2);
        workers += 1;
        scene.fault(`and a monitor with it, the ${workers}. one`);
        await pair[at]?.stop('SIGKILL');
        pair[at] = await scene.startMonitor();
      }
      await sleep(1_000 + random.below(4_000));
      await victim?.restart();
      await scene.untilWhole(pair, 360_000);
      await sleep(random.below(2_000));
    }
    const problems = await replaceEnded(scene, pair);
    const verdict = await scene.judge();
    return resultOf(scene, verdict, `${brokers} broker kills, ${workers} monitor kills`, problems);
  },
};

/** A leader dies after a transaction began and before its records are sent: kafkajs then loses part of them. */
export const leaderMoves: Row = {
  name: 'leader-moves',
  fault: 'the leader of partitions dies while a transaction sends to them',
  holds: 'a missing acknowledgement is noticed, and the transaction dropped',
  rounds: { short: 1, full: 15 },
  weight: 3,
  run: async ({ random, rounds, isOver, scene: setScene, grounds }) => {
    const cluster = await grounds.three();
    const scene = await setScene(cluster);
    const plan = Array.from({ length: rounds }, () => ({
      point: 'send' as const,
      after: random.below(10),
      action: 'stop' as const,
    }));
    const monitor = await scene.startMonitor(plan);
    scene.startLoad();
    await scene.untilWhole([monitor], 270_000);
    let moves = 0;
    while (moves < rounds && !isOver()) {
      monitor.arm();
      await until('the monitor to pause before a send', () => monitor.isStopped);
      const victim = cluster.brokers[random.below(cluster.brokers.length)];
      await victim?.kill9();
      moves += 1;
      scene.fault(`leader killed in mid-send, ${moves} of ${rounds}`);
      monitor.signal('SIGCONT');
      await sleep(3_000);
      await victim?.restart();
      await scene.untilWhole([monitor], 360_000);
      await sleep(1_000);
    }
    const noticed = monitor.saying('cknowledge').length;
    const problems = monitor.isRunning ? [] : [`the monitor ended: ${monitor.lines.at(-1) ?? ''}`];
    if (!monitor.isRunning) await scene.startMonitor();
    const verdict = await scene.judge();
    return resultOf(scene, verdict, `${moves} leaders killed, ${noticed} missing acknowledgements noticed`, problems);
  },
};

/** Tells which monitors ended although nobody ended them; where all did, another one reads the rest. */
async function replaceEnded(scene: Scene, monitors: readonly MonitorProcess[]): Promise<string[]> {
  const ended = monitors.filter(({ isRunning }) => !isRunning);
  if (ended.length === monitors.length) await scene.startMonitor();
  return ended.map(({ lines }) => `a monitor ended: ${lines.at(-1) ?? ''}`);
}
