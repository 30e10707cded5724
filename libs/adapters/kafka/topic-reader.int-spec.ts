import kafkajs, { type Transaction } from 'kafkajs';
import { eventually, KafkaBroker, produceWithJava, readAll, whyNoBroker } from '#libs/testing/kafka';
import type { KafkaSettings } from '#libs/application';
import { topicName } from '#libs/contract';
import { createKafka, ensureTopics, Publisher, TopicReader } from './index.js';
import { partitionOf } from './partitioner.js';

const missing = whyNoBroker();
if (missing) console.warn(`skipped: ${missing}`);

(missing ? describe.skip : describe)('reading and writing on a real broker', () => {
  let broker: KafkaBroker;
  let settings: KafkaSettings;
  let tests = 0;
  const cleanups: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    // Small segments, so that the cleaner, which leaves the newest alone, has something to compact.
    broker = await KafkaBroker.start(
      'log.segment.bytes=1048576\nlog.roll.ms=1000\nlog.cleaner.min.cleanable.ratio=0.01',
    );
  });

  beforeEach(async () => {
    settings = broker.settings(`r${++tests}.`);
    await ensureTopics(createKafka(settings, 'setup'), settings);
  });

  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  afterAll(() => broker.stop());

  async function publisher(): Promise<Publisher> {
    const made = new Publisher({ settings });
    await made.connect();
    cleanups.push(() => made.disconnect());
    return made;
  }

  async function transactional(id: string): Promise<kafkajs.Producer> {
    const producer = createKafka(settings, id).producer({
      transactionalId: settings.topicPrefix + id,
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    cleanups.push(() => producer.disconnect());
    return producer;
  }

  function write(to: Transaction, value: string) {
    const topic = topicName('panes', settings.topicPrefix);
    return to.send({ topic, messages: [{ key: value, value, partition: 0 }] });
  }

  it('publishes where Java clients would look for a key, in order, with headers', async () => {
    const { send } = await publisher().then((made) => ({ send: made.send.bind(made) }));
    const records = Array.from({ length: 3_000 }, (_, i) => ({ key: `agent-${i % 7}`, value: String(i) }));
    await send('interactions', records);
    await send('interactions', [{ key: null, value: 'anywhere' }]);
    const found = await readAll(settings, 'interactions');
    expect(found).toHaveLength(3_001);
    for (let agent = 0; agent < 7; agent++) {
      const key = `agent-${agent}`;
      const mine = found.filter((record) => record.key === key);
      expect(new Set(mine.map(({ partition }) => partition))).toEqual(new Set([partitionOf(key, 4)]));
      expect(mine.map(({ value }) => Number(value))).toEqual(mine.map((_, i) => agent + 7 * i));
    }
  });

  it('tells when it has caught up, follows what comes later, and survives the death of the broker', async () => {
    const writer = await publisher();
    await writer.send('live', [{ key: 'a', value: '1' }]);
    const seen: string[] = [];
    const reader = new TopicReader({
      settings,
      topics: ['live', 'reference'],
      onBatch: ({ topic, records }) => void seen.push(...records.map(({ value }) => `${topic} ${String(value)}`)),
      onFatal: (error) => void seen.push(error.message),
    });
    await reader.start();
    cleanups.push(() => reader.stop());
    await reader.caughtUp;
    expect(seen).toEqual(['live 1']);
    await broker.kill9();
    await broker.restart();
    await writer.send('reference', [{ key: 'a', value: '2' }]);
    await eventually(
      'reading on',
      () => seen,
      ({ length }) => length > 1,
    );
    expect(seen).toEqual(['live 1', 'reference 2']);
  });

  it('begins with the latest records if asked to', async () => {
    const writer = await publisher();
    await writer.send(
      'reference',
      ['1', '2', '3', '4', '5'].map((value) => ({ key: value, value })),
    );
    const seen: string[] = [];
    const onBatch: ConstructorParameters<typeof TopicReader>[0]['onBatch'] = ({ records }) =>
      void seen.push(...records.map(({ value }) => String(value)));
    const reader = new TopicReader({
      settings,
      topics: ['reference'],
      from: { latest: 2 },
      onBatch,
      onFatal: () => undefined,
    });
    await reader.start();
    await reader.caughtUp;
    await reader.stop();
    expect(seen).toEqual(['4', '5']);
  });

  it('counts to the end what an open transaction holds back, where the input is to be ended', async () => {
    const transaction = await (await transactional('unfinished')).transaction();
    await write(transaction, 'not yet committed');
    expect((await (await publisher()).endOffsets('panes')).get(0)).toBe(1n);
    await transaction.abort();
  });

  it('never shows records of aborted transactions, in whatever order they were aborted', async () => {
    const [one, two] = [await transactional('one'), await transactional('two')];
    const [first, second] = [await one.transaction(), await two.transaction()];
    await write(first, 'aborted 1');
    await write(second, 'aborted 2');
    await write(first, 'aborted 3');
    await second.abort();
    await first.abort();
    const third = await one.transaction();
    await write(third, 'committed');
    await third.commit();
    expect((await readAll(settings, 'panes')).map(({ value }) => value)).toEqual(['committed']);

    const grouped: string[] = [];
    const consumer = createKafka(settings, 'grouped').consumer({ groupId: `${settings.topicPrefix}grouped` });
    await consumer.connect();
    cleanups.push(() => consumer.disconnect());
    await consumer.subscribe({ topic: topicName('panes', settings.topicPrefix), fromBeginning: true });
    await consumer.run({
      eachMessage: ({ message }) => {
        grouped.push(String(message.value));
        return Promise.resolve();
      },
    });
    await eventually('reading in a group', () => grouped.length > 0);
    expect(grouped).toEqual(['committed']);
  });

  it('waits before what is not committed yet, and does not take that for the end', async () => {
    const transaction = await (await transactional('open')).transaction();
    await write(transaction, 'late');
    const seen: string[] = [];
    let caughtUp = false;
    const reader = new TopicReader({
      settings,
      topics: ['panes'],
      onBatch: ({ records }) => void seen.push(...records.map(({ value }) => String(value))),
      onFatal: (error) => void seen.push(error.message),
      maxWaitMs: 20,
    });
    await reader.start();
    cleanups.push(() => reader.stop());
    void reader.caughtUp.then(() => (caughtUp = true));
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect({ seen, caughtUp }).toEqual({ seen: [], caughtUp: false });
    await transaction.commit();
    await reader.caughtUp;
    expect(seen).toEqual(['late']);
  });

  it('reads on where compaction has left a batch without records before one that fills the whole fetch', async () => {
    // Kafka keeps the last batch of each producer, empty if need be, to remember the producer's sequence.
    const send = async (value: string) => {
      const writer = await publisher();
      await writer.send('reference', [{ key: 'k', value }]);
    };
    const large = 1_048_576 - 90;
    await send('overwritten');
    await send('x'.repeat(large));
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const writer = await publisher();
    await writer.send('reference', [{ key: 'other', value: 'in a new segment' }]);
    const values = async () =>
      (await readAll(settings, 'reference')).filter(({ key }) => key === 'k').map(({ value }) => value?.length);
    expect(await eventually('compaction', values, ({ length }) => length === 1)).toEqual([large]);
  });

  it.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'])(
    'reads what a Java producer has compressed with %s',
    async (compression) => {
      const count = 3_000;
      await produceWithJava(broker, topicName('interactions', settings.topicPrefix), compression, count);
      const found = await readAll(settings, 'interactions');
      expect(new Set(found.map(({ key }) => key))).toEqual(
        new Set(Array.from({ length: count }, (_, i) => `${compression}-${i}`)),
      );
      for (const { key, value, partition } of found) {
        expect(value?.trimEnd()).toBe(`value of ${key ?? ''}`);
        expect(partition).toBe(partitionOf(key ?? '', 4));
      }
    },
  );
});
