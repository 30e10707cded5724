import { partitionOf, TopicReader } from '#libs/adapters/kafka';
import type { Signal } from '#libs/contract';
import type { BenchTopics } from '../bench-cluster.js';
import { BenchMonitor, pause, untilAllWork } from '../bench-monitor.js';
import { CostEventCheck } from '../exactness.js';
import { expectedMicros } from '../expected-costs.js';
import { benchRecordAt, factsOf, ID_PREFIX, type BenchRecord } from '../interactions.js';
import { DueTimes, Latencies } from '../latencies.js';
import { progressBar } from '../progress.js';
import type { AgentBudget } from '../reference.js';
import { perMillion, spentIn, type BenchOptions, type Finding, type Part } from './part.js';

/** Events are sent in bundles of what came due in so long. */
const SEND_EVERY_MS = 5;
/** The monitor's default. */
const DISORDER_MS = 10_000;
/** Time for the last ones to come out. */
const REST_MS = 3_000;
const GOAL_P50_MS = 40;
const GOAL_P99_MS = 90;
const GOAL_CPU = 60;

interface Latest {
  readonly costEvent: Latencies;
  readonly window: Latencies;
  readonly signal: Latencies;
  /** Signals told ahead of the watermark. */
  readonly early: Latencies;
  readonly check: CostEventCheck;
  readonly cpuSeconds: number;
  readonly measured: number;
  readonly sent: number;
}

/** Paced live traffic, and how long after it was sent a reader of committed records sees what it led to. */
export const latency: Part = {
  name: 'latency',
  measures:
    'paced live traffic: from sending an event to seeing, read_committed, its cost event, the window it closed, the signal it led to',
  async run(cluster, options) {
    const budgets = budgetsFor(options);
    const topics = await cluster.topics(options.partitions, { clock: 'live', budgets });
    const monitor = await BenchMonitor.start(topics.environment, options.profile);
    try {
      await untilAllWork([monitor]);
      const result = await pacedRun(topics, monitor, options);
      await monitor.stop();
      return { ...resultOf(result, options), ...spentIn(options.profile, cpuOf(result)) };
    } finally {
      await monitor.stop();
    }
  },
};

/** A budget for each agent, so graded that thresholds are reached all along the run. */
function budgetsFor({ agents, rate, seconds, warmUp }: BenchOptions): AgentBudget[] {
  const contacts = (rate * (seconds + warmUp)) / agents;
  return Array.from({ length: agents }, (_, index) => ({
    agentId: factsOf(index, agents).agentId,
    amount: Math.max(1, Math.round(contacts * 12 * ((index + 1) / agents))),
  }));
}

async function pacedRun(topics: BenchTopics, monitor: BenchMonitor, options: BenchOptions): Promise<Latest> {
  const { rate, seconds, agents, partitions } = options;
  const warmUp = rate * options.warmUp;
  const total = warmUp + rate * seconds;
  const sentMs = new Float64Array(total);
  const due = new DueTimes(partitions, DISORDER_MS);
  const watch = new Watch(sentMs, warmUp, due, total);
  const reader = new TopicReader({
    settings: topics.settings,
    topics: ['costEvents', 'costWindows', 'signals'],
    maxWaitMs: 100,
    onBatch: ({ topic, records }) => {
      const seenMs = nowMs();
      for (const { value } of records) if (value) watch.see(topic, value, seenMs);
    },
    onFatal: (error) => {
      throw error;
    },
    role: 'latency',
  });
  await reader.start();
  const progress = progressBar(`${String(rate)} events a second`, total);
  const owners = new Map<string, number>();
  const began = nowMs();
  let sent = 0;
  let cpuBefore: number | undefined;
  while (sent < total) {
    const now = nowMs();
    const upTo = Math.min(total, Math.floor(((now - began) * rate) / 1000));
    const records: BenchRecord[] = [];
    for (; sent < upTo; sent += 1) {
      const endedAt = Math.floor(now);
      const record = benchRecordAt(sent, agents, endedAt);
      let partition = owners.get(record.key);
      if (partition === undefined) owners.set(record.key, (partition = partitionOf(record.key, partitions)));
      sentMs[sent] = now;
      due.sent(partition, endedAt, now);
      records.push(record);
    }
    if (sent >= warmUp) cpuBefore ??= (await monitor.usage()).cpuSeconds;
    await topics.publisher.send('interactions', records);
    progress.update(sent);
    await pause(Math.max(0, SEND_EVERY_MS - (nowMs() - now)));
  }
  const cpuAfter = (await monitor.usage()).cpuSeconds;
  progress.stop();
  await pause(REST_MS);
  await reader.stop();
  const { costEvent, window, signal, early, check } = watch;
  const cpuSeconds = cpuAfter - (cpuBefore ?? cpuAfter);
  return { costEvent, window, signal, early, check, cpuSeconds, measured: total - warmUp, sent: total };
}

