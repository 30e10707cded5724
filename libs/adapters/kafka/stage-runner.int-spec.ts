import {
  countingStage,
  eventually,
  judge,
  KafkaBroker,
  readAll,
  readCounted,
  StageProcess,
  whyNoBroker,
} from '#libs/testing/kafka';
import type { KafkaSettings } from '#libs/application';
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
  let tests = 0;
  const runners: StageRunner[] = [];
  const processes: StageProcess[] = [];
  const fatal: Error[] = [];

  beforeAll(async () => {
    broker = await KafkaBroker.start();
  }, 60_000);

  beforeEach(async () => {
    settings = broker.settings(`t${++tests}.`);
    counts = await ensureTopics(createKafka(settings, 'setup'), settings);
    publisher = new Publisher({ settings });
    await publisher.connect();
    fatal.length = 0;
  }, 30_000);

  afterEach(async () => {
    await Promise.all(runners.splice(0).map((runner) => runner.stop()));
    await Promise.all(processes.splice(0).map((each) => each.kill()));
    await publisher.disconnect();
  }, 30_000);

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

  function childProcess(chunkRecords = 50): StageProcess {
    const child = new StageProcess({ settings, group: GROUP, partitionCounts: counts, chunkRecords, timing: TIMING });
    processes.push(child);
    return child;
  }

  async function allCounted(expected: number): Promise<void> {
    let counted = 0;
    const done = async () => (counted = judge(await readCounted(settings)).counted) >= expected;
    await eventually(`counting ${expected} records`, done, 40_000).catch((error: unknown) => {
      throw new Error(`${String(error)}: ${counted} counted; ${fatal.map(String).join()}`);
    });
    expect(judge(await readCounted(settings))).toEqual({ counted: expected, doubled: 0, wrongKeys: 0 });
    expect(fatal).toEqual([]);
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
    expect(committed).toBe(20_000);
    await eventually('readiness', () => running.ready());
    expect(running.lag().map(({ records }) => records)).toEqual(Array.from({ length: 8 }, () => 0));
  }, 60_000);
});
