import type { RejectReason } from './reject-reasons.js';
import type { WireRecord } from './wire-record.js';

/** Longest detail in characters: enough for a few faults, far from any header limit. */
const MAX_DETAIL_LENGTH = 1_000;

/** Headers that are ours in a rejected record. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  'reason',
  'detail',
  'source-topic',
  'source-partition',
  'source-offset',
]);

/**
 * Header of a record that was sent again after a rejection: where that stands, as `topic/partition/offset` of
 * `cost.rejected`.
 */
export const REPLAYED_FROM = 'replayed-from';

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

/** A record of `cost.rejected` as it was before: what it says of itself, and the original. */
export interface ReadRejection {
  /** A slug of a newer version is kept as it is. */
  readonly reason: string;
  readonly detail: string;
  /** Full name of the input topic, with the prefix. */
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly original: WireRecord & { readonly headers: Readonly<Record<string, Buffer | string | (Buffer | string)[]>> };
}

/**
 * Takes a {@link rejectedRecord} apart again; undefined where the headers are not those of a rejection. Headers that
 * had to be renamed get their names back.
 */
export function readRejectedRecord(record: WireRecord): ReadRejection | undefined {
  const headers = record.headers ?? {};
  const own = (name: string): string | undefined => {
    const value = headers[name];
    return Array.isArray(value) ? undefined : value?.toString();
  };
  const [reason, detail, topic] = [own('reason'), own('detail'), own('source-topic')];
  const [partition, offset] = [own('source-partition'), own('source-offset')];
  if (reason === undefined || detail === undefined || topic === undefined) return undefined;
  if (partition === undefined || offset === undefined || !/^\d{1,9}$/.test(partition) || !/^\d+$/.test(offset))
    return undefined;
  const kept = Object.entries(headers).filter(([name]) => !OWN_HEADERS.has(name));
  // The longest name of a kind is the renamed one; it only grew because the shorter were taken.
  const renamed = new Map<string, string>();
  for (const [name] of kept) {
    const bare = name.replace(/^(original-)+/, '');
    if (name !== bare && OWN_HEADERS.has(bare) && name.length > (renamed.get(bare)?.length ?? 0))
      renamed.set(bare, name);
  }
  const names = new Map([...renamed].map(([bare, name]) => [name, bare]));
  const originals = Object.fromEntries(kept.map(([name, value]) => [names.get(name) ?? name, value ?? '']));
  return {
    reason,
    detail,
    topic,
    partition: Number(partition),
    offset,
    original: { key: record.key, value: record.value, headers: originals },
  };
}

/** Never between the halves of a surrogate pair. */
function cut(detail: string): string {
  return detail.length <= MAX_DETAIL_LENGTH
    ? detail
    : `${detail.slice(0, MAX_DETAIL_LENGTH).replace(/[\uD800-\uDBFF]$/, '')}...`;
}
