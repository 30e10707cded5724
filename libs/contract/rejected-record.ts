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
    ['detail', cut(rejection.detail)],
    ['source-topic', rejection.topic],
    ['source-partition', String(rejection.partition)],
    ['source-offset', rejection.offset],
  ]);
  const originals = original.headers ?? {};
  const kept = new Map<string, Buffer | string | (Buffer | string)[]>();
  for (const [name, value] of Object.entries(originals)) {
    let free = name;
    while (own.has(free) || (free !== name && Object.hasOwn(originals, free)) || kept.has(free))
      free = `original-${free}`;
    // Kafka allows a header without a value, but its clients do not send one.
    kept.set(free, value ?? '');
  }
  return { key: original.key, value: original.value, headers: Object.fromEntries([...kept, ...own]) };
}

/** Never between the halves of a surrogate pair. */
function cut(detail: string): string {
  return detail.length <= MAX_DETAIL_LENGTH
    ? detail
    : `${detail.slice(0, MAX_DETAIL_LENGTH).replace(/[\uD800-\uDBFF]$/, '')}...`;
}
