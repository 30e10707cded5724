import { createHash } from 'node:crypto';
import { Subject } from 'rxjs';
import {
  costStage,
  DEFAULT_STAGE_OPTIONS,
  fixedReference,
  mergeStage,
  processWith,
  recordsOf,
  type CostTask,
  type InputRecord,
  type MergeTask,
  type OutputRecord,
  type ReferenceSource,
  type StageDependencies,
  type StageOptions,
  type StageOutput,
  type StageTask,
  type TaskContext,
  type TimedInput,
} from '#libs/application';
import type { CostEvent, CostWindow, InputTopicKey, Signal, TopicKey } from '#libs/contract';
import { zonedCalendar } from '#libs/adapters/calendar';
import type { Reference } from '#libs/domain';

export interface DriverOptions {
  readonly reference: Reference | ReferenceSource;
  readonly partitions?: number;
  readonly stage?: Partial<StageOptions>;
  /** Wall clock at the start, epoch ms. */
  readonly nowMs?: number;
  /** Whether a task that is behind after an input goes on as a successor, restored from its changelog. */
  readonly restartsWhenBehind?: boolean;
}

/** A record as a test sends it: `value` is sent as JSON unless it is bytes. */
export interface DriverRecord {
  readonly topic: InputTopicKey | 'control';
  readonly key?: string | null;
  readonly value: unknown;
  readonly headers?: InputRecord['headers'];
  readonly partition?: number;
}

/** A stable stand-in for Kafka's partitioner: which partition matters to no result. */
export function partitionOf(key: string, count: number): number {
  let hash = 7;
  for (let at = 0; at < key.length; at += 1) hash = (Math.imul(hash, 31) + key.charCodeAt(at)) | 0;
  return Math.abs(hash) % count;
}

interface RunningTask<Task extends StageTask> {
  task: Task;
  inputs$: Subject<TimedInput>;
  changelog: Map<string, Buffer>;
}

const toBuffer = (value: Buffer | string | null): Buffer | null =>
  typeof value === 'string' ? Buffer.from(value) : value;

/**
 * The whole pipeline without a broker: both stages with all their partitions, the exchange between them, and their
 * changelogs, on a wall clock that the test moves. `restart()` throws every task away and restores it from its
 * changelog.
 */
export class PipelineDriver {
  readonly outputs: OutputRecord[] = [];
  readonly counters = new Map<string, number>();
  /** Bytes of each message from a cost task to a merge task. */
  readonly panesBytes: number[] = [];
  nowMs: number;
  /** How many outputs were of a task that is behind. */
  stepsBehind = 0;
  private readonly partitions: number;
  private readonly options: StageOptions;
  private readonly dependencies: StageDependencies;
  private readonly offsets = new Map<string, number>();
  private readonly failures: unknown[] = [];
  private readonly restartsWhenBehind: boolean;
  /** What cost tasks tell each other. */
  private readonly notices: OutputRecord[] = [];
  private cost: RunningTask<CostTask>[] = [];
  private merge: RunningTask<MergeTask>[] = [];

  constructor({ reference, partitions = 2, stage = {}, nowMs = Date.UTC(2026, 10, 23), ...rest }: DriverOptions) {
    this.partitions = partitions;
    this.restartsWhenBehind = rest.restartsWhenBehind ?? false;
    this.nowMs = nowMs;
    this.options = { ...DEFAULT_STAGE_OPTIONS, clock: 'event', ...stage };
    this.dependencies = {
      reference: 'current' in reference ? reference : fixedReference(reference),
      partitionOf,
      calendarOf: zonedCalendar,
      fingerprint: (text) => createHash('sha256').update(text).digest('hex').slice(0, 32),
    };
    this.open();
  }

  private open(): void {
    this.cost = this.openStage(costStage(this.options, this.dependencies), this.cost, (output) =>
      this.takeCost(output),
    );
    this.merge = this.openStage(mergeStage(this.options, this.dependencies), this.merge, (output) =>
      this.takeOutputs(output),
    );
  }

