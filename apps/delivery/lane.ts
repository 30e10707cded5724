import { readUntil, SinkRunner, type KafkaLogger, type SinkBatch, type SinkPosition } from '#libs/adapters/kafka';
import { liftSilence, sendAlerts, sendSignal, silenceSignal } from '#libs/adapters/delivery';
import { processMarks } from '#libs/adapters/process';
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
  type AlertmanagerReceiver,
  type Circuit,
  type DeadLetter,
  type DeliveryPlan,
  type KafkaSettings,
  type Outcome,
  type Receiver,
  type Silences,
  type Snooze,
  type Snoozes,
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
  /** What nobody is to be told now. */
  readonly quiet: { readonly silences: Silences; readonly snoozes: Snoozes };
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
  /** What our Alertmanager was told to be quiet about, by episode; said again with each renewal, as it may forget. */
  #silenced: ReadonlyMap<string, Snooze> = new Map();
  #keptAtMs = 0;
  #wasReady = false;

  constructor(options: LaneOptions) {
    const { receiver, plan, settings, group, quiet, logger, onFatal } = options;
    this.#options = options;
    this.#memory = new LaneMemory(receiver.name, plan.routes, quiet);
    this.#runner = new SinkRunner({
      settings,
      group: `${group}-delivery-${receiver.name}`,
      topics: ['signals'],
      chunkRecords: 1,
      timing: TIMING,
      processMarks: processMarks(),
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
      const outcome = await this.#send({ signal, previous: undefined, again: letter.again });
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
        for (const heard of this.#memory.firing(partition)) {
          await this.#deliver({ ...heard, previous: undefined });
          this.#memory.remember({ ...heard, waiting: false, shown: heard.signal });
        }
      }
    }
    for (const { partition, offset } of unknown) this.#known.set(partition, offset);
  }

  async #handle({ partition, records, next }: SinkBatch): Promise<void> {
    for (const { value } of records) {
      const signal = readSignal(value);
      if (!signal) continue;
      const { send, previous, heard } = this.#memory.next(signal, partition);
      if (send) await this.#deliver({ signal, previous, partition });
      this.#memory.remember(heard);
    }
    this.#known.set(partition, next);
  }

  /** Resolves when the message has arrived or is kept as a dead letter; rejects to be called again later. */
  async #deliver({ signal, previous, partition, again, wasKeptBack = false }: Delivering): Promise<void> {
    const { receiver, events, logger } = this.#options;
    const id = messageId(signal, again);
    const sinceMs = this.#trying.get(id) ?? Date.now();
    this.#trying.set(id, sinceMs);
    if (waitMs(this.#circuit, Date.now()) > 0) throw new LaterError('the receiver is given time to come back');
    const outcome = await this.#send({ signal, previous, again });
    const nowMs = Date.now();
    this.#judge(outcome, nowMs);
    if (outcome.kind === 'accepted') {
      this.#trying.delete(id);
      if (!wasKeptBack) events.delivered(receiver.name, Math.max(0, nowMs - Date.parse(signal.observedAt)) / 1000);
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
      again,
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

  async #send(message: Pick<Delivering, 'signal' | 'previous' | 'again'>): Promise<Outcome> {
    const { receiver, plan, events } = this.#options;
    const lifted = await this.#lift(message.signal);
    const outcome = lifted ?? (await sendSignal(receiver, { ...message, console: plan.console, nowMs: Date.now() }));
    events.attempted(receiver.name, outcome.kind);
    return outcome;
  }

  /** A silence would hide the resolve. Answers the outcome where it could not be ended. */
  async #lift({ status, episodeId, signalKey }: Signal): Promise<Outcome | undefined> {
    const { receiver, quiet } = this.#options;
    if (receiver.kind !== 'alertmanager' || status !== 'resolved') return undefined;
    if (quiet.snoozes.endOf(episodeId) === undefined) return undefined;
    const outcome = await liftSilence(receiver, signalKey);
    return outcome.kind === 'accepted' ? undefined : outcome;
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

  /**
   * What the end of a silencer or of a snooze releases; and for an Alertmanager all that fires, at once when reading
   * begins and when somebody snoozes, then regularly.
   */
  #look(): void {
    const ready = this.#runner.ready();
    const snoozed = this.#memory.snoozed();
    if (ready && this.#memory.released().length > 0) void this.#tellReleased();
    if (this.#options.receiver.kind !== 'alertmanager') return;
    const isNews =
      snoozed.some(({ snooze }) => this.#silenced.get(snooze.episodeId) !== snooze) ||
      this.#overLong(snoozed).length > 0;
    const isDue = (ready && !this.#wasReady) || Date.now() - this.#keptAtMs >= KEEP_ALIVE.everyMs || isNews;
    this.#wasReady = ready;
    if (!isDue) return;
    this.#keptAtMs = Date.now();
    void this.#sendCurrent();
  }

  /** What cannot be delivered now is released again at the next look. */
  #tellReleased(): Promise<void> {
    return this.#inTurn(async () => {
      try {
        for (const { heard, again } of this.#memory.released()) {
          if (this.#stopping.signal.aborted) return;
          await this.#deliver({ ...heard, previous: heard.shown, again, wasKeptBack: true });
          this.#memory.remember({ ...heard, told: true, waiting: false, shown: heard.signal });
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
      if (!(await this.#holdSilences(receiver, nowMs))) return;
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

  /** Has our Alertmanager be quiet about what is snoozed, before it hears of it again. False where it does not answer. */
  async #holdSilences(receiver: AlertmanagerReceiver, nowMs: number): Promise<boolean> {
    const snoozed = this.#memory.snoozed();
    const steps = [
      ...this.#overLong(snoozed).map(
        ({ signalKey }) =>
          () =>
            liftSilence(receiver, signalKey),
      ),
      ...snoozed.map(
        ({ snooze }) =>
          () =>
            silenceSignal(receiver, snooze, nowMs),
      ),
    ];
    for (const step of steps) {
      const outcome = await step();
      if (outcome.kind === 'accepted') continue;
      this.#judge(outcome, Date.now());
      const { logger } = this.#options;
      logger.warn({ receiver: receiver.name, reason: outcome.reason }, 'snoozes could not be told to it');
      if (outcome.kind === 'failed') return false;
    }
    this.#silenced = new Map(snoozed.map(({ snooze }) => [snooze.episodeId, snooze]));
    return true;
  }

  /** What somebody snoozed for a shorter time afterwards. */
  #overLong(snoozed: readonly { readonly snooze: Snooze }[]): readonly Snooze[] {
    const still = new Set(snoozed.map(({ snooze }) => snooze.episodeId));
    return [...this.#silenced.values()].filter(
      ({ episodeId, untilMs }) => untilMs > Date.now() && !still.has(episodeId),
    );
  }

  /** One thing at a time, in the order of the calls: an older state must not arrive after a newer one. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

/** A message on its way. */
interface Delivering {
  readonly signal: Signal;
  /** The last one of the episode that was sent. */
  readonly previous: Signal | undefined;
  readonly partition: number;
  /** Set where it was told before and is told again; see `messageId`. */
  readonly again?: number | undefined;
  /** It was late on purpose. */
  readonly wasKeptBack?: boolean;
}

/** Not delivered yet: the runner is to come again. */
class LaterError extends Error {
  override readonly name = 'LaterError';
  readonly retry = true;
}
