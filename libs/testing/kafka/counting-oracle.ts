import { TopicReader } from '#libs/adapters/kafka';
import type { KafkaSettings } from '#libs/application';
import type { TopicKey } from '#libs/contract';
import type { Counted } from './counting-stage.js';

/** A committed record and where it stood. */
export interface StoredRecord {
  readonly partition: number;
  readonly offset: string;
  readonly key: string | null;
  readonly value: string | null;
}

/** Every committed record that the topics hold now. Fails when they cannot be read. */
export async function readAll(settings: KafkaSettings, ...topics: TopicKey[]): Promise<StoredRecord[]> {
  const found: StoredRecord[] = [];
  let fail: (error: Error) => void = () => undefined;
  const failure = new Promise<never>((_, reject) => (fail = reject));
  const reader = new TopicReader({
    settings,
    topics,
    onBatch: ({ partition, records }) => {
      for (const { offset, key, value } of records) {
        found.push({ partition, offset, key: key?.toString() ?? null, value: value?.toString() ?? null });
      }
    },
    onFatal: (error) => fail(error),
    maxWaitMs: 50,
  });
  await reader.start();
  try {
    await Promise.race([reader.caughtUp, failure]);
  } finally {
    await reader.stop();
  }
  return found;
}

/** What the counting stage has written. */
export async function readCounted(settings: KafkaSettings): Promise<Counted[]> {
  return (await readAll(settings, 'costEvents')).map(counted);
}

/** Collects what the counting stage writes while it does. */
export class CountedReader {
  readonly counted: Counted[] = [];
  private readonly reader: TopicReader;

  constructor(settings: KafkaSettings) {
    this.reader = new TopicReader({
      settings,
      topics: ['costEvents'],
      onBatch: ({ records }) => void this.counted.push(...records.map(counted)),
      onFatal: (error) => {
        throw error;
      },
      maxWaitMs: 50,
    });
  }

  /** Begins to collect. */
  start(): Promise<void> {
    return this.reader.start();
  }

  /** Collects no more. */
  stop(): Promise<void> {
    return this.reader.stop();
  }
}

function counted({ value }: { readonly value: Buffer | string | null }): Counted {
  return JSON.parse(value?.toString() ?? '') as Counted;
}

/** What is wrong with the counting stage's output; all zero is exactly once. */
export interface Verdict {
  /** Records of the inputs that were counted, each once. */
  readonly counted: number;
  /** Records that were counted more than once. */
  readonly doubled: number;
  /** Keys whose counts are not 1, 2, 3 and so on in the order of the output. */
  readonly wrongKeys: number;
}

/** Judges the output by itself: each input record once, and the counts of each key without gap or repetition. */
export function judge(counted: readonly Counted[]): Verdict {
  const places = new Set(counted.map(({ topic, partition, offset }) => `${topic}/${partition}/${offset}`));
  const last = new Map<string, number>();
  const wrong = new Set<string>();
  for (const { key, count } of counted) {
    if (count !== (last.get(key) ?? 0) + 1) wrong.add(key);
    last.set(key, count);
  }
  return { counted: places.size, doubled: counted.length - places.size, wrongKeys: wrong.size };
}
