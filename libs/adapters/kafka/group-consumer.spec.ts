import { EventEmitter } from 'node:events';
import kafkajs, { type Consumer, type ConsumerConfig, type Kafka } from 'kafkajs';
import { GroupConsumer } from './group-consumer.js';
import { SILENT_LOGGER } from './logger.js';
import { DEFAULT_TIMING } from './runner-timing.js';
import { eventually } from '../../testing/eventually.js';

const events = new Proxy({}, { get: (_, name) => String(name) }) as Consumer['events'];

/** A consumer of kafkajs as far as a group consumer asks of it; the test decides what becomes of it. */
class FakeConsumer extends EventEmitter {
  readonly events = events;
  disconnects = 0;

  constructor(
    readonly kafka: FakeKafka,
    config: ConsumerConfig,
  ) {
    super();
    const coordinator = { leaveGroup: ({ memberId }: { memberId: string }) => kafka.leave(memberId) };
    const cluster = { findGroupCoordinator: () => Promise.resolve(coordinator) };
    const assigner = config.partitionAssigners?.[0];
    assigner?.({ cluster, groupId: config.groupId } as never);
  }

  connect = (): Promise<void> => Promise.resolve();
  subscribe = (): Promise<void> => Promise.resolve();
  run = (): Promise<void> => {
    this.kafka.onRun(this);
    return Promise.resolve();
  };
  disconnect = (): Promise<void> => Promise.resolve(void (this.disconnects += 1));

  joins(memberId: string): void {
    this.emit('GROUP_JOIN', { payload: { memberId, memberAssignment: { input: [0] } } });
  }

  crashes(error: Error): void {
    this.emit('CRASH', { payload: { error, restart: false } });
  }
}

class FakeKafka {
  readonly made: FakeConsumer[] = [];
  readonly left: string[] = [];
  onRun: (consumer: FakeConsumer) => void = () => undefined;

  consumer(config: ConsumerConfig): Consumer {
    const made = new FakeConsumer(this, config);
    this.made.push(made);
    return made as unknown as Consumer;
  }

  leave(memberId: string): Promise<void> {
    this.left.push(memberId);
    return Promise.resolve();
  }
}

describe('a group consumer', () => {
  let kafka: FakeKafka;
  let consumer: GroupConsumer;
  let fatal: Error[];
  let joined: number;

  beforeEach(() => {
    [kafka, fatal, joined] = [new FakeKafka(), [], 0];
    consumer = new GroupConsumer({
      ...{ name: 'Stage x', groupId: 'x', topics: ['input'], concurrency: 1, logger: SILENT_LOGGER },
      // Two of these are the watchdog's patience.
      timing: { ...DEFAULT_TIMING, sessionTimeoutMs: 120 },
      createClient: () => kafka as unknown as Kafka,
      owned: () => [],
      onBatch: () => Promise.resolve(),
      onJoined: () => (joined += 1),
      onLost: () => undefined,
      onSkipped: () => undefined,
      kafkaAnswers: () => Promise.resolve(true),
      onFatal: (error) => fatal.push(error),
    });
  });

  afterEach(() => consumer.stop());

  it('takes the place of one that gave up, once the group knows that its member is gone', async () => {
    kafka.onRun = (each) => each.joins(`member-${kafka.made.length}`);
    await consumer.start();
    kafka.made[0]?.crashes(new kafkajs.KafkaJSConnectionError('connect ECONNREFUSED'));
    await eventually('the next one to join', () => joined >= 2);
    expect(kafka.left).toEqual(['member-1']);
    expect(fatal).toEqual([]);
    // Whatever the first one still says concerns nobody.
    kafka.made[0]?.joins('member-1');
    expect(joined).toBe(2);
  });

  it('replaces one that shows no life although Kafka answers', async () => {
    kafka.onRun = (each) => {
      if (kafka.made.length === 1) each.joins('silent');
      else setInterval(() => each.emit('HEARTBEAT', { payload: {} }), 5).unref();
    };
    await consumer.start();
    await eventually('the next one', () => kafka.made.length >= 2);
    expect(kafka.made[0]?.disconnects).toBeGreaterThan(0);
    await eventually('the silent one to be out', () => kafka.left.length > 0);
    expect(kafka.left).toEqual(['silent']);
    expect(fatal).toEqual([]);
  });

  it('ends when one after the other shows no life', async () => {
    await consumer.start();
    await eventually('the end', () => fatal.length > 0);
    expect(fatal[0]?.message).toBe('Stage x hangs: Kafka answers, but there is neither batch nor heartbeat');
    expect(kafka.made).toHaveLength(3);
  });

  it('ends when what does not pass by itself comes again and again', async () => {
    kafka.onRun = (each) => each.crashes(new TypeError('the handler is broken'));
    await consumer.start();
    await eventually('the end', () => fatal.length > 0);
    expect(kafka.made).toHaveLength(5);
    expect(fatal[0]?.message).toBe('the handler is broken');
  });
});
