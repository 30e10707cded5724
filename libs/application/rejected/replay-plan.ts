import { decodeInput, REPLAYED_FROM, topicName, type InputTopicKey, type WireRecord } from '#libs/contract';
import type { Rejection } from './rejection.js';

/** A rejected record on its way to its input again. */
export interface Replay {
  readonly id: string;
  readonly input: InputTopicKey;
  readonly partition: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Record<string, Buffer | string | (Buffer | string)[]>;
}

/** Why a rejection is not replayed. */
export type SkipReason = 'replayed before' | 'still refused' | 'unknown topic';

/** What a replay would do. */
export interface ReplayPlan {
  /** In the order in which they first came, topic by topic. */
  readonly replays: readonly Replay[];
  readonly skipped: readonly { readonly id: string; readonly why: SkipReason; readonly detail: string }[];
}

/** What a replay may depend on. */
export interface ReplayOptions {
  readonly topicPrefix: string;
  /** Ids that were replayed before. */
  readonly before: ReadonlySet<string>;
  /** Replay those as well. */
  readonly again: boolean;
  /** A value that takes the place of the rejected one. */
  readonly value?: Buffer;
}

/**
 * Sorts out what can be replayed. What is refused by its bytes alone would only be rejected again, and what was
 * replayed before might count twice where it is older than the dedup horizon.
 */
export function planReplay(
  rejections: readonly Rejection[],
  { topicPrefix, before, again, value }: ReplayOptions,
): ReplayPlan {
  const replays: (Replay & { readonly offset: bigint })[] = [];
  const skipped: ReplayPlan['skipped'][number][] = [];
  for (const { id, input, topic, partition, offset, original } of rejections) {
    const record: WireRecord = value ? { ...original, value } : original;
    if (!input) {
      skipped.push({
        id,
        why: 'unknown topic',
        detail: `${topic} is no input of this installation: check SPENDLINE_TOPIC_PREFIX`,
      });
      continue;
    }
    if (!again && before.has(id)) {
      skipped.push({ id, why: 'replayed before', detail: 'say --again to send it once more' });
      continue;
    }
    const decoded = decodeInput(input, record);
    if (!decoded.ok) {
      skipped.push({ id, why: 'still refused', detail: `${decoded.reason}: ${decoded.detail}` });
      continue;
    }
    const from = `${topicName('rejected', topicPrefix)}/${id}`;
    const headers = { ...original.headers, [REPLAYED_FROM]: from };
    replays.push({ id, input, partition, key: record.key, value: record.value, headers, offset: BigInt(offset) });
  }
  const inOrder = replays.sort(
    (a, b) => compare(a.input, b.input) || a.partition - b.partition || compare(a.offset, b.offset),
  );
  return { replays: inOrder.map(({ offset: _, ...replay }) => replay), skipped };
}

function compare<T extends string | bigint>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
