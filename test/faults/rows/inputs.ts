import { createKafka } from '#libs/adapters/kafka';
import { topicName } from '#libs/contract';
import { produceWithJava } from '../../../libs/testing/kafka/index.js';
import { BAD_RECORDS, HUGE_RECORD } from '../bad-records.js';
import { resultOf, type Row } from '../row.js';
import { until } from '../scene.js';
import { BASE_MS, type GeneratedRecord } from '../workload.js';

/** Bad records among good ones, compressed as other clients do it, and while a monitor is killed. */
export const badInput: Row = {
  name: 'bad-input',
  fault: `half of the input is bad (${BAD_RECORDS.length + 1} classes), part of it in zstd; a monitor is killed meanwhile`,
  holds: 'each is counted or rejected for its reason; the good ones are unaffected',
  rounds: { short: 6_000, full: 200_000 },
  weight: 1,
  run: async ({ rounds, isOver, scene: setScene, grounds }) => {
    const broker = await grounds.one();
    const scene = await setScene(broker, { workload: { badPerMille: 500 } });
    const first = await scene.startMonitor();
    const huge = (index: number): GeneratedRecord => ({
      topic: 'interactions',
      key: 'huge',
      value: HUGE_RECORD.value(`huge-${index}`, BASE_MS),
      ...(HUGE_RECORD.reject !== undefined && { reject: HUGE_RECORD.reject }),
    });
    for (let sent = 0; sent < rounds && !isOver(); sent += 500) await scene.send([...scene.take(500), huge(sent)]);
    await produceWithJava(broker, topicName('interactions', scene.settings.topicPrefix), 'zstd', 300);
    await until('some work', async () => ((await first.metric('spendline_events_total')) ?? 0) > 0);
    scene.fault('monitor killed');
    await first.stop('SIGKILL');
    await scene.startMonitor();
    const verdict = await scene.judge();
    return resultOf(scene, verdict, `${BAD_RECORDS.length + 1} classes`);
  },
};

/** What networks and clocks do to an input. */
export const disorder: Row = {
  name: 'disorder',
  fault: 'a third of the input are copies (same, better, older, contradicting), a tenth is 11 to 15 min late',
  holds: 'equal to a recount of the whole',
  rounds: { short: 8_000, full: 300_000 },
  weight: 1,
  run: async ({ rounds, isOver, scene: setScene, grounds }) => {
    const scene = await setScene(await grounds.one(), {
      workload: { copiesPerMille: 330, latePerMille: 100, stepMs: 150 },
    });
    for (let part = 0; part < 2; part += 1) {
      for (let sent = 0; sent < rounds / 2 && !isOver(); sent += 500) await scene.send(scene.take(500));
      if (part === 0) await scene.startMonitor();
      await scene.untilWhole();
    }
    const verdict = await scene.judge();
    return resultOf(scene, verdict);
  },
};

/** A foreign program leaves a transaction open in an input. */
export const hungTransaction: Row = {
  name: 'hung-transaction',
  fault: 'another program leaves a transaction open in an input topic',
  holds: 'lag shows what waits behind it; all of it is read once the brokers end it',
  rounds: { short: 1, full: 5 },
  weight: 1,
  run: async ({ rounds, isOver, scene: setScene, grounds, say }) => {
    const scene = await setScene(await grounds.one());
    const monitor = await scene.startMonitor();
    await scene.untilWhole();
    const problems: string[] = [];
    let hung = 0;
    while (hung < rounds && !isOver()) {
      const producer = createKafka(scene.settings, 'hanging').producer({
        transactionalId: `${scene.settings.topicPrefix}hung-${hung}`,
        idempotent: true,
        maxInFlightRequests: 1,
        transactionTimeout: 6_000,
      });
      await producer.connect();
      const transaction = await producer.transaction();
      const topic = topicName('interactions', scene.settings.topicPrefix);
      await transaction.send({ topic, messages: [{ partition: 0, key: 'hung', value: 'never committed' }] });
      hung += 1;
      scene.fault(`transaction left open, ${hung} of ${rounds}`);
      await producer.disconnect();
      await scene.send(scene.take(400));
      const lag = (): Promise<number | undefined> =>
        monitor.metric('spendline_consumer_lag_records', 'topic="callcenter.interactions",partition="0"');
      await until('the lag to show what waits', async () => ((await lag()) ?? 0) > 0, 15_000).catch((error: unknown) =>
        problems.push(String(error)),
      );
      say(`lag of partition 0: ${String(await lag())}`);
      await until('the brokers to end it', async () => (await lag()) === 0, 180_000);
    }
    const verdict = await scene.judge();
    return resultOf(scene, verdict, `${hung} transactions left open`, problems);
  },
};

