import type { Scheduler, SimProcess } from '../engine/scheduler.js';
import type { SimCluster } from '../kafka/cluster.js';
import type { Answer, Request } from '../kafka/protocol.js';

/** A connection, as far as it can break. */
interface Connection {
  readonly brokerId: number;
  readonly process: SimProcess;
  breaks(): void;
}

const HANGS_AFTER_LINES = 20_000;

/** What happens to one request. */
export interface Verdict {
  /** Does not reach the broker; the connection breaks. */
  readonly lost?: boolean;
  /** The broker does as asked, but the answer does not arrive; the connection breaks. */
  readonly answerLost?: boolean;
  /** On its way for so long, besides the usual. */
  readonly delayMs?: number;
  readonly answerDelayMs?: number;
}

/** Decides what goes wrong, request by request. */
export interface Interference {
  onRequest(request: Request, process: SimProcess, brokerId: number): Verdict;
  /** The broker has answered; the answer is not yet under way. */
  onAnswered(request: Request, process: SimProcess, brokerId: number): void;
}

/** Everything between processes and brokers: connections, delays, and what breaks. */
export class Network {
  readonly connections = new Set<Connection>();
  interference: Interference | undefined;
  /** A process goes round and round without ever waiting: nothing else in it would run again. */
  onHang: (process: SimProcess) => void = () => undefined;
  private talkedAtStep = 0;
  private said = 0;

  constructor(
    readonly scheduler: Scheduler,
    readonly cluster: SimCluster,
  ) {}

  /** How long something is under way. */
  latencyMs(): number {
    const { random } = this.scheduler;
    return random.chance(0.02) ? random.between(10, 300) : random.between(0.1, 2);
  }

  /** A broker's process ends: its connections break, what it had not answered is forgotten. */
  killBroker(id: number): void {
    this.cluster.placement.down(id);
    for (const connection of this.connections) if (connection.brokerId === id) connection.breaks();
  }

  /** kafkajs in this process says something; far too much of it between two steps means that it hangs. */
  talks(process: SimProcess): void {
    if (this.talkedAtStep !== this.scheduler.steps) {
      this.talkedAtStep = this.scheduler.steps;
      this.said = 0;
    }
    if (++this.said < HANGS_AFTER_LINES) return;
    this.said = 0;
    this.onHang(process);
    throw new Error('the simulation ends a loop that would never end');
  }

  /** Breaks all connections of a process. */
  cut(process: SimProcess): void {
    for (const connection of this.connections) if (connection.process === process) connection.breaks();
  }

  /** A process is gone: nobody reads its answers, what it had sent still arrives. */
  forget(process: SimProcess): void {
    for (const connection of this.connections) if (connection.process === process) this.connections.delete(connection);
  }

  /** Number of the broker at an address. */
  brokerAt(host: string): number {
    return this.cluster.placement.brokers.find((each) => each.host === host)?.id ?? 1;
  }

  /** A request has arrived at its broker; calls back with the answer, if that ever comes. */
  serve(brokerId: number, request: Request, process: SimProcess, reply: (answer: Answer) => void): void {
    this.cluster.serve(brokerId, request, (answer) => {
      this.cluster.note(() => `${process.name} ${request.api} at ${brokerId}: ${told(request, answer)}`);
      this.scheduler.mix('code' in answer ? answer.code : 0);
      reply(answer);
      this.interference?.onAnswered(request, process, brokerId);
    });
  }
}

const QUIET = new Set<string>(['fetch', 'heartbeat', 'metadata', 'findCoordinator']);

function told(request: Request, answer: Answer): string {
  if ('code' in answer) return `error ${answer.code}`;
  if (QUIET.has(request.api)) return 'ok';
  const { params, api } = request;
  const subject = 'transactionalId' in params ? (params.transactionalId ?? '') : '';
  const epoch = 'producerEpoch' in params ? ` epoch ${params.producerEpoch}` : '';
  if (request.api === 'produce') {
    const parts = request.params.topicData.flatMap(({ topic, partitions }) =>
      partitions.map(
        ({ partition, firstSequence, messages }) => `${topic}/${partition} from ${firstSequence}: ${messages.length}`,
      ),
    );
    return `ok ${subject}${epoch} ${parts.join(', ')}`;
  }
  return `ok ${subject}${epoch}${api === 'initProducerId' ? JSON.stringify(answer.data) : ''}`;
}
