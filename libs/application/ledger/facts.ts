import { schemaFaults, type CostEvent, type CostWindow, type Signal, type TopicKey } from '#libs/contract';
import type { InputRecord } from '../stages/stage.js';

/** The topics that the ledger keeps, and the schema of what they carry. */
const SCHEMAS = { costEvents: 'cost-event.v1', costWindows: 'cost-window.v1', signals: 'signal.v1' } as const;

/** A topic that the ledger keeps. */
export type LedgerTopic = keyof typeof SCHEMAS;

/** All of them. */
export const LEDGER_TOPICS = Object.keys(SCHEMAS) as readonly LedgerTopic[];

/** Whether the ledger keeps the topic. */
export function isLedgerTopic(topic: TopicKey): topic is LedgerTopic {
  return topic in SCHEMAS;
}

/** A cost event; `late`: it came beyond the grace, so no rolling window has it. */
export interface LedgerCostEvent {
  readonly event: CostEvent;
  readonly late: boolean;
}

/** A record that cannot be kept; `reason` is a stable slug. */
export interface LedgerRejection {
  readonly offset: string;
  readonly reason: 'not-json' | 'schema' | 'refused-by-database';
  readonly value: Buffer | null;
}

/** What a run of records says, ready to be stored. */
export interface LedgerFacts {
  readonly costEvents: readonly LedgerCostEvent[];
  readonly windows: readonly CostWindow[];
  readonly signals: readonly Signal[];
  readonly rejected: readonly LedgerRejection[];
}

/** Reads records of one topic. A record without value deletes a key of a compacted topic; the ledger forgets nothing. */
export function readFacts(topic: LedgerTopic, records: readonly InputRecord[]): LedgerFacts {
  const costEvents: LedgerCostEvent[] = [];
  const windows: CostWindow[] = [];
  const signals: Signal[] = [];
  const rejected: LedgerRejection[] = [];
  for (const record of records) {
    if (record.value === null) continue;
    const read = readPayload(topic, record.value);
    if (!read.ok) {
      rejected.push({ offset: record.offset, reason: read.reason, value: record.value });
      continue;
    }
    switch (topic) {
      case 'costEvents':
        costEvents.push({ event: read.payload as CostEvent, late: isLate(record) });
        break;
      case 'costWindows':
        windows.push(read.payload as CostWindow);
        break;
      case 'signals':
        signals.push(read.payload as Signal);
        break;
    }
  }
  return { costEvents, windows, signals, rejected };
}

type Read =
  { readonly ok: true; readonly payload: unknown } | { readonly ok: false; readonly reason: 'not-json' | 'schema' };

function readPayload(topic: LedgerTopic, value: Buffer): Read {
  let payload: unknown;
  try {
    payload = JSON.parse(value.toString());
  } catch {
    return { ok: false, reason: 'not-json' };
  }
  return schemaFaults(SCHEMAS[topic], payload) === '' ? { ok: true, payload } : { ok: false, reason: 'schema' };
}

function isLate({ headers }: InputRecord): boolean {
  const header = headers['late'];
  return (Array.isArray(header) ? header[0] : header)?.toString() === 'true';
}
