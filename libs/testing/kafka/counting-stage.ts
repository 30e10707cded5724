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
  /** Answers so many records at a time; the others are put aside, and the task is behind until they are answered. */
  readonly answersInStep?: number;
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
const ASIDE = 'aside/';

/** A record that is still to be answered. */
type Aside = Pick<Counted, 'topic' | 'offset' | 'key'>;

class CountingTask implements StageTask {
  private readonly counts = new Map<string, number>();
  /** By the order in which they came. */
  private readonly aside = new Map<number, Aside>();
  private asideCount = 0;

  constructor(
    private readonly partition: number,
    private readonly options: CountingStageOptions,
  ) {}

  restore(key: string, value: Buffer | null): void {
    if (!key.startsWith(ASIDE)) this.counts.set(key, Number(value?.toString()));
    else if (value === null) this.aside.delete(Number(key.slice(ASIDE.length)));
    else this.aside.set(Number(key.slice(ASIDE.length)), JSON.parse(value.toString()) as Aside);
  }

  restored(): void {
    this.asideCount = Math.max(0, ...this.aside.keys());
  }

  get isBehind(): boolean {
    return this.aside.size > 0;
  }

  process(input: StageInput): StageOutput {
    if (input.kind === 'tick') return this.isBehind ? this.answer([]) : this.tick();
    const { topic, records } = input;
    const news = Array.from(records, ({ key, offset }): Aside => ({ topic, offset, key: key?.toString() ?? '' }));
    return this.answer(news);
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

  /** Answers what was put aside, then what is new, as far as that goes. */
  private answer(news: readonly Aside[]): StageOutput {
    const { aside, counts } = this;
    const waiting = [...aside.values(), ...news];
    const answered = waiting.slice(0, this.options.answersInStep);
    const changelog = new Map<string, string | null>();
    for (const number of [...aside.keys()].slice(0, answered.length)) {
      aside.delete(number);
      changelog.set(`${ASIDE}${number}`, null);
    }
    for (const record of news.slice(Math.max(0, answered.length - (waiting.length - news.length)))) {
      this.asideCount += 1;
      aside.set(this.asideCount, record);
      changelog.set(`${ASIDE}${this.asideCount}`, JSON.stringify(record));
    }
    const records = answered.map(({ topic, offset, key }): OutputRecord => {
      if (this.options.failAt?.(key)) throw new TypeError(`the stage cannot count ${key}`);
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      changelog.set(key, String(count));
      const answer: Counted = { topic, partition: this.partition, offset, key, count };
      return { topic: 'costEvents', partition: this.partition, key, value: JSON.stringify(answer) };
    });
    return {
      records,
      changelog: Array.from(changelog, ([key, value]): ChangelogEntry => ({ key, value })),
      counters: news.length > 0 ? [{ metric: 'counted', labels: {}, value: news.length }] : [],
    };
  }
}
