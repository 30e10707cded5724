import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin, Producer } from 'kafkajs';
import { createKafka, ensureTopics, partitionOf, Publisher } from '#libs/adapters/kafka';
import type { KafkaSettings } from '#libs/application';
import { referenceRecordsOf } from '../../libs/testing/reference-records.js';
import { topicName } from '#libs/contract';
import { INPUTS, judge, type Verdict } from './oracle.js';
import { MonitorProcess, type Sabotage } from './monitor-process.js';
import { REFERENCE, Workload, type GeneratedRecord, type WorkloadShape } from './workload.js';

/** What a scene is made of. */
export interface SceneOptions {
  readonly settings: KafkaSettings;
  readonly sessionMs: number;
  /** Records a second that the source sends. */
  readonly perSecond: number;
  readonly workload: WorkloadShape;
  readonly say: (text: string) => void;
}

/** A fault that was injected, to be matched with the first commits behind it. */
interface Fault {
  readonly what: string;
  readonly atMs: number;
}

const GROUP = 'faults';
const JUDGE_FOR_MS = 300_000;
const FAILURES_OF_A_PRODUCER = 5;

/**
 * Topics of their own on running brokers, monitors at work on them, and a source that sends a generated input the whole
 * time. Rows break something in it; in the end the oracle judges what came out.
 */
export class Scene {
  readonly monitors: MonitorProcess[] = [];
  private readonly faults: Fault[] = [];
  private readonly workload: Workload;
  private producer: Producer;
  private readonly newProducer: () => Producer;
  private readonly admin: Admin;
  private loading: Promise<void> | undefined;
  private loadPerSecond = 0;
  private counts: Readonly<Record<string, number>> = {};

  private constructor(private readonly options: SceneOptions) {
    this.workload = new Workload(options.workload);
    // A broker that is away is asked often, so that what is measured is the monitor and not the source.
    const retry = { initialRetryTime: 50, maxRetryTime: 200, retries: 10 };
    this.newProducer = () => {
      const kafka = createKafka(options.settings, 'source', { retry });
      return kafka.producer({ allowAutoTopicCreation: false, idempotent: true, maxInFlightRequests: 1 });
    };
    this.producer = this.newProducer();
    this.admin = createKafka(options.settings, 'faults', { retry }).admin();
  }

  /** Creates topics and reference data; starts nothing else. */
  static async set(options: SceneOptions): Promise<Scene> {
    const scene = new Scene(options);
    const { settings } = options;
    scene.counts = await ensureTopics(createKafka(settings, 'faults-setup'), settings);
    const publisher = new Publisher({ settings });
    await publisher.connect();
    await publisher.send('reference', referenceRecordsOf(REFERENCE));
    await publisher.disconnect();
    await Promise.all([scene.producer.connect(), scene.admin.connect()]);
    return scene;
  }

  get settings(): KafkaSettings {
    return this.options.settings;
  }

  get environment(): Record<string, string> {
    const { settings, sessionMs } = this.options;
    return {
      KAFKA_BROKERS: settings.brokers.join(),
      SPENDLINE_TOPIC_PREFIX: settings.topicPrefix,
      SPENDLINE_PARTITIONS: String(settings.partitions),
      SPENDLINE_GROUP: GROUP,
      SPENDLINE_CLOCK: 'event',
      SPENDLINE_SESSION_TIMEOUT: `${sessionMs}ms`,
    };
  }

  /** Records sent so far. */
  get records(): number {
    return this.workload.count;
  }

  async startMonitor(plan: readonly Sabotage[] = []): Promise<MonitorProcess> {
    const monitor = await MonitorProcess.start(this.environment, plan);
    this.monitors.push(monitor);
    return monitor;
  }

  /** Sends records now, and resolves when the brokers have them. */
  async send(records: readonly GeneratedRecord[]): Promise<void> {
    const topicMessages = INPUTS.map((topic) => ({
      topic: topicName(topic, this.settings.topicPrefix),
      messages: records
        .filter((record) => record.topic === topic)
        .map(({ key, value, reject }) => ({
          key,
          value,
          partition: partitionOf(key, this.counts[topic] ?? 1),
          ...(reject !== undefined && { headers: { 'expect-reject': reject } }),
        })),
    })).filter(({ messages }) => messages.length > 0);
    await this.producer.sendBatch({ acks: -1, topicMessages });
  }

  take(count: number): GeneratedRecord[] {
    return this.workload.take(count);
  }

  /** Sends on and on, until `stopLoad`. What the brokers did not confirm is sent again, as a source would. */
  startLoad(): void {
    this.loadPerSecond = this.options.perSecond;
    this.loading ??= (async () => {
      let due = performance.now();
      while (this.loadPerSecond > 0) {
        const records = this.take(Math.max(1, Math.round(this.loadPerSecond / 10)));
        for (let failures = 0; ;) {
          try {
            await this.send(records);
            break;
          } catch {
            failures += 1;
            if (failures % FAILURES_OF_A_PRODUCER === 0) await this.replaceProducer();
            await sleep(50);
          }
        }
        due = Math.max(due + 100, performance.now() - 1_000);
        await sleep(Math.max(0, due - performance.now()));
      }
    })();
  }

