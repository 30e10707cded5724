import type { LogClient, LogRecord } from './log-client.js';
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
  const last = await log.recordAt({ topic, partition, offset: range.end - 1n });
  if (last?.isControlRecord !== true) return undefined;
  return { commit: last.key?.readInt16BE(2) === COMMIT, offset: BigInt(last.offset) };
}

/** Number of the commit whose records stand open in the changelog from `offset` on: its marker is the first of them. */
export async function openCommit(
  { log, topic, partition }: ChangelogPlace,
  offset: bigint,
): Promise<number | undefined> {
  const first: LogRecord | undefined = await log.recordAt({ topic, partition, offset });
  if (first?.key?.toString() !== MARKER_KEY || !first.value) return undefined;
  return decodeMarker(first.value).sequence;
}
