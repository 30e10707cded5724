import { decodeInput, epochMs, type InputData, type InputTopicKey, type RejectReason } from '#libs/contract';
import { evaluateFields } from './expression.js';
import type { Mapping, RecordMapping } from './mapping.js';
import { RowFault, textOf, type Row, type RowFaultReason, type Scope, type Value } from './value.js';

/** A record ready to send. */
export interface ReplayRecord {
  readonly topic: InputTopicKey;
  readonly key: string;
  /** JSON text. */
  readonly value: string;
  /** Event time, epoch milliseconds. */
  readonly atMs: number;
}

/** Why a row is not sent whole; the detail is for people. */
export interface RowRefusal {
  readonly reason: RowFaultReason | RejectReason | 'no-key' | 'unreadable-row';
  readonly detail: string;
}

/** What became of a row: its records; skipped by a rule; or refused, and then nothing of it is sent. */
export type RowOutcome =
  | { readonly kind: 'mapped'; readonly records: readonly ReplayRecord[] }
  | { readonly kind: 'skipped'; readonly reason: string }
  | ({ readonly kind: 'refused' } & RowRefusal);

/** Maps one row and checks what it gives against the contract. Never throws for what a row holds. */
export function mapRow(mapping: Mapping, row: Row): RowOutcome {
  try {
    const skipped = mapping.skip.find(({ when }) => when({ row, values: {} }));
    if (skipped) return { kind: 'skipped', reason: skipped.reason };
    const values: Record<string, Value> = {};
    const scope = { row, values };
    for (const { name, evaluate } of mapping.values) values[name] = evaluate(scope);
    const records: ReplayRecord[] = [];
    for (const record of mapping.records) {
      if (record.when && !record.when(scope)) continue;
      const made = makeRecord(record, scope);
      if ('reason' in made) return { kind: 'refused', ...made };
      records.push(made);
    }
    return { kind: 'mapped', records };
  } catch (error) {
    if (error instanceof RowFault) return { kind: 'refused', reason: error.reason, detail: error.message };
    throw error;
  }
}

function makeRecord({ topic, fields, key: keyOf }: RecordMapping, scope: Scope): ReplayRecord | RowRefusal {
  const value = JSON.stringify(evaluateFields(fields, scope));
  const decoded = decodeInput(topic, { key: null, value: Buffer.from(value) });
  if (!decoded.ok) return { reason: decoded.reason, detail: decoded.detail };
  const facts = factsOf(topic, decoded.data);
  const key = keyOf ? textOf(keyOf(scope)) : facts.key;
  if (key === undefined) return { reason: 'no-key', detail: 'the record has no key; say one with `key`' };
  return { topic, key, value, atMs: facts.atMs };
}

/** Key and event time of a payload, as the contract says. */
function factsOf(topic: InputTopicKey, data: InputData[InputTopicKey]): { key: string | undefined; atMs: number } {
  const payload = data as InputData['interactions'] &
    InputData['agentStates'] &
    InputData['billingLines'] &
    InputData['revenue'];
  switch (topic) {
    case 'interactions':
      return { key: handlerOf(payload), atMs: epochMs(payload.endedAt) };
    case 'feedback':
      return { key: handlerOf(payload), atMs: epochMs(payload.at) };
    case 'agentStates':
      return { key: payload.agentId, atMs: epochMs(payload.at) };
    case 'billingLines':
      return { key: payload.lineId, atMs: epochMs(payload.billedAt) };
    case 'revenue':
      return { key: payload.revenueId, atMs: epochMs(payload.periodStart) };
  }
}

function handlerOf(data: { agentId?: string; vendorId?: string; botId?: string }): string | undefined {
  return data.agentId ?? data.vendorId ?? data.botId;
}
