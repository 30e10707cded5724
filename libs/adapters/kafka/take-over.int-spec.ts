import type { Admin, ITopicConfig } from 'kafkajs';
import {
  countingStage,
  eventually,
  type Counted,
  KafkaBroker,
  readAll,
  readCounted,
  StageProcess,
  whyNoBroker,
} from '#libs/testing/kafka';
import type { KafkaSettings } from '#libs/application';
import { topicName, type TopicKey } from '#libs/contract';
import {
  createKafka,
  ensureTopics,
  Publisher,
  SILENT_LOGGER,
  StageRunner,
  TopicsError,
  type PartitionCounts,
} from './index.js';
import { resetStages } from './reset-stages.js';
import { ClusterIdentity } from './cluster-identity.js';
import { isFenced, UnrecoverableError } from './errors.js';
import { WaveBuilder } from './message-waves.js';
import { takeOver, type OpenSet, type PartitionSet, type TakeOverContext } from './take-over.js';
import { TaskLock } from './task-lock.js';
import { encodeMarker, MARKER_KEY, offsetMetadata } from './commit-marker.js';
import { LogClient } from './log-client.js';

const GROUP = 'test';
const SET: PartitionSet = { number: 0, partitions: [0] };

/** Requests that only kafkajs itself makes. */
interface RawBroker {
  initProducerId(request: object): Promise<{ producerId: string; producerEpoch: number }>;
  addPartitionsToTxn(request: object): Promise<unknown>;
  addOffsetsToTxn(request: object): Promise<unknown>;
  endTxn(request: object): Promise<unknown>;
  produce(request: object): Promise<unknown>;
  txnOffsetCommit(request: object): Promise<unknown>;
}
const TOPIC_OF = { offsets: undefined, state: 'costState', events: 'costEvents' } as const;

/** How a transaction was left. */
interface LeftOpen {
  /** What its coordinator had decided; undefined: nothing that it still knows. */
  readonly commit: boolean | undefined;
  /** What did get its marker. */
  readonly marked: readonly ('offsets' | 'state' | 'events')[];
  /** The coordinator has forgotten the decision since. */
  readonly isForgotten?: boolean;
}

interface RawCluster {
  findGroupCoordinator(query: object): Promise<RawBroker>;
  findBroker(node: { nodeId: string }): Promise<RawBroker>;
}

/** Until the markers of the transaction before are written. */
async function retried<T extends object>(work: () => Promise<T>): Promise<T> {
  const answer = await eventually<T | Error>(
    'the transaction before to end',
    () => work().catch((error: unknown) => error as Error),
    (each) => !(each instanceof Error),
  );
  return answer as T;
}

const missing = whyNoBroker();
if (missing) console.warn(`skipped: ${missing}`);

