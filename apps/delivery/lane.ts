import { readUntil, SinkRunner, type KafkaLogger, type SinkBatch, type SinkPosition } from '#libs/adapters/kafka';
import { sendAlerts, sendSignal } from '#libs/adapters/delivery';
import {
  afterFailure,
  alertOf,
  CLOSED,
  heartbeatAlert,
  isOpen,
  KEEP_ALIVE,
  LaneMemory,
  messageId,
  readSignal,
  RESOLVED_REPEATED_MS,
  waitMs,
  type Circuit,
  type DeadLetter,
  type DeliveryPlan,
  type KafkaSettings,
  type Outcome,
  type Receiver,
  type Silences,
} from '#libs/application';
import type { Signal } from '#libs/contract';
import type { DeadLetterBox } from './dead-letter-box.js';

/** An attempt takes at most five seconds, and may have to wait for the one before it. */
const TIMING = { sessionTimeoutMs: 15_000 };

const LOOK_EVERY_MS = 1_000;

/** What a lane tells of its work. */
export interface LaneEvents {
  /** One attempt was made. */
  attempted(receiver: string, outcome: Outcome['kind']): void;
  /** A message about a signal has arrived, so many seconds after it was observed. */
  delivered(receiver: string, seconds: number): void;
}

/** What a lane works with. */
export interface LaneOptions {
  readonly receiver: Receiver;
  readonly plan: DeliveryPlan;
  readonly settings: KafkaSettings;
  /** Start of the consumer group's name. */
  readonly group: string;
  readonly box: DeadLetterBox;
  readonly silences: Silences;
  readonly events: LaneEvents;
  readonly logger: KafkaLogger;
  readonly onFatal: (error: Error) => void;
}

/**
 * Everything that goes to one receiver, one message after the other. A consumer group of its own is its queue: what is
 * not accepted yet waits in Kafka, so a receiver that is down holds no other up, and memory holds one message. The
 * offset is committed after each message, so that after a crash at most the last one comes again, under the same key.
 */
export class Lane {
  readonly #options: LaneOptions;
  readonly #runner: SinkRunner;
  readonly #memory: LaneMemory;
  readonly #stopping = new AbortController();
  /** Up to which offset the memory knows each partition of ours. */
  readonly #known = new Map<number, bigint>();
  #circuit: Circuit = CLOSED;
  /** Since when each message under way has been tried: the next one, and what is released. */
  readonly #trying = new Map<string, number>();
  #turn: Promise<unknown> = Promise.resolve();
  #looking: NodeJS.Timeout | undefined;
  #keptAtMs = 0;
  #wasReady = false;

  constructor(options: LaneOptions) {
    const { receiver, plan, settings, group, silences, logger, onFatal } = options;
    this.#options = options;
    this.#memory = new LaneMemory(receiver.name, plan.routes, silences);
    this.#runner = new SinkRunner({
      settings,
      group: `${group}-delivery-${receiver.name}`,
      topics: ['signals'],
      chunkRecords: 1,
      timing: TIMING,
      retryDelayMs: () => Math.max(100, waitMs(this.#circuit, Date.now())),
      onPositioned: (positions) => this.#inTurn(() => this.#restore(positions)),
      handle: (batch) => this.#inTurn(() => this.#handle(batch)),
      onFatal,
      logger,
    });
  }

  /** Joins the group. Throws when Kafka cannot be reached. */
  async start(): Promise<void> {
    await this.#runner.start();
    this.#looking = setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  /** Finishes the message in progress and leaves the group. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    clearInterval(this.#looking);
    await this.#runner.stop();
    await this.#turn;
  }

  /** What is to be seen of it. */
  state(): { readonly ready: boolean; readonly circuitOpen: boolean; readonly waiting: number } {
    const waiting = this.#runner.lag().reduce((sum, { records }) => sum + records, 0);
    return { ready: this.#runner.ready(), circuitOpen: isOpen(this.#circuit), waiting };
  }

  /** Sends a dead letter again, once, if it is of a partition of ours and the receiver works. */
  resend(letter: DeadLetter): Promise<void> {
    return this.#inTurn(async () => {
      const { box, receiver, logger } = this.#options;
      // Asked for again every second, so by now it may have been seen to.
      if (!box.has(letter) || !this.#known.has(letter.partition) || this.#circuit.failures > 0) return;
      const { signal } = letter;
      if (receiver.kind !== 'webhook' && this.#memory.isSuperseded(signal)) {
        logger.info(
          { receiver: receiver.name, message: messageId(signal) },
          'a dead letter was overtaken by a newer message',
        );
        return box.remove(letter);
      }
      const outcome = await this.#send(signal, undefined);
      if (outcome.kind === 'accepted') return box.remove(letter);
      return box.keep({ ...letter, state: 'dead', reason: outcome.reason, givenUpAt: new Date().toISOString() });
    });
  }