/** Wall clock with fractions of a millisecond, epoch milliseconds. */
function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

/** Looks at what comes out, and holds it against when it was due. */
class Watch {
  readonly costEvent = new Latencies();
  readonly window = new Latencies();
  readonly signal = new Latencies();
  readonly early = new Latencies();
  readonly check: CostEventCheck;

  constructor(
    private readonly sentMs: Float64Array,
    private readonly warmUp: number,
    private readonly due: DueTimes,
    events: number,
  ) {
    this.check = new CostEventCheck(events);
  }

  see(topic: string, value: Buffer, seenMs: number): void {
    if (topic === 'costEvents') this.seeCostEvent(value, seenMs);
    else if (topic === 'costWindows') this.seeDue(this.window, /"end":"([^"]+)"/.exec(textOf(value))?.[1], seenMs);
    else this.seeSignal(JSON.parse(value.toString('utf8')) as Signal, seenMs);
  }

  /** What is told ahead of the watermark was due with the newest event that it rests on, the rest with its minute. */
  private seeSignal({ observedAt, evidence }: Signal, seenMs: number): void {
    const newestMs = Date.parse(observedAt);
    if ((evidence?.watermark ?? observedAt) >= observedAt) this.seeDue(this.signal, observedAt, seenMs);
    else if (newestMs >= this.measuredFromMs) this.early.add(seenMs - newestMs);
  }

  private seeCostEvent(value: Buffer, seenMs: number): void {
    this.check.take(value);
    const at = value.indexOf(ID_PREFIX) + ID_PREFIX.length;
    const index = Number.parseInt(value.toString('latin1', at, at + 8), 16);
    if (index >= this.warmUp) this.costEvent.add(seenMs - (this.sentMs[index] ?? seenMs));
  }

  /** When the first event after the warm-up was sent; until then nothing counts. */
  private get measuredFromMs(): number {
    return this.sentMs[this.warmUp] || Infinity;
  }

  private seeDue(latencies: Latencies, time: string | undefined, seenMs: number): void {
    const dueMs = time === undefined ? undefined : this.due.dueMs(Date.parse(time));
    if (dueMs !== undefined && dueMs >= this.measuredFromMs) latencies.add(seenMs - dueMs);
  }
}

function textOf(value: Buffer): string {
  return value.toString('latin1');
}

function resultOf(result: Latest, { rate, agents }: BenchOptions) {
  const { costEvent, window, signal, early, check, sent } = result;
  let expected = 0n;
  for (let index = 0; index < sent; index += 1) expected += expectedMicros(factsOf(index, agents));
  const cpu = cpuOf(result);
  const kinds = [
    ['cost event', costEvent],
    ['window', window],
    ['signal', signal],
    ['early signal', early],
  ] as const;
  return {
    rows: kinds.map(([kind, each]) => ({
      [`until visible, ${String(rate)}/s`]: kind,
      count: each.count,
      'p50 ms': rounded(each.quantile(0.5)),
      'p99 ms': rounded(each.quantile(0.99)),
      'max ms': rounded(each.quantile(1)),
      'CPU s per million': cpu,
    })),
    findings: [
      ...kinds.flatMap(([kind, each]) => judged(`${kind}, ${rate.toLocaleString('en')}/s`, each)),
      {
        what: `CPU s per million events at ${rate.toLocaleString('en')}/s`,
        measured: String(cpu),
        goal: `at most ${String(GOAL_CPU)}`,
        reached: cpu <= GOAL_CPU,
      },
    ],
    faults: check.faults(expected),
  };
}

function cpuOf({ cpuSeconds, measured }: Latest): number {
  return perMillion(cpuSeconds, measured);
}

function judged(kind: string, latencies: Latencies): Finding[] {
  return (
    [
      ['p50', 0.5, GOAL_P50_MS],
      ['p99', 0.99, GOAL_P99_MS],
    ] as const
  ).map(([name, share, goal]) => {
    const ms = latencies.quantile(share);
    return {
      what: `${kind}: ${name}, ms`,
      measured: ms === undefined ? 'none came' : ms.toFixed(0),
      goal: `at most ${String(goal)}`,
      ...(ms !== undefined && { reached: ms <= goal }),
    };
  });
}

function rounded(ms: number | undefined): string {
  return ms === undefined ? '' : ms.toFixed(0);
}
