import { TopicReader, type KafkaLogger, type LogRecord } from '#libs/adapters/kafka';
import { rejectionOf, type KafkaSettings, type Rejection } from '#libs/application';
import type { TopicKey } from '#libs/contract';

/** Where rejections are read. */
export interface RejectedSource {
  readonly settings: KafkaSettings;
  readonly logger: KafkaLogger;
}

/** Hands over every rejection that stands in `cost.rejected` now; answers how many records there are none. */
export async function readRejections(source: RejectedSource, take: (rejection: Rejection) => void): Promise<number> {
  let others = 0;
  await readTopic(source, 'rejected', (record, partition) => {
    const { offset, timestamp } = record;
    const place = { partition, offset, timestampMs: Number(timestamp) };
    const rejection = rejectionOf(record, place, source.settings.topicPrefix);
    if (rejection) take(rejection);
    else others += 1;
  });
  return others;
}

/** Ids of the rejections that were replayed. */
export async function readReplayed(source: RejectedSource): Promise<Set<string>> {
  const ids = new Set<string>();
  await readTopic(source, 'replayed', ({ key }) => void ids.add(key?.toString() ?? ''));
  return ids;
}

async function readTopic(
  { settings, logger }: RejectedSource,
  topic: TopicKey,
  take: (record: LogRecord, partition: number) => void,
): Promise<void> {
  let fail: (error: Error) => void = () => undefined;
  const failure = new Promise<never>((_, reject) => (fail = reject));
  const reader = new TopicReader({
    settings,
    topics: [topic],
    onBatch: ({ records, partition }) => records.forEach((record) => take(record, partition)),
    onFatal: (error) => fail(error),
    logger,
    role: 'rejected',
    maxWaitMs: 50,
  });
  await reader.start();
  try {
    await Promise.race([reader.caughtUp, failure]);
  } finally {
    await reader.stop();
  }
}
