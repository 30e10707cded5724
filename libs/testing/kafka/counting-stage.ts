import type {
  ChangelogEntry,
  OutputRecord,
  StageDefinition,
  StageInput,
  StageOutput,
  StageTask,
} from '#libs/application';
import type { TopicKey } from '#libs/contract';

/** What the counting stage writes for each record that it reads. */
export interface Counted {
  readonly topic: TopicKey;
  readonly partition: number;
  readonly offset: string;
  readonly key: string;
  /** How many records of this key there were, this one included. */
  readonly count: number;
}

/** Options of {@link countingStage}. */
export interface CountingStageOptions {
  readonly inputs?: readonly TopicKey[];
  readonly tickMs?: number;
  /** Write a record to `signals` at the first tick of a task that has never written one. */
  readonly writeAtTick?: boolean;
  /** Throws, to see what the runner makes of it. */
  readonly failAt?: (key: string) => boolean;
}

/**
 * A stage small enough to be checked by counting: it answers each record with the running count of its key, whose last
 * value is its state. Lost, doubled or wrong state each show in the counts.
 */
export function countingStage(options: CountingStageOptions = {}): StageDefinition {
  return {
    name: 'counting',
    inputs: options.inputs ?? ['interactions'],
    changelog: 'costState',
    tickMs: options.tickMs ?? 1_000,
    createTask: ({ partition }) => new CountingTask(partition, options),
  };
}

const TICKED = 'ticked';

class CountingTask implements StageTask {
  private readonly counts = new Map<string, number>();

  constructor(
    private readonly partition: number,
    private readonly options: CountingStageOptions,
  ) {}

  restore(key: string, value: Buffer | null): void {
    this.counts.set(key, Number(value?.toString()));
  }

  restored(): void {
    // Nothing is derived from the counts.
  }

  process(input: StageInput): StageOutput {
    return input.kind === 'tick' ? this.tick() : this.count(input);
  }

  private tick(): StageOutput {
    if (!this.options.writeAtTick || this.counts.has(TICKED)) return { records: [], changelog: [], counters: [] };
    this.counts.set(TICKED, 1);
    const record: OutputRecord = {
      topic: 'signals',
      partition: this.partition,
      key: TICKED,
      value: String(this.partition),
    };
    return { records: [record], changelog: [{ key: TICKED, value: '1' }], counters: [] };
  }

  private count({ topic, records }: StageInput & { kind: 'records' }): StageOutput {
    const changed = new Set<string>();
    const outputs = [...records].map((record): OutputRecord => {
      const key = record.key?.toString() ?? '';
      if (this.options.failAt?.(key)) throw new TypeError(`the stage cannot count ${key}`);
      const count = (this.counts.get(key) ?? 0) + 1;
      this.counts.set(key, count);
      changed.add(key);
      const counted: Counted = { topic, partition: this.partition, offset: record.offset, key, count };
      return { topic: 'costEvents', partition: this.partition, key, value: JSON.stringify(counted) };
    });
    const changelog = [...changed].map((key): ChangelogEntry => ({ key, value: String(this.counts.get(key)) }));
    const counters = [{ metric: 'counted', labels: {}, value: records.length }];
    return { records: outputs, changelog, counters };
  }
}
