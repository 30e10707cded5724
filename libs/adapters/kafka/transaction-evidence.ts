import type { LogClient, RawRecord } from './log-client.js';
import { decodeMarker, MARKER_KEY } from './commit-marker.js';

/** Kafka's types of control records. */
const COMMIT = 1;

/** The changelog partition that a task alone writes to. */
export interface ChangelogPlace {
  readonly log: LogClient;
  readonly topic: string;
  readonly partition: number;
}

/** The end of a transaction in a log. */
export interface TransactionEnd {
  readonly commit: boolean;
  readonly offset: bigint;
}

/**
 * How the last transaction with an end in the changelog has ended; undefined where there is none. Nobody else writes to
 * the partition, and each of the task's transactions ends there with a control record, so that one stands last.
 */
export async function lastEnd({ log, topic, partition }: ChangelogPlace): Promise<TransactionEnd | undefined> {
  const range = (await log.ranges(topic, [partition])).get(partition);
  if (!range || range.end <= range.start) return undefined;
  const [last] = await log.rawRecords({ topic, partition, offset: range.end - 1n });
  if (last?.isControlRecord !== true) return undefined;
  return { commit: isCommit(last), offset: BigInt(last.offset) };
}

/** The commit that stands open in the changelog from `offset` on: its marker is the first of its records. */
export async function openCommit(
  { log, topic, partition }: ChangelogPlace,
  offset: bigint,
): Promise<{ readonly sequence: number; readonly writtenMs: number } | undefined> {
  const [first] = await log.rawRecords({ topic, partition, offset });
  if (first?.key?.toString() !== MARKER_KEY || !first.value) return undefined;
  return { sequence: decodeMarker(first.value).sequence, writtenMs: Number(first.timestamp) };
}

/**
 * How a producer's last transaction, which wrote something at this time, has ended in any of these partitions, whoever else
 * writes there; undefined where no reader can have seen anything of it. The one before it had all its ends by then, so that
 * an end of this time or later is its own, as far as the clocks of brokers and writers agree.
 */
export async function endSince(
  log: LogClient,
  partitions: ReadonlyMap<string, readonly number[]>,
  { producerId, writtenMs }: { readonly producerId: bigint; readonly writtenMs: number },
): Promise<{ readonly commit: boolean } | undefined> {
  let found: { readonly commit: boolean } | undefined;
  for (const [topic, numbers] of partitions) {
    for (const [partition, from] of await log.offsetsSince(topic, numbers, writtenMs)) {
      for (let at = from; ;) {
        const records = await log.rawRecords({ topic, partition, offset: at });
        for (const each of records) {
          if (!each.isControlRecord || !isOf(each, producerId) || Number(each.timestamp) < writtenMs) continue;
          found = { commit: isCommit(each) && found?.commit !== false };
        }
        const last = records.at(-1);
        if (!last) break;
        at = BigInt(last.offset) + 1n;
      }
    }
  }
  return found;
}

function isOf({ batchContext }: RawRecord, producerId: bigint): boolean {
  return batchContext !== undefined && BigInt(batchContext.producerId) === producerId;
}

function isCommit({ key }: RawRecord): boolean {
  return key?.readInt16BE(2) === COMMIT;
}
