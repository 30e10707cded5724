import type { KafkaSettings } from '#libs/application';
import { topicName, type TopicKey } from '#libs/contract';
import { createKafka } from './client.js';
import { LogClient, type LogRecord } from './log-client.js';
import type { KafkaLogger } from './logger.js';

const WAIT_MS = 250;

/** A part of a partition: from its beginning up to, not including, `until`. */
export interface PartitionPart {
  readonly topic: TopicKey;
  readonly partition: number;
  readonly until: bigint;
}

/**
 * Reads what is left of a partition before an offset, committed records only, to make a state from it. Waits for
 * transactions that are open there. Rejects with kafkajs's errors, or when `signal` aborts.
 */
export async function readUntil(
  settings: KafkaSettings,
  parts: readonly PartitionPart[],
  {
    onRecord,
    logger,
    signal,
  }: {
    readonly onRecord: (record: LogRecord, part: PartitionPart) => void;
    readonly logger: KafkaLogger;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  if (parts.length === 0) return;
  const log = await LogClient.connect(createKafka(settings, 'read-until', { logger }));
  try {
    for (const part of parts) {
      const topic = topicName(part.topic, settings.topicPrefix);
      let offset = (await log.ranges(topic, [part.partition])).get(part.partition)?.start ?? part.until;
      while (offset < part.until) {
        signal.throwIfAborted();
        const [batch] = await log.fetch([{ topic, partition: part.partition, offset }], WAIT_MS);
        if (!batch) continue;
        for (const record of batch.records) if (BigInt(record.offset) < part.until) onRecord(record, part);
        offset = batch.next;
      }
    }
  } finally {
    await log.close().catch(() => undefined);
  }
}
