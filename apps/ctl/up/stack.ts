import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { stopGracefully } from '#libs/adapters/process';
import { type Environment, type UpConfig, embeddedDatabaseUrl } from '#libs/config';
import { explain } from '../advice.js';
import { prepareDatabase } from '../prepare-database.js';
import { prepareTopics } from '../prepare-topics.js';
import { rebuildState } from '../rebuild-state.js';
import type { Progress } from '../terminal/progress.js';
import { isHealthy } from './app-program.js';
import { Fleet } from './fleet.js';
import { sampleMark } from './fresh.js';
import type { Program } from './kept-program.js';
import { here, overviewLines, reachable } from './overview.js';
import type { PidFiles } from './pid-files.js';
import { requireKafkaJars } from './preflight.js';
import { type Generated, appPrograms, kafkaProgram, postgresProgram, simulatorProgram } from './programs.js';
import { planAlertmanager } from './alertmanager.js';
import { planPrometheus } from './prometheus.js';
import { republishWhereMissing } from './republish.js';
import { SAMPLE, type SampleOutcome, applySample } from './sample.js';
import { keptSecret } from './secrets.js';

/** Stopping Kafka and Postgres takes seconds, a hung program up to a minute. */
const STOP_GRACE_MS = 120_000;
/** The table comes within seconds: a monitor with much to catch up on is no reason to keep it back. */
const TABLE_WITHIN_MS = 12_000;
const LEAST_WAIT_MS = 2_000;
/** A monitor that ended badly drops out of its group after the session's time. */
const GROUPS_EMPTY_WITHIN_MS = 60_000;

/** What one `up` works with. */
export interface StackOptions {
  readonly config: UpConfig;
  readonly env: Environment;
  readonly withSimulator: boolean;
  /** Throw the stages' state away before the monitor starts. */
  readonly rebuild: boolean;
  /** Runs the embedded Kafka; undefined when there is none to run. */
  readonly java: string | undefined;
  readonly pidFiles: PidFiles;
  readonly progress: Progress;
}

/** Everything that one `up` runs, from the first server to the last line. */
export class Stack {
  readonly #fleet: Fleet;
  readonly #notes: string[] = [];
  readonly #begun = performance.now();
  #beside = { prometheus: '', alertmanager: '' };
  #isStopping = false;

