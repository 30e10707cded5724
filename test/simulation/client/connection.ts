import errors from 'kafkajs/src/errors.js';
import protocolErrors from 'kafkajs/src/protocol/error.js';
import type { SimProcess, Task } from '../engine/scheduler.js';
import type { Answer, Request } from '../kafka/protocol.js';
import type { Network, Verdict } from './network.js';

const REQUEST_TIMEOUT_MS = 15_000;
const CONNECTION_TIMEOUT_MS = 5_000;
const NETWORK_MS = 5_000;
const ENDS = new Set<string>(['addOffsetsToTxn', 'endTxn']);

interface Pending {
  readonly request: Request;
  readonly resolve: (data: object) => void;
  readonly reject: (error: Error) => void;
  verdict: Verdict;
  timeout: Task | undefined;
}

/**
 * One connection of a kafkajs client, instead of a socket and what encodes for it: order is kept both ways, a broker
 * works on one request at a time, requests time out without breaking the connection, and ending waits for answers.
 */
export class SimConnection {
  readonly brokerId: number;
  private state: 'disconnected' | 'connected' | 'disconnecting' = 'disconnected';
  /** Counts connections, so that what belongs to an earlier one is not mistaken for this one's. */
  private life = 0;
  private readonly inFlight = new Set<Pending>();
  private readonly waiting: Pending[] = [];
  private readonly arrived: Pending[] = [];
  private serving = false;
  private sentAtStep = -1;
  private sentUntilMs = 0;
  private answeredUntilMs = 0;
  private drained: (() => void)[] = [];

  constructor(
    private readonly network: Network,
    readonly process: SimProcess,
    private readonly address: { readonly host: string; readonly port: number },
    private readonly maxInFlight: number | null,
    private readonly onLost: () => void,
  ) {
    this.brokerId = network.brokerAt(address.host);
  }

  /** As kafkajs sees it: a connection that is being ended counts. */
  isConnected(): boolean {
    return this.state !== 'disconnected';
  }

  /** Connects; refused or timed out while the broker is down. */
  connect(): Promise<void> {
    if (this.isConnected()) return Promise.resolve();
    const { network, process } = this;
    const { scheduler, cluster } = network;
    return new Promise((resolve, reject) => {
      scheduler.after(network.latencyMs(), null, () => {
        const { up } = cluster.placement.broker(this.brokerId);
        const silent = !up && scheduler.random.chance(0.1);
        scheduler.after(silent ? CONNECTION_TIMEOUT_MS : network.latencyMs(), process, () => {
          if (up && cluster.placement.broker(this.brokerId).up) {
            this.open();
            resolve();
          } else reject(this.connectionError('Connection error', silent ? undefined : 'ECONNREFUSED'));
        });
      });
    });
  }

  /** Ends the connection after the answers that are still to come. */
  async disconnect(): Promise<void> {
    if (this.state === 'disconnected') return;
    this.state = 'disconnecting';
    if (this.inFlight.size + this.waiting.length > 0) await new Promise<void>((resolve) => this.drained.push(resolve));
    this.close();
  }

  /** Sends a request and gives the decoded answer, or throws what kafkajs's decoder would. */
  send(request: Request): Promise<object> {
    if (!this.isConnected()) return Promise.reject(this.connectionError('Not connected'));
    return new Promise((resolve, reject) => {
      const pending: Pending = { request, resolve, reject, verdict: {}, timeout: undefined };
      this.waiting.push(pending);
      this.pump();
    });
  }

  /** The connection is lost; the client notices a little later. */
  breaks(): void {
    if (this.state === 'disconnected') return;
    const { scheduler } = this.network;
    const life = ++this.life;
    this.arrived.length = 0;
    this.serving = false;
    scheduler.after(this.network.latencyMs(), this.process, () => {
      if (life !== this.life) return;
      const reset = scheduler.random.chance(0.3);
      this.rejectAll(
        reset
          ? this.connectionError('Connection error: read ECONNRESET', 'ECONNRESET')
          : new errors.KafkaJSConnectionClosedError('Closed connection', this.address),
      );
      this.close();
    });
  }

  private open(): void {
    this.life += 1;
    this.state = 'connected';
    this.serving = false;
    this.arrived.length = 0;
    this.network.connections.add(this);
  }

  private close(): void {
    this.life += 1;
    this.state = 'disconnected';
    this.onLost();
    this.rejectAll(new errors.KafkaJSConnectionClosedError('Closed connection', this.address));
    this.network.connections.delete(this);
  }

