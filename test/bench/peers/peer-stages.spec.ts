import { partitionOf } from '#libs/adapters/kafka';
import { zonedCalendar } from '#libs/adapters/calendar';
import { recordsOf, type InputRecord, type OutputRecord, type StageOutput } from '#libs/application';
import type { PeerEvent, Workload } from './peer-events.js';
import { peerReference } from './peer-reference.js';
import { peerCostStage, peerMergeStage } from './peer-stages.js';

const BASE_MS = Date.UTC(2026, 10, 2, 8);
const MINUTE_MS = 60_000;
const LATE_MS = 10_000;

/** Three agents; the second has nothing for a quarter of an hour, the third a single contact. */
const EVENTS: PeerEvent[] = Array.from({ length: 400 }, (_, index) => {
  const endedAt = BASE_MS + index * 20_000;
  const minutes = Math.floor((endedAt - BASE_MS) / MINUTE_MS);
  const agent = index === 7 ? 3 : minutes > 20 && minutes < 35 ? 1 : 1 + (index % 2);
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
  };
});

function run(workload: Workload, events: readonly PeerEvent[]): OutputRecord[] {
  const dependencies = {
    reference: peerReference(workload),
    partitionOf,
    calendarOf: zonedCalendar,
    fingerprint: (text: string) => text,
  };
  const context = {
    partition: 0,
    partitionCounts: { interactions: 1, panes: 1, costWindows: 1, costEvents: 1, signals: 1, live: 1 },
    caughtUp: {},
  };
  const cost = peerCostStage(workload, dependencies, () => undefined).createTask(context);
  const merge = peerMergeStage(workload, dependencies).createTask(context);
  for (const task of [cost, merge]) task.restored();
  const out: OutputRecord[] = [];
  let offset = 0;
  const inputs = (records: readonly OutputRecord[]): InputRecord[] =>
    records.map(({ key, value }) => ({
      partition: 0,
      offset: String((offset += 1)),
      key: key === null ? null : Buffer.from(key),
      value: value === null ? null : Buffer.from(value),
      headers: {},
    }));
  const allOf = ({ records, blocks = [] }: StageOutput): OutputRecord[] => [
    ...records,
    ...blocks.flatMap((block) => recordsOf(block)),
  ];
  for (let from = 0; from < events.length; from += 50) {
    const chunk = events.slice(from, from + 50).map((event) => ({
      topic: 'interactions' as const,
      partition: 0,
      key: event.agentId,
      value: JSON.stringify(event),
    }));
    const costed = allOf(
      cost.process({ kind: 'records', topic: 'interactions', records: inputs(chunk), caughtUp: false }, BASE_MS),
    );
    const panes = inputs(costed.filter(({ topic }) => topic === 'panes'));
    const merged = allOf(merge.process({ kind: 'records', topic: 'panes', records: panes, caughtUp: false }, BASE_MS));
    out.push(...costed, ...merged);
  }
  return out;
}

/** By hand: every window of an hour by the minute that something is in, up to 10 s before the last event. */
function windowsOf(events: readonly PeerEvent[], amountOf: (event: PeerEvent) => number): string[] {
  const lastMs = Math.max(...events.map(({ endedAt }) => endedAt)) - LATE_MS;
  const sums = new Map<string, { n: number; sum: number }>();
  for (const event of events) {
    const pane = Math.floor(event.endedAt / MINUTE_MS) * MINUTE_MS;
    for (let step = 1; step <= 60; step += 1) {
      const endMs = pane + step * MINUTE_MS;
      if (endMs > lastMs) continue;
      for (const name of [`agent|${event.agentId}`, `channel|${event.channel}`]) {
        const key = `${name}|${String(endMs)}`;
        const { n, sum } = sums.get(key) ?? { n: 0, sum: 0 };
        sums.set(key, { n: n + 1, sum: sum + amountOf(event) });
      }
    }
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

/** Half to even; the harness says that no tie is possible. */
function amountMicros({ handleSeconds, agentId }: PeerEvent): number {
  const rate = 100 + (Number(agentId.slice(6)) % 50);
  return Math.round((handleSeconds * rate * 1e6) / 3600);
}

describe('our stages in the peers’ workloads', () => {
  it('w1: give every window of amounts that are given, unchanged ones too, and nothing besides', () => {
    const out = run('w1', EVENTS);
    const hundredths = ({ cost }: PeerEvent): number => Math.round(100 * (Number(cost.labour) + 1.2 + 0.5));
    expect(windowsIn(out)).toEqual(windowsOf(EVENTS, hundredths));
    expect(out.filter(({ topic }) => topic === 'costEvents' || topic === 'live')).toEqual([]);
  });

  it('w3: give every window of computed amounts and an event each, what came twice left out', () => {
    const again = EVENTS.filter((_, index) => index % 40 === 3);
    const out = run(
      'w3',
      [...EVENTS, ...again].toSorted((a, b) => a.endedAt - b.endedAt),
    );
    expect(windowsIn(out)).toEqual(windowsOf(EVENTS, amountMicros));
    const events = out.filter(({ topic }) => topic === 'costEvents').map(({ value }) => String(value));
    expect(events).toHaveLength(EVENTS.length);
    const decimal = (micros: number): string => (micros / 1e6).toFixed(6);
    expect(events.map((each) => JSON.parse(each) as object)).toEqual(
      EVENTS.map((event) => ({
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
      })),
    );
  });
});