  constructor(private readonly options: StackOptions) {
    this.#fleet = new Fleet(options.pidFiles, {
      tell: (text) => options.progress.say(text),
      onGivenUp: (reason) => void this.fail(reason),
    });
  }

  /** Ctrl-C and the like stop everything in order, a second one at once. */
  stopOnSignals(): void {
    const { progress, config, env } = this.options;
    stopGracefully({
      endsWithParent: env['npm_lifecycle_event'] !== undefined,
      graceMs: STOP_GRACE_MS,
      stop: async () => {
        await this.#stop();
        progress.say(`Stopped. The data is kept in ${here(config.places.dataDir)}.`);
      },
      onForced: () => this.#fleet.kill(),
      onFailure: (problem) => {
        this.#fleet.kill();
        progress.say(explain(problem, config.logLevel));
      },
    });
  }

  /** Stops everything and ends the process, the reason being its last words. */
  async fail(reason: unknown): Promise<void> {
    // Stopping makes fail whatever was just being started; then the signal's own handler ends the process.
    if (this.#isStopping) return;
    await this.#stop();
    this.options.progress.say(explain(reason, this.options.config.logLevel));
    process.exit(1);
  }

  /** Servers, topics and tables, then the programs; resolves when there is something to look at. */
  async start(): Promise<void> {
    const { config, env, withSimulator } = this.options;
    const [, databaseUrl] = await Promise.all([this.#startKafka(), this.#startPostgres()]);
    await this.#bringRates(databaseUrl);
    const generated: Generated = { databaseUrl, apiToken: config.apiToken ?? keptSecret(config.places.apiToken) };
    const [prometheus, alertmanager] = await Promise.all([planPrometheus(config), planAlertmanager(config)]);
    this.#beside = { prometheus: prometheus.shown, alertmanager: alertmanager.shown };
    const beside = [prometheus, alertmanager].flatMap(({ program }) => (program ? [program] : []));
    await this.#startAll([...appPrograms(config, env, generated), ...beside]);
    if (withSimulator) {
      // Nothing to look at waits for it: what it sends comes up while the table is being read.
      const simulator = this.#fleet.start([simulatorProgram(config, env, generated)], (_, start) => start());
      void simulator.catch((reason: unknown) => this.fail(reason));
    }
    await this.#untilReady();
  }

  /** The closing table. */
  overview(): string[] {
    const { config, withSimulator } = this.options;
    const generatedToken = config.apiToken === undefined;
    return overviewLines({ config, withSimulator, ...this.#beside, generatedToken, notes: this.#notes });
  }

  async #startKafka(): Promise<void> {
    const { config, java, rebuild, progress } = this.options;
    if (java !== undefined) {
      await progress.step(
        "Looking for Kafka's jars (Maven fetches what is missing)",
        requireKafkaJars,
        () => undefined,
      );
      await this.#startAll(kafkaProgram(config, java));
    }
    await progress.step(
      'Preparing the topics',
      () => prepareTopics(config.kafka),
      () => 'Topics ready',
    );
    if (!rebuild) return;
    await progress.step(
      "Throwing the monitor's state away",
      () => rebuildState(config.kafka, config.group, GROUPS_EMPTY_WITHIN_MS),
      (deleted) => `Deleted ${deleted.join(', ')}`,
    );
  }

  /** Answers the database's URL. */
  async #startPostgres(): Promise<string> {
    const { config, progress } = this.options;
    const { embeddedPostgresPort: port, places } = config;
    if (port !== undefined) await this.#startAll(postgresProgram(config, keptSecret(places.postgresPassword)));
    const url = config.databaseUrl ?? embeddedDatabaseUrl(places, port ?? 0);
    if (url === undefined) throw new Error('The embedded Postgres has lost its password file.');
    await progress.step(
      'Preparing the tables',
      () => prepareDatabase(url),
      () => 'Tables ready',
    );
    return url;
  }

  /** Rates for whatever comes in: the sample's for simulated traffic, and to a new Kafka those that are there already. */
  async #bringRates(databaseUrl: string): Promise<void> {
    const { config, progress, withSimulator } = this.options;
    const outcome = await applySample(databaseUrl, config.places, withSimulator);
    this.#note(outcome);
    // What was applied just now is on its way.
    const sent = outcome === 'applied' ? 0 : await republishWhereMissing(config.kafka, databaseUrl);
    if (sent > 0) progress.say(`  ${sent} rates, budgets and rules sent to this Kafka, which knew none`);
  }

  #startAll(programs: readonly Program[]): Promise<void> {
    return this.#fleet.start(programs, (program, start) =>
      this.options.progress.step(`Starting ${program.name}`, start, (isUp) =>
        isUp ? `${program.title} is up` : undefined,
      ),
    );
  }

  async #untilReady(): Promise<void> {
    const { config, progress } = this.options;
    const url = `http://${reachable(config.host)}:${config.metricsPort}/health/ready`;
    const deadline = Math.max(this.#begun + TABLE_WITHIN_MS, performance.now() + LEAST_WAIT_MS);
    const wait = async () => {
      while (!(await isHealthy(url)) && performance.now() < deadline && !this.#isStopping) await sleep(100);
      return isHealthy(url);
    };
    const isReady = await progress.step('Waiting for the monitor to be ready', wait, () => undefined);
    if (!isReady) this.#notes.push('The monitor is still catching up; figures come when it has.');
  }

  #note(outcome: SampleOutcome): void {
    const { config, progress, withSimulator } = this.options;
    if (outcome === 'applied') progress.say(`  Sample organisation loaded from ${SAMPLE}`);
    if (outcome === 'not-needed' && !withSimulator && existsSync(sampleMark(config.places))) {
      this.#notes.push(
        'The database began with the sample organisation; if you have not brought your own rates yet: npx spendline apply YOUR.yaml --prune.',
      );
    }
    if (outcome === 'left-out') {
      this.#notes.push(
        `No rates are known yet, so nothing can be costed: npx spendline apply YOUR.yaml (${SAMPLE} shows how to write one).`,
      );
    }
  }

  async #stop(): Promise<void> {
    this.#isStopping = true;
    await this.options.progress.step(
      'Stopping',
      () => this.#fleet.stop(),
      () => undefined,
    );
  }
}
