import type { InputRecord } from '../stages/stage.js';
import { readFacts, type LedgerFacts, type LedgerTopic } from './facts.js';
import { LedgerDataError, type LedgerStore } from './store.js';

/** Records of one partition, in order, as they were read from `start` up to `next`. */
export interface LedgerBatch {
  readonly clusterId: string;
  readonly topic: LedgerTopic;
  readonly partition: number;
  readonly records: readonly InputRecord[];
  readonly start: bigint;
  readonly next: bigint;
}

/** What became of a batch. */
export interface LedgerReport {
  readonly stored: number;
  /** Put aside in the table `ledger_rejected`. */
  readonly rejected: number;
}

/**
 * Keeps a batch. One record that the database refuses does not hold the others up: the batch is halved until it stands
 * alone, and is put aside. Rejects when the store is unavailable; what was stored by then stays.
 */
export async function recordBatch(store: LedgerStore, batch: LedgerBatch): Promise<LedgerReport> {
  const { clusterId, topic, partition, start, next, records } = batch;
  const facts = readFacts(topic, records);
  try {
    await store.write({ clusterId, topic, partition, start, next, facts });
    return reportOf(facts);
  } catch (error) {
    if (!(error instanceof LedgerDataError)) throw error;
  }
  const middle = records[records.length >> 1];
  if (!middle || records.length === 1) return putAside(store, batch);
  const cut = BigInt(middle.offset);
  const [before, after] = [records.slice(0, records.length >> 1), records.slice(records.length >> 1)];
  const first = await recordBatch(store, { ...batch, records: before, next: cut });
  const second = await recordBatch(store, { ...batch, records: after, start: cut });
  return { stored: first.stored + second.stored, rejected: first.rejected + second.rejected };
}

async function putAside(store: LedgerStore, { records, ...position }: LedgerBatch): Promise<LedgerReport> {
  const rejected = records.map(({ offset, value }) => ({ offset, reason: 'refused-by-database' as const, value }));
  const facts: LedgerFacts = { costEvents: [], windows: [], signals: [], rejected };
  await store.write({ ...position, facts });
  return reportOf(facts);
}

function reportOf({ costEvents, windows, signals, rejected }: LedgerFacts): LedgerReport {
  return { stored: costEvents.length + windows.length + signals.length, rejected: rejected.length };
}
