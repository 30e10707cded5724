import type { Scheduler, SimProcess } from './engine/scheduler.js';
import type { Interference, Network, Verdict } from './client/network.js';
import type { Request } from './kafka/protocol.js';
import type { Plan, TimedFault, TrappedFault } from './plan.js';

/** What can be done to the simulated processes. */
export interface Machine {
  /** SIGKILL; a new process starts after a while. */
  kill(process: SimProcess, awayMs: number): void;
  /** SIGTERM; a new process starts a while after it has ended. */
  stop(process: SimProcess, awayMs: number): void;
  /** The process that has a place now. */
  inSlot(slot: number): SimProcess | undefined;
}

interface Armed extends TrappedFault {
  left: number;
}

/** Does to a simulation what its plan says. */
export class FaultInjector implements Interference {
  private readonly armed: Armed[];
  private after: Armed[] = [];
  private ended = false;

  constructor(
    private readonly plan: Plan,
    private readonly scheduler: Scheduler,
    private readonly network: Network,
    private readonly machine: Machine,
  ) {
    this.armed = plan.trapped.map((fault) => ({ ...fault, left: fault.nth }));
    for (const fault of plan.timed) scheduler.after(fault.atMs, null, () => this.strike(fault));
    scheduler.after(plan.faultsEndMs, null, () => {
      this.ended = true;
      network.cluster.note(() => 'faults end');
    });
  }

  onRequest(request: Request, process: SimProcess, brokerId: number): Verdict {
    if (this.ended) return {};
    const { random } = this.scheduler;
    const sprung = this.armed.filter((each) => each.api === request.api && --each.left === 0);
    let verdict: Verdict = {};
    for (const fault of sprung) {
      this.network.cluster.note(() => `${process.name} ${request.api} springs ${fault.trap}`);
      verdict = { ...verdict, ...this.spring(fault, process, brokerId) };
    }
    const drawn = random.unit();
    if (drawn < this.plan.lossRate) return { ...verdict, lost: true };
    return drawn < 2 * this.plan.lossRate ? { ...verdict, answerLost: true } : verdict;
  }

  onAnswered(request: Request, process: SimProcess, brokerId: number): void {
    if (this.after.length === 0) return;
    const due = this.after.filter(({ api }) => api === request.api);
    this.after = this.after.filter(({ api }) => api !== request.api);
    const followUp = (): void => due.forEach((fault) => this.followUp(fault, process, brokerId));
    // What was sent together with it is served first, as the broker has it in its hands already.
    if (request.api.startsWith('add')) this.scheduler.after(0.01, null, followUp);
    else followUp();
  }

  private followUp({ trap, forMs }: Armed, process: SimProcess, brokerId: number): void {
    if (trap === 'kill-after') this.machine.kill(process, forMs);
    else if (trap === 'pause-after') this.pause(process, forMs);
    else if (trap === 'kill-other-broker-after') this.killOther(brokerId, forMs);
    else this.killBroker(brokerId, forMs);
  }

  private spring(fault: Armed, process: SimProcess, brokerId: number): Verdict {
    const { forMs, trap } = fault;
    switch (trap) {
      case 'lose-request':
        return { lost: true };
      case 'lose-answer':
        return { answerLost: true };
      case 'delay-request':
        return { delayMs: forMs };
      case 'delay-answer':
        return { answerDelayMs: forMs };
      case 'kill-before':
        this.machine.kill(process, forMs);
        return {};
      case 'pause-before':
        this.pause(process, forMs);
        return {};
      case 'kill-broker-before':
        this.killBroker(brokerId, forMs);
        return {};
      case 'move-leader-before':
        this.network.cluster.placement.moveFrom(brokerId);
        return {};
      case 'kill-after':
      case 'pause-after':
      case 'kill-broker-after':
      case 'kill-other-broker-after':
        this.after.push(fault);
        return {};
    }
  }

  private strike(fault: TimedFault): void {
    this.network.cluster.note(() => JSON.stringify(fault));
    const process = 'slot' in fault ? this.machine.inSlot(fault.slot) : undefined;
    switch (fault.kind) {
      case 'kill-process':
        if (process) this.machine.kill(process, fault.awayMs);
        return;
      case 'stop-process':
        if (process) this.machine.stop(process, fault.awayMs);
        return;
      case 'pause-process':
        if (process) this.pause(process, fault.forMs);
        return;
      case 'cut-connections':
        if (process) this.network.cut(process);
        return;
      case 'kill-broker':
        this.killBroker(fault.broker, fault.forMs);
        return;
      case 'move-leader':
        this.network.cluster.placement.moveAny();
    }
  }

  private pause(process: SimProcess, forMs: number): void {
    this.scheduler.pause(process);
    this.scheduler.after(forMs, null, () => this.scheduler.resume(process));
  }

  private killOther(than: number, forMs: number): void {
    const others = this.network.cluster.placement.brokers.filter(({ id, up }) => up && id !== than);
    if (others.length > 0) this.killBroker(this.scheduler.random.pick(others).id, forMs);
  }

  private killBroker(id: number, forMs: number): void {
    const { placement } = this.network.cluster;
    if (!placement.broker(id).up) return;
    this.network.killBroker(id);
    this.scheduler.after(forMs, null, () => placement.back(id));
  }
}
