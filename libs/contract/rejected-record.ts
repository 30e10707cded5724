import type { RejectReason } from './reject-reasons.js';
import type { WireRecord } from './wire-record.js';

/** Longest detail in characters: enough for a few faults, far from any header limit. */
const MAX_DETAIL_LENGTH = 1_000;

/** Why a record is refused and where it came from; `topic` is its full name in Kafka, with the prefix. */
export interface Rejection {
  readonly reason: RejectReason;
  readonly detail: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
}

/** A record for `cost.rejected`; a header that was repeated in the original stays repeated. */
export interface RejectedRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Record<string, Buffer | string | (Buffer | string)[]>;
}

/**
 * The rejected record: key and value untouched, the original's headers, and reason, detail, source-topic,
 * source-partition and source-offset. An original header of one of these names is kept as `original-<name>`.
 */
export function rejectedRecord(original: WireRecord, rejection: Rejection): RejectedRecord {
  const own = new Map([
    ['reason', rejection.reason],
    ['detail', rejection.detail.slice(0, MAX_DETAIL_LENGTH)],
    ['source-topic', rejection.topic],
    ['source-partition', String(rejection.partition)],
    ['source-offset', rejection.offset],
  ]);
  const originals = original.headers ?? {};
  const headers: RejectedRecord['headers'] = {};
  for (const [name, value] of Object.entries(originals)) {
    let kept = name;
    while (own.has(kept) || (kept !== name && kept in originals)) kept = `original-${kept}`;
    headers[kept] = value ?? '';
  }
  for (const [name, value] of own) headers[name] = value;
  return { key: original.key, value: original.value, headers };
}
