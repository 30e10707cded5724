import {
  parseReferenceKey,
  readSignal,
  referenceEntryFromWire,
  type KafkaSettings,
  type ReferenceEntry,
} from '#libs/application';
import type { Signal, TopicKey } from '#libs/contract';
import type { KafkaLogger } from './logger.js';
import { TopicReader } from './topic-reader.js';

/** What was decided, as the stages know it, and what was told, as far as Kafka keeps it: messages in their order. */
export interface Decided {
  readonly entries: readonly ReferenceEntry[];
  readonly signals: readonly Signal[];
}

/** Reads reference data and signals to their ends. Throws when Kafka cannot be reached. */
export async function readDecided(settings: KafkaSettings, logger: KafkaLogger): Promise<Decided> {
  const entries = new Map<string, ReferenceEntry>();
  const signals: Signal[] = [];
  let fail: (error: Error) => void = () => undefined;
  const failure = new Promise<never>((_, reject) => (fail = reject));
  const reader = new TopicReader({
    settings,
    topics: ['reference', 'signals'],
    role: 'decided',
    logger,
    maxWaitMs: 50,
    onFatal: (error) => fail(error),
    onBatch: ({ topic, records }) => {
      for (const { key, value } of records) take(topic, key?.toString('utf8') ?? '', value);
    },
  });
  const take = (topic: TopicKey, key: string, value: Buffer | null): void => {
    if (topic === 'signals') {
      const signal = readSignal(value);
      if (signal) signals.push(signal);
      return;
    }
    const parsed = parseReferenceKey(key);
    const result = value && parsed ? referenceEntryFromWire(parsed.kind, value.toString('utf8')) : undefined;
    if (result?.ok) entries.set(key, result.entry);
    else entries.delete(key);
  };
  await reader.start();
  try {
    await Promise.race([reader.caughtUp, failure]);
  } finally {
    await reader.stop();
  }
  return { entries: [...entries.values()], signals };
}
