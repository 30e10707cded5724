import {
  CountedReader,
  countingStage,
  eventually,
  judge,
  KafkaBroker,
  readAll,
  readCounted,
  StageProcess,
  whyNoBroker,
} from '#libs/testing/kafka';
import { processMarks } from '#libs/adapters/process';
import type { KafkaSettings, StageTask } from '#libs/application';
import type { TopicKey } from '#libs/contract';
import {
  createKafka,
  ensureTopics,
  Publisher,
  SILENT_LOGGER,
  StageRunner,
  type PartitionCounts,
  type StageRunnerOptions,
} from './index.js';

const TIMING = { sessionTimeoutMs: 2_000, heartbeatIntervalMs: 200, fetchMaxWaitMs: 50, fetchMinBytes: 1 };
const GROUP = 'test';
const KEYS = 200;

const missing = whyNoBroker();
if (missing) console.warn(`skipped: ${missing}`);

(missing ? describe.skip : describe)('a stage runner on a real broker', () => {
  let broker: KafkaBroker;
  let settings: KafkaSettings;
  let counts: PartitionCounts;
  let publisher: Publisher;
  let output: CountedReader;
  let tests = 0;
  const runners: StageRunner[] = [];
  const processes: StageProcess[] = [];
  const fatal: Error[] = [];

  beforeAll(async () => {
    broker = await KafkaBroker.start();
  });

  beforeEach(async () => {
    settings = broker.settings(`t${++tests}.`);
    counts = await ensureTopics(createKafka(settings, 'setup'), settings);
    publisher = new Publisher({ settings });
    await publisher.connect();
    output = new CountedReader(settings);
    await output.start();
    fatal.length = 0;
  });

  afterEach(async () => {
    await Promise.all(runners.splice(0).map((runner) => runner.stop()));
    await Promise.all(processes.splice(0).map((each) => each.kill()));
    await publisher.disconnect();
    await output.stop();
  });

  afterAll(() => broker.stop());

  async function publish(count: number, topic: TopicKey = 'interactions'): Promise<void> {
    const records = Array.from({ length: count }, (_, i) => ({ key: `key-${i % KEYS}`, value: String(i) }));
    await publisher.send(topic, records);
  }

  function runner(options: Partial<StageRunnerOptions> = {}): StageRunner {
    const made = new StageRunner({
      settings,
      group: GROUP,
      definition: countingStage(),
      partitionCounts: counts,
      logger: SILENT_LOGGER,
      onFatal: (error) => fatal.push(error),
      chunkRecords: 500,
      timing: TIMING,
      ...options,
    });
    runners.push(made);
    return made;
  }

  function childProcess(chunkRecords = 50, timing = TIMING): StageProcess {
    const child = new StageProcess({ settings, group: GROUP, partitionCounts: counts, chunkRecords, timing });
    processes.push(child);
    return child;
  }

  async function allCounted(expected: number): Promise<void> {
    await eventually(
      `${expected} records to be counted`,
      () => ({ counted: output.counted.length, fatal, tasks: runners.map((each) => each.snapshot()) }),
      ({ counted }) => fatal.length > 0 || counted >= expected,
    );
    expect(fatal).toEqual([]);
    // Read anew, as a consumer that comes later would.
    expect(judge(await readCounted(settings))).toEqual({ counted: expected, doubled: 0, wrongKeys: 0 });
    expect(judge(output.counted)).toEqual({ counted: expected, doubled: 0, wrongKeys: 0 });
  }

  it('counts 20,000 records of two inputs, once each', async () => {
    await publish(10_000);
    await publish(10_000, 'agentStates');
    const definition = countingStage({ inputs: ['interactions', 'agentStates'] });
    const { length } = await readAll(settings, 'interactions', 'agentStates');
    expect(length).toBe(20_000);
    let committed = 0;
    const running = runner({ definition, onCommitted: (_, output) => (committed += output.counters[0]?.value ?? 0) });
    await running.start();
    await allCounted(20_000);
    // Readers may see the last commit before who committed has its answer.
    await eventually(
      'the last commit to be told',
      () => committed,
      (told) => told >= 20_000,
    );
    expect(committed).toBe(20_000);
    await eventually('readiness', () => running.ready());
    expect(running.lag().map(({ records }) => records)).toEqual(Array.from({ length: 8 }, () => 0));
  });

  it('counts what is far behind in more sets than a fetch brings records of, each in its turn', async () => {
    settings = broker.settings(`${settings.topicPrefix}twelve.`, 12);
    counts = await ensureTopics(createKafka(settings, 'setup'), settings);
    await output.stop();
    output = new CountedReader(settings);
    await output.start();
    const many = new Publisher({ settings });
    await many.connect();
    // Many batches, as a fetch brings whole ones.
    for (let sent = 0; sent < 10_000; sent += 500) {
      const records = Array.from({ length: 500 }, (_, i) => ({ key: `key-${i % KEYS}`, value: String(sent + i) }));
      await many.send('interactions', records);
    }
    await many.disconnect();
    const running = runner({ timing: { ...TIMING, fetchMaxBytesPerPartition: 4_000 } });
    await running.start();
    await allCounted(10_000);
    await eventually('readiness', () => running.ready());
  });

  it('has tasks that are behind go on at once after a take-over, before they are given more, and is ready after that', async () => {
    // Nobody waits for this tick.
    const definition = countingStage({ answersInStep: 5, tickMs: 600_000 });
    await publish(200);
    let answered = 0;
    const first = runner({
      definition,
      onCommitted: (_, { records }) => {
        answered += records.length;
        void first.stop();
      },
    });
    await first.start();
    await eventually('a first step', () => answered > 0);
    await first.stop();
    expect(answered).toBeLessThan(200);

    await publish(200);
    const behind = new Map<StageTask, boolean>();
    let wasBehindAtFirst = false;
    let givenMoreWhileBehind = 0;
    const second = runner({
      definition,
      onTaskOpened: (_, task) => {
        wasBehindAtFirst ||= task.isBehind === true;
        behind.set(task, task.isBehind === true);
      },
      onCommitted: (task, { records, counters }) => {
        if (counters.length > 0 && behind.get(task)) givenMoreWhileBehind += 1;
        behind.set(task, task.isBehind === true);
        answered += records.length;
      },
    });
    await second.start();
    await eventually('readiness', () => second.ready());
    expect({ answered, wasBehindAtFirst, givenMoreWhileBehind }).toEqual({
      answered: 400,
      wasBehindAtFirst: true,
      givenMoreWhileBehind: 0,
    });
    expect(second.snapshot().tasks.map((task) => task.behind)).toEqual([false, false, false, false]);
    await allCounted(400);
  });

  it('neither loses nor doubles when its process is killed again and again', async () => {
    await publish(6_000);
    for (let round = 1; round <= 4; round++) {
      const child = childProcess(25);
      await eventually('taking over', () => child.said('task taken over'));
      await eventually('progress', () => output.counted.length > round * 400);
      await child.kill();
    }
    await publish(2_000);
    await runner().start();
    await allCounted(8_000);
  });

  it('takes the place of processes that were killed on this machine, however long their sessions are, and of no other', async () => {
    // Longer than this test waits for anything.
    const timing = { ...TIMING, sessionTimeoutMs: 900_000 };
    await publish(1_000);
    const [killed, alive] = [childProcess(25, timing), childProcess(25, timing)];
    const working = (child: StageProcess) => () => child.said('task taken over');
    await eventually('both at work', () => working(killed)() && working(alive)());
    await killed.kill();
    const next = runner({ timing, processMarks: processMarks() });
    await next.start();
    await eventually('its place', () => next.ready() && next.snapshot().tasks.length === 2);
    expect(alive.lines.filter((line) => line.includes('FATAL') || line.includes('"warn"'))).toEqual([]);
    await next.stop();
    const seen = alive.lines.length;
    await eventually(
      'the other one to be alone',
      () => alive.lines.slice(seen).join('\n'),
      (said) => said.includes('"partitions":[0,1,2,3]'),
    );
    await alive.kill();
    // Now the group has a member that was killed and none that lives.
    await publish(1_000);
    const last = runner({ timing, processMarks: processMarks() });
    await last.start();
    await allCounted(2_000);
    expect(last.snapshot().tasks).toHaveLength(4);
  });

  it('hands partitions over when runners join and leave', async () => {
    await publish(5_000);
    const first = runner({ chunkRecords: 50 });
    await first.start();
    await eventually('the first runner at work', () => output.counted.length > 500);
    const second = runner({ chunkRecords: 50 });
    await second.start();
    await eventually(
      'sharing',
      () => [first.snapshot().tasks.length, second.snapshot().tasks.length],
      (tasks) => tasks.every((count) => count === 2),
    );
    await publish(2_000);
    await eventually('both ready', () => first.ready() && second.ready());
    await first.stop();
    await publish(1_000);
    await eventually('the second runner alone', () => second.snapshot().tasks.length === 4);
    await allCounted(8_000);
  });

  it('fences a process that was stopped while another one took over', async () => {
    await publish(2_000);
    const zombie = childProcess(25);
    await eventually('the first process at work', () => output.counted.length > 50);
    await runner({ chunkRecords: 25 }).start();
    await publish(2_000);
    zombie.signal('SIGSTOP');
    await eventually('taking over from the stopped process', () => runners[0]?.snapshot().tasks.length === 4);
    await publish(2_000);
    await allCounted(6_000);
    const before = zombie.lines.length;
    zombie.signal('SIGCONT');
    await eventually(
      'fencing, or a new place in the group',
      () => zombie.lines.slice(before).join('\n'),
      (said) => /another process took these tasks over|partitions assigned/.test(said),
    );
    await publish(1_000);
    await allCounted(7_000);
    expect(zombie.said('FATAL')).toBe(false);
  });

  it('goes on by itself when the broker was killed and comes back', async () => {
    await publish(4_000);
    const running = runner({ chunkRecords: 25 });
    await running.start();
    await eventually('progress', () => output.counted.length > 300);
    await broker.kill9();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await broker.restart();
    await publish(1_000);
    await allCounted(5_000);
  });

  it('writes at ticks, where there are no records at all, and once only', async () => {
    const definition = countingStage({ tickMs: 100, writeAtTick: true });
    await runner({ definition }).start();
    const ticked = async () => (await readAll(settings, 'signals')).map(({ value }) => value);
    await eventually('a tick on every partition', async () => (await ticked()).length === 4);
    await runners[0]?.stop();
    let ticks = 0;
    const again = runner({ definition, onTaskOpened: () => (ticks += 1) });
    await again.start();
    await eventually('opening', () => ticks >= 4 && again.ready());
    await publish(10);
    await allCounted(10);
    expect((await ticked()).sort()).toEqual(['0', '1', '2', '3']);
  });

  it('ends when the stage throws at the same record time after time', async () => {
    const definition = countingStage({ failAt: (key) => key === 'key-3' });
    await publish(10);
    await runner({ definition }).start();
    await eventually('giving up', () => fatal.length > 0);
    expect(fatal[0]?.message).toBe('the stage cannot count key-3');
  });
});