  /** Brings the memory to where reading goes on, and tells a new receiver of what is firing. */
  async #restore(positions: readonly SinkPosition[]): Promise<void> {
    const { settings, logger, receiver } = this.#options;
    const ours = new Set(positions.map(({ partition }) => partition));
    const unknown = positions.filter(({ partition, offset }) => this.#known.get(partition) !== offset);
    const stale = [
      ...[...this.#known.keys()].filter((partition) => !ours.has(partition)),
      ...unknown.map((each) => each.partition),
    ];
    if (stale.length > 0) this.#trying.clear();
    for (const partition of stale) {
      this.#memory.forget(partition);
      this.#known.delete(partition);
    }
    const parts = unknown.map(({ topic, partition, offset }) => ({ topic, partition, until: offset }));
    await readUntil(settings, parts, {
      onRecord: ({ value }, { partition }) => {
        const signal = readSignal(value);
        if (signal) this.#memory.remember(this.#memory.next(signal, partition, 'then').heard);
      },
      logger,
      signal: this.#stopping.signal,
    });
    if (receiver.kind !== 'alertmanager') {
      for (const { partition } of unknown.filter(({ isNew }) => isNew)) {
        for (const signal of this.#memory.firing(partition)) await this.#deliver(signal, undefined, partition);
      }
    }
    for (const { partition, offset } of unknown) this.#known.set(partition, offset);
  }

  async #handle({ partition, records, next }: SinkBatch): Promise<void> {
    for (const { value } of records) {
      const signal = readSignal(value);
      if (!signal) continue;
      const { send, previous, heard } = this.#memory.next(signal, partition);
      if (send) await this.#deliver(signal, previous, partition);
      this.#memory.remember(heard);
    }
    this.#known.set(partition, next);
  }

  /** Resolves when the message has arrived or is kept as a dead letter; rejects to be called again later. */
  async #deliver(signal: Signal, previous: Signal | undefined, partition: number): Promise<void> {
    const { receiver, events, logger } = this.#options;
    const id = messageId(signal);
    const sinceMs = this.#trying.get(id) ?? Date.now();
    this.#trying.set(id, sinceMs);
    if (waitMs(this.#circuit, Date.now()) > 0) throw new LaterError('the receiver is given time to come back');
    const outcome = await this.#send(signal, previous);
    const nowMs = Date.now();
    this.#judge(outcome, nowMs);
    if (outcome.kind === 'accepted') {
      this.#trying.delete(id);
      events.delivered(receiver.name, Math.max(0, nowMs - Date.parse(signal.observedAt)) / 1000);
      return;
    }
    const mayTryOn = outcome.kind === 'failed' && nowMs - sinceMs < receiver.giveUpAfterMs;
    if (mayTryOn) throw new LaterError(outcome.reason);
    const { reason } = outcome;
    await this.#keepDead({
      receiver: receiver.name,
      signal,
      partition,
      reason,
      givenUpAt: new Date(nowMs).toISOString(),
      state: 'dead',
    });
    this.#trying.delete(id);
    logger.error(
      { receiver: receiver.name, message: id, reason },
      'a message could not be delivered and is a dead letter now',
    );
  }

  async #keepDead(letter: DeadLetter): Promise<void> {
    try {
      await this.#options.box.keep(letter);
    } catch (error) {
      throw new LaterError(`the dead letter could not be kept: ${(error as Error).message}`);
    }
  }

  async #send(signal: Signal, previous: Signal | undefined): Promise<Outcome> {
    const { receiver, plan, events } = this.#options;
    const outcome = await sendSignal(receiver, { signal, previous, console: plan.console, nowMs: Date.now() });
    events.attempted(receiver.name, outcome.kind);
    return outcome;
  }

  /** A receiver that refuses a message is there, and well. */
  #judge(outcome: Outcome, nowMs: number): void {
    if (outcome.kind === 'failed') {
      const { retryAfterMs } = outcome;
      this.#circuit = afterFailure(this.#circuit, { nowMs, random: Math.random(), retryAfterMs });
    } else {
      this.#circuit = CLOSED;
    }
  }

  /** What a silencer's end releases; and for an Alertmanager all that fires, at once when reading begins, then regularly. */
  #look(): void {
    const ready = this.#runner.ready();
    if (ready && this.#memory.released().length > 0) void this.#tellReleased();
    if (this.#options.receiver.kind !== 'alertmanager') return;
    const isDue = (ready && !this.#wasReady) || Date.now() - this.#keptAtMs >= KEEP_ALIVE.everyMs;
    this.#wasReady = ready;
    if (!isDue) return;
    this.#keptAtMs = Date.now();
    void this.#sendCurrent();
  }

  /** What cannot be delivered now is released again at the next look. */
  #tellReleased(): Promise<void> {
    return this.#inTurn(async () => {
      try {
        for (const heard of this.#memory.released()) {
          if (this.#stopping.signal.aborted) return;
          await this.#deliver(heard.signal, undefined, heard.partition);
          this.#memory.remember({ ...heard, told: true, silenced: false });
        }
      } catch (error) {
        if (!(error instanceof LaterError)) throw error;
      }
    }).catch((error: unknown) => this.#options.onFatal(error as Error));
  }

  /**
   * What an Alertmanager has to go on believing, and the heartbeat. It goes on while Kafka is away, since an alert that
   * expires would read as resolved; only the heartbeat stops then.
   */
  #sendCurrent(): Promise<void> {
    return this.#inTurn(async () => {
      const { receiver, plan, events, logger } = this.#options;
      const nowMs = Date.now();
      if (receiver.kind !== 'alertmanager' || this.#stopping.signal.aborted || waitMs(this.#circuit, nowMs) > 0) return;
      const context = { receiver, console: plan.console, nowMs };
      const alerts = this.#memory.current(nowMs - RESOLVED_REPEATED_MS).map((signal) => alertOf(signal, context));
      if (this.#runner.ready()) alerts.push(heartbeatAlert(context));
      if (alerts.length === 0) return;
      const outcome = await sendAlerts(receiver, alerts);
      events.attempted(receiver.name, outcome.kind);
      this.#judge(outcome, Date.now());
      if (outcome.kind !== 'accepted')
        logger.warn({ receiver: receiver.name, reason: outcome.reason }, 'firing alerts could not be kept alive');
    });
  }

  /** One thing at a time, in the order of the calls: an older state must not arrive after a newer one. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

/** Not delivered yet: the runner is to come again. */
class LaterError extends Error {
  override readonly name = 'LaterError';
  readonly retry = true;
}
