import type { Scheduler, SimProcess, Task } from './scheduler.js';

/** Epoch milliseconds at which simulated time begins. */
export const EPOCH_MS = Date.UTC(2026, 10, 23, 8);

interface Replaced {
  setTimeout: unknown;
  clearTimeout: unknown;
  setInterval: unknown;
  clearInterval: unknown;
  setImmediate: unknown;
}

/**
 * Puts virtual time under all code that runs as part of a simulated process: the runner's, kafkajs's and RxJS's clocks,
 * timers and random numbers are the scheduler's, and belong to the process that asked. So none of them needs a seam for
 * it. Code outside of processes (Jest's, the simulator's) keeps the real ones. Returns how to undo it.
 */
export function virtualTime(scheduler: Scheduler): () => void {
  const world = globalThis as unknown as Replaced;
  const real = { ...realTimers() };
  const { now } = Date;
  const { random } = Math;
  const cpuUsage = process.cpuUsage.bind(process);
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own `this` below
  const elapsed = performance.now;

  world.setTimeout = (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]): unknown => {
    const { current } = scheduler;
    return current ? new Timer(scheduler, current, () => run(...args), ms) : real.setTimeout(run, ms, ...args);
  };
  world.setInterval = (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]): unknown => {
    const { current } = scheduler;
    return current ? new Timer(scheduler, current, () => run(...args), ms, true) : real.setInterval(run, ms, ...args);
  };
  world.setImmediate = (run: (...args: unknown[]) => void, ...args: unknown[]): unknown => {
    const { current } = scheduler;
    return current ? new Timer(scheduler, current, () => run(...args), 0) : real.setImmediate(run, ...args);
  };
  const clear = (clearReal: (timer: never) => void) => (timer: unknown) => {
    if (timer instanceof Timer) timer.cancel();
    else clearReal(timer as never);
  };
  world.clearTimeout = clear(real.clearTimeout);
  world.clearInterval = clear(real.clearInterval);
  Date.now = () =>
    scheduler.current ? EPOCH_MS + Math.floor(scheduler.nowMs) + scheduler.current.skewMs : now.call(Date);
  performance.now = () => (scheduler.current ? scheduler.nowMs : elapsed.call(performance));
  Math.random = () => (scheduler.current ? scheduler.random.unit() : random.call(Math));
  // Work takes no time here: a process that is late was stopped.
  process.cpuUsage = () => (scheduler.current ? { user: 0, system: 0 } : cpuUsage());

  return () => {
    Object.assign(world, real);
    Date.now = now;
    performance.now = elapsed;
    process.cpuUsage = cpuUsage;
    Math.random = random;
  };
}

function realTimers() {
  const { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate } = globalThis;
  return { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate };
}

/** What Node.js gives for a timer, as far as anybody here asks. */
class Timer {
  private task: Task;

  constructor(scheduler: Scheduler, owner: SimProcess, run: () => void, ms: number, repeats = false) {
    const delay = Math.max(1, ms);
    const fire = (): void => {
      if (repeats) this.task = scheduler.after(delay, owner, fire);
      run();
    };
    this.task = scheduler.after(delay, owner, fire);
  }

  cancel(): void {
    this.task.cancelled = true;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}