  private pump(): void {
    while (this.waiting.length > 0 && (this.maxInFlight === null || this.inFlight.size < this.maxInFlight)) {
      const pending = this.waiting.shift()!;
      this.inFlight.add(pending);
      this.transmit(pending);
    }
  }

  private transmit(pending: Pending): void {
    const { network, process, life } = this;
    const { scheduler } = network;
    const { request } = pending;
    pending.timeout = scheduler.after(timeoutOf(request), process, () => {
      pending.reject(new errors.KafkaJSRequestTimeoutError(`Request ${request.api} timed out`, {}));
      this.settled(pending);
    });
    // An end that is written together with what begins goes out with it: both arrive, or none.
    const isTogether = this.sentAtStep === scheduler.steps && ENDS.has(request.api);
    this.sentAtStep = scheduler.steps;
    if (isTogether) for (const each of this.inFlight) each.verdict = {};
    else pending.verdict = network.interference?.onRequest(request, process, this.brokerId) ?? {};
    const onTheWayMs = isTogether ? 0 : network.latencyMs() + (pending.verdict.delayMs ?? 0);
    // A little later than what was sent before, so that nothing arrives at the same time in another order.
    this.sentUntilMs = Math.max(this.sentUntilMs + 0.001, scheduler.nowMs + onTheWayMs);
    // What a process has sent arrives even if the process does not live to see it.
    scheduler.after(this.sentUntilMs - scheduler.nowMs, null, () => {
      if (life !== this.life) return;
      if (pending.verdict.lost) {
        network.cluster.note(() => `${process.name} ${request.api} at ${this.brokerId}: lost on its way`);
        this.breaks();
        return;
      }
      this.arrived.push(pending);
      this.serveNext();
    });
  }

  private serveNext(): void {
    if (this.serving) return;
    const pending = this.arrived.shift();
    if (!pending || !this.network.cluster.placement.broker(this.brokerId).up) return;
    this.serving = true;
    const { life, network } = this;
    network.serve(this.brokerId, pending.request, this.process, (answer) => {
      if (life !== this.life) return;
      this.serving = false;
      const { verdict } = pending;
      if (verdict.answerLost) {
        network.cluster.note(() => `${this.process.name} ${pending.request.api} at ${this.brokerId}: answer lost`);
        this.breaks();
        return;
      }
      this.answer(pending, answer, verdict.answerDelayMs ?? 0);
      this.serveNext();
    });
  }

  private answer(pending: Pending, answer: Answer, delayMs: number): void {
    const { network, process, life } = this;
    const { scheduler } = network;
    this.answeredUntilMs = Math.max(this.answeredUntilMs, scheduler.nowMs + network.latencyMs() + delayMs);
    scheduler.after(this.answeredUntilMs - scheduler.nowMs, process, () => {
      if (life !== this.life || !this.inFlight.has(pending)) return;
      if ('data' in answer) pending.resolve(answer.data);
      else pending.reject(thrown(answer));
      this.settled(pending);
    });
  }

  private settled(pending: Pending): void {
    if (pending.timeout) pending.timeout.cancelled = true;
    this.inFlight.delete(pending);
    this.pump();
    if (this.inFlight.size + this.waiting.length === 0) for (const resolve of this.drained.splice(0)) resolve();
  }

  private rejectAll(error: Error): void {
    for (const pending of [...this.inFlight, ...this.waiting.splice(0)]) {
      pending.reject(error);
      this.settled(pending);
    }
  }

  private connectionError(message: string, code?: string): Error {
    const broker = `${this.address.host}:${this.address.port}`;
    return new errors.KafkaJSConnectionError(message, code === undefined ? { broker } : { broker, code });
  }
}

/** kafkajs waits longer for what a broker may hold back. */
function timeoutOf({ api, params }: Request): number {
  if (api === 'fetch') return Math.max(REQUEST_TIMEOUT_MS, params.maxWaitTime + NETWORK_MS);
  if (api === 'joinGroup') return Math.max(REQUEST_TIMEOUT_MS, params.rebalanceTimeout + NETWORK_MS);
  return REQUEST_TIMEOUT_MS;
}

function thrown({ code, topic, partition, memberId }: Extract<Answer, { code: number }>): Error {
  const error = protocolErrors.createErrorFromCode(code);
  if (topic !== undefined && partition !== undefined)
    return new errors.KafkaJSOffsetOutOfRange(error, { topic, partition });
  return memberId === undefined ? error : new errors.KafkaJSMemberIdRequired(error, { memberId });
}