(missing ? describe.skip : describe)('taking over what something outside has changed', () => {
  let broker: KafkaBroker;
  let settings: KafkaSettings;
  let counts: PartitionCounts;
  let admin: Admin;
  let tests = 0;
  let group: string;
  const fatal: Error[] = [];
  const runners: StageRunner[] = [];
  const processes: StageProcess[] = [];

  beforeAll(async () => {
    // Off, so that a transaction can be left open on purpose; see the last test but one.
    broker = await KafkaBroker.start('transaction.partition.verification.enable=false');
  });

  beforeEach(async () => {
    settings = broker.settings(`o${++tests}.`, 1);
    group = `${settings.topicPrefix}${GROUP}-counting`;
    counts = await ensureTopics(createKafka(settings, 'setup'), settings);
    admin = createKafka(settings, 'test').admin();
    await admin.connect();
    fatal.length = 0;
    await publish(10);
  });

  afterEach(async () => {
    await Promise.all(runners.splice(0).map((runner) => runner.stop()));
    await Promise.all(processes.splice(0).map((child) => child.kill()));
    await admin.disconnect();
  });

  afterAll(() => broker.stop());

  function topic(key: TopicKey): string {
    return topicName(key, settings.topicPrefix);
  }

  async function publish(count: number): Promise<void> {
    const publisher = new Publisher({ settings });
    await publisher.connect();
    await publisher.send(
      'interactions',
      Array.from({ length: count }, () => ({ key: 'k', value: 'v' })),
    );
    await publisher.disconnect();
  }

  async function deleteBefore(offset: string): Promise<void> {
    // Makes kafkajs know the topic, which deleting does not.
    await admin.fetchTopicOffsets(topic('interactions'));
    await admin.deleteTopicRecords({ topic: topic('interactions'), partitions: [{ partition: 0, offset }] });
  }

  async function create(...topics: ITopicConfig[]): Promise<void> {
    await admin.createTopics({ waitForLeaders: false, topics });
    const names = topics.map((each) => each.topic);
    await eventually(
      `topics ${names.join()} to be made`,
      () => admin.listTopics(),
      (existing) => names.every((name) => existing.includes(name)),
    );
  }

  async function run(changelogFormat = 1): Promise<StageRunner> {
    const runner = new StageRunner({
      settings,
      group: GROUP,
      definition: { ...countingStage(), changelogFormat },
      partitionCounts: counts,
      logger: SILENT_LOGGER,
      onFatal: (error) => fatal.push(error),
      timing: { fetchMinBytes: 1, sessionTimeoutMs: 2_000, heartbeatIntervalMs: 200 },
    });
    runners.push(runner);
    await runner.start();
    return runner;
  }

  async function countTen(): Promise<void> {
    const runner = await run();
    await counted(10);
    await runner.stop();
  }

  /** What was counted, once so many are. */
  async function counted(records: number): Promise<Counted[]> {
    const { found } = await eventually(
      `${records} records to be counted`,
      async () => ({ found: await readCounted(settings), fatal }),
      ({ found }) => fatal.length > 0 || found.length >= records,
    );
    expect(fatal).toEqual([]);
    return found;
  }

  function context(readBy: Admin, identity: ClusterIdentity): TakeOverContext {
    return {
      definition: countingStage(),
      ...{ group, topicPrefix: settings.topicPrefix, partitionCounts: counts, transactionTimeoutMs: 30_000 },
      ...{ admin: readBy, identity, logger: SILENT_LOGGER },
      createClient: (role, onConnectionLost) => createKafka(settings, role, onConnectionLost && { onConnectionLost }),
      transactionalId: (set) => `${group}-set-${set}`,
    };
  }

  /** Commits, as the counting stage would, up to an offset. */
  async function commitNext({ lock, tasks }: OpenSet, offset: bigint): Promise<void> {
    const task = tasks.get(0);
    if (!task) throw new Error('partition 0 is not open');
    task.sequence += 1;
    const { sequence } = task;
    const marker = encodeMarker({ sequence, group, format: 1, offsets: { interactions: offset } });
    const builder = new WaveBuilder();
    builder.add({ topic: topic('costState'), partition: 0, key: MARKER_KEY, value: marker });
    const position = { topic: topic('interactions'), partition: 0, offset, metadata: offsetMetadata(sequence) };
    await lock.commit(builder.build(), [position]);
  }

  /**
   * Counts the eleventh record in a transaction that ends, as the coordinator sees it, without its partitions but those
   * that are `marked`.
   */
  async function leaveOpen({ commit, marked }: LeftOpen): Promise<void> {
    const log = await LogClient.connect(createKafka(settings, 'broken'));
    const cluster = log.cluster as unknown as RawCluster;
    await log.ranges(topic('costState'), [0]);
    const transactionalId = `${group}-set-0`;
    const coordinator = await cluster.findGroupCoordinator({ groupId: transactionalId, coordinatorType: 1 });
    const { producerId, producerEpoch } = await retried(() =>
      coordinator.initProducerId({ transactionalId, transactionTimeout: 30_000 }),
    );
    const owner = { transactionalId, producerId, producerEpoch };
    const [offsets] = await admin.fetchOffsets({ groupId: group, topics: [topic('interactions')] });
    const sequence = Number(offsets?.partitions[0]?.metadata?.split(':')[1]) + 1;
    const marker = encodeMarker({ sequence, group, format: 1, offsets: { interactions: 11n } });
    const event = { topic: 'interactions', partition: 0, offset: '10', key: 'k', count: 11, leftOpen: true };
    const data = (key: TopicKey, messages: object[]) => ({
      topic: topic(key),
      partitions: [{ partition: 0, firstSequence: 0, messages }],
    });
    // Records are of a time before the end of their transaction, those that are still open as well.
    const timestamp = Date.now();
    const message = (key: string, value: string) => ({ key, value, headers: {}, timestamp });
    const leader = await cluster.findBroker({ nodeId: '1' });
    const position = { partition: 0, offset: '11', metadata: offsetMetadata(sequence) };
    const topics = [{ topic: topic('interactions'), partitions: [position] }];
    const write = {
      offsets: () => leader.txnOffsetCommit({ ...owner, groupId: group, topics }),
      state: () =>
        leader.produce({
          ...owner,
          topicData: [data('costState', [message(MARKER_KEY, marker), message('k', '11')])],
        }),
      events: () =>
        leader.produce({ ...owner, topicData: [data('costEvents', [message('k', JSON.stringify(event))])] }),
    };
    if (commit !== undefined) {
      const keys = ['signals', ...marked.flatMap((part) => TOPIC_OF[part] ?? [])] as const;
      const topics = keys.map((key) => ({ topic: topic(key), partitions: [0] }));
      await coordinator.addPartitionsToTxn({ ...owner, topics });
      if (marked.includes('offsets')) await coordinator.addOffsetsToTxn({ ...owner, groupId: group });
      for (const part of marked) await write[part]();
      await coordinator.endTxn({ ...owner, transactionResult: commit });
    }
    for (const part of ['state', 'events', 'offsets'] as const) if (!marked.includes(part)) await write[part]();
    await log.close();
  }

  /** Somebody took the lock, and came no further. */
  async function initAgain(): Promise<void> {
    const lock = await TaskLock.take({
      createClient: (onConnectionLost) => createKafka(settings, 'hasty', { onConnectionLost }),
      transactionalId: `${group}-set-0`,
      ...{ group, transactionTimeoutMs: 30_000, endLeftovers: () => Promise.resolve() },
    });
    await lock.release();
  }

  async function endsSaying(text: string): Promise<void> {
    await run();
    await eventually('ending', () => fatal.length > 0);
    expect(fatal[0]?.message).toContain(text);
    expect(await readCounted(settings)).toHaveLength(10);
  }

  it('goes on from its own state when Kafka has forgotten the offsets of the group', async () => {
    await countTen();
    await admin.deleteGroups([group]);
    await publish(5);
    await run();
    expect((await counted(15)).map(({ count }) => count)).toEqual(Array.from({ length: 15 }, (_, i) => i + 1));
  });

  it('ends when the offsets were moved by hand', async () => {
    await countTen();
    await admin.setOffsets({
      groupId: group,
      topic: topic('interactions'),
      partitions: [{ partition: 0, offset: '5' }],
    });
    await endsSaying('State and offsets do not belong together');
  });

  it('ends when the state is gone', async () => {
    await countTen();
    await admin.deleteTopics({ topics: [topic('costState')] });
    await eventually('deleting', async () => !(await admin.listTopics()).includes(topic('costState')));
    await ensureTopics(createKafka(settings, 'setup'), settings);
    await endsSaying('The state is gone');
  });

  it('ends with a word where another version wrote the state, and begins anew once that is thrown away', async () => {
    const reset = () => {
      const { name, changelog } = countingStage();
      const state = {
        topicPrefix: settings.topicPrefix,
        group: GROUP,
        stages: [{ name, changelog }],
        derived: ['panes'] as const,
      };
      return resetStages(createKafka(settings, 'reset'), state);
    };
    const before = await run();
    await counted(10);
    expect(await reset()).toEqual({ ok: false, running: [group] });
    await before.stop();
    const runner = await run(2);
    await eventually('ending', () => fatal.length > 0);
    expect(fatal[0]?.message).toMatch(/holds state of format 1, and this version reads format 2\..*spendline rebuild/);
    await runner.stop();
    expect(await readCounted(settings)).toHaveLength(10);

    await eventually('leaving', async () => (await reset()).ok);
    await ensureTopics(createKafka(settings, 'setup'), settings);
    fatal.length = 0;
    await run(2);
    expect((await counted(20)).map(({ count }) => count).slice(10)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('ends when records were deleted before they were read, rather than skip them', async () => {
    await countTen();
    await publish(10);
    await deleteBefore('15');
    await endsSaying('Records were deleted before they were read');
  });

  it('ends when they are deleted while it runs', async () => {
    const timing = { fetchMinBytes: 1, sessionTimeoutMs: 20_000, heartbeatIntervalMs: 200 };
    const child = new StageProcess({ settings, group: GROUP, partitionCounts: counts, chunkRecords: 5, timing });
    processes.push(child);
    await counted(10);
    child.signal('SIGSTOP');
    // The first may answer a fetch that is under way; what follows is deleted before the process can ask for it.
    await publish(1);
    await publish(9);
    await deleteBefore('15');
    child.signal('SIGCONT');
    const lastWords = await eventually(
      'its end',
      () => child.lines,
      (lines) => lines.some((line) => line.includes('FATAL')),
    );
    expect(lastWords.find((line) => line.includes('FATAL'))).toContain('Records were deleted before they were read');
    const offsets = (await readCounted(settings)).map(({ offset }) => Number(offset));
    expect([10, 11]).toContain(offsets.length);
    expect(Math.max(...offsets)).toBeLessThan(11);
  });

  it.each<LeftOpen & { decided: string }>([
    { decided: 'to commit', commit: true, marked: [] },
    { decided: 'to abort', commit: false, marked: [] },
    { decided: 'nothing any more', commit: undefined, marked: [] },
    { decided: 'to commit, as the offsets show', commit: true, marked: ['offsets'], isForgotten: true },
    { decided: 'to commit, as the state shows', commit: true, marked: ['state', 'offsets'], isForgotten: true },
    { decided: 'to commit, as readers have seen', commit: true, marked: ['events'], isForgotten: true },
    { decided: 'to abort, as the offsets show', commit: false, marked: ['offsets'], isForgotten: true },
    { decided: 'to abort, as the state shows', commit: false, marked: ['state', 'offsets'], isForgotten: true },
  ])('ends a transaction that a broker left open, where the coordinator had decided $decided', async (left) => {
    const { commit } = left;
    await countTen();
    await publish(1);
    await leaveOpen(left);
    if (left.isForgotten) await initAgain();
    await run();
    // What was left open may be seen before anything is counted: only what is counted after it shows how it was ended.
    await publish(1);
    const found = await eventually(
      'what came after it to be counted',
      () => readCounted(settings),
      (all) => fatal.length > 0 || all.at(-1)?.offset === '11',
    );
    expect(fatal).toEqual([]);
    expect(found.map(({ count }) => count)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    expect(found.filter((each) => 'leftOpen' in each)).toHaveLength(commit ? 1 : 0);
  });

  it('notices what a broker left open of its own last transaction before it begins the next one', async () => {
    await countTen();
    const identity = await ClusterIdentity.learn(admin);
    const open = await takeOver(context(admin, identity), SET, new AbortController().signal);
    await commitNext(open, 10n);
    // As if the marker of that commit had been left out in one partition.
    const log = await LogClient.connect(createKafka(settings, 'broken'));
    await log.ranges(topic('signals'), [0]);
    const leader = await (log.cluster as unknown as RawCluster).findBroker({ nodeId: '1' });
    const { producerId, producerEpoch } = open.lock.identity;
    await leader.produce({
      ...{ transactionalId: `${group}-set-0`, producerId: producerId.toString(), producerEpoch },
      topicData: [
        {
          topic: topic('signals'),
          partitions: [
            {
              partition: 0,
              firstSequence: 0,
              messages: [{ key: 'k', value: 'left', headers: {}, timestamp: Date.now() }],
            },
          ],
        },
      ],
    });
    const readable = await log.fetch([{ topic: topic('signals'), partition: 0, offset: 0n }], 0);
    expect(readable.flatMap(({ records }) => records)).toEqual([]);
    await log.close();
    // As the end of a connection does, which a leader that dies breaks.
    open.lock.raiseDoubt();
    await open.lock.settleDoubt();
    expect((await readAll(settings, 'signals')).map(({ value }) => value)).toEqual(['left']);
    await commitNext(open, 10n);
    await open.lock.release();
  });

  it('reports every fault of the topics at once', async () => {
    const other = { ...settings, topicPrefix: `bad${tests}.`, createTopics: false };
    const name = (key: TopicKey) => topicName(key, other.topicPrefix);
    await create(
      { topic: name('interactions'), numPartitions: 3 },
      { topic: name('feedback'), numPartitions: 2 },
      { topic: name('costWindows'), numPartitions: 1 },
    );
    const error = await ensureTopics(createKafka(other, 'setup'), other).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TopicsError);
    const { message } = error as TopicsError;
    expect(message).toContain(`${name('interactions')} 3, ${name('feedback')} 2`);
    expect(message).toContain(`${name('costWindows')} has 1 partitions, but needs at least 3`);
    expect(message).toContain(
      `${name('costWindows')} has cleanup.policy=delete, but needs cleanup.policy=compact,delete`,
    );
    expect(message).toContain(`${name('signals')} is missing`);
  });

  it('follows the partition count of inputs that exist already, and does nothing the second time', async () => {
    const other = { ...settings, topicPrefix: `six${tests}.`, partitions: 8 };
    await create({ topic: topicName('interactions', other.topicPrefix), numPartitions: 6 });
    const kafka = createKafka(other, 'setup');
    const first = await ensureTopics(kafka, other);
    expect(first).toMatchObject({ interactions: 6, revenue: 6, costEvents: 6, panes: 6, costState: 6, reference: 1 });
    expect(await ensureTopics(kafka, { ...other, createTopics: false })).toEqual(first);
  });

  it('takes an owner that commits between its two readings for what it is: somebody else has the task', async () => {
    await countTen();
    await publish(1);
    const identity = await ClusterIdentity.learn(admin);
    let other: OpenSet | undefined;
    const overtaken: Admin = {
      ...admin,
      fetchOffsets: async (options) => {
        const found = await admin.fetchOffsets(options);
        if (!other) {
          other = await takeOver(context(admin, identity), SET, new AbortController().signal);
          await commitNext(other, 11n);
        }
        return found;
      },
    };
    const error = await takeOver(context(overtaken, identity), SET, new AbortController().signal).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(UnrecoverableError);
    expect(isFenced(error)).toBe(true);
    await other?.lock.release();
  });

  it('ends when another cluster answers on the same address, and leaves that one as it was', async () => {
    const runner = await run();
    await counted(10);
    await broker.kill9();
    const foreign = await KafkaBroker.start('', broker.port);
    try {
      await ensureTopics(createKafka(settings, 'setup'), settings);
      await publish(20);
      await eventually('ending', () => fatal.length > 0);
      expect(fatal[0]?.message).toContain("Kafka's address now leads to another cluster");
      expect(await readCounted(settings)).toEqual([]);
      await runner.stop();
    } finally {
      await foreign.stop();
      await broker.restart();
    }
  });
});
