import { jest } from '@jest/globals';
import { eventually, KafkaBroker, readAll, whyNoBroker } from '#libs/testing/kafka';
import { batchBuffers, type KafkaSettings } from '#libs/application';
import { topicName } from '#libs/contract';
import { createKafka, QUICK_RETRY } from './client.js';
import { AcknowledgementError, isFenced } from './errors.js';
import { ensureTopics } from './index.js';
import { WaveBuilder, type Wave } from './message-waves.js';
import { TaskLock, type OffsetCommit } from './task-lock.js';

const missing = whyNoBroker();
if (missing) console.warn(`skipped: ${missing}`);

(missing ? describe.skip : describe)('the lock of a task', () => {
  let broker: KafkaBroker;
  let settings: KafkaSettings;
  let tests = 0;
  const locks: TaskLock[] = [];

  beforeAll(async () => {
    broker = await KafkaBroker.start();
  });

  beforeEach(async () => {
    settings = broker.settings(`l${++tests}.`, 2);
    await ensureTopics(createKafka(settings, 'setup'), settings);
    // The very first request for a group has Kafka create the topic for offsets, which takes a moment.
    await eventually('a group coordinator', () =>
      committed().then(
        () => true,
        () => false,
      ),
    );
  });

  afterEach(() => Promise.all(locks.splice(0).map((lock) => lock.release())));

  afterAll(() => broker.stop());

  async function take(): Promise<TaskLock> {
    const lock = await TaskLock.take({
      createClient: (onConnectionLost) => createKafka(settings, 'task', { retry: QUICK_RETRY, onConnectionLost }),
      transactionalId: `${settings.topicPrefix}task`,
      group: `${settings.topicPrefix}group`,
      transactionTimeoutMs: 60_000,
      endLeftovers: () => Promise.resolve(),
    });
    locks.push(lock);
    return lock;
  }

  function waves(...values: string[]): Wave[] {
    const builder = new WaveBuilder();
    const topic = topicName('costEvents', settings.topicPrefix);
    values.forEach((value, i) => builder.add({ topic, partition: i % 2, key: null, value }));
    return builder.build();
  }

  function at(offset: bigint): OffsetCommit[] {
    return [
      { topic: topicName('interactions', settings.topicPrefix), partition: 1, offset, metadata: `note ${offset}` },
    ];
  }

  async function committed() {
    const admin = createKafka(settings, 'look').admin();
    await admin.connect();
    const topics = [topicName('interactions', settings.topicPrefix)];
    const [found] = await admin.fetchOffsets({ groupId: `${settings.topicPrefix}group`, topics });
    await admin.disconnect();
    const { offset, metadata } = found?.partitions.find(({ partition }) => partition === 1) ?? {};
    return { offset, metadata };
  }

  async function visible(): Promise<(string | null)[]> {
    return (await readAll(settings, 'costEvents')).map(({ value }) => value).sort();
  }

  it('commits records of several sends, offsets and their note as one', async () => {
    const lock = await take();
    // More than record batches of 1 MiB hold, in few and in many records.
    const many = Array.from({ length: 1_200 }, (_, i) => String(i).padEnd(2_000));
    expect(waves(...many).length).toBeGreaterThan(1);
    await lock.commit(waves(...many), at(5n));
    await lock.commit(waves('next'), at(6n));
    expect(await visible()).toHaveLength(1_201);
    expect(await committed()).toEqual({ offset: '6', metadata: 'note 6' });
  });

  it('gives back no memory that is still being sent: whoever takes it writes over it', async () => {
    const lock = await take();
    const give = batchBuffers.give.bind(batchBuffers);
    let givenBytes = 0;
    const spy = jest.spyOn(batchBuffers, 'give').mockImplementation((buffer) => {
      givenBytes += buffer.length;
      give(buffer.fill(255));
    });
    const many = Array.from({ length: 4_000 }, (_, i) => String(i).padEnd(2_000));
    await lock.commit(waves(...many), at(5n)).finally(() => spy.mockRestore());
    expect(givenBytes).toBeGreaterThan(many.length * 2_000);
    expect(await visible()).toEqual([...many].sort());
  });

  it('begins a transaction ahead of what goes into it, with its offsets, and the next one as well', async () => {
    const lock = await take();
    for (const [value, offset] of [
      ['first', 1n],
      ['second', 2n],
    ] as const) {
      lock.beginAhead(at(offset));
      await lock.commit(waves(value), at(offset));
    }
    expect(await visible()).toEqual(['first', 'second']);
    expect(await committed()).toEqual({ offset: '2', metadata: 'note 2' });
  });

  it('tells a commit what failed when its transaction was begun ahead', async () => {
    const old = await take();
    await take();
    old.beginAhead(at(1n));
    const late = await old.commit(waves('late'), at(1n)).catch((error: unknown) => error);
    expect(isFenced(late)).toBe(true);
    expect(await visible()).toEqual([]);
    expect(await committed()).toEqual({ offset: '-1', metadata: null });
  });

  it('lets the new owner alone commit', async () => {
    const old = await take();
    await old.commit(waves('old'), at(1n));
    const owner = await take();
    const late = await old.commit(waves('late'), at(2n)).catch((error: unknown) => error);
    expect(isFenced(late)).toBe(true);
    await owner.commit(waves('new'), at(3n));
    expect(await visible()).toEqual(['new', 'old']);
    expect(await committed()).toEqual({ offset: '3', metadata: 'note 3' });
  });

  it('ends what the old owner left open: nothing of it shows, and readers need not wait for its time-out', async () => {
    const old = await take();
    const unanswered: Wave = {
      topicMessages: waves('half', 'done').flatMap((wave) => wave.topicMessages),
      partitions: new Set(['nowhere/0']),
    };
    await expect(old.commit([unanswered], at(9n))).rejects.toBeInstanceOf(AcknowledgementError);
    const owner = await take();
    await owner.commit(waves('whole'), at(1n));
    expect(await visible()).toEqual(['whole']);
    expect(await committed()).toEqual({ offset: '1', metadata: 'note 1' });
  });

  it('is of no use any more after a send that was not acknowledged as a whole', async () => {
    const lock = await take();
    const [wave] = waves('a', 'b');
    const claimed: Wave = {
      topicMessages: wave?.topicMessages ?? [],
      partitions: new Set([...(wave?.partitions ?? []), 'elsewhere/7']),
    };
    await expect(lock.commit([claimed], at(1n))).rejects.toThrow('no acknowledgement from elsewhere/7');
    await expect(lock.commit(waves('again'), at(1n))).rejects.toThrow('take it anew');
    await take();
    expect(await visible()).toEqual([]);
    expect(await committed()).toEqual({ offset: '-1', metadata: null });
  });
});