  /** Once it has lost count of a partition's sequence numbers, kafkajs's producer never writes there again. */
  private async replaceProducer(): Promise<void> {
    await this.producer.disconnect().catch(() => undefined);
    this.producer = this.newProducer();
    await this.producer.connect().catch(() => undefined);
  }

  async stopLoad(): Promise<void> {
    this.loadPerSecond = 0;
    await this.loading;
    this.loading = undefined;
  }

  /** Notes that something was broken (or came back) now, from which the time to the first commit counts. */
  fault(what: string): void {
    this.options.say(what);
    this.faults.push({ what, atMs: Date.now() });
  }

  get faultCount(): number {
    return this.faults.length;
  }

  /** These monitors have started, and every partition of both stages is open in one of them. */
  async isWhole(among: readonly MonitorProcess[] = this.monitors): Promise<boolean> {
    if (among.some((each) => each.isRunning && !each.hasStarted)) return false;
    for (const stage of ['cost', 'merge'] as const) {
      const tasks = await Promise.all(among.filter(({ isRunning }) => isRunning).map((each) => each.tasks(stage)));
      const open = new Set(
        tasks
          .flat()
          .filter(({ state }) => state === 'open')
          .map(({ partition }) => partition),
      );
      if (open.size < (this.counts['interactions'] ?? 0)) return false;
    }
    return true;
  }

  async untilWhole(among?: readonly MonitorProcess[], withinMs = 180_000): Promise<void> {
    await until('all partitions open', () => this.isWhole(among), withinMs);
  }

  /** Closes the input, waits until all of it is read, and has the oracle judge. Needs a running monitor. */
  async judge(): Promise<Verdict> {
    await this.stopLoad();
    await this.finish();
    const deadline = Date.now() + JUDGE_FOR_MS;
    let before = '';
    for (;;) {
      await until('the input to be read', () => this.isRead(), Math.max(1_000, deadline - Date.now())).catch(
        () => undefined,
      );
      const verdict = await judge(this.settings);
      const now = JSON.stringify(verdict.missing);
      const hopeless = verdict.wrong.length > 0 || (now === before && Date.now() > deadline - JUDGE_FOR_MS / 2);
      if (verdict.missing.length === 0 || hopeless || Date.now() > deadline) return verdict;
      before = now;
      this.options.say(`waiting for ${verdict.missing[0] ?? ''}`);
      await sleep(1_500);
    }
  }

  /** Seconds from each fault to the first commit behind it on every partition. */
  recoveries({ commits }: Verdict): number[] {
    return this.faults.flatMap(({ atMs }) => {
      const firsts = [...commits.values()].flatMap((times) => times.find((time) => time > atMs) ?? []);
      return firsts.length === 0 ? [] : [(Math.max(...firsts) - atMs) / 1000];
    });
  }

  async end(): Promise<void> {
    await this.stopLoad();
    await Promise.all(this.monitors.map((monitor) => monitor.stop('SIGKILL')));
    await Promise.all([this.producer.disconnect(), this.admin.disconnect()].map((work) => work.catch(() => undefined)));
  }

  /** Tells the monitors where the input ends, as `spendline replay --finish` does. */
  private async finish(): Promise<void> {
    const endOffsets: Record<string, Record<string, string>> = {};
    for (const topic of INPUTS) {
      const ends = await this.admin.fetchTopicOffsets(topicName(topic, this.settings.topicPrefix));
      endOffsets[topic] = Object.fromEntries(ends.map(({ partition, high }) => [String(partition), high]));
    }
    const value = JSON.stringify({ kind: 'finish', id: 'end', endOffsets });
    const messages = Array.from({ length: this.counts['control'] ?? 0 }, (_, partition) => ({
      partition,
      key: String(partition),
      value,
    }));
    await this.producer.sendBatch({
      acks: -1,
      topicMessages: [{ topic: topicName('control', this.settings.topicPrefix), messages }],
    });
  }

  /** The group has committed all inputs, and the processes see nothing that waits between the stages. */
  private async isRead(): Promise<boolean> {
    const running = this.monitors.filter(({ isRunning }) => isRunning);
    if (!(await this.isWhole(running))) return false;
    const groupId = `${this.settings.topicPrefix}${GROUP}-cost`;
    for (const key of [...INPUTS, 'control'] as const) {
      const topic = topicName(key, this.settings.topicPrefix);
      const ends = await this.admin.fetchTopicOffsets(topic);
      const [committed] = await this.admin.fetchOffsets({ groupId, topics: [topic] });
      const done = new Map(committed?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
      if (ends.some(({ partition, high }) => Number(high) > 0 && (done.get(partition) ?? -1) < Number(high)))
        return false;
    }
    const lags = await Promise.all(running.map((each) => each.metric('spendline_consumer_lag_records')));
    return lags.every((lag) => lag === 0);
  }
}

/** Waits for a condition; throws with `what` after a while. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  withinMs = 180_000,
): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited ${withinMs / 1000} s in vain for ${what}`);
    await sleep(100);
  }
}