  private openStage<Task extends StageTask>(
    definition: { createTask(context: TaskContext): Task },
    before: readonly RunningTask<Task>[],
    take: (output: StageOutput) => void,
  ): RunningTask<Task>[] {
    const counts = Object.fromEntries(
      (['interactions', 'panes', 'costEvents', 'costWindows', 'signals', 'live'] as TopicKey[]).map((topic) => [
        topic,
        this.partitions,
      ]),
    );
    return Array.from({ length: this.partitions }, (_, partition) => {
      const changelog = before[partition]?.changelog ?? new Map<string, Buffer>();
      const restored = (): Task => {
        const task = definition.createTask({ partition, partitionCounts: counts, caughtUp: {} });
        for (const [key, value] of changelog) task.restore(key, value);
        task.restored();
        return task;
      };
      const running: RunningTask<Task> = { task: restored(), inputs$: new Subject<TimedInput>(), changelog };
      const keep = (output: StageOutput): void => {
        for (const { key, value } of output.changelog) {
          const bytes = toBuffer(value);
          if (bytes === null) changelog.delete(key);
          else {
            // Compaction keeps the newest value at the newest place.
            changelog.delete(key);
            changelog.set(key, bytes);
          }
        }
        take(output);
        if (running.task.isBehind !== true) return;
        this.stepsBehind += 1;
        if (this.restartsWhenBehind) running.task = restored();
      };
      const current: Pick<StageTask, 'process' | 'isBehind'> = {
        process: (input, nowMs) => running.task.process(input, nowMs),
        get isBehind() {
          return running.task.isBehind === true;
        },
      };
      // An error that nobody takes is thrown later, in a turn that no test waits for.
      running.inputs$
        .pipe(processWith(current))
        .subscribe({ next: keep, error: (error: unknown) => this.failures.push(error) });
      return running;
    });
  }

  /** Every task starts again from its changelog, as after kill -9. */
  restart(): void {
    this.open();
  }

  /** Sends records in batches per topic and partition, in the order given. */
  send(...records: readonly DriverRecord[]): void {
    const batches = new Map<string, { topic: DriverRecord['topic']; partition: number; records: InputRecord[] }>();
    for (const record of records) {
      const key = record.key === undefined ? keyOf(record) : record.key;
      const partition = record.partition ?? (key === null ? 0 : partitionOf(key, this.partitions));
      const id = `${record.topic}/${String(partition)}`;
      const batch = batches.get(id) ?? { topic: record.topic, partition, records: [] };
      batches.set(id, batch);
      const offset = this.offsets.get(id) ?? 0;
      this.offsets.set(id, offset + 1);
      batch.records.push({
        partition,
        offset: String(offset),
        key: key === null ? null : Buffer.from(key),
        value: bytesOf(record.value),
        headers: record.headers ?? {},
      });
    }
    for (const { topic, partition, records: batch } of batches.values()) {
      this.cost[partition]?.inputs$.next({
        input: { kind: 'records', topic, records: batch, caughtUp: true },
        nowMs: this.nowMs,
      });
    }
    this.passNotices();
    this.throwFailure();
  }

  /** Gives the cost tasks what they told each other, as the control topic does. */
  private passNotices(): void {
    for (let notice = this.notices.shift(); notice; notice = this.notices.shift()) {
      const { partition, key, value } = notice;
      const record: InputRecord = { partition, offset: '0', key: toBuffer(key), value: toBuffer(value), headers: {} };
      this.cost[partition]?.inputs$.next({
        input: { kind: 'records', topic: 'control', records: [record], caughtUp: true },
        nowMs: this.nowMs,
      });
    }
  }

  /** Moves the wall clock on and lets every task tick. */
  tick(byMs = 1000): void {
    this.nowMs += byMs;
    for (const { inputs$ } of [...this.cost, ...this.merge])
      inputs$.next({ input: { kind: 'tick' }, nowMs: this.nowMs });
    this.throwFailure();
  }

