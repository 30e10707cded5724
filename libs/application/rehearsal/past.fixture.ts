import { createHash } from 'node:crypto';
import { zonedCalendar } from '#libs/adapters/calendar';
import type { Signal } from '#libs/contract';
import type { UnitCostRule } from '#libs/domain';
import { partitionOf, PipelineDriver, type DriverRecord } from '../../testing/pipeline-driver.js';
import { referenceEntry, type ReferenceEntry } from '../reference/index.js';
import { contact, REFERENCE } from '../stages/centre.fixture.js';
import type { PastRecord, PastSource } from './past-record.js';

const MINUTE = 60;
/** What the stages are given from outside. */
export const dependencies = {
  partitionOf,
  calendarOf: zonedCalendar,
  fingerprint: (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32),
};

/** CNY 10 a contact over an hour. */
export const unitCost: UnitCostRule = {
  ruleId: 'unit',
  kind: 'unit-cost',
  per: 'interaction',
  window: '1h',
  targetMicros: 10_000_000n,
  version: 1,
  enabled: true,
  forMs: 120_000,
  keepFiringMs: 300_000,
  minimumUnits: 20,
  severity: 'warning',
  scopes: ['all'],
};

/** What holds today: prices of the small centre, and one rule. */
export const CURRENT: ReferenceEntry[] = [
  referenceEntry('organisation', REFERENCE.organisation, 1),
  ...REFERENCE.rateCards.map((card) => referenceEntry('rate-card', card, 1)),
  ...REFERENCE.agents.map((agent) => referenceEntry('agent', agent, 1)),
  referenceEntry('rule', unitCost, 1),
];

/** CNY 16 a contact for twelve minutes, then 2; one every twenty seconds, for an hour. */
export const TRAFFIC: DriverRecord[] = Array.from({ length: 180 }, (_, index) =>
  contact(`i-${String(index)}`, index * 20, {
    channel: 'email',
    agentId: index % 2 === 0 ? 'a-1' : 'b-1',
    talkSeconds: index * 20 < 12 * MINUTE ? 480 : 60,
  }),
);

/** The records as Kafka would have kept them, dealt out to partitions. */
export function pastOf(records: readonly DriverRecord[], partitions = 3): PastSource {
  const all = records.map(({ topic, value }, index): PastRecord & { partition: number } => ({
    topic: topic as PastRecord['topic'],
    partition: index % partitions,
    offset: String(index),
    key: null,
    value: Buffer.from(JSON.stringify(value)),
    headers: {},
  }));
  return {
    open: () =>
      Promise.resolve({
        partitions: Array.from({ length: partitions }, (_, partition) =>
          chunksOf(all.filter((each) => each.partition === partition)),
        ),
        close: () => Promise.resolve(),
      }),
  };
}

async function* chunksOf(records: readonly PastRecord[]): AsyncGenerator<readonly PastRecord[]> {
  for (let first = 0; first < records.length; first += 7) yield await Promise.resolve(records.slice(first, first + 7));
}

/** What the driver's pipeline says under what holds today. */
export function driven(): Signal[] {
  const driver = new PipelineDriver({ reference: { ...REFERENCE, rules: [unitCost] }, partitions: 1 });
  for (const record of TRAFFIC) driver.send(record);
  driver.finish();
  return driver.signals;
}
