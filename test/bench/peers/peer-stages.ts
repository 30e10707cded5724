import {
  CostTask,
  costStage,
  DEFAULT_STAGE_OPTIONS,
  MergeTask,
  mergeStage,
  recordsOf,
  type InputRecord,
  type OutputRecord,
  type StageDefinition,
  type StageDependencies,
  type StageInput,
  type StageOptions,
  type StageOutput,
  type StageTask,
} from '#libs/application';
import {
  costedEventOf,
  interactionOf,
  peerWindowText,
  WindowCarrier,
  type CostEventPart,
  type PeerEvent,
  type PeerWindow,
  type WindowPart,
  type Workload,
} from './peer-events.js';

const MINUTE_MS = 60_000;

/**
 * The stages as the workload wants them, as far as they can be set: an hour by the minute for agents and channels, 10 s
 * of disorder, and for w3 a dedup horizon of 15 minutes. Months cannot be left out, so they come by the hour and are
 * dropped.
 */
export function peerStageOptions(workload: Workload): StageOptions {
  const dedupHorizonMs = workload === 'w3' ? 15 * MINUTE_MS : MINUTE_MS;
  return {
    ...DEFAULT_STAGE_OPTIONS,
    clock: 'event',
    dedupHorizonMs,
    scopes: ['agent', 'channel'],
    windowing: {
      rolling: [{ name: '1h', sizeMs: 60 * MINUTE_MS, stepMs: MINUTE_MS }],
      monthStepMs: 60 * MINUTE_MS,
      graceMs: 0,
      correctionMs: dedupHorizonMs,
    },
  };
}

/** The cost stage with the harness's events in front and behind. `onFirst`: the first record was seen. */
export function peerCostStage(
  workload: Workload,
  dependencies: StageDependencies,
  onFirst: () => void,
): StageDefinition {
  const options = peerStageOptions(workload);
  const stage = costStage(options, dependencies);
  return {
    ...stage,
    inputs: ['interactions'],
    createTask: (context) => new PeerCostTask(new CostTask(context, options, dependencies), workload, onFirst),
  };
}

/** The merge stage with the harness's windows behind. */
export function peerMergeStage(workload: Workload, dependencies: StageDependencies): StageDefinition {
  const options = peerStageOptions(workload);
  return {
    ...mergeStage(options, dependencies),
    createTask: (context) =>
      new PeerMergeTask(context.partition, new MergeTask(context, options, dependencies), workload),
  };
}

class PeerCostTask implements StageTask {
  constructor(
    private readonly task: CostTask,
    private readonly workload: Workload,
    private readonly onFirst: () => void,
  ) {}

  restore(key: string, value: Buffer | null): void {
    this.task.restore(key, value);
  }

  restored(): void {
    this.task.restored();
  }

  process(input: StageInput, nowMs: number): StageOutput {
    if (input.kind === 'tick') return this.task.process(input, nowMs);
    this.onFirst();
    const costs = new Map<string, PeerEvent['cost']>();
    const records: InputRecord[] = input.records.map((record) => {
      const event = JSON.parse(record.value?.toString('utf8') ?? '{}') as PeerEvent;
      if (this.workload === 'w3') costs.set(event.id, event.cost);
      return { ...record, value: Buffer.from(interactionOf(event, this.workload)) };
    });
    const output = this.task.process({ ...input, records }, nowMs);
    return withTopic(output, 'costEvents', (record) => this.costed(record, costs));
  }

  private costed(record: OutputRecord, costs: ReadonlyMap<string, PeerEvent['cost']>): OutputRecord[] {
    if (this.workload === 'w1' || !record.value) return [];
    const event = JSON.parse(record.value.toString()) as CostEventPart;
    const cost = costs.get(event.sourceId);
    if (!cost) throw new Error(`a cost event of ${event.sourceId}, which is not in the chunk`);
    const { topic, partition, key } = record;
    return [{ topic, partition, key, value: costedEventOf(event, cost) }];
  }
}

class PeerMergeTask implements StageTask {
  private readonly carrier = new WindowCarrier();

  constructor(
    private readonly partition: number,
    private readonly task: MergeTask,
    private readonly workload: Workload,
  ) {}

  restore(key: string, value: Buffer | null): void {
    this.task.restore(key, value);
  }

  restored(): void {
    this.task.restored();
  }

  process(input: StageInput, nowMs: number): StageOutput {
    const output = withTopic(this.task.process(input, nowMs), 'live', () => []);
    const windows = withTopic(output, 'costWindows', ({ value }) => {
      const window = JSON.parse(value?.toString() ?? '{}') as WindowPart;
      return Array.from(this.carrier.take(window), (each) => this.recordOf(each));
    });
    const rest = Array.from(this.carrier.advance(this.task.watermarkMs), (each) => this.recordOf(each));
    return { ...windows, records: [...windows.records, ...rest] };
  }

  private recordOf(window: PeerWindow): OutputRecord {
    const value = peerWindowText(window, this.workload);
    return { topic: 'costWindows', partition: this.partition, key: window.key, value };
  }
}

/** The output with each record of one topic replaced by others, whether they come one by one or written already. */
function withTopic(
  output: StageOutput,
  topic: OutputRecord['topic'],
  replace: (record: OutputRecord) => OutputRecord[],
): StageOutput {
  const blocks = (output.blocks ?? []).filter((block) => block.topic !== topic);
  const written = (output.blocks ?? []).filter((block) => block.topic === topic);
  const records = output.records.flatMap((record) => (record.topic === topic ? replace(record) : [record]));
  for (const block of written) {
    for (const record of recordsOf(block)) records.push(...replace(record));
    block.block.release();
  }
  return { ...output, records, blocks };
}