  /** A task that throws is broken: the test that fed it must not go on. */
  private throwFailure(): void {
    const failure = this.failures.shift();
    if (failure !== undefined)
      throw failure instanceof Error ? failure : new Error('a task failed', { cause: failure });
  }

  /** Closes what is open, as `spendline replay --finish` does; `lastMs` is the event time of the replay's last record. */
  finish(lastMs?: number): void {
    const endOffsets: Record<string, Record<string, string>> = {};
    for (const [id, offset] of this.offsets) {
      const [topic = '', partition = ''] = id.split('/');
      (endOffsets[topic] ??= {})[partition] = String(offset);
    }
    for (let partition = 0; partition < this.partitions; partition += 1) {
      this.send({
        topic: 'control',
        key: String(partition),
        partition,
        value: { kind: 'finish', id: 'test', endOffsets, ...(lastMs !== undefined && { lastMs }) },
      });
    }
  }

  private takeCost(output: StageOutput): void {
    this.takeOutputs(output);
    for (const record of output.records) {
      if (record.topic === 'control') this.notices.push(record);
      if (record.topic !== 'panes') continue;
      this.panesBytes.push(record.value?.length ?? 0);
      const input: InputRecord = {
        partition: record.partition,
        offset: '0',
        key: toBuffer(record.key),
        value: toBuffer(record.value),
        headers: {},
      };
      this.merge[record.partition]?.inputs$.next({
        input: { kind: 'records', topic: 'panes', records: [input], caughtUp: true },
        nowMs: this.nowMs,
      });
    }
  }

  private takeOutputs(output: StageOutput): void {
    for (const record of output.records)
      if (record.topic !== 'panes' && record.topic !== 'control') this.outputs.push(record);
    for (const block of output.blocks ?? []) this.outputs.push(...recordsOf(block));
    for (const { metric, value } of output.counters)
      this.counters.set(metric, (this.counters.get(metric) ?? 0) + value);
  }

  get costEvents(): CostEvent[] {
    return this.published('costEvents') as CostEvent[];
  }

  get windows(): CostWindow[] {
    return this.published('costWindows') as CostWindow[];
  }

  get signals(): Signal[] {
    return this.published('signals') as Signal[];
  }

  get rejected(): { reason: string; detail: string; record: OutputRecord }[] {
    return this.outputs
      .filter(({ topic }) => topic === 'rejected')
      .map((record) => ({
        reason: String(record.headers?.['reason']),
        detail: String(record.headers?.['detail']),
        record,
      }));
  }

  get unaccounted(): number {
    return this.cost.reduce((sum, { task }) => sum + task.unaccounted, 0);
  }

  get mergeTasks(): readonly MergeTask[] {
    return this.merge.map(({ task }) => task);
  }

  /** Latest window of a scope at an end, as a reader of the compacted topic has it, carrying values forward. */
  windowAt(scope: string, id: string, window: string, end: string): CostWindow | undefined {
    const latest = new Map<string, CostWindow>();
    for (const each of this.windows)
      if (each.scope === scope && each.id === id && each.window === window) latest.set(each.end, each);
    return [...latest.values()]
      .filter((each) => each.end <= end)
      .sort((a, b) => (a.end < b.end ? -1 : 1))
      .at(-1);
  }

  private published(topic: TopicKey): unknown[] {
    return this.outputs
      .filter((record) => record.topic === topic)
      .map((record) => JSON.parse(String(record.value)) as unknown);
  }
}

function keyOf({ value }: DriverRecord): string | null {
  if (typeof value !== 'object' || value === null) return null;
  const { agentId, vendorId, botId, lineId, revenueId } = value as Record<string, unknown>;
  const key = agentId ?? vendorId ?? botId ?? lineId ?? revenueId;
  return typeof key === 'string' ? key : null;
}

function bytesOf(value: unknown): Buffer | null {
  if (value === null || Buffer.isBuffer(value)) return value;
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
}
