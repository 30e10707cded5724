import { partitionOf } from '../../../libs/adapters/kafka/partitioner.js';
import { recordsOf, type InputRecord, type OutputRecord, type StageOutput, type StageTask } from '#libs/application';
import { SumTask } from './sum-task.js';
import { WindowTask } from './window-task.js';
import type { Workload } from './workload.js';

const BASE_MS = Date.UTC(2026, 10, 2, 8);
const MINUTE_MS = 60_000;
const LATE_MS = 10_000;
const PARTITIONS = 2;

interface PeerEvent {
  readonly id: string;
  readonly agentId: string;
  readonly channel: string;
  readonly endedAt: number;
  readonly handleSeconds: number;
  readonly cost: {
    readonly labour: string;
    readonly system: string;
    readonly other: string;
    readonly currency: string;
  };
}

/** Three agents, the second alone in its partition and with nothing for two hours, the third with a single contact. */
const EVENTS = Array.from({ length: 900 }, (_, index) => {
  // 5 s of disorder, as the harness has it.
  const endedAt = BASE_MS + index * 20_000 - (index % 2) * 4_000;
  const minutes = Math.floor((endedAt - BASE_MS) / MINUTE_MS);
  const agent = index === 7 ? 3 : minutes > 20 && minutes < 140 ? 1 : 1 + 4 * (index % 2);
  return {
    id: `interaction-${String(index)}`,
    agentId: `agent-000${String(agent)}`,
    channel: index % 3 === 0 ? 'voice' : 'bot',
    queue: 'queue-new-orders',
    region: 'cn-east-shanghai',
    customerTier: 'gold',
    startedAt: endedAt - 60_000,
    endedAt,
    handleSeconds: 20 + ((index * 37) % 1180),
    cost: { labour: `${String(index % 13)}.37`, system: '1.2', other: '0.50', currency: 'CNY' },
    resolved: index % 5 !== 0,
    csat: index % 4 === 0 ? null : index % 5,
  };
});
const AGAIN = [...EVENTS, ...EVENTS.filter((_, index) => index % 40 === 3)].toSorted((a, b) => a.endedAt - b.endedAt);

/** Tasks on their partitions, without a broker; every so often their state is read back into new ones. */
class Stages {
  readonly out: OutputRecord[] = [];
  private readonly tasks = new Map<string, StageTask>();
  private readonly logs = new Map<string, Map<string, Buffer>>();
  private offset = 0;

  constructor(
    private readonly workload: Workload,
    private readonly chunksUntilKilled: number,
  ) {}

  run(events: readonly PeerEvent[], textOf: (event: PeerEvent) => string): void {
    for (let from = 0, chunk = 0; from < events.length; from += 50, chunk += 1) {
      if (chunk % this.chunksUntilKilled === this.chunksUntilKilled - 1) this.tasks.clear();
      const chunkEvents = events.slice(from, from + 50);
      for (let partition = 0; partition < PARTITIONS; partition += 1) {
        const own = chunkEvents.filter(({ agentId }) => partitionOf(agentId, PARTITIONS) === partition);
        this.feed('sum', partition, own.map(textOf));
      }
    }
  }

  private feed(stage: 'sum' | 'window', partition: number, values: readonly (Buffer | string | null)[]): void {
    if (values.length === 0) return;
    const records = values.map((value): InputRecord => ({
      ...{ partition, offset: String((this.offset += 1)), key: null, headers: {} },
      value: value === null ? null : Buffer.from(value),
    }));
    const topic = stage === 'sum' ? 'interactions' : 'panes';
    const output = this.taskOf(stage, partition).process({ kind: 'records', topic, records, caughtUp: false }, 0);
    const log = this.logs.get(`${stage}/${String(partition)}`) ?? new Map<string, Buffer>();
    this.logs.set(`${stage}/${String(partition)}`, log);
    for (const { key, value } of output.changelog) {
      log.delete(key);
      if (value !== null) log.set(key, Buffer.from(value));
    }
    const all = allOf(output);
    this.out.push(...all);
    const panes = all.filter((record) => record.topic === 'panes').map(({ value }) => value);
    if (panes.length > 0) this.feed('window', 0, panes);
  }

  private taskOf(stage: 'sum' | 'window', partition: number): StageTask {
    const name = `${stage}/${String(partition)}`;
    const known = this.tasks.get(name);
    if (known) return known;
    const counts = { interactions: PARTITIONS, panes: 1, costWindows: 1, costEvents: PARTITIONS };
    const task =
      stage === 'sum'
        ? new SumTask({ partition, partitionCounts: counts, caughtUp: {} }, this.workload, () => undefined)
        : new WindowTask(this.workload, (channel) => partitionOf(channel, 1));
    for (const [key, value] of this.logs.get(name) ?? []) task.restore(key, value);
    task.restored();
    this.tasks.set(name, task);
    return task;
  }
}

function allOf({ records, blocks = [] }: StageOutput): OutputRecord[] {
  return [...records, ...blocks.flatMap((block) => recordsOf(block))];
}

function run(
  workload: Workload,
  events: readonly PeerEvent[],
  { chunksUntilKilled = Infinity, textOf = (event: PeerEvent) => JSON.stringify(event) } = {},
): OutputRecord[] {
  const stages = new Stages(workload, chunksUntilKilled);
  stages.run(events, textOf);
  return stages.out;
}

