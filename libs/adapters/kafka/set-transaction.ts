import type { StageInput, StageOutput, StageTask } from '#libs/application';
import { topicName, type TopicKey } from '#libs/contract';
import { encodeMarker, MARKER_KEY, offsetMetadata } from './commit-marker.js';
import { WaveBuilder, type Wave } from './message-waves.js';
import { recordWaves } from './stage-waves.js';
import type { OpenSet, OpenTask, TakeOverContext } from './take-over.js';
import type { OffsetCommit } from './task-lock.js';
import { turnOfOthers } from './turn-of-others.js';

/** One input for one task of a set, and which of its positions that moves. */
export interface Step {
  readonly partition: number;
  readonly input: StageInput;
  readonly advance?: readonly [TopicKey, bigint];
}

/** What a step led to. */
export interface TaskOutput {
  readonly partition: number;
  readonly task: StageTask;
  readonly output: StageOutput;
}

/** A task before the commit, and where it stands after it. */
interface Advance {
  readonly partition: number;
  readonly task: OpenTask;
  readonly sequence: number;
  readonly positions: ReadonlyMap<TopicKey, bigint>;
}

/**
 * What one transaction of a set of tasks holds. It carries the markers and offsets of all of them, also of those that had
 * nothing to do: so each changelog has the same commits, and any of them tells how the last one ended
 * (hung-transaction.ts).
 */
export class SetTransaction {
  private readonly tasks: OpenSet['tasks'];
  private readonly advances: readonly Advance[];
  private readonly done: TaskOutput[] = [];

  /** Where the tasks will stand is known from what they are given, before they have worked on it. */
  constructor(
    { tasks }: OpenSet,
    private readonly steps: readonly Step[],
  ) {
    this.tasks = tasks;
    this.advances = [...tasks].map(([partition, task]) => advanceOf(partition, task, steps));
  }

  /** Runs the inputs through the tasks, which are ahead of what is durable from then on. Others have their turn before each. */
  async run(): Promise<void> {
    for (const { partition, input } of this.steps) {
      const task = this.tasks.get(partition)?.task;
      if (!task) continue;
      await turnOfOthers();
      this.done.push({ partition, task, output: await outputOf(task, input) });
    }
  }

  get outputs(): readonly TaskOutput[] {
    return this.done;
  }

  /** Nothing is to be written, and the group has all offsets. */
  get isEmpty(): boolean {
    const offsetsAreBehind = this.advances.some(({ task }) => task.offsetsAreBehind);
    return !offsetsAreBehind && this.outputs.every(({ output }) => isEmpty(output));
  }

  /** In each changelog the marker comes first. */
  waves({ definition, topicPrefix, group }: TakeOverContext): Wave[] {
    const { changelog, changelogFormat: format = 1 } = definition;
    const builder = new WaveBuilder();
    const topic = topicName(changelog, topicPrefix);
    for (const { partition, sequence, positions } of this.advances) {
      const marker = encodeMarker({ sequence, group, format, offsets: Object.fromEntries(positions) });
      builder.add({ topic, partition, key: MARKER_KEY, value: marker });
    }
    for (const { partition, output } of this.outputs) {
      if (output.changelog.some(({ key }) => key === MARKER_KEY))
        throw new Error(`Stage ${definition.name} may not use the changelog key ${MARKER_KEY}`);
      recordWaves(builder, { output, partition, changelog, topicPrefix });
    }
    return builder.build();
  }

  offsets({ topicPrefix }: TakeOverContext): OffsetCommit[] {
    return this.advances.flatMap(({ partition, sequence, positions }) => {
      const metadata = offsetMetadata(sequence);
      return [...positions].map(([key, offset]) => {
        return { topic: topicName(key, topicPrefix), partition, offset, metadata };
      });
    });
  }

  /** It is committed. Positions that no step moves may have moved meanwhile, past what concerns nobody, and stay. */
  apply(): void {
    for (const { task, sequence } of this.advances) {
      task.sequence = sequence;
      task.offsetsAreBehind = false;
    }
    for (const { partition, advance } of this.steps) if (advance) this.tasks.get(partition)?.positions.set(...advance);
  }
}

/** Others have their turn between the slices of a task. */
async function outputOf(task: StageTask, input: StageInput): Promise<StageOutput> {
  if (!task.processInSlices) return task.process(input, Date.now());
  const slices = task.processInSlices(input, Date.now());
  for (;;) {
    const slice = slices.next();
    if (slice.done === true) return slice.value;
    await turnOfOthers();
  }
}

function advanceOf(partition: number, task: OpenTask, steps: readonly Step[]): Advance {
  const positions = new Map(task.positions);
  for (const step of steps) if (step.partition === partition && step.advance) positions.set(...step.advance);
  return { partition, task, sequence: task.sequence + 1, positions };
}

function isEmpty({ records, blocks, changelog }: StageOutput): boolean {
  return records.length === 0 && !blocks?.length && changelog.length === 0;
}
