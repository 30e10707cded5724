import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { zonedCalendar } from '#libs/adapters/calendar';
import { createKafka, ensureTopics, Publisher } from '#libs/adapters/kafka';
import type { Logger } from '#libs/adapters/logging';
import { createMetrics, startMetricsServer, type Health } from '#libs/adapters/prometheus';
import { SAMPLE_CENTRE, Simulation, Traffic } from '#libs/application';
import type { SimulatorConfig } from '#libs/config';
import { TOPICS } from '#libs/contract';
import { readCheckpoint, writeCheckpoint, type Checkpoint } from './checkpoint.js';
import { catchUpMs, EventClock, type CatchUpSpeed } from './event-clock.js';
import { planRun, type Run } from './plan-run.js';
import { TrafficPump, type SentCounts } from './send-traffic.js';

/** Zone of the sample organisation, which the day curve and the shifts follow. */
const ZONE = 'Asia/Shanghai';
const TICK_MS = 100;
/** A crash sends again what was sent since; the monitor knows an interaction again for an hour of event time at least. */
const CHECKPOINT_EVERY = { wallMs: 1000, eventMs: 5 * 60_000 } as const;
const RETRY_MS = 2000;
const LEADER_RETRY_MS = 500;

/** How a simulator runs. */
export interface SimulatorOptions {
  readonly config: SimulatorConfig;
  readonly logger: Logger;
  readonly speed: CatchUpSpeed;
  readonly backfillMs: number;
  readonly fromMs: number | undefined;
  /** End when the present is reached. */
  readonly untilNow: boolean;
}

/** A running simulator. */
export interface RunningSimulator {
  readonly metricsUrl: string;
  /** Resolves when there is nothing more to send: with `untilNow`, or after `stop`. */
  readonly done: Promise<void>;
  /** Sends what is in hand, notes how far it came and ends all connections. */
  stop(): Promise<void>;
}

/** Starts the simulator. Rejects when Kafka cannot be reached or the port for metrics is taken. */
export async function startSimulator(options: SimulatorOptions): Promise<RunningSimulator> {
  const { config, logger } = options;
  await ensureTopics(createKafka(config.kafka, 'simulator-topics', { logger }), config.kafka, logger);
  const publisher = new ReconnectingPublisher(
    () => new Publisher({ settings: config.kafka, logger, role: 'simulator' }),
  );
  await publisher.connect();
  try {
    return await startWith(options, publisher, await publisher.isEmpty());
  } catch (error) {
    await publisher.disconnect();
    throw error;
  }
}

async function startWith(
  options: SimulatorOptions,
  publisher: ReconnectingPublisher,
  isFresh: boolean,
): Promise<RunningSimulator> {
  const { config, speed } = options;
  const metrics = createMetrics();
  const progress = { phase: 'starting', sentUntil: '' };
  const health = (): Health => ({ live: true, ready: progress.phase === 'live', details: { ...progress } });
  const server = await startMetricsServer({ port: config.metricsPort, host: config.host, registry: metrics, health });
  const journal = new Journal(join(config.places.dataDir, 'simulator.json'));
  const last = isFresh ? undefined : journal.read();
  const request = { ...options, ...config, catchUpMs: (historyMs: number) => catchUpMs(historyMs, speed) };
  const stop = new AbortController();
  const sent = (sentMs: number, caughtUp: boolean, counts: SentCounts): void => {
    progress.phase = caughtUp ? 'live' : 'catching up';
    progress.sentUntil = new Date(sentMs).toISOString();
    for (const [topic, count] of counts) metrics.inc('spendline_simulated_total', { topic: TOPICS[topic].name }, count);
  };
  const done = drive(options, planRun(request, last, Date.now()), publisher, journal, stop.signal, sent);
  const end = async (): Promise<void> => {
    stop.abort();
    await done;
    await publisher.disconnect();
    await server.close();
  };
  let ended: Promise<void> | undefined;
  return { metricsUrl: server.url, done, stop: () => (ended ??= end()) };
}