/**
 * By hand: every window of an hour by the minute that something is in. Those of an agent reach up to 10 s before the last event of
 * its partition, those of a channel up to 10 s before the last event of the partition whose last event is earliest.
 */
function windowsOf(events: readonly PeerEvent[], amountOf: (event: PeerEvent) => number): string[] {
  const latest = new Map<number, number>();
  for (const { agentId, endedAt } of events) {
    const partition = partitionOf(agentId, PARTITIONS);
    latest.set(partition, Math.max(latest.get(partition) ?? 0, endedAt));
  }
  const sums = new Map<string, { n: number; sum: number }>();
  const add = (name: string, event: PeerEvent, upToMs: number): void => {
    const pane = Math.floor(event.endedAt / MINUTE_MS) * MINUTE_MS;
    for (let endMs = pane + MINUTE_MS; endMs <= pane + 60 * MINUTE_MS && endMs <= upToMs; endMs += MINUTE_MS) {
      const { n, sum } = sums.get(`${name}|${String(endMs)}`) ?? { n: 0, sum: 0 };
      sums.set(`${name}|${String(endMs)}`, { n: n + 1, sum: sum + amountOf(event) });
    }
  };
  for (const event of events) {
    add(`agent|${event.agentId}`, event, (latest.get(partitionOf(event.agentId, PARTITIONS)) ?? 0) - LATE_MS);
    add(`channel|${event.channel}`, event, Math.min(...latest.values()) - LATE_MS);
  }
  return [...sums].map(([key, { n, sum }]) => `${key}|${String(n)}|${String(sum)}`).toSorted();
}

function windowsIn(out: readonly OutputRecord[]): string[] {
  return out
    .filter(({ topic }) => topic === 'costWindows')
    .map(({ value }) => {
      const { dim, key, end, n, minor, micros } = JSON.parse(String(value)) as Record<string, string | number>;
      return [dim, key, end, n, minor ?? micros].join('|');
    })
    .toSorted();
}

const hundredths = ({ cost }: PeerEvent): number => Math.round(100 * (Number(cost.labour) + 1.2 + 0.5));

/** Half to even; the harness says that no tie is possible. */
function amountMicros({ handleSeconds, agentId }: PeerEvent): number {
  const rate = 100 + (Number(agentId.slice(6)) % 50);
  return Math.round((handleSeconds * rate * 1e6) / 3600);
}

describe('our stages for the peers’ workloads', () => {
  it('w1: give every window of amounts that are given, unchanged ones too, and nothing besides', () => {
    const out = run('w1', EVENTS);
    expect(windowsIn(out)).toEqual(windowsOf(EVENTS, hundredths));
    expect(out.filter(({ topic }) => topic !== 'costWindows' && topic !== 'panes')).toEqual([]);
  });

  it('w3: give every window of computed amounts and an event each, what came twice left out', () => {
    const out = run('w3', AGAIN);
    expect(windowsIn(out)).toEqual(windowsOf(EVENTS, amountMicros));
    const events = out.filter(({ topic }) => topic === 'costEvents').map(({ value }) => String(value));
    const decimal = (micros: number): string => (micros / 1e6).toFixed(6);
    const expected = EVENTS.map((event) => ({
      costEventId: `${event.id}:0`,
      source: 'interaction',
      sourceId: event.id,
      occurredAt: new Date(event.endedAt).toISOString(),
      agentId: event.agentId,
      channel: event.channel,
      region: event.region,
      queue: event.queue,
      customerTier: event.customerTier,
      handleSeconds: event.handleSeconds,
      amount: decimal(amountMicros(event)),
      currency: 'CNY',
      breakdown: {
        labour: decimal(amountMicros(event)),
        system: event.cost.system,
        outsourcing: '0.00',
        other: event.cost.other,
      },
    }));
    expect(events.toSorted()).toEqual(expected.map((event) => JSON.stringify(event)).toSorted());
  });

  it.each(['w1', 'w3'] as const)('%s: give the same when their state is read back again and again', (workload) => {
    const events = workload === 'w1' ? EVENTS : AGAIN;
    const texts = (out: readonly OutputRecord[]): string[] =>
      out.map(({ topic, partition, value }) => `${topic}/${String(partition)} ${String(value)}`);
    expect(texts(run(workload, events, { chunksUntilKilled: 2 }))).toEqual(texts(run(workload, events)));
  });

  it('read events whose fields stand in any order, with spaces or escapes', () => {
    const forms = [
      (event: PeerEvent) => JSON.stringify(event),
      (event: PeerEvent) => JSON.stringify(event, undefined, 1),
      (event: PeerEvent) => JSON.stringify(Object.fromEntries(Object.entries(event).toReversed())),
      (event: PeerEvent) => JSON.stringify(event).replace('agent-', '\\u0061gent-'),
    ];
    let turn = 0;
    const textOf = (event: PeerEvent): string => forms[(turn += 1) % forms.length]!(event);
    expect(windowsIn(run('w1', EVENTS, { textOf }))).toEqual(windowsOf(EVENTS, hundredths));
    expect(windowsIn(run('w3', AGAIN, { textOf }))).toEqual(windowsOf(EVENTS, amountMicros));
  });
});
