import {
  encodeCostEvent,
  encodeCostWindow,
  encodeSignal,
  type CostEvent,
  type CostWindow,
  type Signal,
} from '#libs/contract';
import type { InputRecord, LedgerBatch, LedgerTopic } from '#libs/application';

const DAY = '2026-03-02';
/** A time of that day. */
export const at = (time: string): string => `${DAY}T${time}.000Z`;
/** [from, to). */
export const spanOf = (from: string, to: string): { fromMs: number; toMs: number } => ({
  fromMs: Date.parse(from),
  toMs: Date.parse(to),
});
/** The cluster that batches come from. */
export const CLUSTER = 'cluster-a';
/** The day that everything happens on. */
export const WHOLE_DAY = spanOf(at('00:00:00'), '2026-03-03T00:00:00.000Z');

/** A cost event of a contact of that day. */
export const costEvent = (fields: Partial<CostEvent> & { sourceId: string }): CostEvent => ({
  costEventId: `interaction:${fields.sourceId}:${fields.revision ?? 0}`,
  source: 'interaction',
  revision: 0,
  occurredAt: at('10:00:00'),
  agentId: 'agent-001',
  channel: 'voice',
  team: 'north-1',
  handleSeconds: 480.5,
  amount: '16.25',
  currency: 'CNY',
  breakdown: { labour: '16.00', system: '0.25' },
  lines: [
    { dimension: 'labour', subcategory: 'wages', amount: '16.00', rateId: 'r', quantity: 480.5, unit: 'seconds' },
    { dimension: 'system', amount: '0.25' },
  ],
  ...fields,
});

/** A window of that day. */
export const costWindow = (fields: Partial<CostWindow>): CostWindow => ({
  scope: 'channel',
  id: 'voice',
  window: '5m',
  start: at('09:55:00'),
  end: at('10:00:00'),
  revision: 0,
  currency: 'CNY',
  amount: '16.25',
  breakdown: { labour: '16.25' },
  interactions: 1,
  handledByAgents: 1,
  automated: 0,
  resolved: 1,
  handleSeconds: 480.5,
  ...fields,
});

/** A signal of that day. */
export const signal = (fields: Partial<Signal>): Signal => ({
  signalKey: 'unit-cost:channel:voice',
  episodeId: 'e1',
  sequence: 0,
  status: 'firing',
  severity: 'warning',
  rule: { id: 'unit-cost', kind: 'unit-cost', version: 1 },
  scope: 'channel',
  id: 'voice',
  startedAt: at('10:00:00'),
  observedAt: at('10:00:00'),
  observed: 30.5,
  threshold: 25,
  summary: 'dear',
  cause: 'usage',
  ...fields,
});

interface Encoded {
  readonly value: string | null;
  readonly headers?: Record<string, string>;
}

/** Records as the ledger gets them, from an offset on. */
export function batchOf(topic: LedgerTopic, records: readonly Encoded[], start = 0n): LedgerBatch {
  const inputs = records.map(({ value, headers }, index): InputRecord => ({
    partition: 0,
    offset: String(start + BigInt(index)),
    key: null,
    value: value === null ? null : Buffer.from(value),
    headers: headers ?? {},
  }));
  return { clusterId: CLUSTER, topic, partition: 0, records: inputs, start, next: start + BigInt(records.length) };
}

/** A batch of cost events. */
export const events = (list: readonly CostEvent[], start = 0n): LedgerBatch =>
  batchOf(
    'costEvents',
    list.map((event) => encodeCostEvent(event)),
    start,
  );
/** A batch of windows. */
export const windows = (list: readonly CostWindow[], start = 0n): LedgerBatch =>
  batchOf(
    'costWindows',
    list.map((window) => encodeCostWindow(window, 'merge')),
    start,
  );
/** A batch of signals. */
export const signals = (list: readonly Signal[], start = 0n): LedgerBatch =>
  batchOf(
    'signals',
    list.map((each) => encodeSignal(each)),
    start,
  );