/** Records are deleted that a monitor has not read. */
export const lostOffset: Row = {
  name: 'lost-offset',
  fault: 'retention deletes records before they are read',
  holds: 'the monitor ends and says so, on every start: no silent gap',
  rounds: { short: 1, full: 3 },
  weight: 1,
  run: async ({ rounds, isOver, scene: setScene, grounds }) => {
    const scene = await setScene(await grounds.one(), { partitions: 1 });
    const topic = topicName('interactions', scene.settings.topicPrefix);
    const before = await scene.startMonitor();
    await scene.send(scene.take(500));
    await until('some work', async () => ((await before.metric('spendline_events_total')) ?? 0) > 400);
    await before.stop();
    await scene.send(scene.take(500));
    const admin = createKafka(scene.settings, 'retention').admin();
    await admin.connect();
    const [end] = await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: end?.high ?? '0' }] });
    await admin.disconnect();
    const problems: string[] = [];
    let starts = 0;
    while (starts < rounds && !isOver()) {
      starts += 1;
      scene.fault(`start ${starts} after the deletion`);
      const monitor = await scene.startMonitor();
      await until('the monitor to end', () => !monitor.isRunning, 180_000);
      if (monitor.saying('Records were deleted before they were read').length === 0)
        problems.push(`it ended otherwise: ${monitor.lines.at(-1) ?? ''}`);
      if (monitor.outcome !== 'code 1') problems.push(`it ended with ${monitor.outcome ?? ''}, not with code 1`);
    }
    const notes = `${starts} starts refused`;
    return { records: scene.records, faults: scene.faultCount, recoveries: [], problems, notes };
  },
};

/** Another cluster answers where ours was. */
export const foreignCluster: Row = {
  name: 'foreign-cluster',
  fault: 'the broker dies and one of another cluster answers on its port',
  holds: 'the monitor ends and says so; the other cluster stays as it was',
  rounds: { short: 1, full: 2 },
  weight: 1,
  run: async ({ rounds, isOver, scene: setScene, grounds }) => {
    const problems: string[] = [];
    let [refused, records] = [0, 0];
    while (refused < rounds && !isOver()) {
      const own = await grounds.one();
      const scene = await setScene(own);
      const monitor = await scene.startMonitor();
      await scene.send(scene.take(300));
      await until('some work', async () => ((await monitor.metric('spendline_events_total')) ?? 0) > 0);
      await own.kill9();
      const other = await grounds.foreign(own.port);
      refused += 1;
      scene.fault('another cluster on the port');
      await until('the monitor to end', () => !monitor.isRunning, 180_000).catch((error: unknown) =>
        problems.push(String(error)),
      );
      if (monitor.saying('now leads to another cluster').length === 0)
        problems.push(`it ended otherwise: ${monitor.lines.at(-1) ?? ''}`);
      const admin = createKafka(other.settings(''), 'look').admin();
      await admin.connect();
      // A broker makes topics of its own as soon as it is asked for a group.
      const topics = (await admin.listTopics()).filter((topic) => !topic.startsWith('__'));
      if (topics.length > 0) problems.push(`the other cluster now has topics: ${topics.join(', ')}`);
      await admin.disconnect();
      await other.stop();
      records += scene.records;
    }
    return { records, faults: refused, recoveries: [], problems, notes: `${refused} refusals` };
  },
};
