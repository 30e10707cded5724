import './engine/production.js';
import { topicName, type TopicKey } from '#libs/contract';
import { repairConsumers } from '../../libs/adapters/kafka/consumer-repairs.js';
import { SILENT_LOGGER } from '../../libs/adapters/kafka/logger.js';
import { repairReadCommitted } from '../../libs/adapters/kafka/read-committed.js';
import { StageRunner, type StageRunnerOptions } from '../../libs/adapters/kafka/stage-runner.js';
import { repairProduce } from '../../libs/adapters/kafka/write-once.js';
import { countingStage } from '../../libs/testing/kafka/counting-stage.js';
import { PATIENT_RETRY } from '../../libs/adapters/kafka/client.js';
import { Network } from './client/network.js';
import { SimKafka } from './client/sim-kafka.js';
import { virtualTime } from './engine/ambient.js';
import { Random } from './engine/random.js';
import { Scheduler, SimProcess } from './engine/scheduler.js';
import { FaultInjector, type Machine } from './fault-injector.js';
import { writeInput } from './input.js';
import { SimCluster } from './kafka/cluster.js';
import type { Mutant } from './mutants.js';
import { Oracle, type Topics } from './oracle.js';
import { planOf, type Plan } from './plan.js';

/** How long everything may take after the last fault, in simulated milliseconds. */
const PATIENCE_MS = 120_000;
const LOOK_EVERY_MS = 100;
const START_AGAIN_MS = 300;

const TIMING = {
  sessionTimeoutMs: 3_000,
  heartbeatIntervalMs: 800,
  fetchMinBytes: 1,
  fetchMaxWaitMs: 400,
  transactionTimeoutMs: 6_000,
};

/** What to simulate. */
export interface SimulationOptions {
  /** A wrong design to run instead of ours. */
  readonly mutant?: Mutant | undefined;
  /** Is told what happens, a line each. */
  readonly trace?: ((line: string) => void) | undefined;
}

/** What came of one seed. */
export interface Outcome {
  readonly seed: number;
  /** What must not be; empty if all is well. */
  readonly violations: readonly string[];
  /** Equal for equal runs. */
  readonly traceHash: string;
  readonly steps: number;
  readonly commits: number;
  /** Simulated milliseconds until everything was done. */
  readonly tookMs: number;
  /** Why processes ended themselves. */
  readonly fatal: readonly string[];
}

/** Runs one simulation: the same seed, the same run. */
export async function simulate(seed: number, options: SimulationOptions = {}): Promise<Outcome> {
  const random = new Random(seed);
  const scheduler = new Scheduler(random);
  const restore = virtualTime(scheduler);
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    repairReadCommitted();
    repairProduce();
    repairConsumers();
    return await new Simulation(seed, planOf(random), scheduler, options).run();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    restore();
  }
}

interface Slot {
  process: SimProcess;
  runner: StageRunner | undefined;
  /** Counts starts. */
  life: number;
}

class Simulation implements Machine {
  private readonly cluster: SimCluster;
  private readonly network: Network;
  private readonly oracle: Oracle;
  private readonly slots: Slot[];
  private readonly fatal: string[] = [];
  private inputDone = false;
  private complete = false;

  constructor(
    private readonly seed: number,
    private readonly plan: Plan,
    private readonly scheduler: Scheduler,
    private readonly options: SimulationOptions,
  ) {
    const { trace } = options;
    const topics = topicsOf(plan);
    this.oracle = new Oracle(topics, () => this.cluster);
    this.cluster = new SimCluster(
      scheduler,
      {
        brokers: plan.brokers,
        topics: Object.fromEntries(
          [...topics.inputs, topics.output, topics.changelog, topics.ticks].map((name) => [name, plan.partitions]),
        ),
        fetchRecords: plan.fetchRecords,
        lateOffsets: plan.lateOffsets,
        slowMarkers: plan.slowMarkers,
        note: trace && ((line) => trace(`${scheduler.nowMs.toFixed(3).padStart(10)} ${line()}`)),
      },
      this.oracle,
    );
    this.network = new Network(scheduler, this.cluster);
    this.slots = Array.from({ length: plan.processes }, (_, slot) => {
      const process = new SimProcess(`p${slot}`, 0);
      process.state = 'dead';
      return { process, runner: undefined, life: 0 };
    });
    this.network.interference = new FaultInjector(plan, scheduler, this.network, this);
    this.network.onHang = (process) => this.oracle.violations.push(`${process.name} hangs in a loop`);
    scheduler.onUncaught = (process, error) => this.died(process, `uncaught: ${String(error)}`);
  }

  async run(): Promise<Outcome> {
    const { plan, scheduler, oracle } = this;
    this.cluster.note(() => JSON.stringify(plan));
    for (const index of this.slots.keys())
      scheduler.after(scheduler.random.between(0, 200), null, () => this.start(index));
    writeInput(this.cluster, plan, topicsOf(plan).inputs, () => (this.inputDone = true));
    const look = (): void => {
      this.complete = this.isComplete();
      if (!this.complete) scheduler.after(LOOK_EVERY_MS, null, look);
    };
    scheduler.after(plan.faultsEndMs, null, look);
    await scheduler.run(plan.faultsEndMs + PATIENCE_MS, () => this.complete || oracle.violations.length > 0);
    if (oracle.violations.length === 0) {
      if (!this.complete) oracle.violations.push(this.whatIsMissing());
      oracle.judgeEnd();
    }
    const { traceHash, steps, nowMs } = scheduler;
    const { violations, commits } = oracle;
    return { seed: this.seed, violations, traceHash, steps, commits, tookMs: Math.round(nowMs), fatal: this.fatal };
  }