async function drive(
  { config, logger, speed, untilNow }: SimulatorOptions,
  { fromMs, plans }: Run,
  publisher: ReconnectingPublisher,
  journal: Journal,
  signal: AbortSignal,
  sent: (sentMs: number, caughtUp: boolean, counts: SentCounts) => void,
): Promise<void> {
  const { seed, scenario } = config;
  const simulation = new Simulation({ seed, centre: SAMPLE_CENTRE, calendar: zonedCalendar(ZONE), plans });
  const pump = new TrafficPump(new Traffic(simulation, fromMs), simulation.monthOf(fromMs));
  const clock = new EventClock(fromMs, speed, Date.now());
  logger.info({ from: new Date(fromMs).toISOString(), scenario, seed }, 'simulation starts');
  let wasCaughtUp = false;
  while (!signal.aborted) {
    const untilMs = clock.at(Date.now());
    try {
      const { sentMs, counts } = await pump.sendUntil(untilMs, publisher);
      const caughtUp = clock.caughtUp && sentMs >= untilMs;
      sent(sentMs, caughtUp, counts);
      journal.note({ seed, sentMs, plans });
      if (caughtUp && !wasCaughtUp) logger.info({ scenario, plans: plans.length }, 'the simulation is live');
      wasCaughtUp ||= caughtUp;
      if (caughtUp && untilNow) break;
      if (sentMs >= untilMs) await pause(TICK_MS, signal);
    } catch (error) {
      logger.warn(
        { error: error instanceof Error ? error.message : String(error) },
        'Kafka did not take it; trying again',
      );
      await pause(RETRY_MS, signal);
      await publisher.renew();
    }
  }
  journal.write();
}

async function pause(forMs: number, signal: AbortSignal): Promise<void> {
  await sleep(forMs, undefined, { signal }).catch(() => undefined);
}

/** Keeps the checkpoint, and writes it now and then. */
class Journal {
  #latest: Checkpoint | undefined;
  #written = { atMs: 0, sentMs: 0 };

  constructor(private readonly path: string) {}

  read(): Checkpoint | undefined {
    return readCheckpoint(this.path);
  }

  note(checkpoint: Checkpoint): void {
    this.#latest = checkpoint;
    const { atMs, sentMs } = this.#written;
    const due = Date.now() - atMs >= CHECKPOINT_EVERY.wallMs || checkpoint.sentMs - sentMs >= CHECKPOINT_EVERY.eventMs;
    if (due) this.write();
  }

  write(): void {
    if (!this.#latest) return;
    writeCheckpoint(this.path, this.#latest);
    this.#written = { atMs: Date.now(), sentMs: this.#latest.sentMs };
  }
}

/** A publisher that is replaced after a failure: an idempotent producer cannot go on after some of them. */
class ReconnectingPublisher {
  #publisher: Publisher;

  constructor(private readonly create: () => Publisher) {
    this.#publisher = create();
  }

  connect(): Promise<void> {
    return this.#publisher.connect();
  }

  disconnect(): Promise<void> {
    return this.#publisher.disconnect();
  }

  /** Whether no contact was ever sent to this Kafka. */
  async isEmpty(): Promise<boolean> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const ends = await this.#publisher.endOffsets('interactions');
        return [...ends.values()].every((end) => end === 0n);
      } catch (error) {
        // Topics that were just created have no leader yet where this asks.
        if (attempt === 10) throw error;
        await sleep(LEADER_RETRY_MS);
      }
    }
  }

  send: Publisher['send'] = (topic, records) => this.#publisher.send(topic, records);

  /** A new connection; while Kafka is away the old one stays, and the next send fails and asks again. */
  async renew(): Promise<void> {
    const next = this.create();
    try {
      await next.connect();
    } catch {
      await next.disconnect().catch(() => undefined);
      return;
    }
    await this.#publisher.disconnect().catch(() => undefined);
    this.#publisher = next;
  }
}
