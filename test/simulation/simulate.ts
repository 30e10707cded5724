import './engine/production.js';
import { repairConsumers } from '../../libs/adapters/kafka/consumer-repairs.js';
import type { StageDefinition } from '#libs/application';
import { SILENT_LOGGER } from '../../libs/adapters/kafka/logger.js';
import { rememberCoordinators } from '../../libs/adapters/kafka/coordinator-memory.js';
import { noteIdentities } from '../../libs/adapters/kafka/producer-identity.js';
import { repairReadCommitted } from '../../libs/adapters/kafka/read-committed.js';
import { StageRunner, type StageRunnerOptions } from '../../libs/adapters/kafka/stage-runner.js';
import { repairProduce } from '../../libs/adapters/kafka/write-once.js';
import { Network } from './client/network.js';
import { SimKafka } from './client/sim-kafka.js';
import { virtualTime } from './engine/ambient.js';
import { Random } from './engine/random.js';
import { Scheduler, SimProcess } from './engine/scheduler.js';
import { countingSubject } from './counting/counting-subject.js';
import { FaultInjector, type Machine } from './fault-injector.js';
import { SimCluster } from './kafka/cluster.js';
import type { Mutant } from './mutants.js';
import { monitorSubject } from './monitor/monitor-subject.js';
import { planOf, type Plan } from './plan.js';
import type { Judge, Subject } from './subject.js';

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

/** Which stages run: the counting stage, which is quick, or those of the monitor, which are what it is all for. */
export type Stages = keyof typeof SUBJECTS;

const SUBJECTS = { counting: countingSubject, monitor: monitorSubject };

/** What to simulate. */
export interface SimulationOptions {
  /** The counting stage by default. */
  readonly stages?: Stages | undefined;
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
    rememberCoordinators();
    repairConsumers();
    noteIdentities();
    return await new Simulation(seed, planOf(random, seed), scheduler, options).run();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    restore();
  }
}

interface Slot {
  process: SimProcess;
  runners: StageRunner[];
  /** Counts starts. */
  life: number;
}

class Simulation implements Machine {
  private readonly cluster: SimCluster;
  private readonly network: Network;
  private readonly subject: Subject;
  private readonly oracle: Judge;
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
    this.subject = SUBJECTS[options.stages ?? 'counting'](seed, plan, () => this.cluster);
    this.oracle = this.subject.judge;
    this.cluster = new SimCluster(
      scheduler,
      {
        brokers: plan.brokers,
        topics: this.subject.topics,
        fetchRecords: plan.fetchRecords,
        lateOffsets: plan.lateOffsets,
        slowMarkers: plan.slowMarkers,
        losesMarkers: plan.losesMarkers && options.mutant?.isUnknownToBrokers !== true,
        note: trace && ((line) => trace(`${scheduler.nowMs.toFixed(3).padStart(10)} ${line()}`)),
      },
      this.oracle,
    );
    this.network = new Network(scheduler, this.cluster);
    this.slots = Array.from({ length: plan.processes }, (_, slot) => {
      const process = new SimProcess(`p${slot}`, 0);
      process.state = 'dead';
      return { process, runners: [], life: 0 };
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
    this.subject.writeInput(this.cluster, () => (this.inputDone = true));
    const look = (): void => {
      this.complete = this.isComplete();
      if (!this.complete) scheduler.after(LOOK_EVERY_MS, null, look);
    };
    scheduler.after(plan.faultsEndMs, null, look);
    await scheduler.run(plan.faultsEndMs + PATIENCE_MS, () => this.complete || oracle.violations.length > 0);
    if (oracle.violations.length === 0) {
      if (!this.complete) oracle.violations.push(this.whatIsMissing());
      await oracle.judgeEnd();
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
    slot.runners = [];
    this.network.forget(process);
    this.scheduler.after(awayMs, null, () => this.start(index));
  }

  stop(process: SimProcess, awayMs: number): void {
    const slot = this.slots.find((each) => each.process === process);
    if (!slot || slot.runners.length === 0 || process.state !== 'running') return;
    const { runners } = slot;
    this.scheduler.after(0, process, () => {
      const end = (): void => this.kill(process, awayMs);
      Promise.all(runners.map((runner) => runner.stop())).then(end, end);
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
      void this.startStages(slot).catch((error: unknown) => this.kill(process, this.againMs(String(error), process)));
    });
  }

  private async startStages(slot: Slot): Promise<void> {
    const { mutant } = this.options;
    const { process } = slot;
    for (const definition of this.subject.stages()) {
      // Ended between two of its stages: the place belongs to the next process.
      if (process.state === 'dead') return;
      const options = this.runnerOptions(process, definition);
      const runner = new StageRunner(mutant?.options?.(options, process) ?? options);
      mutant?.runner?.(runner);
      slot.runners.push(runner);
      await runner.start();
    }
  }

  private againMs(why: string, process: SimProcess): number {
    this.cluster.note(() => `${process.name} did not start: ${why}`);
    return START_AGAIN_MS;
  }

  private runnerOptions(process: SimProcess, definition: StageDefinition): StageRunnerOptions {
    const { partitions, chunkRecords } = this.plan;
    const { trace } = this.options;
    const line = (fields: object, message: string): void =>
      this.cluster.note(() => `${process.name} says: ${message} ${JSON.stringify(fields)}`);
    return {
      settings: { brokers: ['simulated'], clientId: 'sim', topicPrefix: '', partitions, createTopics: false },
      group: 'sim',
      definition,
      partitionCounts: this.subject.partitionCounts,
      logger: trace ? { debug: line, info: line, warn: line, error: line } : SILENT_LOGGER,
      chunkRecords,
      timing: TIMING,
      onFatal: (error) => this.died(process, `${error.name}: ${error.message}`),
      createKafka: (_settings, _role, clientOptions) => SimKafka.asKafka(this.network, process, clientOptions),
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
    if (!this.inputDone || !this.cluster.isQuiet || !this.oracle.isComplete()) return false;
    return (
      this.owners().every((count) => count === 1) &&
      this.slots.every(({ runners }) => runners.every((runner) => runner.ready()))
    );
  }

  /** How many processes have each partition of each stage open. */
  private owners(): number[] {
    const stages = this.subject.stages().map(({ name }) => name);
    const owners = stages.map(() => Array.from({ length: this.plan.partitions }, () => 0));
    for (const { runners } of this.slots) {
      for (const [stage, runner] of runners.entries()) {
        const counts = owners[stage];
        if (!counts) continue;
        for (const { partition, state } of runner.snapshot().tasks)
          if (state === 'open') counts[partition] = (counts[partition] ?? 0) + 1;
      }
    }
    return owners.flat();
  }

  private whatIsMissing(): string {
    const states = this.slots.map(({ process, runners }) => {
      const tasks = runners.map((runner) => runner.snapshot().tasks);
      return `${process.name} ${process.state} ${JSON.stringify(tasks)}`;
    });
    return `no progress: input read ${this.oracle.isComplete()}, owners ${this.owners().join()}, ${states.join('; ')}`;
  }
}
