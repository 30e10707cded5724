import { Random } from './random.js';

const turn = setImmediate;
const IN_ORDER_MS = 0.001;

/** Something that will happen at a time, unless it is cancelled. */
export interface Task {
  at: number;
  /** Decides between tasks of the same time; random, so that neither comes first by habit. */
  readonly order: number;
  /** Whose code runs; null: the world outside of the processes. */
  readonly owner: SimProcess | null;
  readonly run: () => void;
  cancelled: boolean;
}

/**
 * A process of the simulated machine. Everything asynchronous in it goes through tasks, so between two tasks it stands
 * at some `await`: it can be killed or stopped there.
 */
export class SimProcess {
  state: 'running' | 'paused' | 'dead' = 'running';
  /** What came due while it was paused. */
  readonly held: Task[] = [];

  constructor(
    readonly name: string,
    /** How far its wall clock is off, in milliseconds. */
    readonly skewMs: number,
  ) {}
}

/** Virtual time, and who comes next. Single-threaded: one task runs to its last microtask before the next begins. */
export class Scheduler {
  /** Milliseconds since the simulation began; a fraction counts. */
  nowMs = 0;
  /** Whose task runs now. */
  current: SimProcess | null = null;
  /** Tasks that ran. */
  steps = 0;
  private readonly heap: Task[] = [];
  private hash = 0x811c9dc5;

  /** A task of a process threw: a real process would end. */
  onUncaught: (process: SimProcess, error: unknown) => void = (_, error) => {
    throw error;
  };

  constructor(readonly random: Random) {}

  /** Runs `run` after so many milliseconds. */
  after(delayMs: number, owner: SimProcess | null, run: () => void): Task {
    const at = this.nowMs + Math.max(0, delayMs);
    const task: Task = { at, order: this.random.unit(), owner, run, cancelled: false };
    this.push(task);
    return task;
  }

  /** Runs tasks until `done` says so, nothing is left, or the time comes. */
  async run(untilMs: number, done: () => boolean): Promise<void> {
    for (let task = this.pop(untilMs); task; task = this.pop(untilMs)) {
      if (task.cancelled || task.owner?.state === 'dead') continue;
      this.nowMs = Math.max(this.nowMs, task.at);
      if (task.owner?.state === 'paused') {
        task.owner.held.push(task);
        continue;
      }
      this.steps += 1;
      this.mix(task.at * 1_000);
      this.mix(task.order * 4_294_967_296);
      this.current = task.owner;
      try {
        task.run();
      } catch (error) {
        if (!task.owner) throw error;
        this.onUncaught(task.owner, error);
      }
      // All microtasks that follow belong to the same process: nothing else can have resolved a promise.
      if (task.owner) await new Promise<void>((resolve) => turn(resolve));
      this.current = null;
      if (done()) return;
    }
  }

  /** Stops a process where it stands, as SIGSTOP does. */
  pause(process: SimProcess): void {
    if (process.state === 'running') process.state = 'paused';
  }

  /** Lets a paused process go on: what came due meanwhile happens now, in its order. */
  resume(process: SimProcess): void {
    if (process.state !== 'paused') return;
    process.state = 'running';
    for (const [index, task] of process.held.splice(0).entries()) {
      task.at = this.nowMs + index * IN_ORDER_MS;
      this.push(task);
    }
  }

  /** Ends a process where it stands, as SIGKILL does. */
  kill(process: SimProcess): void {
    process.state = 'dead';
    process.held.length = 0;
  }

  /** Identifies what happened and when: equal for equal runs. */
  get traceHash(): string {
    return (this.hash >>> 0).toString(16).padStart(8, '0');
  }

  /** Makes a number part of the trace. */
  mix(value: number): void {
    this.hash = Math.imul(this.hash ^ (value | 0), 0x01000193);
    this.hash ^= this.hash >>> 15;
  }

  private push(task: Task): void {
    const { heap } = this;
    let at = heap.length;
    heap.push(task);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(task, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = task;
  }

  private pop(untilMs: number): Task | undefined {
    const { heap } = this;
    const first = heap[0];
    if (!first || first.at > untilMs) return undefined;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child += 1;
      if (!before(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function before(a: Task, b: Task): boolean {
  return a.at === b.at ? a.order < b.order : a.at < b.at;
}