  kill(process: SimProcess, awayMs: number): void {
    const index = this.slots.findIndex((slot) => slot.process === process);
    const slot = this.slots[index];
    if (!slot || process.state === 'dead') return;
    this.cluster.note(() => `${process.name} is killed`);
    this.scheduler.kill(process);
    slot.runner = undefined;
    this.network.forget(process);
    this.scheduler.after(awayMs, null, () => this.start(index));
  }

  stop(process: SimProcess, awayMs: number): void {
    const slot = this.slots.find((each) => each.process === process);
    if (!slot?.runner || process.state !== 'running') return;
    const { runner } = slot;
    this.scheduler.after(0, process, () => {
      const end = (): void => this.kill(process, awayMs);
      runner.stop().then(end, end);
    });
  }

  inSlot(index: number): SimProcess | undefined {
    return this.slots[index]?.process;
  }

  private start(index: number): void {
    const slot = this.slots[index];
    if (!slot) return;
    slot.life += 1;
    const process = new SimProcess(`p${index}.${slot.life}`, this.scheduler.random.whole(-2_000, 2_000));
    slot.process = process;
    this.scheduler.after(0, process, () => {
      const { mutant } = this.options;
      const options = this.runnerOptions(process);
      slot.runner = new StageRunner(mutant?.options?.(options, process) ?? options);
      mutant?.runner?.(slot.runner);
      slot.runner.start().catch((error: unknown) => this.kill(process, this.againMs(String(error), process)));
    });
  }

  private againMs(why: string, process: SimProcess): number {
    this.cluster.note(() => `${process.name} did not start: ${why}`);
    return START_AGAIN_MS;
  }

  private runnerOptions(process: SimProcess): StageRunnerOptions {
    const { partitions, twoInputs, chunkRecords } = this.plan;
    const counts = { interactions: partitions, agentStates: partitions, costEvents: partitions, costState: partitions };
    const { trace } = this.options;
    const line = (fields: object, message: string): void =>
      this.cluster.note(() => `${process.name} says: ${message} ${JSON.stringify(fields)}`);
    return {
      settings: { brokers: ['simulated'], clientId: 'sim', topicPrefix: '', partitions, createTopics: false },
      group: 'sim',
      definition: countingStage({ inputs: inputsOf(twoInputs), tickMs: 400, writeAtTick: true }),
      partitionCounts: counts as unknown as StageRunnerOptions['partitionCounts'],
      logger: trace ? { debug: line, info: line, warn: line, error: line } : SILENT_LOGGER,
      chunkRecords,
      timing: TIMING,
      onFatal: (error) => this.died(process, `${error.name}: ${error.message}`),
      createKafka: (_settings, _role, clientOptions) =>
        SimKafka.asKafka(this.network, process, clientOptions?.retry ?? PATIENT_RETRY),
    };
  }

  private died(process: SimProcess, why: string): void {
    this.fatal.push(why);
    // Nothing that fails here is for good. What a wrong design does is judged by its figures alone.
    if (!this.options.mutant) this.oracle.violations.push(`${process.name} ends itself: ${why}`);
    this.cluster.note(() => `${process.name} ends itself: ${why}`);
    // A supervisor starts it again.
    this.kill(process, START_AGAIN_MS);
  }

  private isComplete(): boolean {
    if (!this.inputDone || !this.cluster.transactions.isQuiet || !this.oracle.isComplete()) return false;
    return this.owners().every((count) => count === 1) && this.slots.every(({ runner }) => runner?.ready());
  }

  /** How many processes have each partition open. */
  private owners(): number[] {
    const owners = Array.from({ length: this.plan.partitions }, () => 0);
    for (const { runner } of this.slots) {
      for (const { partition, state } of runner?.snapshot().tasks ?? []) {
        if (state === 'open') owners[partition] = (owners[partition] ?? 0) + 1;
      }
    }
    return owners;
  }

  private whatIsMissing(): string {
    const states = this.slots.map(({ process, runner }) => {
      const tasks = runner?.snapshot().tasks ?? [];
      return `${process.name} ${process.state} ${JSON.stringify(tasks)}`;
    });
    return `no progress: input read ${this.oracle.isComplete()}, owners ${this.owners().join()}, ${states.join('; ')}`;
  }
}

function inputsOf(twoInputs: boolean): TopicKey[] {
  return twoInputs ? ['interactions', 'agentStates'] : ['interactions'];
}

function topicsOf({ twoInputs }: Plan): Topics {
  return {
    group: 'sim-counting',
    inputs: inputsOf(twoInputs).map((key) => topicName(key, '')),
    output: topicName('costEvents', ''),
    changelog: topicName('costState', ''),
    ticks: topicName('signals', ''),
  };
}
