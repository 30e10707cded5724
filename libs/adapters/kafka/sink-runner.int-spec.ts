import { eventually, KafkaBroker, whyNoBroker } from '#libs/testing/kafka';
import type { KafkaSettings } from '#libs/application';
import type { TopicKey } from '#libs/contract';
import {
  createKafka,
  ensureTopics,
  Publisher,
  SILENT_LOGGER,
  SinkRunner,
  type SinkBatch,
  type SinkOffset,
} from './index.js';

const TIMING = { sessionTimeoutMs: 2_000, heartbeatIntervalMs: 200, fetchMaxWaitMs: 50 };

const missing = whyNoBroker();
if (missing) console.warn(`skipped: ${missing}`);

/** A sink as the ledger is one: effects and offsets in one step, compare-and-swap on the offset. */
class MemorySink {
  readonly stored: string[] = [];
  readonly offsets = new Map<string, SinkOffset>();
  away = false;

  load(): Promise<SinkOffset[]> {
    return this.away ? Promise.reject(refusal('away')) : Promise.resolve([...this.offsets.values()]);
  }

  handle({ topic, partition, records, start, next }: SinkBatch): Promise<void> {
    const name = `${topic}/${partition}`;
    const expected = this.offsets.get(name)?.offset ?? start;
    if (this.away || expected !== start) return Promise.reject(refusal(`expected ${expected}, not ${start}`));
    this.stored.push(...records.map(({ value }) => String(value)));
    this.offsets.set(name, { topic, partition, offset: next });
    return Promise.resolve();
  }
}

function refusal(message: string): Error {
  return Object.assign(new Error(message), { retry: true });
}

(missing ? describe.skip : describe)('a sink runner on a real broker', () => {
  let broker: KafkaBroker;
  let settings: KafkaSettings;
  let publisher: Publisher;
  let sink: MemorySink;
  let tests = 0;
  const runners: SinkRunner[] = [];
  const fatal: Error[] = [];

  beforeAll(async () => {
    broker = await KafkaBroker.start();
  });

  beforeEach(async () => {
    settings = broker.settings(`s${++tests}.`);
    await ensureTopics(createKafka(settings, 'setup'), settings);
    publisher = new Publisher({ settings });
    await publisher.connect();
    sink = new MemorySink();
    fatal.length = 0;
  });

  afterEach(async () => {
    await Promise.all(runners.splice(0).map((each) => each.stop()));
    await publisher.disconnect();
  });

  afterAll(() => broker.stop());

  function runner(options: Partial<ConstructorParameters<typeof SinkRunner>[0]> = {}): SinkRunner {
    const made = new SinkRunner({
      settings,
      group: 'sink',
      topics: ['costEvents', 'signals'],
      load: () => sink.load(),
      handle: (batch) => sink.handle(batch),
      onFatal: (error) => fatal.push(error),
      logger: SILENT_LOGGER,
      chunkRecords: 100,
      timing: TIMING,
      ...options,
    });
    runners.push(made);
    return made;
  }

  async function publish(from: number, to: number, topic: TopicKey = 'costEvents'): Promise<void> {
    const values = Array.from({ length: to - from }, (_, i) => String(from + i));
    await publisher.send(
      topic,
      values.map((value) => ({ key: value, value })),
    );
  }

  async function allStored(count: number): Promise<void> {
    await eventually(
      `${count} records to be stored`,
      () => ({ stored: sink.stored.length, offsets: sink.offsets, fatal }),
      ({ stored }) => fatal.length > 0 || stored >= count,
    );
    expect(fatal).toEqual([]);
    const expected = Array.from({ length: count }, (_, i) => i);
    expect(sink.stored.map(Number).sort((a, b) => a - b)).toEqual(expected);
  }

  it('says of which cluster the offsets and the records are', async () => {
    const admin = createKafka(settings, 'test', { logger: SILENT_LOGGER }).admin();
    await admin.connect();
    const { clusterId } = await admin.describeCluster().finally(() => admin.disconnect());
    await publish(0, 10);
    const asked = new Set<string>();
    const load = (from: string) => {
      asked.add(`offsets of ${from}`);
      return sink.load();
    };
    const handle = (batch: SinkBatch) => {
      asked.add(`records of ${batch.clusterId}`);
      return sink.handle(batch);
    };
    await runner({ load, handle }).start();
    await allStored(10);
    expect(asked).toEqual(new Set([`offsets of ${clusterId}`, `records of ${clusterId}`]));
  });

  it('stores everything once, over restarts and with the sink away for a while', async () => {
    await publish(0, 1_000);
    sink.away = true;
    const first = runner();
    await first.start();
    await eventually('noticing', () => !first.ready());
    sink.away = false;
    await eventually('storing', () => sink.stored.length > 0);
    sink.away = true;
    await publish(1_000, 2_000, 'signals');
    await eventually('trouble', () => !first.ready());
    sink.away = false;
    await allStored(2_000);
    await first.stop();
    await publish(2_000, 2_500);
    const second = runner();
    await second.start();
    await allStored(2_500);
    await eventually(
      'readiness without a lag',
      () => ({ ready: second.ready(), lag: second.lag() }),
      ({ ready, lag }) => ready && lag.length === 8 && lag.every(({ records }) => records === 0),
    );
  });

  it('shares the work of two runners without storing anything twice', async () => {
    await publish(0, 2_000);
    await runner().start();
    await eventually('the first at work', () => sink.stored.length > 100);
    await runner().start();
    await publish(2_000, 4_000);
    await allStored(4_000);
    await runners[0]?.stop();
    await publish(4_000, 5_000);
    await allStored(5_000);
  });

  it('ends on an error that does not say retry', async () => {
    await publish(0, 10);
    await runner({ handle: () => Promise.reject(new TypeError('no such column')) }).start();
    await eventually('giving up', () => fatal.length > 0);
    expect(fatal.map(({ message }) => message)).toEqual(['no such column']);
  });

  it('ends when records were deleted before they were stored', async () => {
    sink.offsets.set('costEvents/0', { topic: 'costEvents', partition: 0, offset: 1_000n });
    await runner({ howToForget: (topic) => `Forget ${topic}.` }).start();
    await eventually('noticing', () => fatal.length > 0);
    expect(fatal[0]?.message).toMatch(/made anew\. Forget \S*cost\.events\.$/);
    expect(fatal[0]?.message).toContain('has stored offset 1000 of partition 0');
  });
});
