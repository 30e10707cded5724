import type { Producer, ProducerConfig, RecordMetadata, Transaction } from 'kafkajs';
import type { StageOutput, StageTask } from '#libs/application';
import { topicName } from '#libs/contract';
import type { StageRunner, StageRunnerOptions } from '../../libs/adapters/kafka/stage-runner.js';
import type { SimProcess } from './engine/scheduler.js';

/** A design that is known to be wrong, made from the right one by putting another part in. */
export interface Mutant {
  /** Its locks are not what Kafka's brokers would tell of them; they tell nothing then. */
  readonly isUnknownToBrokers?: boolean;
  options?(options: StageRunnerOptions, process: SimProcess): StageRunnerOptions;
  runner?(runner: StageRunner): void;
}

type MakeProducer = (config?: ProducerConfig) => Producer;
type Batch = Parameters<Transaction['sendBatch']>[0];

const NOTHING: StageOutput = { records: [], changelog: [], counters: [] };
const TIMER_MS = 300;

/** Designs that the simulation must catch. */
export const MUTANTS = {
  'transactional id per instance': {
    isUnknownToBrokers: true,
    options: (options, { name }) =>
      withProducers(options, (make) => (config) => {
        const transactionalId = config?.transactionalId;
        return make(
          transactionalId === undefined ? config : { ...config, transactionalId: `${transactionalId}-${name}` },
        );
      }),
  },
  'offset and state read before the lock': {
    isUnknownToBrokers: true,
    options: (options) =>
      withProducers(
        options,
        (make) => (config) => lateLock(make(config), make({ ...config, transactionalId: 'nobody' })),
      ),
  },
  'acknowledgements not checked': {
    options: (options) =>
      withTransactions(options, (transaction) => ({
        ...transaction,
        sendBatch: async (batch) => {
          await transaction.sendBatch(batch);
          return allAcknowledged(batch);
        },
      })),
  },
  'commit continued after an error': {
    options: (options) =>
      withTransactions(options, (transaction) => ({
        ...transaction,
        sendBatch: (batch) =>
          transaction
            .sendBatch(batch)
            .catch(() => [])
            .then(() => allAcknowledged(batch)),
      })),
  },
  'state adopted before the commit succeeded': { options: keepingState },
  'markers of the transaction before not looked for': {
    options: (options) => ({
      ...options,
      createKafka: (settings, role, clientOptions) =>
        options.createKafka!(settings, role, { ...clientOptions, onConnectionLost: () => undefined }),
    }),
  },
  'a timer that writes outside of the queue': { options: writingByTimer },
  'tasks not dropped on a rebalance': {
    runner: (runner) => void Object.assign(runner, { drop: () => undefined }),
  },
} satisfies Record<string, Mutant>;

/** Name of a mutant. */
export type MutantName = keyof typeof MUTANTS;

/** Puts other producers into all clients of a runner. */
function withProducers(options: StageRunnerOptions, change: (make: MakeProducer) => MakeProducer): StageRunnerOptions {
  const { createKafka } = options;
  if (!createKafka) throw new Error('a mutant stands on simulated clients');
  return {
    ...options,
    createKafka: (settings, role, clientOptions) => {
      const kafka = createKafka(settings, role, clientOptions);
      const producer = change((config) => kafka.producer(config));
      const changed = {
        producer,
        ...{ consumer: kafka.consumer.bind(kafka), admin: kafka.admin.bind(kafka), logger: () => kafka.logger() },
      };
      return changed;
    },
  };
}

function withTransactions(
  options: StageRunnerOptions,
  change: (transaction: Transaction) => Transaction,
): StageRunnerOptions {
  return withProducers(options, (make) => (config) => {
    const producer = make(config);
    return { ...producer, transaction: async () => change(await producer.transaction()) };
  });
}

/** Takes the transactional id not when the lock is asked for (it takes one that nobody uses), but at the first commit. */
function lateLock(producer: Producer, probe: Producer): Producer {
  let asked = false;
  let connected = false;
  return {
    ...producer,
    connect: () => probe.connect(),
    disconnect: () =>
      Promise.all([probe.disconnect(), connected ? producer.disconnect() : undefined]).then(() => undefined),
    transaction: async () => {
      if (!asked) {
        asked = true;
        return probe.transaction();
      }
      if (!connected) await producer.connect();
      connected = true;
      return producer.transaction();
    },
  };
}

function allAcknowledged({ topicMessages = [] }: Batch): RecordMetadata[] {
  return topicMessages.flatMap(({ topic, messages }) =>
    [...new Set(messages.map(({ partition = 0 }) => partition))].map((partition) => {
      return { topicName: topic, partition, errorCode: 0 };
    }),
  );
}

/** A task that failed goes on with what it has in memory, rather than with what was committed. */
function keepingState(options: StageRunnerOptions): StageRunnerOptions {
  const kept = new Map<number, StageTask>();
  const { definition } = options;
  return {
    ...options,
    definition: {
      ...definition,
      createTask: (context) => {
        const before = kept.get(context.partition);
        if (before) {
          return {
            restore: () => undefined,
            restored: () => undefined,
            process: (input, now) => before.process(input, now),
          };
        }
        const task = definition.createTask(context);
        kept.set(context.partition, task);
        return task;
      },
    },
  };
}

/** What a task writes at a tick goes out in a transaction of a timer's own. */
function writingByTimer(options: StageRunnerOptions): StageRunnerOptions {
  const { definition, createKafka, settings } = options;
  const inner = new WeakMap<StageTask, StageTask>();
  const timers = new Map<number, ReturnType<typeof setInterval>>();
  const write = async (partition: number, { records, changelog }: StageOutput): Promise<void> => {
    const producer = createKafka!(settings, 'timer').producer({
      transactionalId: `timer-${partition}`,
      idempotent: true,
      maxInFlightRequests: 1,
    });
    await producer.connect();
    const transaction = await producer.transaction();
    const state = changelog.map(({ key, value }) => ({ key, value, partition }));
    await transaction.sendBatch({
      topicMessages: [
        { topic: topicName(definition.changelog, ''), messages: state },
        ...records.map(({ topic, key, value }) => ({
          topic: topicName(topic, ''),
          messages: [{ key, value, partition }],
        })),
      ],
    });
    await transaction.commit();
  };
  return {
    ...options,
    definition: {
      ...definition,
      createTask: (context) => {
        const task = definition.createTask(context);
        const outer: StageTask = {
          restore: (key, value) => task.restore(key, value),
          restored: () => task.restored(),
          process: (input, now) => (input.kind === 'tick' ? NOTHING : task.process(input, now)),
        };
        inner.set(outer, task);
        return outer;
      },
    },
    onTaskOpened: (partition, outer) => {
      const timer = setInterval(() => {
        const output = inner.get(outer)?.process({ kind: 'tick' }, Date.now()) ?? NOTHING;
        if (output.records.length > 0) void write(partition, output).catch(() => undefined);
      }, TIMER_MS);
      timers.set(partition, timer);
    },
    onTaskClosed: (partition) => clearInterval(timers.get(partition)),
  };
}
